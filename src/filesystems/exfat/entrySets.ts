/** Folder entries of exFAT: 32 bytes each; a file is a set of one primary and several secondary ones (specification, 6 and 7). */
import { viewOf } from '../../base/bytes.ts';
import type { Allocation } from './clusters.ts';
import { timestampMs } from './timestamp.ts';

export const ENTRY_BYTES = 32;
const FILE = 0x85;
const STREAM = 0xc0;
const NAME = 0xc1;
const BITMAP = 0x81;
const LABEL = 0x83;
const NAME_UNITS = 15;
const NO_FAT_CHAIN = 2;

export interface FileSet extends Allocation {
  readonly kind: 'file';
  /** As it stands there. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Bits as on FAT. */
  readonly attributes: number;
  readonly modifiedMs: number;
  readonly sizeBytes: number;
  /** Behind these many bytes the file reads as zeros. */
  readonly validBytes: number;
  readonly isChecksumRight: boolean;
}

export type FolderItem =
  | FileSet
  | { readonly kind: 'label'; readonly label: string }
  | ({ readonly kind: 'bitmap'; readonly lengthBytes: number; readonly isSecond: boolean } & Allocation)
  /** A set whose secondary entries are not all there. */
  | { readonly kind: 'broken' };

/** Takes a folder's entries as they come, in pieces of any number of them. */
export class EntryReader {
  /** Reached the mark behind the last entry. */
  ended = false;
  private set: Uint8Array[] = [];
  private wanted = 0;

  *take(piece: Uint8Array): Generator<FolderItem, void, undefined> {
    for (let at = 0; at + ENTRY_BYTES <= piece.length && !this.ended; at += ENTRY_BYTES)
      yield* this.takeEntry(piece.subarray(at, at + ENTRY_BYTES));
  }

  /** What was begun and never ended. */
  *finish(): Generator<FolderItem, void, undefined> {
    if (this.set.length > 0) yield { kind: 'broken' };
    this.set = [];
  }

  private *takeEntry(entry: Uint8Array): Generator<FolderItem, void, undefined> {
    const type = entry[0] ?? 0;
    // Bit 7: in use. Bit 6: belongs to the set of the primary entry before it.
    if (this.set.length > 0 && (type & 0xc0) === 0xc0) {
      this.set.push(entry.slice());
      if (this.set.length <= this.wanted) return;
      yield fileOf(this.set);
      this.set = [];
      return;
    }
    yield* this.finish();
    if (type === 0) this.ended = true;
    else if (type === FILE) {
      this.set = [entry.slice()];
      this.wanted = entry[1] ?? 0;
      if (this.wanted === 0) yield* this.finish();
    } else if (type === LABEL) {
      yield { kind: 'label', label: units(entry.subarray(2, 2 + Math.min(entry[1] ?? 0, 11) * 2)) };
    } else if (type === BITMAP) {
      const view = viewOf(entry);
      yield {
        kind: 'bitmap',
        isSecond: ((entry[1] ?? 0) & 1) === 1,
        firstCluster: view.getUint32(20, true),
        isContiguous: false,
        lengthBytes: Number(view.getBigUint64(24, true)),
      };
    }
  }
}

function fileOf(set: readonly Uint8Array[]): FolderItem {
  const [file, stream, ...rest] = set;
  if (!file || stream?.[0] !== STREAM) return { kind: 'broken' };
  const names = rest.filter((entry) => entry[0] === NAME).map((entry) => units(entry.subarray(2)));
  const nameLength = stream[3] ?? 0;
  if (nameLength === 0 || names.length * NAME_UNITS < nameLength) return { kind: 'broken' };
  const [primary, data] = [viewOf(file), viewOf(stream)];
  const attributes = primary.getUint16(4, true);
  return {
    kind: 'file',
    name: names.join('').slice(0, nameLength),
    isFolder: (attributes & 0x10) !== 0,
    attributes,
    modifiedMs: timestampMs(primary.getUint32(12, true), file[21] ?? 0, file[23] ?? 0),
    sizeBytes: Number(data.getBigUint64(24, true)),
    validBytes: Number(data.getBigUint64(8, true)),
    firstCluster: data.getUint32(20, true),
    isContiguous: ((stream[1] ?? 0) & NO_FAT_CHAIN) !== 0,
    isChecksumRight: primary.getUint16(2, true) === checksumOf(set),
  };
}

/** All units, NULs too: what a name's length says is the name. */
function units(bytes: Uint8Array): string {
  const view = viewOf(bytes);
  let text = '';
  for (let at = 0; at + 2 <= bytes.length; at += 2) text += String.fromCharCode(view.getUint16(at, true));
  return text;
}

/** Of all bytes of the set but the checksum's own (6.3.3). */
function checksumOf(set: readonly Uint8Array[]): number {
  let sum = 0;
  for (const entry of set) {
    const isPrimary = entry === set[0];
    // By index: an iterator takes several times as long, and this is most of a listing's time.
    for (let at = 0; at < entry.length; at++)
      if (!isPrimary || (at !== 2 && at !== 3))
        sum = ((((sum & 1) << 15) | (sum >>> 1)) + (entry[at] ?? 0)) & 0xffff;
  }
  return sum;
}
