/** Whether a name can be that of a new file. */

/** What is wrong with it, in a sentence; null where it will do. */
export function nameProblem(name: string, openNames: readonly string[]): string | null {
  const trimmed = name.trim();
  if (trimmed === '' || /^\.+$/.test(trimmed)) return 'Say a name.';
  const refused = /[\\/:*?"<>|]/.exec(trimmed)?.[0];
  if (refused !== undefined) return `A name can’t hold ${refused}`;
  if (/\p{Cc}/u.test(trimmed)) return 'A name can’t hold control characters.';
  if (trimmed.length > 200) return 'The name is too long.';
  if (openNames.some((open) => open.toLowerCase() === trimmed.toLowerCase()))
    return 'A file of that name is open here: choose another.';
  return null;
}
