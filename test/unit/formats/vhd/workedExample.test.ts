/** The worked example of docs/formats/vhd.md, made by the writer: every line of bytes in the document is in the file. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { BlockWriter } from '../../../../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../../../../src/formats/vhd/create.ts';
import { idFromText } from '../../../../src/formats/vhd/uniqueId.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { bitmapOf, SECTOR } from '../../../support/imageBuilder.ts';
import { opened, rules } from '../../../support/opened.ts';

const MIB = 2 ** 20;

function id(text: string): Uint8Array {
  const bytes = idFromText(text, 'mixed-endian');
  if (!bytes) throw new Error(`${text} is no id`);
  return bytes;
}

/** Sectors 5, 6 and 100 of block 1 are written in a child of a 5 MiB disk. */
async function workedExample(): Promise<MemoryFile> {
  const name = 'base.vhd';
  const vhd = createVhd({
    type: 'differencing',
    virtualSizeBytes: 5 * MIB,
    id: id('7d8a4b30-0c2d-4e6b-9a51-5d3f7c2e1a90'),
    modified: new Date('2021-11-05T12:00:00Z'),
    parent: {
      id: id('6c0fa2d1-3b1e-4f05-8d77-90b2c4a1e653'),
      name,
      absolutePath: `C:\\disks\\${name}`,
      relativePath: `.\\${name}`,
      modified: null,
    },
  });
  const file = new MemoryFile('child.avhd');
  const writer = await BlockWriter.start(file, vhd);
  const bits = new Uint8Array(4096);
  const data = new Uint8Array(2 * MIB);
  for (const sector of [5, 6, 100]) {
    bits[sector] = 1;
    data.fill(sector, sector * SECTOR, (sector + 1) * SECTOR);
  }
  await writer.add(1, bitmapOf(512, 4096, bits), data);
  await writer.finish();
  return file;
}

describe('docs/formats/vhd.md', () => {
  let file: MemoryFile;
  beforeAll(async () => {
    file = await workedExample();
  });

  test('quotes the bytes of the worked example as they are', () => {
    const document = readFileSync(new URL('../../../../docs/formats/vhd.md', import.meta.url), 'utf8');
    const lines = [...document.matchAll(/^([0-9A-F]{8}) {2}((?:[0-9A-F]{2} ?)+)/gm)];
    expect(lines.length).toBeGreaterThan(15);
    const bytes = Buffer.from(file.bytes());
    for (const [, offset = '', digits = ''] of lines) {
      const quoted = digits.trim().split(/ +/).join('');
      const at = Number.parseInt(offset, 16);
      expect(
        bytes
          .subarray(at, at + quoted.length / 2)
          .toString('hex')
          .toUpperCase(),
        `bytes at ${offset}`,
      ).toBe(quoted);
    }
    expect(document).toContain(`${file.sizeBytes.toLocaleString('en').replaceAll(',', ' ')} bytes`);
  });

  test('says of the example what opening it says', async () => {
    const image = await opened(file);
    expect(rules(image)).toEqual([]);
    expect(image.structures.map(({ name, offset }) => [name, offset])).toEqual([
      ['Footer copy', 0],
      ['Dynamic disk header', 0x200],
      ['Parent locator W2ku data', 0x1000],
      ['Block allocation table', 0x2000],
      ['Parent locator W2ru data', 0x3000],
      ['Footer', file.sizeBytes - 512],
    ]);
  });
});
