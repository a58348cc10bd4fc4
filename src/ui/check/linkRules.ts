/** Rules about the way to the parent: another parent mends them, no repair of the file does. */
export const LINK_RULES: ReadonlySet<string> = new Set([
  'parent-missing',
  'parent-ambiguous',
  'parent-chosen-by-name',
  'parent-id-mismatch',
  'chain-cycle',
  'wrong-id-for-name',
]);
