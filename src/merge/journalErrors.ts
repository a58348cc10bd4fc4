/** What can be wrong with a merge journal, in words. */
import { DiskError } from '../base/errors.ts';
import { sizeText } from '../base/units.ts';
import { HEAD_LIMIT_BYTES } from './journalFormat.ts';

/** A merge into the same file has begun already. */
export function mergeWaits(name: string): DiskError {
  return new DiskError({
    code: 'busy',
    message: `A merge waits here already: ${name} says how far it came.`,
    meaning: 'Two merges into one file would ruin it. Nothing was written.',
    remedy: 'Finish that merge, or give it up, first.',
  });
}

export function headTooLarge(name: string): DiskError {
  return new DiskError({
    code: 'limit',
    message: `The names of the files take part of ${name} that is larger than ${sizeText(HEAD_LIMIT_BYTES)}.`,
    meaning: 'Without a journal a power cut would ruin the merge. Nothing was written.',
    remedy: 'Merge fewer files at once, or give them shorter names.',
  });
}

export function damaged(name: string, sizeBytes: number, found: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `${name} cannot be used: ${found}.`,
    where: { file: name, offset: 0, lengthBytes: sizeBytes },
    meaning:
      'How far the merge came is not known. The file that was merged into may be half changed; the files above it still ' +
      'hold all that they held. Nothing was written.',
    remedy:
      'Keep all files of the chain. Copy the journal again if there is another copy; else check the parent.',
  });
}

/** A copy, or a folder that was opened at another level than before. */
export function otherName(name: string, own: string): DiskError {
  return new DiskError({
    code: 'changed',
    message: `${name} speaks of a merge whose journal is ${own}.`,
    where: { file: name, offset: 0, lengthBytes: 0 },
    meaning:
      'It was copied or renamed, or another folder was opened than when the merge began. Nothing was written.',
    remedy: 'Open the folder in which the merge began, with the files under the names that they had.',
  });
}

export function neverBegan(name: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `${name} was cut short in its making, so the merge never began.`,
    meaning: 'No disk was changed.',
    remedy: 'Remove the journal, and begin the merge anew.',
  });
}

/** A child of the newest source whose link cannot be rewritten. */
export function linkTangled(name: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `Footer, header and table of “${name}” share bytes, so one of them is wrong.`,
    meaning:
      'Its link cannot be pointed at the merged file without harming another structure. Nothing was written.',
    remedy: 'Restore the file from a copy, or take it out of the folder, and go on with the merge.',
  });
}
