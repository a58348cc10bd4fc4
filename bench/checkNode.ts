/**
 * What a check of a huge block table costs beside reading it: a dynamic disk of 2040 GiB, every block allocated, bitmaps of
 * ones, laid out as Windows 10 does, in a sparse file. Arguments: a folder to work in, the compiled core. Prints figures as JSON.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { must } from '../src/base/assert.ts';
import { viewOf } from '../src/base/bytes.ts';
import { GIB, MIB, SECTOR_BYTES } from '../src/base/units.ts';
import { checkBlockTable } from '../src/check/blocks/checkBlockTable.ts';
import type { DiskImage } from '../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../src/formats/openImage.ts';
import { NodeFile } from '../src/storage/nodeFile.ts';
import { NodeFolder } from '../src/storage/nodeFolder.ts';
import { atMost, type Figure, shown } from './figures.ts';
import { makeChain } from './makeChain.ts';
import { median, timed } from './timing.ts';

const DISK_BYTES = 2040 * GIB;
const SHAPE = {
  sizeBytes: DISK_BYTES,
  depth: 0,
  baseBytes: DISK_BYTES,
  changedBytes: 0,
  seed: 5,
  writesData: false,
};
const ROUNDS = 5;
const TABLE_READ_BYTES = 8 * MIB;
const BATCH_BYTES = 4 * MIB;

/** The same reads without a look at what they bring: the table, then each bitmap where it lies. */
function readOnly({ file, tables }: DiskImage): void {
  if (tables.kind !== 'vhd-blocks') throw new Error('the disk has no blocks');
  const { batOffset, batEntries, bitmapBytes } = tables;
  const readNow = must(file.readNow?.bind(file), 'files of Node answer at once');
  const bat = new Uint8Array(batEntries * 4);
  for (let at = 0; at < bat.length; at += TABLE_READ_BYTES) {
    readNow(batOffset + at, bat.subarray(at, at + TABLE_READ_BYTES));
  }
  const batch = new Uint8Array(BATCH_BYTES);
  const slots = Array.from({ length: BATCH_BYTES / bitmapBytes }, (_, i) =>
    batch.subarray(i * bitmapBytes, (i + 1) * bitmapBytes),
  );
  const view = viewOf(bat);
  for (let block = 0; block < batEntries; block++) {
    readNow(view.getUint32(block * 4) * SECTOR_BYTES, must(slots[block % slots.length], 'a slot'));
  }
}

async function main([folder = '', core = '']: readonly string[]): Promise<Figure[]> {
  const module = await WebAssembly.compile(new Uint8Array(await readFile(core)));
  const [name = ''] = await makeChain(new NodeFolder(folder), SHAPE);
  const filePath = path.join(folder, name);
  const file = new NodeFile(filePath);
  try {
    const image = await openImage(file);
    if (!isDiskImage(image)) throw new Error('the disk was refused');
    const check = async () => {
      const { findings, blocks } = await checkBlockTable(image, { module, now: new Date() });
      if (findings.length > 0 || blocks?.allocated !== blocks?.total)
        throw new Error('the check found something');
    };
    return await compare(() => readOnly(image), check);
  } finally {
    await file.close();
    await rm(filePath);
  }
}

/** Each round times both, one after the other, swapping who goes first. */
async function compare(read: () => void, check: () => Promise<void>): Promise<Figure[]> {
  read();
  await check();
  const reads: number[] = [];
  const checks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) reads.push(await timed(read));
    checks.push(await timed(check));
    if (round % 2 === 1) reads.push(await timed(read));
  }
  const ratios = checks.map((ms, i) => ms / (reads[i] ?? Number.NaN));
  const label = 'check of a 2040 GiB, fully allocated map beside reading its table and bitmaps';
  return [
    atMost(label, median(ratios), 3),
    shown('  smallest of its rounds', Math.min(...ratios), '×'),
    shown('  largest of its rounds', Math.max(...ratios), '×'),
    ...spread('checking', checks),
    ...spread('reading alone', reads),
  ];
}

function spread(what: string, ms: readonly number[]): Figure[] {
  const seconds = (value: number) => value / 1000;
  return [
    shown(`  ${what}, median`, seconds(median(ms)), 's'),
    shown(`  ${what}, least`, seconds(Math.min(...ms)), 's'),
    shown(`  ${what}, most`, seconds(Math.max(...ms)), 's'),
  ];
}

console.log(JSON.stringify(await main(process.argv.slice(2))));
