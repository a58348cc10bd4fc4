/**
 * Old Virtual PC could split an image into `.vhd .v01 … .v63`: raw pieces of one file, the footer at the end of the last.
 * They are told by name, since only the last carries a mark; a `.vhd` that ends in a footer of its own is never joined.
 */
import { latin1 } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import type { Finding } from '../formats/finding.ts';
import { JoinedFile } from '../storage/joinedFile.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { chainFinding } from './findings.ts';
import { fileNameKey } from './windowsPath.ts';

/** One file of a pile before it is opened as an image. */
export interface PilePiece {
  readonly file: RandomAccessFile;
  readonly path: string;
}

export interface JoinedPieces<T extends PilePiece> {
  /** The file itself, or its pieces in order. The first gives path, times and storage. */
  readonly pieces: readonly [T, ...T[]];
  readonly file: RandomAccessFile;
  /** What is wrong with the set; an error means that it must not be opened as a disk. */
  readonly findings: readonly Finding[];
}

const PIECE = /^(.*)\.(?:vhd|v(0[1-9]|[1-5]\d|6[0-3]))$/s;
const FOOTER_COOKIE = 'conectix';

/** Files that are no pieces come back as they are, in their places; a split image stands where its first piece stood. */
export async function joinSplitFiles<T extends PilePiece>(files: readonly T[]): Promise<JoinedPieces<T>[]> {
  const sets = new Map<string, SplitSet<T>>();
  for (const file of files) {
    const place = pieceOf(file.path);
    if (!place) continue;
    const set = sets.get(place.stem) ?? { byNumber: new Map<number, T>(), repeated: [] };
    sets.set(place.stem, set);
    if (set.byNumber.has(place.number)) set.repeated.push(file);
    else set.byNumber.set(place.number, file);
  }
  const joinedAt = new Map<T, JoinedPieces<T>>();
  const swallowed = new Set<T>();
  for (const set of sets.values()) {
    if (set.byNumber.size < 2 || !(await isSplit(set))) continue;
    const joined = join(set);
    joinedAt.set(joined.pieces[0], joined);
    for (const piece of joined.pieces.slice(1)) swallowed.add(piece);
  }
  return files
    .filter((file) => !swallowed.has(file))
    .map((file) => joinedAt.get(file) ?? { pieces: [file], file: file.file, findings: [] });
}

interface SplitSet<T> {
  readonly byNumber: Map<number, T>;
  readonly repeated: T[];
}

/** 0 for the `.vhd`, else the number of the ending. */
function pieceOf(path: string): { readonly stem: string; readonly number: number } | null {
  const match = PIECE.exec(fileNameKey(path));
  return match ? { stem: match[1] ?? '', number: match[2] === undefined ? 0 : Number(match[2]) } : null;
}

function join<T extends PilePiece>({ byNumber, repeated }: SplitSet<T>): JoinedPieces<T> {
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  const [first, ...rest] = numbers.flatMap((number) => byNumber.get(number) ?? []) as [T, ...T[]];
  const { name } = first.file;
  const missing = Array.from({ length: (numbers.at(-1) ?? 0) + 1 }, (_, number) => number).filter(
    (number) => !byNumber.has(number),
  );
  const findings = repeated.map((file) =>
    chainFinding(
      'piece-repeated',
      name,
      0,
      0,
      `“${file.path}” stands beside another piece of the same number.`,
    ),
  );
  if (missing.length > 0) {
    const message = `The disk is split into ${numbers.length + missing.length} pieces or more; not here: ${missing.map(ending).join(', ')}.`;
    findings.push(chainFinding('piece-missing', name, 0, 0, message));
  }
  const file = new JoinedFile(
    name,
    [first, ...rest].map((piece) => piece.file),
  );
  return { pieces: [first, ...rest], file, findings };
}

function ending(number: number): string {
  return number === 0 ? 'the .vhd' : `.v${String(number).padStart(2, '0')}`;
}

/** False where an earlier piece ends in a footer: then it is a disk by itself, and the names are a coincidence. */
async function isSplit<T extends PilePiece>({ byNumber }: SplitSet<T>): Promise<boolean> {
  const last = Math.max(...byNumber.keys());
  for (const [number, { file }] of byNumber) {
    if (number !== last && (await endsInFooter(file))) return false;
  }
  return true;
}

async function endsInFooter(file: RandomAccessFile): Promise<boolean> {
  const end = new Uint8Array(Math.min(512, file.sizeBytes));
  try {
    await file.read(file.sizeBytes - end.length, end);
  } catch (error) {
    // Opening the set will meet the same fault and say so with its place.
    if (error instanceof DiskError) return false;
    throw error;
  }
  // Footers before Virtual PC 2004 are one byte shorter.
  return latin1(end.subarray(0, 9)).includes(FOOTER_COOKIE);
}
