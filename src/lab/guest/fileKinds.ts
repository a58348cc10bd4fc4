/** What the guest calls its files, how large they are, and in which part of the volume each kind lies. */
import type { Prng } from '../../base/prng.ts';
import { KIB } from '../../base/units.ts';
import type { FatFiles, GuestFile } from './fatFiles.ts';

export const SYSTEM_FILE = 'SYSTEM.IMG';
export const SETTINGS_FILE = 'SETTINGS.DAT';
export const ORDER_BOOK = 'ORDERS.DB';
export const SERVER_LOG = 'SERVER.LOG';
export const PROGRAM_FILE = 'APP.EXE';

/** Documents of the file server's users: ending, smallest and largest size in KiB. */
const DOCUMENTS = [
  ['TXT', 2, 24],
  ['CSV', 4, 64],
  ['DOC', 24, 200],
  ['PDF', 60, 400],
  ['JPG', 100, 600],
] as const;
const DOCUMENT_ENDINGS: ReadonlySet<string> = new Set(DOCUMENTS.map(([ending]) => ending));
const STEMS = ['OFFER', 'PLAN', 'NOTES', 'LIST', 'PHOTO', 'SCAN', 'MINUT', 'BILL'] as const;

/** Start and length of each kind's part, as shares of the volume. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  IMG: [0, 0.01],
  DAT: [0.08, 0.01],
  DLL: [0.1, 0.08],
  DB: [0.2, 0.01],
  C: [0.62, 0.02],
  OBJ: [0.66, 0.02],
  EXE: [0.71, 0.01],
  ZIP: [0.78, 0.1],
  LOG: [0.93, 0.02],
};
const DOCUMENT_PLACE = [0.3, 0.28] as const;

export function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Where room for a file is sought first: the same for the same name. */
export function homeOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  const [start, length] = PLACES[endingOf(name)] ?? DOCUMENT_PLACE;
  return start + (length * (hash % 1009)) / 1009;
}

/** Logs and tables grow at their ends; other files are written whole or changed inside. */
export function isAppended(name: string): boolean {
  const ending = endingOf(name);
  return ending === 'LOG' || ending === 'CSV';
}

export function isDocument({ name }: GuestFile): boolean {
  return DOCUMENT_ENDINGS.has(endingOf(name));
}

export interface NewDocument {
  readonly name: string;
  readonly sizeBytes: number;
}

/** A name that is free; null where a few tries found none. */
export function newDocument(files: FatFiles, random: Prng, mostBytes: number): NewDocument | null {
  for (let attempt = 0; attempt < 8; attempt++) {
    const [ending, least, most] = DOCUMENTS[random.below(DOCUMENTS.length)] ?? DOCUMENTS[0];
    const stem = STEMS[random.below(STEMS.length)] ?? STEMS[0];
    const name = `${stem}${String(random.below(1000)).padStart(3, '0')}.${ending}`;
    const sizeBytes = Math.min(least * KIB + random.below((most - least) * KIB), mostBytes);
    if (!files.find(name)) return { name, sizeBytes };
  }
  return null;
}
