/** 7-Zip's parts: shipped as they came, in a folder of their own, with the texts of their licences. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

export const SEVEN_ZIP_PACKAGE = path.join(ROOT, 'node_modules/7z-wasm');
/** Beside the page, and beside the program for terminals. */
export const SEVEN_ZIP_FOLDER = '7-zip';
export const SEVEN_ZIP_PROGRAM = ['7zz.es6.js', '7zz.wasm'];
export const SEVEN_ZIP_TEXTS = ['License.txt', 'unRarLicense.txt'];
/** The package names this licence without giving its text; everything in public/ is a part of the page already. */
export const LGPL_FILE = path.join(ROOT, 'public', SEVEN_ZIP_FOLDER, 'LGPL-2.1.txt');

/** Every shipped file: its name in the folder, and where it comes from. */
export const SEVEN_ZIP_PARTS = [
  ...[...SEVEN_ZIP_PROGRAM, ...SEVEN_ZIP_TEXTS].map((name) => ({
    name,
    from: path.join(SEVEN_ZIP_PACKAGE, name),
  })),
  { name: path.basename(LGPL_FILE), from: LGPL_FILE },
];

/** Copies all parts into `folder`, for the program for terminals. */
export function copySevenZip(folder) {
  mkdirSync(folder, { recursive: true });
  for (const { name, from } of SEVEN_ZIP_PARTS) copyFileSync(from, path.join(folder, name));
}
