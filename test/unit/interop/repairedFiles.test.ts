/** Repaired and relinked files are read alike by 7-Zip, and by vhdiinfo where it is installed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isInstalled, run } from '../../support/installed.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { chainFiles, idOf, vhdBytes } from '../../support/vhdFiles.ts';
import { repaired } from '../check/repair/repairing.ts';

const SECTOR = 512;
const chain = chainFiles({ seed: 61, depth: 2, sizeBytes: 8 * 2 ** 20 });
const [base, middle, leaf] = chain;
if (!base || !middle || !leaf) throw new Error('a chain of three');

/** 7-Zip gives up on a file without a footer at its end: what it reads of such a file was repaired. */
const DAMAGES: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  'the footer lost': (bytes) => bytes.fill(0, bytes.length - SECTOR),
  'the copy of the footer lost': (bytes) => bytes.fill(0, 0, SECTOR),
  'the checksum of the header wrong': (bytes) => bytes.fill(0x5a, SECTOR + 36, SECTOR + 40),
  'the checksum of the footer wrong': (bytes) =>
    bytes.fill(0x5a, bytes.length - SECTOR + 64, bytes.length - SECTOR + 68),
  'bytes appended': (bytes) => {
    const longer = new Uint8Array(bytes.length + 3000).fill(0x21);
    longer.set(bytes);
    return longer;
  },
};

async function readBySevenZip(
  files: readonly { name: string; bytes: Uint8Array }[],
  name: string,
  size: number,
) {
  const folder = await SevenZipFolder.with(files);
  const read = new Uint8Array(size);
  expect(folder.read(name, (offset, bytes) => read.set(bytes, offset))).toBe(size);
  return read;
}

describe('repaired files', { timeout: 60_000 }, () => {
  test.each(Object.entries(DAMAGES))('%s: 7-Zip reads the chain as it was', async (_title, damage) => {
    for (const damaged of [leaf, middle]) {
      const { bytes, plan } = await repaired(damage(Uint8Array.from(damaged.bytes)), {}, damaged.name);
      expect(plan.steps).not.toEqual([]);
      const files = chain.map((file) => (file === damaged ? { name: file.name, bytes } : file));
      const read = await readBySevenZip(files, leaf.name, leaf.disk.length);
      expect(sameBytes(read, leaf.disk)).toBe(true);
    }
  });
});

describe('relinked files', { timeout: 60_000 }, () => {
  const id = idOf('restored from elsewhere');
  const name = 'restored.vhd';
  const content = {
    id,
    sizeBytes: base.disk.length,
    blockSizeBytes: 2 ** 21,
    parent: null,
    sectors: base.sectors,
  };
  const parent = { name, bytes: vhdBytes(content) };
  const link = { id, name, relativePath: `.\\${name}`, absolutePath: `D:\\vm\\${name}`, modified: null };

  test('7-Zip finds the new parent and reads the same', async () => {
    const { bytes } = await repaired(Uint8Array.from(middle.bytes), { parent: link }, middle.name);
    const files = [{ name: middle.name, bytes }, parent];
    const read = await readBySevenZip(files, middle.name, middle.disk.length);
    expect(sameBytes(read, middle.disk)).toBe(true);
  });

  test.skipIf(!isInstalled('vhdiinfo'))('vhdiinfo names the new parent', async () => {
    const { bytes } = await repaired(Uint8Array.from(middle.bytes), { parent: link }, middle.name);
    const file = join(temporaryFolder(), middle.name);
    writeFileSync(file, bytes);
    const told = run('vhdiinfo', file);
    expect(/Parent filename\s*: (.*)/.exec(told)?.[1]).toContain(name);
    expect(/Parent identifier\s*: (.*)/.exec(told)?.[1]?.replaceAll('-', '')).toBe(id.toString('hex'));
  });
});
