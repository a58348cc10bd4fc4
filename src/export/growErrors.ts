/** Why a disk cannot grow. */
import { DiskError } from '../base/errors.ts';
import { grouped, sizeText } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';

const NOTHING_WRITTEN = 'Nothing was written.';

/** For a disk that others stand upon: `names` are their files, `what` the file that was to grow. */
export function refuseUnderChildren(names: readonly string[], what: string): DiskError {
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return new DiskError({
    code: 'bad-request',
    message: `${what} cannot grow: ${shown}${more} ${names.length === 1 ? 'names' : 'name'} it as parent.`,
    meaning: 'A child only fits its parent as that was when the child was made: every child would be lost.',
    remedy: 'Merge the children first, or save the disk as a new file and change that.',
  });
}

export function differencing({ file }: DiskImage): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `${file.name} is a differencing disk: it cannot grow, because its parent has another size then.`,
    meaning: NOTHING_WRITTEN,
    remedy: 'Save the disk as seen from it as a new file, and grow that.',
  });
}

export function noVhd({ file, format }: DiskImage): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `${file.name} is a ${format === 'raw' ? 'raw image' : format.toUpperCase()}; only VHDs grow here.`,
    meaning: NOTHING_WRITTEN,
    remedy: 'Save it as a VHD first.',
  });
}

export function notLarger(image: DiskImage, virtualSizeBytes: number): DiskError {
  const now = image.virtualSizeBytes;
  const found = virtualSizeBytes === now ? 'it has that size' : `it has ${grouped(now)} now`;
  return new DiskError({
    code: 'bad-request',
    message: `${image.file.name} cannot grow to ${grouped(virtualSizeBytes)} bytes: ${found}.`,
    meaning: `${NOTHING_WRITTEN} A disk is not made smaller: what the guest keeps at its end would be lost.`,
    remedy: `Choose more than ${sizeText(now)}.`,
  });
}

export function damaged({ file }: DiskImage, finding: Finding): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `${file.name} is damaged: ${finding.message}`,
    where: { file: finding.file, offset: finding.offset, lengthBytes: finding.lengthBytes },
    meaning: `${NOTHING_WRITTEN} Growing a damaged file could make the damage worse.`,
    remedy: 'Check it and repair it first.',
  });
}

export function tooManyBlocks({ file }: DiskImage, blocks: number, most: number): DiskError {
  return new DiskError({
    code: 'limit',
    message: `${file.name} would have ${grouped(blocks)} blocks, expected at most ${grouped(most)}.`,
    meaning: NOTHING_WRITTEN,
    remedy: 'Save the disk as a new file with larger blocks, and grow that.',
  });
}

/** `found` says what lies where the disk would grow. */
export function inTheWay({ file }: DiskImage, found: string, offset: number): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `${file.name} cannot grow as it is: ${found}.`,
    where: { file: file.name, offset, lengthBytes: 0 },
    meaning: NOTHING_WRITTEN,
    remedy: 'Save the disk as a new file, and grow that.',
  });
}
