/** `checkBlocks` against a byte-by-byte oracle on small tables, and on a large one. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import type { DiskImage } from '../../../../src/formats/diskImage.ts';
import { blockPlaces } from '../../../../src/formats/vhd/blockAllocationTable.ts';
import { checkBlocks } from '../../../../src/formats/vhd/blockChecks.ts';
import { buildImage, SECTOR } from '../../../support/imageBuilder.ts';
import { batOf, opened } from '../../../support/opened.ts';

const BLOCK = 4096;
const UNUSED = 0xffffffff;

/** Who uses each sector of the file; blocks whose sectors are used twice, or not there. */
function badByBytes(image: DiskImage, entries: Uint32Array): number[] {
  if (image.tables.kind !== 'vhd-blocks') throw new Error('not a block image');
  const users = new Map<number, (number | 'structure')[]>();
  const use = (sector: number, user: number | 'structure') =>
    users.set(sector, [...(users.get(sector) ?? []), user]);
  for (const { name, offset, lengthBytes } of image.structures) {
    const length = name === 'Block allocation table' ? image.tables.batEntries * 4 : lengthBytes;
    for (let at = Math.floor(offset / SECTOR); at * SECTOR < offset + length; at++) use(at, 'structure');
  }
  const bad = new Set<number>();
  for (const [block, entry] of entries.entries()) {
    if (entry === UNUSED) continue;
    const used = Math.min(BLOCK, image.virtualSizeBytes - block * BLOCK);
    const sectors = (image.tables.bitmapBytes + used) / SECTOR;
    if ((entry + sectors) * SECTOR > image.file.sizeBytes) bad.add(block);
    for (let i = 0; i < sectors; i++) if ((entry + i) * SECTOR < image.file.sizeBytes) use(entry + i, block);
  }
  for (const each of users.values())
    if (each.length > 1) for (const user of each) if (user !== 'structure') bad.add(user);
  return [...bad].sort((a, b) => a - b);
}

function bigEndian(entries: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(entries.length * 4);
  for (const [i, entry] of entries.entries()) new DataView(bytes.buffer).setUint32(i * 4, entry);
  return bytes;
}

