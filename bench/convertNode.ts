/**
 * Converting against a plain copy of as many bytes, and comparing against reading both disks, on this machine's disk.
 * Arguments: an empty folder, the compiled core. Prints figures as JSON.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { MIB } from '../src/base/units.ts';
import type { DiskChain } from '../src/chain/diskChain.ts';
import { openChain } from '../src/chain/openChain.ts';
import { nodeHasher } from '../src/cli/nodeHasher.ts';
import type { CoreModule } from '../src/core/core.ts';
import { compactImage } from '../src/export/compactImage.ts';
import { compareDisks } from '../src/export/compareDisks.ts';
import { type ExportFormat, exportDisk } from '../src/export/exportDisk.ts';
import { isDiskImage, openImage } from '../src/formats/openImage.ts';
import { type FileSink, folderSink } from '../src/storage/fileSink.ts';
import { NodeFile } from '../src/storage/nodeFile.ts';
import { NodeFolder } from '../src/storage/nodeFolder.ts';
import { atLeast, type Figure, shown } from './figures.ts';
import { makeChain } from './makeChain.ts';
import { median, timed } from './timing.ts';

const [work = '', coreFile = ''] = process.argv.slice(2);
const SIZE_BYTES = 384 * MIB;
const ROUNDS = 7;
const COPY_BYTES = 2 * MIB;

/** `d0.vhd` is full; each of eight children holds 16 MiB in runs of 4 to 256 KiB. */
const SHAPE = {
  sizeBytes: SIZE_BYTES,
  depth: 8,
  baseBytes: SIZE_BYTES,
  changedBytes: 16 * MIB,
  seed: 11,
  writesData: true,
};

const source = path.join(work, 'source');
fs.mkdirSync(source);
const target = path.join(work, 'target');
fs.mkdirSync(target);
const names = await makeChain(new NodeFolder(source), SHAPE);
const module: CoreModule = await WebAssembly.compile(new Uint8Array(fs.readFileSync(coreFile)));

/** From layer `from` of the chain on. */
async function openFrom(from: number): Promise<DiskChain> {
  return openFiles(names.slice(from).map((name) => path.join(source, name)));
}

async function openFiles(files: readonly string[]): Promise<DiskChain> {
  const layers = [];
  for (const file of files) {
    const image = await openImage(new NodeFile(file));
    if (!isDiskImage(image)) throw new Error(`${file} is not a disk`);
    layers.push(image);
  }
  return openChain(module, layers, { complete: true });
}

/** What a new file costs beyond its bytes (flush, rename) is the storage's: both sides leave it out. */
function unflushed(sink: FileSink): FileSink {
  return {
    name: sink.name,
    write: (offset, bytes) => sink.write(offset, bytes),
    truncate: (sizeBytes) => sink.truncate(sizeBytes),
    close: () => sink.abort(),
    abort: () => sink.abort(),
  };
}

const newSink = async () => unflushed(await folderSink(new NodeFolder(target), 'made'));

/** As many bytes as the disk has, read from its base and written again, by nothing of ours. */
function plainCopy(hashes: boolean): void {
  const from = fs.openSync(path.join(source, names.at(-1) ?? ''), 'r');
  const copy = path.join(target, 'copy');
  const to = fs.openSync(copy, 'w');
  const buffer = new Uint8Array(COPY_BYTES);
  const hash = hashes ? createHash('sha256') : null;
  for (let at = 0; at < SIZE_BYTES; at += COPY_BYTES) {
    fs.readSync(from, buffer, 0, COPY_BYTES, at);
    hash?.update(buffer);
    fs.writeSync(to, buffer, 0, COPY_BYTES, at);
  }
  hash?.digest();
  fs.closeSync(from);
  fs.closeSync(to);
  fs.unlinkSync(copy);
}

function plainRead(files: readonly string[]): void {
  const buffer = new Uint8Array(COPY_BYTES);
  for (const file of files) {
    const from = fs.openSync(file, 'r');
    for (let at = 0; at < SIZE_BYTES; at += COPY_BYTES) fs.readSync(from, buffer, 0, COPY_BYTES, at);
    fs.closeSync(from);
  }
}

/** Plain time / our time of each round, in turns; ascending. */
async function ratios(ours: () => Promise<unknown>, plain: () => void): Promise<number[]> {
  const found: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const first = round % 2 === 0;
    const before = first ? await timed(ours) : 0;
    const plainMs = await timed(plain);
    const oursMs = first ? before : await timed(ours);
    // The first round warms up.
    if (round >= 0) found.push(plainMs / oursMs);
  }
  return found.sort((a, b) => a - b);
}

async function figures(
  name: string,
  aim: number | null,
  ours: () => Promise<unknown>,
  plain: () => void,
): Promise<Figure[]> {
  const found = await ratios(ours, plain);
  const middle = median(found);
  return [
    aim === null ? shown(name, middle, '×') : atLeast(name, middle, aim),
    shown('  smallest', found[0] ?? Number.NaN, '×'),
    shown('  largest', found.at(-1) ?? Number.NaN, '×'),
  ];
}

async function convert(disk: DiskChain, format: ExportFormat, hashes: boolean): Promise<void> {
  const identity = { id: new Uint8Array(16).fill(7), made: new Date(0) };
  await exportDisk(disk, await newSink(), { format, identity, hasher: hashes ? nodeHasher() : null });
}

const base = await openFrom(names.length - 1);
const chain = await openFrom(0);
const printed: Figure[] = [];
for (const [what, disk, format] of [
  ['dynamic → fixed', base, 'fixed'],
  ['chain of depth 8 → dynamic', chain, 'dynamic'],
] as const) {
  const without = () => convert(disk, format, false);
  printed.push(...(await figures(`convert ${what} / plain copy`, 0.6, without, () => plainCopy(false))));
  const hashing = () => convert(disk, format, true);
  const name = `convert ${what}, with SHA-256 / plain copy with SHA-256`;
  printed.push(...(await figures(name, 0.6, hashing, () => plainCopy(true))));
}
const [baseImage] = base.layers;
if (!baseImage) throw new Error('a chain has a leaf');
printed.push(
  ...(await figures(
    'compact a full dynamic disk / plain copy',
    0.6,
    async () => compactImage(baseImage, await newSink(), { module }),
    () => plainCopy(false),
  )),
);

// The same bytes in another file: all of both has to be read.
const twin = path.join(work, 'twin.vhd');
const basePath = path.join(source, names.at(-1) ?? '');
fs.copyFileSync(basePath, twin);
const other = await openFiles([twin]);
const compared = await compareDisks(base, other, { module });
if (!compared.equal || compared.sharedSectors > 0) throw new Error('The copy is not what was copied.');
printed.push(
  ...(await figures(
    'compare two equal disks / reading both',
    null,
    () => compareDisks(base, other, { module }),
    () => plainRead([basePath, twin]),
  )),
  ...(await figures(
    'compare the newest and the oldest of a chain / reading both',
    null,
    () => compareDisks(chain, base, { module }),
    () => plainRead([basePath, twin]),
  )),
);
console.log(JSON.stringify(printed));
