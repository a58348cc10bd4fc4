/** Why a file is not written to, and what stands on the disk after a write that failed. */
import { DiskError } from '../base/errors.ts';
import { grouped, type SectorRange } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import type { BlockTables } from '../formats/vhd/blockAllocationTable.ts';
import { ENTRY_BYTES } from '../formats/vhd/blockAllocationTable.ts';

/** Warnings under which a cut in the middle of a write could take the whole file. */
const UNSAFE: ReadonlySet<string> = new Set(['footer-copy-missing', 'footer-copy-differs', 'bat-unaligned']);

/**
 * Throws 'permission' where the file is open for reading only, and 'corrupt' where something is wrong with it that a
 * write could make worse: any error, and what takes away the second footer that a cut needs. `findings` are the file's own.
 */
export function checkWritableLeaf(image: DiskImage, findings: readonly Finding[]): void {
  const { file } = image;
  const where = { file: file.name, offset: 0, lengthBytes: 0 };
  if (file.access !== 'read-write') {
    throw new DiskError({
      code: 'permission',
      message: `${file.name} is open for reading only; writing to the disk needs it open for writing.`,
      where,
      meaning: 'Nothing was written.',
      remedy: 'Open the file for writing, or write to a new checkpoint of it.',
    });
  }
  const obstacle = findings.find((each) => each.severity === 'error' || UNSAFE.has(each.rule));
  if (!obstacle) return;
  throw new DiskError({
    code: 'corrupt',
    message: `${file.name} is not written to: ${obstacle.message}`,
    where: { file: obstacle.file, offset: obstacle.offset, lengthBytes: obstacle.lengthBytes },
    meaning: `${obstacle.meaning} Writing could take away what can still be read, so nothing was written.`,
    remedy: `Repair the file first. ${obstacle.remedy}`,
  });
}

export function openForReading(image: DiskImage): DiskError {
  return new DiskError({
    code: 'permission',
    message: `The disk of ${image.file.name} was opened for reading.`,
    where: { file: image.file.name, offset: 0, lengthBytes: 0 },
    meaning: 'Nothing was written.',
    remedy: 'Open it for writing.',
  });
}

/** What became of the sectors of a write that failed. */
export type WriteState =
  /** They read as before. */
  | 'nothing'
  /** They read as before, and the file has room at its end that no block uses. */
  | 'leaked'
  /** Each reads as before or as written. */
  | 'either';

/** The same fault, told with what stands on the disk now. */
export function withState(error: unknown, state: WriteState, range: SectorRange): unknown {
  if (!(error instanceof DiskError)) return error;
  const last = range.firstSector + range.sectorCount - 1;
  const sectors =
    range.sectorCount === 1
      ? `Sector ${grouped(last)} of the disk`
      : `Each of the sectors ${grouped(range.firstSector)} to ${grouped(last)} of the disk`;
  const meaning = {
    nothing: `${sectors} reads as before the write.`,
    leaked: `${sectors} reads as before the write. The file may have room at its end that no block uses.`,
    either: `${sectors} reads as before the write or as written. No other sector changed.`,
  }[state];
  return new DiskError({ ...error.problem, meaning }, { cause: error });
}

/** Every later write is refused with this. */
export function tableUnknown(file: string, tables: BlockTables, cause: unknown): DiskError {
  const lengthBytes = tables.batEntries * ENTRY_BYTES;
  return new DiskError(
    {
      code: 'io',
      message: `A write to the block allocation table of ${file} failed, and the table could not be read back.`,
      where: { file, offset: tables.batOffset, lengthBytes },
      meaning: 'What the table says now is not known here. Nothing more is written to the file.',
      remedy: 'See to the drive or its connection, then open the file again.',
    },
    { cause },
  );
}
