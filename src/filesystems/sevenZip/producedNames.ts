/**
 * How a file that 7-Zip writes is told by its name. 7-Zip writes the names of a file system as they are, but listings show
 * line feeds as `_`, and what is no Unicode text as U+FFFD; several files may then have one name. They are told apart by
 * their order, which is the same in a listing and in what is written.
 */
import { ENTRY_KINDS, type ListingData } from '../listing.ts';

/** Line feeds as listings show them; bad text is decoded at one border to one replacement, at another to three. */
export function listedName(path: string): string {
  return path.replace(/\n/g, '_').replace(/\ufffd+/g, '\ufffd');
}

/** 7-Zip writes it under this very path: no part that file systems here would take for a direction. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** A line of a list file that finds at least this path. Quotes keep spaces at its ends; nothing in them is special. */
export function listLine(path: string): string {
  return `"${path.replace(/[_\r\n]/g, '?').replace(/\ufffd+/g, '*')}"`;
}

/** Of every path that several entries have, the entries in order; folders do not count. */
export type SharedPaths = ReadonlyMap<string, readonly number[]>;

const FOLDER = ENTRY_KINDS.indexOf('folder');

export function sharedPaths(data: ListingData): SharedPaths {
  const groups = new Map<string, number[]>();
  for (const candidates of sameHashes(data)) {
    for (const entry of candidates) {
      const path = listedName(pathOf(data, entry));
      const group = groups.get(path);
      if (group) group.push(entry);
      else groups.set(path, [entry]);
    }
  }
  for (const [path, entries] of groups) {
    if (entries.length < 2) groups.delete(path);
    else entries.sort((a, b) => a - b);
  }
  return groups;
}

function pathOf(data: ListingData, entry: number): string {
  const parts: string[] = [];
  for (let at = entry; at > 0; at = data.parents[at] ?? 0) parts.push(data.names[at] ?? '');
  return parts.reverse().join('/');
}

const HASH_VALUES = 2 ** 29;
const ENTRY_VALUES = 2 ** 24;

/** Entries of one folder whose names may be the same: numbers are sorted, not strings, of which there may be millions. */
function* sameHashes(data: ListingData): Generator<readonly number[]> {
  const keys = new Float64Array(data.names.length);
  for (let entry = 0; entry < keys.length; entry++) {
    const hash =
      data.kinds[entry] === FOLDER
        ? HASH_VALUES
        : nameHash(data.names[entry] ?? '', data.parents[entry] ?? 0);
    keys[entry] = hash * ENTRY_VALUES + entry;
  }
  keys.sort();
  let start = 0;
  for (let i = 1; i <= keys.length; i++) {
    const hash = Math.floor((keys[start] ?? 0) / ENTRY_VALUES);
    if (i < keys.length && Math.floor((keys[i] ?? 0) / ENTRY_VALUES) === hash) continue;
    if (i - start > 1 && hash < HASH_VALUES)
      yield Array.from(keys.subarray(start, i), (key) => key % ENTRY_VALUES);
    start = i;
  }
}

/** FNV-1a over the name as it is listed. */
function nameHash(name: string, parent: number): number {
  const listed = listedName(name);
  let hash = (2_166_136_261 ^ parent) | 0;
  for (let i = 0; i < listed.length; i++) hash = Math.imul(hash ^ listed.charCodeAt(i), 16_777_619);
  return (hash >>> 0) % HASH_VALUES;
}
