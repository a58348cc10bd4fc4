/** Names of files made short: what all of them share is dropped, GUIDs keep their first eight digits. */

const GUID = /[{(]?([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[)}]?/i;

/** `.avhd` with its dot, or ''. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && name.length - dot <= 6 ? name.slice(dot) : '';
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extensionOf(name).length);
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** Two or more stems share a start that ends where a word ends: `SRV-FILE01_`. A stem that is all prefix stays whole. */
function sharedStart(stems: readonly string[]): string {
  const base = stems.reduce((shortest, stem) => (stem.length < shortest.length ? stem : shortest));
  const others = stems.filter((stem) => stem !== base);
  if (others.length < 1 || base.length < 3) return '';
  const prefix = others.every((stem) => stem.startsWith(base)) ? base : stems.reduce(commonPrefix);
  const next = others.map((stem) => stem[prefix.length] ?? '');
  if (next.every((char) => /[ _.-]/.test(char)) && new Set(next).size === 1) return prefix + next[0];
  return prefix.slice(0, prefix.search(/[ _.-][^ _.-]*$/) + 1);
}

/** A name without extension and with its GUID cut to eight digits: they tell files apart as well. */
function shortStem(name: string): string {
  return stemOf(name).replace(GUID, '$1');
}

/** Labels in the order of the names; two different names never get the same label. */
export function shortNames(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const stems = names.map(shortStem);
  const prefix = sharedStart(stems);
  const labels = names.map((name, i) => {
    const stem = stems[i] ?? name;
    const rest = stem.startsWith(prefix) && stem.length > prefix.length ? stem.slice(prefix.length) : stem;
    return rest + extensionOf(name);
  });
  return labels.map((label, i) =>
    labels.some((other, k) => k !== i && other === label) ? (names[i] ?? label) : label,
  );
}

/** What all names have in common, as the title of the pile; '' where that is nothing. */
export function sharedName(names: readonly string[]): string {
  if (names.length < 2) return names[0] ? stemOf(names[0]) : '';
  return sharedStart(names.map(shortStem)).replace(/[ _.-]+$/, '');
}

/** Name of the folder that all paths lie in; '' where they share none. */
export function sharedFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const shared = folders.reduce(
    (a, b) => a.filter((part, i) => a.slice(0, i + 1).every((one, k) => one === b[k]) && part !== ''),
    folders[0] ?? [],
  );
  return shared.at(-1) ?? '';
}
