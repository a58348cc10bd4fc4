/**
 * A ZIP made in one go from front to back: each call returns the bytes to write next, so that the caller writes and waits
 * as it likes. fflate's own (`Zip`, `zip`) has 32-bit sizes, offsets and counts only and writes local times without a
 * zone: it gives the compression here, the framing is ours (zipFormat.ts).
 */
import { createCRC32, type IHasher } from 'hash-wasm';
import { assert, must } from '../../base/assert.ts';
import { KIB } from '../../base/units.ts';
import { joined, type Packer, type PackLevel, packerFor, packWhole, TRIED_BYTES } from './packer.ts';
import {
  centralHeader,
  DEFLATED,
  dataDescriptor,
  directoryEnd,
  LARGE_BYTES,
  localHeader,
  STORED,
  type ZipEntry,
} from './zipFormat.ts';

const DIRECTORY_PIECE_BYTES = 64 * KIB;
const NOTHING = new Uint8Array(0);

interface ZipContent {
  /** `/` between its parts, none at the start or the end. */
  readonly path: string;
  /** Milliseconds since 1970, NaN = not known. */
  readonly modifiedMs: number;
  readonly isFolder: boolean;
  /** Contents may be shorter, not longer. */
  readonly mostBytes: number;
}

interface OpenEntry {
  readonly name: Uint8Array;
  readonly content: ZipContent;
  readonly offset: number;
  sizeBytes: number;
  /** Until they are 64 KiB, or the end comes. */
  held: Uint8Array[];
  heldBytes: number;
  streamed: { readonly packer: Packer; readonly dataOffset: number } | null;
}

export class ZipWriter {
  private at = 0;
  private entries = 0;
  private readonly directory = new Directory();
  private open: OpenEntry | null = null;
  private readonly encoder = new TextEncoder();

  private constructor(
    private readonly crc: IHasher,
    private readonly level: PackLevel,
  ) {}

  /** `level` 0: nothing is compressed. */
  static async create(level: PackLevel): Promise<ZipWriter> {
    return new ZipWriter(await createCRC32(), level);
  }

  /** Bytes given out so far, less what was dropped: where the next ones belong. */
  get offset(): number {
    return this.at;
  }

  begin(content: ZipContent): Uint8Array {
    assert(this.open === null, 'one entry after the other');
    const { path, isFolder, modifiedMs } = content;
    const name = this.encoder.encode(isFolder ? `${path}/` : path);
    if (isFolder) {
      return this.add({ ...PLAIN, name, isFolder, modifiedMs, offset: this.at }, NOTHING);
    }
    this.crc.init();
    this.open = { name, content, offset: this.at, sizeBytes: 0, held: [], heldBytes: 0, streamed: null };
    return NOTHING;
  }

  push(bytes: Uint8Array): Uint8Array {
    const entry = must(this.open, 'an entry is open');
    entry.sizeBytes += bytes.length;
    assert(entry.sizeBytes <= entry.content.mostBytes, 'no more contents than there may be');
    this.crc.update(bytes);
    if (entry.streamed) return this.give(entry.streamed.packer.push(bytes));
    entry.held.push(bytes.slice());
    entry.heldBytes += bytes.length;
    return entry.heldBytes > TRIED_BYTES ? this.stream(entry) : NOTHING;
  }

  end(): Uint8Array {
    const entry = must(this.open, 'an entry is open');
    const { name, content, offset, sizeBytes, streamed } = entry;
    this.open = null;
    const known = {
      ...PLAIN,
      name,
      modifiedMs: content.modifiedMs,
      offset,
      sizeBytes,
      crc: Number.parseInt(this.crc.digest('hex'), 16),
    };
    if (!streamed) {
      const { method, packed } = packWhole(joined(entry.held), this.level);
      return this.add({ ...known, method, packedBytes: packed.length }, packed);
    }
    const last = this.give(streamed.packer.end());
    const whole = { ...known, ...streamedAs(content), packedBytes: this.at - streamed.dataOffset };
    this.directory.add(centralHeader(whole));
    this.entries++;
    return joined([last, this.give(dataDescriptor(whole))]);
  }

  /** Forgets the open entry: the next bytes belong where it began, over it. */
  drop(): void {
    const { offset } = must(this.open, 'an entry is open');
    this.open = null;
    this.at = offset;
  }

  /** The directory, in pieces, the last of them the end of the file. */
  *finish(): Generator<Uint8Array, void, undefined> {
    assert(this.open === null, 'no entry is open');
    const start = this.at;
    for (const piece of this.directory.pieces()) yield this.give(piece);
    yield this.give(directoryEnd(this.entries, start, this.at - start));
  }

  /** An entry of which all is known. */
  private add(entry: ZipEntry, packed: Uint8Array): Uint8Array {
    this.directory.add(centralHeader(entry));
    this.entries++;
    return this.give(joined([localHeader(entry), packed]));
  }

  /** The rest comes behind a header that does not know how long it is. */
  private stream(entry: OpenEntry): Uint8Array {
    const first = joined(entry.held);
    entry.held = [];
    const { name, content, offset } = entry;
    const header = localHeader({
      ...PLAIN,
      ...streamedAs(content),
      name,
      modifiedMs: content.modifiedMs,
      offset,
    });
    const packer = packerFor(first.subarray(0, TRIED_BYTES), this.level);
    entry.streamed = { packer, dataOffset: offset + header.length };
    return this.give(joined([header, packer.push(first)]));
  }

  private give(bytes: Uint8Array): Uint8Array {
    this.at += bytes.length;
    return bytes;
  }
}

const PLAIN = {
  isFolder: false,
  hasExactTime: true,
  method: STORED,
  hasDescriptor: false,
  isLarge: false,
  crc: 0,
  sizeBytes: 0,
  packedBytes: 0,
} as const;

function streamedAs({ mostBytes }: ZipContent): Pick<ZipEntry, 'method' | 'hasDescriptor' | 'isLarge'> {
  return { method: DEFLATED, hasDescriptor: true, isLarge: mostBytes >= LARGE_BYTES };
}

/** About 100 bytes an entry and its name. */
class Directory {
  private readonly full: Uint8Array[] = [];
  private last = new Uint8Array(DIRECTORY_PIECE_BYTES);
  private used = 0;

  add(header: Uint8Array): void {
    if (this.used + header.length > this.last.length) {
      this.full.push(this.last.subarray(0, this.used));
      this.last = new Uint8Array(Math.max(DIRECTORY_PIECE_BYTES, header.length));
      this.used = 0;
    }
    this.last.set(header, this.used);
    this.used += header.length;
  }

  pieces(): Uint8Array[] {
    return [...this.full, this.last.subarray(0, this.used)];
  }
}
