/** The oracle of the end-to-end tests has an oracle of its own: 7-Zip, which reads chains. */
import SevenZip from '7z-wasm';
import { expect, test } from 'vitest';
import {
  chainFiles,
  diskOfDynamicVhd,
  fixedVhdBytes,
  idOf,
  sha256,
  type VhdFile,
} from '../../support/vhdFiles.ts';

/** The disk as 7-Zip sees it from `name`; the parents lie beside it. */
async function disk(files: readonly Pick<VhdFile, 'name' | 'bytes'>[], name: string): Promise<Uint8Array> {
  const said: string[] = [];
  const sevenZip = await SevenZip({ print: (line) => said.push(line), printErr: (line) => said.push(line) });
  for (const file of files) sevenZip.FS.writeFile(file.name, file.bytes);
  sevenZip.callMain(['x', '-tVHD', '-oout', '-y', name]);
  const [image] = sevenZip.FS.readdir('out').filter((entry: string) => !entry.startsWith('.'));
  if (!image) throw new Error(said.join('\n'));
  return sevenZip.FS.readFile(`out/${image}`);
}

test.each([1, 2, 3])('7-Zip sees the same disk from every file of a chain, seed %i', async (seed) => {
  const files = chainFiles({ seed, depth: 2, sizeBytes: 9 * 2 ** 20 + 512 });
  for (const file of files) expect(sha256(await disk(files, file.name))).toBe(sha256(file.disk));
});

test('7-Zip sees the same fixed disk, and the reader of dynamic files agrees', async () => {
  const [base] = chainFiles({ depth: 0, sizeBytes: 5 * 2 ** 20 });
  if (!base) throw new Error('there is a base');
  expect(sha256(diskOfDynamicVhd(base.bytes))).toBe(sha256(base.disk));
  const fixed = { name: 'fixed.vhd', bytes: fixedVhdBytes(idOf('fixed'), base.disk) };
  expect(sha256(await disk([fixed], fixed.name))).toBe(sha256(base.disk));
});
