/**
 * Contents packed as DEFLATE (RFC 1951), in pieces as they come. fflate compresses; blocks of what does not shrink are
 * framed here, for that costs no time. Whether it shrinks is tried with the first 64 KiB.
 */
import { Deflate, deflateSync } from 'fflate';
import { KIB } from '../../base/units.ts';
import { DEFLATED, STORED } from './zipFormat.ts';

/** 0: nothing is compressed. 1 is the fastest, 9 the smallest. */
export type PackLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export const TRIED_BYTES = 64 * KIB;
/** A stored block's length has 16 bits. RFC 1951 §3.2.4. */
const BLOCK_BYTES = 0xffff;
const BLOCK_HEAD_BYTES = 5;

/** Contents that are there whole: stored where that is no longer. */
export function packWhole(
  bytes: Uint8Array,
  level: PackLevel,
): { method: typeof STORED | typeof DEFLATED; packed: Uint8Array } {
  const packed = level === 0 || bytes.length === 0 ? bytes : deflateSync(bytes, { level });
  return packed.length < bytes.length ? { method: DEFLATED, packed } : { method: STORED, packed: bytes };
}

export interface Packer {
  push(bytes: Uint8Array): Uint8Array;
  /** What is left, and the end of the stream. */
  end(): Uint8Array;
}

/** For contents of which `first` comes first. */
export function packerFor(first: Uint8Array, level: PackLevel): Packer {
  // At least a twentieth: less is not worth what unpacking costs.
  const shrinks = level > 0 && deflateSync(first, { level: 1 }).length < first.length * 0.95;
  return shrinks ? new DeflatePacker(level) : new StoredBlocks();
}

class DeflatePacker implements Packer {
  private readonly stream: Deflate;
  private out: Uint8Array[] = [];

  constructor(level: PackLevel) {
    this.stream = new Deflate({ level }, (bytes) => {
      this.out.push(bytes);
    });
  }

  push(bytes: Uint8Array): Uint8Array {
    this.stream.push(bytes);
    return this.take();
  }

  end(): Uint8Array {
    this.stream.push(new Uint8Array(0), true);
    return this.take();
  }

  private take(): Uint8Array {
    const out = joined(this.out);
    this.out = [];
    return out;
  }
}

/**
 * Blocks without compression. What a ZIP calls "stored" has no end of its own: readers that do not jump to the directory
 * could not tell where contents of unknown length end.
 */
class StoredBlocks implements Packer {
  push(bytes: Uint8Array): Uint8Array {
    const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
    const out = new Uint8Array(bytes.length + blocks * BLOCK_HEAD_BYTES);
    const view = new DataView(out.buffer);
    let at = 0;
    for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
      const block = bytes.subarray(from, from + BLOCK_BYTES);
      view.setUint16(at + 1, block.length, true);
      view.setUint16(at + 3, ~block.length, true);
      out.set(block, at + BLOCK_HEAD_BYTES);
      at += BLOCK_HEAD_BYTES + block.length;
    }
    return out;
  }

  end(): Uint8Array {
    return Uint8Array.of(1, 0, 0, 0xff, 0xff);
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
