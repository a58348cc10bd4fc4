/** What the hex view is told: every byte of every structure has a field, and a window of the file shows what lies in it. */
import { describe, expect, test } from 'vitest';
import type { Annotation } from '../../../../src/formats/struct.ts';
import { annotateBlocks, blockPlaces } from '../../../../src/formats/vhd/blockAllocationTable.ts';
import { VHD_RULES } from '../../../../src/formats/vhd/findings.ts';
import { buildImage, mixedEndianId, utf16le } from '../../../support/imageBuilder.ts';
import { batOf, opened } from '../../../support/opened.ts';

const BLOCK = 4096;
const parent = {
  id: mixedEndianId(3),
  name: 'C:\\base.vhd',
  locators: [{ platform: 'W2ku', data: utf16le('C:\\base.vhd') }],
};
const built = buildImage({
  type: 'differencing',
  virtualSizeBytes: 4 * BLOCK - 512,
  blockSizeBytes: BLOCK,
  parent,
  blocks: [3, 0].map((block) => [block, { data: new Uint8Array(512) }] as const),
});

/** The fields cover their structure from first to last byte, in order. */
function expectCovered({ name, offset, lengthBytes, fields }: Annotation): void {
  if (!fields) return;
  let at = offset;
  for (const field of fields) {
    expect(field.offset, `${name}: ${field.name}`).toBe(at);
    expect(field.value.length + field.explanation.length).toBeGreaterThan(0);
    at += field.lengthBytes;
    if (field.fields) expectCovered(field);
  }
  expect(at).toBe(offset + lengthBytes);
}

describe('structures', () => {
  test('every byte of footer, copy and header belongs to a field that explains it', async () => {
    const image = await opened(built);
    const withFields = image.structures.filter(({ fields }) => fields);
    expect(withFields.map(({ name }) => name)).toEqual(['Footer copy', 'Dynamic disk header', 'Footer']);
    for (const structure of withFields) expectCovered(structure);
  });

  test('fields read their bytes out in words', async () => {
    const image = await opened(built);
    const field = (structure: string, name: string) =>
      image.structures.find((each) => each.name === structure)?.fields?.find((each) => each.name === name);
    expect(field('Footer', 'cookie')?.value).toBe('“conectix”');
    expect(field('Footer', 'diskType')?.value).toBe('4 (differencing)');
    expect(field('Footer', 'creatorVersion')?.value).toBe('10.0');
    expect(field('Footer', 'timeStamp')?.value).toBe('2022-03-07 20:26:40 UTC');
    expect(field('Dynamic disk header', 'parentUnicodeName')?.value).toBe('“C:\\base.vhd”');
    const locator = field('Dynamic disk header', 'parentLocator1');
    expect(locator?.fields?.map(({ name }) => name)).toEqual([
      'platformCode',
      'platformDataSpace',
      'platformDataLength',
      'reserved',
      'platformDataOffset',
    ]);
    expect(image.structures.find(({ name }) => name === 'Parent locator W2ku data')?.value).toBe(
      '“C:\\base.vhd”',
    );
  });

  test('annotations survive structured cloning with their fields', async () => {
    const { structures } = await opened(built);
    expect(structuredClone(structures)).toEqual(structures);
  });
});

describe('annotateBlocks', () => {
  async function annotated(offset: number, lengthBytes: number): Promise<Annotation[]> {
    const image = await opened(built);
    if (image.tables.kind !== 'vhd-blocks') throw new Error('not a block image');
    const bat = await batOf(image);
    return annotateBlocks(image.tables, image.virtualSizeBytes, bat, blockPlaces(bat), offset, lengthBytes);
  }

  test('names table entries, bitmaps and blocks in the order of the file', async () => {
    const all = await annotated(0, built.sizeBytes);
    expect(all.map(({ name }) => name)).toEqual([
      'BAT entry 0',
      'BAT entry 1',
      'BAT entry 2',
      'BAT entry 3',
      'Bitmap of block 3',
      'Block 3',
      'Bitmap of block 0',
      'Block 0',
    ]);
    expect(all[1]).toMatchObject({ offset: built.batOffset + 4, lengthBytes: 4, value: 'unused' });
    expect(all[4]?.offset).toBe(built.places.get(3));
    expect(all[5]?.explanation).toBe(
      'Sectors 24 to 30 of the disk; the disk ends after 3.5 KiB of this block.',
    );
  });

  const placeOf = ({ name, offset, lengthBytes, value, links }: Annotation) => ({
    name,
    offset,
    lengthBytes,
    value,
    links,
  });

  test('a bitmap’s bytes in the window name the sectors that their bits stand for', async () => {
    const at = built.places.get(3) ?? 0;
    const [bitmap] = await annotated(at, 1);
    expect(bitmap?.fields).toHaveLength(1);
    // The disk ends one sector before its last block does: the byte has seven sectors.
    expect(bitmap?.fields?.[0]?.links?.map(({ offset }) => offset / 512)).toEqual([
      24, 25, 26, 27, 28, 29, 30,
    ]);
  });

  test('every window shows exactly what touches it', async () => {
    const all = await annotated(0, built.sizeBytes);
    for (let offset = 0; offset < built.sizeBytes; offset += 251) {
      for (const length of [1, 16, 600]) {
        const touching = all.filter(
          (each) => each.offset < offset + length && each.offset + each.lengthBytes > offset,
        );
        expect((await annotated(offset, length)).map(placeOf)).toEqual(touching.map(placeOf));
      }
    }
  });
});

test('every rule says what it means and what can be done, and codes are spelled as Windows spells them', () => {
  for (const [name, { code, meaning, remedy }] of Object.entries(VHD_RULES)) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(meaning).toMatch(/\.$/);
    expect(remedy).toMatch(/\.$/);
    if (code !== null) expect(code).toMatch(/^0xC03A00[01][0-9A-F]$/);
  }
});
