import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SECTOR_BYTES } from '../../../src/base/units.ts';
import { assemble, type Forest } from '../../../src/chain/assemble.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { openImage } from '../../../src/formats/openImage.ts';
import { buildSample, SAMPLE_SEED, type SampleFile } from '../../../src/lab/sample.ts';
import { type SampleLayer, sampleLayers } from '../../../src/lab/sampleStory.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';

let sample: SampleFile[];
let layers: SampleLayer[];
let forest: Forest;

beforeAll(async () => {
  sample = await buildSample();
  layers = sampleLayers(SAMPLE_SEED);
  const files = [];
  for (const { name, file } of sample) {
    const image = await openImage(file);
    if (!('tables' in image)) throw new Error(`${name} was refused: ${JSON.stringify(image.findings)}`);
    files.push({ image, path: name });
  }
  forest = assemble(files);
});

/** A file's table and bitmaps in plain arrays: the slow and obvious way to read it. */
interface PlainLayer {
  readonly image: DiskImage;
  /** Sector of the bitmap by block; absent where unused. */
  readonly places: ReadonlyMap<number, number>;
  readonly bitmaps: ReadonlyMap<number, Uint8Array>;
}

async function plainLayer(image: DiskImage): Promise<PlainLayer> {
  const { tables, file } = image;
  if (tables.kind !== 'vhd-blocks') throw new Error('the sample has no flat files');
  const bat = Buffer.alloc(tables.batEntries * 4);
  await file.read(tables.batOffset, bat);
  const places = new Map<number, number>();
  const bitmaps = new Map<number, Uint8Array>();
  for (let block = 0; block < tables.batEntries; block++) {
    const place = bat.readUInt32BE(block * 4);
    if (place === 0xffffffff) continue;
    const bitmap = new Uint8Array(tables.bitmapBytes);
    await file.read(place * SECTOR_BYTES, bitmap);
    places.set(block, place);
    bitmaps.set(block, bitmap);
  }
  return { image, places, bitmaps };
}

