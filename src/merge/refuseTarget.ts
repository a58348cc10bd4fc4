/** Why a file with blocks is not merged into. */
import { hexOffset } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import { grouped, MIB } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { FileEnd } from '../formats/vhd/allocateBlock.ts';
import { type BlockTables, ENTRY_BYTES, roundUp } from '../formats/vhd/blockAllocationTable.ts';
import { ALIGNMENT_BYTES } from '../formats/vhd/create.ts';

/** Most bytes before a footer that are looked through. */
const STRAY_LIMIT_BYTES = 64 * MIB;

/** The end of the file is given up and made anew: nothing may lie there that no structure tells of. */
export async function refuseStrayData(image: DiskImage, end: FileEnd): Promise<void> {
  const trailing = image.findings.find(({ rule }) => rule === 'trailing-data');
  if (trailing) throw damagedTarget(image, trailing.message);
  const gapBytes = end.footerOffset - end.contentEnd;
  if (gapBytes < ALIGNMENT_BYTES) return;
  const gap = new Uint8Array(Math.min(gapBytes, STRAY_LIMIT_BYTES));
  await image.file.read(end.contentEnd, gap);
  // A table may go on behind its last entry, with entries that no block has.
  const padding = roundUp(end.contentEnd, ALIGNMENT_BYTES) - end.contentEnd;
  const isEmpty = (byte: number, at: number) => byte === 0 || (byte === 0xff && at < padding);
  if (gapBytes > gap.length || !gap.every(isEmpty)) {
    const found = `${grouped(gapBytes)} bytes from ${hexOffset(end.contentEnd)} on, before the footer, belong to no block`;
    throw damagedTarget(image, found);
  }
}

export function damagedTarget({ file }: DiskImage, found: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `${file.name} is damaged: ${found}`,
    where: { file: file.name, offset: 0, lengthBytes: 0 },
    meaning: 'Nothing was written: merging into a damaged file could make the damage worse.',
    remedy: 'Check it and repair it first, or merge into a new file.',
  });
}

export function tableChanged({ file }: DiskImage, { batOffset, batEntries }: BlockTables): DiskError {
  return new DiskError({
    code: 'changed',
    message: `The block table of ${file.name} is not the one that the interrupted merge left behind.`,
    where: { file: file.name, offset: batOffset, lengthBytes: batEntries * ENTRY_BYTES },
    meaning:
      'Another program wrote to the file. Nothing was written by this one; every file is kept as it is.',
    remedy:
      'Check the chain. Where it reads right, save it as a new file before anything else is done with it.',
  });
}
