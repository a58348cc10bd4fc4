/**
 * The order of names: as a person expects it, numbers by value (`file 9` before `file 10`), case last. Intl.Collator says
 * it, but takes a microsecond for each comparison; so names of plain ASCII get a key whose code units compare alike.
 */

// One locale, so that rows stand alike on every machine.
const collator = new Intl.Collator('en', { numeric: true });

const FIRST_PLAIN = 0x20;
const LAST_PLAIN = 0x7e;
const PLAIN = /^[ -~]*$/;
// The collator takes longer numbers apart.
const LONG_NUMBER = /\d{200}/;

/** Ends of a part of a key: below every weight. */
const END = '\u0001';
/** Between the names of a path: below everything, so that a folder stands right before what is in it. */
const PATH_END = '\u0000';
const FIRST_WEIGHT = 3;

/** For each plain character, from the first: its place among letters that differ by more than case. */
const WEIGHTS = plainWeights();
const DIGIT_WEIGHT = WEIGHTS[0x30 - FIRST_PLAIN] ?? FIRST_WEIGHT;

function weightOf(code: number): number {
  return code > LAST_PLAIN ? Math.min(0xffff, code + 0x100) : (WEIGHTS[code - FIRST_PLAIN] ?? FIRST_WEIGHT);
}

function plainWeights(): number[] {
  const base = new Intl.Collator('en', { sensitivity: 'base' });
  const chars = Array.from({ length: LAST_PLAIN - FIRST_PLAIN + 1 }, (_, i) =>
    String.fromCharCode(FIRST_PLAIN + i),
  );
  const sorted = chars.toSorted(base.compare);
  const weights = new Map<string, number>();
  let weight = FIRST_WEIGHT;
  for (const [i, char] of sorted.entries()) {
    if (i > 0 && base.compare(sorted[i - 1] ?? '', char) !== 0) weight++;
    weights.set(char, weight);
  }
  return chars.map((char) => weights.get(char) ?? FIRST_WEIGHT);
}

const SMALL = '\u0002';
const LARGE = '\u0003';
const ZERO = 0x30;
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isUpper = (code: number) => code >= 0x41 && code <= 0x5a;

/**
 * Letters first; then, where they are equal, small before large. Code units above ASCII stand behind, in their own order:
 * only for lists that are too long for the collator.
 */
function keyOf(name: string): string {
  let letters = '';
  let cases = '';
  let smallBefore = 0;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (isDigit(code)) {
      let first = at;
      while (isDigit(name.charCodeAt(at + 1))) at++;
      while (first <= at && name.charCodeAt(first) === ZERO) first++;
      letters += String.fromCharCode(DIGIT_WEIGHT, FIRST_WEIGHT + at + 1 - first) + name.slice(first, at + 1);
    } else {
      letters += String.fromCharCode(weightOf(code));
    }
    if (isUpper(code)) {
      cases += `${SMALL.repeat(smallBefore)}${LARGE}`;
      smallBefore = 0;
    } else smallBefore++;
  }
  return cases === '' ? letters : letters + END + cases;
}

/** Numbers that are equal but for leading zeros are told apart at once, lest the contents of two folders mingle. */
function pathKeyOf(path: string): string {
  const keys = path.split('/').map((name) => {
    const key = keyOf(name);
    if (!/[0-9]/.test(name)) return key;
    return (key.includes(END) ? key : key + END) + END + name;
  });
  return keys.join(PATH_END);
}

/** Above it, names that need the collator get plain keys: twenty comparisons each of a microsecond are enough. */
const MOST_COLLATED = 50_000;

function keysOf(names: readonly string[], key: (name: string) => string): (string | null)[] {
  const keys = names.map((name) => (PLAIN.test(name) && !LONG_NUMBER.test(name) ? key(name) : null));
  let collated = 0;
  for (const value of keys) if (value === null) collated++;
  return collated <= MOST_COLLATED ? keys : keys.map((value, i) => value ?? key(names[i] ?? ''));
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Places in `names`, in order; equal names stay in the order in which they stand. */
function order(
  names: readonly string[],
  keys: readonly (string | null)[],
  compare: (a: string, b: string) => number,
): Uint32Array {
  const places = Uint32Array.from(names, (_, i) => i);
  return places.sort((a, b) => {
    const keyA = keys[a] ?? null;
    const keyB = keys[b] ?? null;
    const byKey =
      keyA !== null && keyB !== null ? compareUnits(keyA, keyB) : compare(names[a] ?? '', names[b] ?? '');
    return byKey || compareUnits(names[a] ?? '', names[b] ?? '') || a - b;
  });
}

export function orderOfNames(names: readonly string[]): Uint32Array {
  return order(names, keysOf(names, keyOf), collator.compare);
}

/** As `orderOfNames`, name by name; a folder stands before what is in it. */
export function orderOfPaths(paths: readonly string[]): Uint32Array {
  return order(paths, keysOf(paths, pathKeyOf), comparePaths);
}

function comparePaths(a: string, b: string): number {
  const [namesA, namesB] = [a.split('/'), b.split('/')];
  const both = Math.min(namesA.length, namesB.length);
  for (let i = 0; i < both; i++) {
    const [nameA, nameB] = [namesA[i] ?? '', namesB[i] ?? ''];
    const byName = collator.compare(nameA, nameB) || compareUnits(nameA, nameB);
    if (byName !== 0) return byName;
  }
  return namesA.length - namesB.length;
}