/** One sector through the chain: the newest file that has its bit set answers. */
async function sectorFrom(
  plain: readonly PlainLayer[],
  index: number,
  sector: number,
): Promise<Buffer | null> {
  const perBlock = 4096;
  for (let at: number | null = index; at !== null; at = forest.links[at]?.parent ?? null) {
    const layer: PlainLayer | undefined = plain[at];
    const block = Math.floor(sector / perBlock);
    const bit = sector % perBlock;
    const place = layer?.places.get(block);
    if (!layer || place === undefined) continue;
    const present = ((layer.bitmaps.get(block)?.[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0;
    if (layer.image.type === 'differencing' && !present) continue;
    const bytes = Buffer.alloc(SECTOR_BYTES);
    await layer.image.file.read((place + 1 + bit) * SECTOR_BYTES, bytes);
    return bytes;
  }
  return null;
}

describe('the sample', { timeout: 60_000 }, () => {
  it('is seven files, small in memory, in one tree and an orphan', () => {
    expect(sample).toHaveLength(7);
    const held = sample.reduce(
      (sum, { file }) => sum + (file instanceof MemoryFile ? file.content.heldBytes : 0),
      0,
    );
    expect(held).toBeLessThan(16 * 2 ** 20);
    const sizes = sample.reduce((sum, { file }) => sum + file.sizeBytes, 0);
    expect(sizes).toBeLessThan(400 * 2 ** 20);
    expect(forest.roots).toHaveLength(2);
    expect(forest.orphans.map((file) => forest.files[file]?.path)).toEqual([
      expect.stringContaining('3B7F18A9'),
    ]);
  });

  it('is seen from a leaf five layers deep', () => {
    const [leaf = -1] = forest.leaves;
    expect(forest.files[leaf]?.path).toContain('C93D0B6A');
    expect(forest.links[leaf]).toMatchObject({ layers: 5, complete: true, state: 'whole' });
    expect(forest.leaves.map((file) => forest.files[file]?.path.slice(11, 19))).toEqual([
      'C93D0B6A',
      'F2086E11',
      '3B7F18A9',
    ]);
  });

  it('has just the troubles that it is meant to show', () => {
    const found = forest.files.flatMap(({ image, path }, file) =>
      [...image.findings, ...(forest.links[file]?.findings ?? [])].map(({ rule, severity, code }) => ({
        file: path.replace('SRV-FILE01', '').slice(1, 9),
        rule,
        severity,
        code,
      })),
    );
    expect(found.filter(({ severity }) => severity !== 'note')).toEqual([
      { file: 'F2086E11', rule: expect.any(String), severity: 'warning', code: '0xC03A0001' },
      { file: '3B7F18A9', rule: 'parent-missing', severity: 'error', code: '0xC03A000D' },
    ]);
    expect(found.filter(({ severity }) => severity === 'note').map(({ rule }) => rule)).toEqual([
      'several-children',
    ]);
  });

  it('reads as what its guest wrote, at every sector that any layer holds', { timeout: 60_000 }, async () => {
    const plain = await Promise.all(forest.files.map(({ image }) => plainLayer(image)));
    const written = new Set(layers.flatMap(({ disk }) => [...disk.keys()]));
    expect(written.size).toBeGreaterThan(5000);
    for (const [index, layer] of layers.entries()) {
      const wrong: number[] = [];
      for (const sector of written) {
        const expected = layer.disk.get(sector);
        const found = await sectorFrom(plain, index, sector);
        if (expected ? found?.compare(expected) !== 0 : found?.some((byte) => byte !== 0)) wrong.push(sector);
      }
      expect(wrong, layer.name).toEqual([]);
    }
  });

  it('holds partial bitmaps, written zeros over data, and runs that are not aligned', () => {
    const children = layers.filter(({ parent }) => parent !== null);
    const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
    const base = layers[0]?.disk;
    const july = children.find(({ name }) => name.includes('7D8A4B30'));
    const hidden = [...(july?.disk ?? [])].filter(([sector, bytes]) => {
      const before = base?.get(sector);
      return isZero(bytes) && before !== undefined && !isZero(before);
    });
    expect(hidden.length).toBeGreaterThan(5);
    expect(children.some(({ writes }) => writes.some(({ firstSector }) => firstSector % 8 !== 0))).toBe(true);
    for (const { writes } of children) {
      const perBlock = new Map<number, Set<number>>();
      for (const { firstSector, bytes } of writes) {
        for (let i = 0; i < bytes.length / SECTOR_BYTES; i++) {
          const block = Math.floor((firstSector + i) / 4096);
          perBlock.set(block, (perBlock.get(block) ?? new Set()).add(firstSector + i));
        }
      }
      expect([...perBlock.values()].every(({ size }) => size < 4096)).toBe(true);
      expect(perBlock.size).toBeGreaterThan(5);
    }
  });

  it('has text that a search finds', () => {
    const text = (layer: SampleLayer | undefined, needle: string) =>
      [...(layer?.disk.values() ?? [])].filter((bytes) => Buffer.from(bytes).includes(needle)).length;
    expect(text(layers[0], 'invoice')).toBeGreaterThan(3);
    expect(text(layers[5], 'Copper wire for Basel')).toBe(1);
    expect(text(layers[0], 'Copper wire for Basel')).toBe(0);
  });

  it('is the same bytes on every run', async () => {
    const digest = async (files: readonly SampleFile[]) => {
      const hash = createHash('sha256');
      for (const { name, file } of files) {
        const bytes = new Uint8Array(file.sizeBytes);
        await file.read(0, bytes);
        hash.update(name).update(bytes);
      }
      return hash.digest('hex');
    };
    expect(await digest(await buildSample())).toBe(await digest(sample));
  });
});
