/** 7-Zip's parts in the built page and program: the package's own files, byte for byte, and every one listed for offline use. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SEVEN_ZIP_FOLDER, SEVEN_ZIP_PARTS } from '../../../tools/seven-zip.mjs';
import { assetFileName } from '../../../tools/vite-plugins.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const builtOf = (part: string) => path.join(ROOT, 'dist', part);

test('the script and the program keep their names; other assets get a hash', () => {
  expect(assetFileName({ names: ['7zz.wasm'] })).toBe('7-zip/[name][extname]');
  expect(assetFileName({ names: ['7zz.es6.js'] })).toBe('7-zip/[name][extname]');
  expect(assetFileName({ names: ['core.wasm'] })).toBe('assets/[name]-[hash][extname]');
});

for (const part of ['app', 'cli']) {
  test.skipIf(!existsSync(builtOf(part)))(`dist/${part} (needs the build) holds them as they came`, () => {
    expect(SEVEN_ZIP_PARTS).toHaveLength(5);
    for (const { name, from } of SEVEN_ZIP_PARTS) {
      const built = readFileSync(path.join(builtOf(part), SEVEN_ZIP_FOLDER, name));
      expect(built.equals(readFileSync(from)), name).toBe(true);
    }
  });
}

test.skipIf(!existsSync(builtOf('app')))(
  'the page (needs the build) keeps them offline and names their licences',
  () => {
    const worker = readFileSync(path.join(builtOf('app'), 'sw.js'), 'utf8');
    for (const { name } of SEVEN_ZIP_PARTS) expect(worker).toContain(`"./${SEVEN_ZIP_FOLDER}/${name}"`);
    const licences = readFileSync(path.join(builtOf('app'), 'licences.txt'), 'utf8');
    for (const { name, from } of SEVEN_ZIP_PARTS)
      if (name.endsWith('.txt')) expect(licences).toContain(readFileSync(from, 'utf8').trim());
  },
);
