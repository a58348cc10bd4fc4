/**
 * Merging a child into its parent against plain positioned reads and writes, on this machine's disk. Arguments: an empty
 * folder, the compiled core. Prints figures as JSON.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import { MIB } from '../src/base/units.ts';
import type { CoreModule } from '../src/core/core.ts';
import { NodeFolder } from '../src/storage/nodeFolder.ts';
import type { Figure } from './figures.ts';
import { measureCase, mergeCases, type PlainFiles } from './mergeFigures.ts';

const [work = '', coreFile = '', only = ''] = process.argv.slice(2);
const ROUNDS = 5;
const buffer = new Uint8Array(2 * MIB);

function copyEach(
  from: number,
  to: number,
  pieces: readonly { from: number; to: number; lengthBytes: number }[],
) {
  for (const { from: at, to: place, lengthBytes } of pieces) {
    fs.readSync(from, buffer, 0, lengthBytes, at);
    fs.writeSync(to, buffer, 0, lengthBytes, place);
  }
  fs.fdatasyncSync(to);
}

const plain: PlainFiles = {
  async copy(name, pieces) {
    const copy = path.join(work, 'copy');
    const from = fs.openSync(path.join(work, name), 'r');
    const to = fs.openSync(copy, 'w');
    let end = 0;
    const placed = pieces.map((piece) => {
      const here = { ...piece, to: end };
      end += piece.lengthBytes;
      return here;
    });
    const start = performance.now();
    copyEach(from, to, placed);
    const ms = performance.now() - start;
    fs.closeSync(from);
    fs.closeSync(to);
    fs.unlinkSync(copy);
    return ms;
  },
  async copyRuns(fromName, toName, runs) {
    const from = fs.openSync(path.join(work, fromName), 'r');
    const to = fs.openSync(path.join(work, toName), 'r+');
    const start = performance.now();
    copyEach(from, to, runs);
    const ms = performance.now() - start;
    fs.closeSync(from);
    fs.closeSync(to);
    return ms;
  },
};

const module: CoreModule = await WebAssembly.compile(new Uint8Array(fs.readFileSync(coreFile)));
const place = { folder: new NodeFolder(work), module, plain };
const printed: Figure[] = [];
for (const each of mergeCases([0.7, 0.7, 0.7])) {
  if (!each.name.includes(only)) continue;
  const terminal = { ...each, name: `terminal: ${each.name}` };
  printed.push(...(await measureCase(place, terminal, ROUNDS)));
}
console.log(JSON.stringify(printed));
