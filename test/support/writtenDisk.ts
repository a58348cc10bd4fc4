/** A disk that is written to, with a flat array beside it: what every sector must read, and everything that shows it. */
import { expect } from 'vitest';
import { Prng } from '../../src/base/prng.ts';
import type { DiskChain } from '../../src/chain/diskChain.ts';
import type { OpenChainOptions } from '../../src/chain/openChain.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { Finding } from '../../src/formats/finding.ts';
import { MemoryFile } from '../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { SECTOR } from './imageBuilder.ts';
import { openFiles, passOver, sameBytes } from './openedChain.ts';

export const SMALLEST_CACHES = { ownerBytes: 1, pageBytes: 1 };

/** The same bytes, open for writing. */
export function writableFile(file: MemoryFile): MemoryFile {
  return new MemoryFile(file.name, file.content, 'read-write');
}

/** Files leaf first, the leaf for writing. */
export async function openToWrite(
  module: CoreModule,
  files: readonly RandomAccessFile[],
  options: Partial<OpenChainOptions> = {},
): Promise<DiskChain> {
  return openFiles(module, files, true, { writable: true, ...options });
}

/** Rules of the chain's errors and warnings. */
export function concerns(disk: DiskChain): string[] {
  const all: readonly Finding[] = [...disk.layers.flatMap((layer) => layer.findings), ...disk.findings];
  return all.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule);
}

/** A disk and its truth, written to together. */
export class WrittenDisk {
  readonly truth: Uint8Array;
  private readonly prng: Prng;
  private serial = 0;

  constructor(
    readonly disk: DiskChain,
    truth: Uint8Array,
    seed: number,
    private readonly label: string,
  ) {
    this.truth = truth.slice();
    this.prng = new Prng(seed);
  }

  /** Short and long ranges, beginning and ending anywhere. */
  range(): [first: number, count: number] {
    const { sectorCount } = this.disk;
    const first = this.prng.below(sectorCount);
    const longest = this.prng.below(4) === 0 ? sectorCount - first : Math.min(sectorCount - first, 12);
    return [first, 1 + this.prng.below(longest)];
  }

  /** New bytes, different in every sector and every write; now and then zeros. */
  content(count: number): Uint8Array {
    const bytes = new Uint8Array(count * SECTOR);
    this.serial++;
    if (this.prng.below(4) === 0) return bytes;
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      bytes.fill(this.prng.next(), i * SECTOR, (i + 1) * SECTOR);
      view.setUint32(i * SECTOR, this.serial);
      view.setUint32(i * SECTOR + 4, i);
    }
    return bytes;
  }

  async write(range = this.range()): Promise<void> {
    const [first, count] = range;
    const bytes = this.content(count);
    await this.disk.write(first, bytes);
    this.truth.set(bytes, first * SECTOR);
  }

  async expectRead([first, count] = this.range()): Promise<void> {
    const target = new Uint8Array(count * SECTOR).fill(0xee);
    await this.disk.read(first, target);
    const wanted = this.truth.subarray(first * SECTOR, (first + count) * SECTOR);
    if (!sameBytes(target, wanted)) expect.fail(`${this.label}: sectors ${first} + ${count} read wrong`);
  }

  /** The walk finds what the index finds, and the bytes stand there. */
  async expectTrace([first, count] = this.range()): Promise<void> {
    const trace = await this.disk.trace(first, count);
    expect(trace.extents, this.label).toEqual(await this.disk.extents(first, trace.sectorCount));
    for (const extent of trace.extents) {
      const bytes = new Uint8Array(extent.sectorCount * SECTOR);
      if (extent.kind === 'data') await this.disk.layers[extent.layer]?.file.read(extent.fileOffset, bytes);
      const from = extent.firstSector * SECTOR;
      const isRight = sameBytes(bytes, this.truth.subarray(from, from + bytes.length));
      if (!isRight) expect.fail(`${this.label}: the extent at sector ${extent.firstSector} lies`);
    }
  }

  /** Shares of each unit, the survey and the map are counts of the extents. */
  async expectCounts(): Promise<void> {
    const { disk } = this;
    const columns = disk.layers.length + 2;
    const wanted = new Uint16Array(disk.unitCount * columns);
    for (const { kind, layer, firstSector, sectorCount } of await disk.extents(0, disk.sectorCount)) {
      const column = kind === 'data' ? layer : kind === 'missing' ? columns - 2 : columns - 1;
      for (let sector = firstSector; sector < firstSector + sectorCount; sector++) {
        const at = Math.floor(sector / disk.unitSectors) * columns + column;
        wanted[at] = (wanted[at] ?? 0) + 1;
      }
    }
    expect(sameWords(await disk.unitShares(0, disk.unitCount), wanted), `${this.label}: shares`).toBe(true);
    const sums = new Array<number>(columns).fill(0);
    for (const [i, count] of wanted.entries()) sums[i % columns] = (sums[i % columns] ?? 0) + count;
    const { layers, missing, unallocated } = await disk.survey();
    expect([...layers, missing, unallocated], `${this.label}: survey`).toEqual(sums);
    const sectorCount = disk.unitCount * disk.unitSectors;
    if (sectorCount !== disk.sectorCount) return;
    const map = await disk.map({ firstSector: 0, sectorCount, cells: disk.unitCount, mode: 'layer' });
    expect(map.exact).toBe(true);
    for (let unit = 0; unit < disk.unitCount; unit++) {
      const row = wanted.subarray(unit * columns, (unit + 1) * columns);
      const newest = row.findIndex((count) => count > 0);
      expect(map.cells[unit], `${this.label}: cell ${unit}`).toBe(newest === columns - 1 ? 255 : newest);
    }
  }

  async expectWhole(disk: DiskChain, what: string): Promise<void> {
    const read = await passOver(disk, { chunkBytes: 2 ** 17 });
    if (!sameBytes(read, this.truth)) expect.fail(`${this.label}: ${what} reads otherwise`);
  }
}

function sameWords(a: Uint16Array, b: Uint16Array): boolean {
  return Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;
}
