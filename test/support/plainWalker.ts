/**
 * Reads a chain of VHD files from their bytes alone, newest file to oldest, as a reader does that keeps nothing but whole
 * sectors of tables and bitmaps: decodes footers and headers itself, walks in plain loops, and notes every request.
 */
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { SECTOR } from './imageBuilder.ts';

export interface NotedRequest {
  readonly kind: 'table' | 'bitmap' | 'data';
  readonly layer: number;
  readonly offset: number;
  readonly lengthBytes: number;
}

interface PlainImage {
  readonly file: RandomAccessFile;
  readonly sectors: number;
  /** null: the disk's bytes stand in the file as they are. */
  readonly table: {
    readonly offset: number;
    readonly entries: number;
    readonly blockSectors: number;
    readonly bitmapSectors: number;
    readonly hasParent: boolean;
  } | null;
}

export class PlainWalker {
  tableLookups = 0;
  bitmapLookups = 0;
  requests: NotedRequest[] = [];
  /** Layers that answered the sectors of the last read; -1 = none. */
  owners = new Int16Array(0);
  /** The least lately used first. */
  private kept: { key: string; bytes: Uint8Array }[] = [];
  private readonly pieceSectors: number;

  private constructor(
    private readonly images: readonly PlainImage[],
    private readonly cacheSectors: number,
  ) {
    // A read is cut at the smallest block of the chain, and at 2 MiB.
    this.pieceSectors = Math.min(4096, ...images.map(({ table }) => table?.blockSectors ?? 4096));
  }

  static async open(files: readonly RandomAccessFile[], cacheBytes: number): Promise<PlainWalker> {
    const images: PlainImage[] = [];
    for (const file of files) images.push(await openPlain(file));
    return new PlainWalker(images, Math.floor(cacheBytes / SECTOR));
  }

  forget(): void {
    this.kept = [];
  }

  /** Counts and requests are those of this read alone. */
  async read(firstSector: number, target: Uint8Array): Promise<void> {
    this.tableLookups = 0;
    this.bitmapLookups = 0;
    this.requests = [];
    this.owners = new Int16Array(target.length / SECTOR).fill(-1);
    const end = firstSector + target.length / SECTOR;
    for (let at = firstSector; at < end; ) {
      const pieceEnd = Math.floor(at / this.pieceSectors + 1) * this.pieceSectors;
      const from = (at - firstSector) * SECTOR;
      const length = await this.readRun(at, Math.min(end, pieceEnd), target.subarray(from));
      this.owners.fill(this.lastOwner, at - firstSector, at - firstSector + length);
      at += length;
    }
  }

  private lastOwner = -1;

  /** The sectors from `at` on that one file answers, at most to `end`. */
  private async readRun(at: number, end: number, target: Uint8Array): Promise<number> {
    let stop = end;
    let reach = Number.POSITIVE_INFINITY;
    for (const [layer, image] of this.images.entries()) {
      // A file shows nothing of its parent behind its own end.
      reach = Math.min(reach, image.sectors);
      if (at >= reach) continue;
      stop = Math.min(stop, reach);
      let offset = at * SECTOR;
      if (image.table) {
        const { blockSectors, bitmapSectors, hasParent } = image.table;
        const place = await this.placeOf(layer, image.table, Math.floor(at / blockSectors));
        if (place === null) continue;
        if (hasParent) {
          const first = at % blockSectors;
          const bits = await this.bitsOf(layer, place, first, stop - at);
          let same = 1;
          while (same < bits.length && bits[same] === bits[0]) same++;
          stop = at + same;
          if (!bits[0]) continue;
        }
        offset = place + (bitmapSectors + (at % blockSectors)) * SECTOR;
      }
      const lengthBytes = (stop - at) * SECTOR;
      this.requests.push({ kind: 'data', layer, offset, lengthBytes });
      await image.file.read(offset, target.subarray(0, lengthBytes));
      this.lastOwner = layer;
      return stop - at;
    }
    target.fill(0, 0, (stop - at) * SECTOR);
    this.lastOwner = -1;
    return stop - at;
  }

  /** Bytes of the block in the layer's file; null = it has none. */
  private async placeOf(
    layer: number,
    table: NonNullable<PlainImage['table']>,
    block: number,
  ): Promise<number | null> {
    this.tableLookups++;
    const at = table.offset + block * 4;
    const start = Math.floor(at / SECTOR) * SECTOR;
    const sector = await this.sectorOf('table', layer, start);
    if (block >= table.entries) return null;
    const entry = new DataView(sector.buffer).getUint32(at - start);
    return entry === 0xffffffff ? null : entry * SECTOR;
  }

  /** One number a sector, from `first` of the block on. */
  private async bitsOf(layer: number, place: number, first: number, count: number): Promise<number[]> {
    this.bitmapLookups++;
    const bits: number[] = [];
    let sector = new Uint8Array(0);
    let from = -1;
    for (let i = first; i < first + count; i++) {
      const at = place + (i >> 3);
      const start = Math.floor(at / SECTOR) * SECTOR;
      if (start !== from) {
        sector = await this.sectorOf('bitmap', layer, start);
        from = start;
      }
      bits.push(((sector[at - start] ?? 0) >> (7 - (i & 7))) & 1);
    }
    return bits;
  }

  private async sectorOf(
    kind: 'table' | 'bitmap',
    layer: number,
    offset: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const key = `${layer} ${offset}`;
    const at = this.kept.findIndex((each) => each.key === key);
    const [found] = at < 0 ? [] : this.kept.splice(at, 1);
    const bytes = found ? new Uint8Array(found.bytes) : new Uint8Array(SECTOR);
    if (!found) {
      this.requests.push({ kind, layer, offset, lengthBytes: SECTOR });
      await this.images[layer]?.file.read(offset, bytes);
    }
    this.kept.push({ key, bytes });
    while (this.kept.length > this.cacheSectors) this.kept.shift();
    return bytes;
  }
}

async function openPlain(file: RandomAccessFile): Promise<PlainImage> {
  const footer = new Uint8Array(SECTOR);
  await file.read(file.sizeBytes - SECTOR, footer);
  const isVhd = new TextDecoder('latin1').decode(footer.subarray(0, 8)) === 'conectix';
  if (!isVhd) return { file, sectors: file.sizeBytes / SECTOR, table: null };
  const view = new DataView(footer.buffer);
  const sectors = Math.floor(Number(view.getBigUint64(48)) / SECTOR);
  const type = view.getUint32(60);
  if (type === 2) return { file, sectors, table: null };
  const header = new DataView(new ArrayBuffer(1024));
  await file.read(Number(view.getBigUint64(16)), new Uint8Array(header.buffer));
  const blockSectors = header.getUint32(32) / SECTOR;
  const table = {
    offset: Number(header.getBigUint64(16)),
    entries: header.getUint32(28),
    blockSectors,
    bitmapSectors: Math.ceil(blockSectors / 8 / SECTOR),
    hasParent: type === 4,
  };
  return { file, sectors, table };
}
