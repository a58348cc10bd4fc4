/** What a new VHD may be: faults of the request, told before a byte is written. */
import { DiskError } from '../base/errors.ts';
import { grouped, KIB, MIB, SECTOR_BYTES, sizeText } from '../base/units.ts';
import { isBlockSize } from '../formats/vhd/blockAllocationTable.ts';
import { WINDOWS_MAX_DISK_BYTES } from '../formats/vhd/diskSize.ts';

/** What other programs are known to read. */
export const SMALLEST_BLOCK_BYTES = 512 * KIB;
export const LARGEST_BLOCK_BYTES = 8 * MIB;

const NOTHING_WRITTEN = 'Nothing was written.';

/** Throws 'bad-request' for sizes that are no whole number of sectors, 'limit' above 2040 GiB. */
export function checkVhdSize(virtualSizeBytes: number): void {
  if (virtualSizeBytes > WINDOWS_MAX_DISK_BYTES) {
    throw new DiskError({
      code: 'limit',
      message: `The disk has ${grouped(virtualSizeBytes)} bytes; a VHD takes ${sizeText(WINDOWS_MAX_DISK_BYTES)} at most.`,
      meaning: NOTHING_WRITTEN,
      remedy: 'Choose a smaller disk, or save it as a raw image.',
    });
  }
  checkDiskSize(virtualSizeBytes);
}

/** Throws 'bad-request' for sizes that no disk has, raw ones included. */
export function checkDiskSize(virtualSizeBytes: number): void {
  if (Number.isSafeInteger(virtualSizeBytes) && virtualSizeBytes > 0 && virtualSizeBytes % SECTOR_BYTES === 0)
    return;
  throw new DiskError({
    code: 'bad-request',
    message: `A disk of ${virtualSizeBytes} bytes cannot be made: a disk is one sector of ${SECTOR_BYTES} bytes or more, and whole sectors.`,
    meaning: NOTHING_WRITTEN,
    remedy: `Choose a multiple of ${SECTOR_BYTES} bytes.`,
  });
}

/** Throws 'bad-request' for block sizes that other programs do not read. */
export function checkBlockSize(blockSizeBytes: number): void {
  if (
    isBlockSize(blockSizeBytes) &&
    blockSizeBytes >= SMALLEST_BLOCK_BYTES &&
    blockSizeBytes <= LARGEST_BLOCK_BYTES
  )
    return;
  throw new DiskError({
    code: 'bad-request',
    message: `Blocks of ${blockSizeBytes} bytes cannot be made: a block is a power of two from ${sizeText(SMALLEST_BLOCK_BYTES)} to ${sizeText(LARGEST_BLOCK_BYTES)}.`,
    meaning: NOTHING_WRITTEN,
    remedy: 'Choose 2 MiB, which every program reads.',
  });
}