describe('checkBlocks', () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'finds what a list of sectors finds (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const blocks = 1 + prng.below(12);
      const data = new Uint8Array(BLOCK);
      const image = await opened(
        buildImage({
          type: 'dynamic',
          virtualSizeBytes: blocks * BLOCK - prng.below(8) * SECTOR,
          blockSizeBytes: BLOCK,
          layout: 'packed',
          gapSectors: () => prng.below(30),
          blocks: Array.from({ length: blocks }, (_, block) => [block, { data }] as const),
          slackBytes: prng.below(4) * SECTOR,
          ...(prng.below(3) === 0 ? { endFooter: 0 } : {}),
        }),
      );
      const bytes = await batOf(image);
      const entries = Uint32Array.from({ length: blocks }, (_, i) =>
        new DataView(bytes.buffer).getUint32(i * 4),
      );
      for (let changes = prng.below(4); changes > 0; changes--) {
        const room = Math.ceil(image.file.sizeBytes / SECTOR) + 4;
        entries[prng.below(blocks)] = prng.below(8) === 0 ? UNUSED - prng.below(2) : prng.below(room);
      }
      const check = checkBlocks(image, bigEndian(entries));
      const expected = badByBytes(image, entries);
      expect([...check.badBlocks]).toEqual(expected);
      expect(check.findings.length > 0).toBe(expected.length > 0);
      for (const finding of check.findings) expect(finding.severity).toBe('error');
    },
  );

  test('names the first few of each rule, counts the rest, and links to the entries', async () => {
    const image = await opened({ type: 'dynamic', virtualSizeBytes: 50 * BLOCK, blockSizeBytes: BLOCK });
    const entries = new Uint32Array(50).fill(10_000_000);
    const { findings, badBlocks } = checkBlocks(image, bigEndian(entries));
    const outside = findings.filter(({ rule }) => rule === 'block-outside-file');
    expect(outside.map(({ offset }) => offset)).toEqual([1536, 1540, 1544, 1536]);
    expect(outside.at(-1)?.message).toBe('50 blocks in all; the first 3 are named.');
    expect(findings.length).toBeLessThanOrEqual(12);
    expect(badBlocks.length).toBe(50);
  });

  test('a block on top of the footer at the end is told from one beyond the file', async () => {
    const built = buildImage({
      type: 'dynamic',
      virtualSizeBytes: BLOCK,
      blockSizeBytes: BLOCK,
      slackBytes: 9 * SECTOR,
    });
    const image = await opened(built);
    const rulesAt = (sector: number) =>
      checkBlocks(image, bigEndian(Uint32Array.of(sector))).findings.map(({ rule }) => rule);
    const footer = built.footerOffset / SECTOR;
    expect(rulesAt(footer - 9)).toEqual([]);
    expect(rulesAt(footer - 8)).toEqual(['block-over-structure']);
    expect(rulesAt(footer - 7)).toEqual(['block-outside-file']);
  });

  test('a last block may be cut short by the end of the file where the disk ends before', async () => {
    const built = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 3 * SECTOR,
      blockSizeBytes: BLOCK,
      blocks: [[0, { data: new Uint8Array(3 * SECTOR) }]],
      cutLastBlock: true,
      slackBytes: 0,
    });
    const image = await opened(built);
    expect(checkBlocks(image, await batOf(image)).findings).toEqual([]);
    const cut = built.bytes().subarray(0, built.footerOffset - 1);
    const short = await opened(cut);
    expect(checkBlocks(short, await batOf(short)).findings[0]).toMatchObject({
      rule: 'block-outside-file',
      code: '0xC03A000A',
    });
  });

  test('a million shuffled entries are judged, and a million bad ones told in a few findings', async () => {
    const count = 2 ** 20;
    const image = await opened({
      type: 'dynamic',
      virtualSizeBytes: count * BLOCK,
      blockSizeBytes: BLOCK,
      geometry: [65535, 16, 255],
    });
    const prng = new Prng(7);
    const entries = Uint32Array.from({ length: count }, (_, i) => 20_000 + i * 9);
    for (let i = count - 1; i > 0; i--) {
      const j = prng.below(i + 1);
      [entries[i], entries[j]] = [entries[j] ?? 0, entries[i] ?? 0];
    }
    const bytes = bigEndian(entries);
    const large = { ...image, file: { ...image.file, sizeBytes: 2 ** 40 } } as DiskImage;
    const check = checkBlocks(large, bytes);
    expect(check.summary).toEqual({ allocated: count, total: count, strideSectors: 9, aligned4k: false });
    expect(check.badBlocks.length).toBe(0);
    // The worst case for the findings: every block is bad.
    expect(checkBlocks(image, new Uint8Array(count * 4)).findings.length).toBeLessThan(12);
  });
});

describe('blockPlaces', () => {
  test('is the sorted table, for aligned and unaligned bytes', () => {
    const prng = new Prng(3);
    for (let round = 0; round < 300; round++) {
      const entries = Uint32Array.from({ length: prng.below(40) }, () =>
        prng.below(3) === 0 ? UNUSED : prng.next() >>> prng.below(32),
      );
      const bytes = bigEndian(entries);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      const expected = [...entries.entries()]
        .filter(([, entry]) => entry !== UNUSED)
        .sort(([a, x], [b, y]) => x - y || a - b);
      for (const given of [bytes, shifted.subarray(1)]) {
        const places = blockPlaces(given);
        expect([...places.blocks]).toEqual(expected.map(([block]) => block));
        expect([...places.sectors]).toEqual(expected.map(([, entry]) => entry));
      }
    }
  });
});
