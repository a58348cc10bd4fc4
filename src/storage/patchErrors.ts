/** What can go wrong when a file is changed in place, in words. */
import { DiskError } from '../base/errors.ts';
import { storageCode } from './storageErrors.ts';

/** The file is not the one that an undo file speaks of any more. */
export function changedSince(name: string, undoName: string, offset: number, found: string): DiskError {
  return new DiskError({
    code: 'changed',
    message: `${name} was changed after ${undoName} was made: ${found}.`,
    where: { file: name, offset, lengthBytes: 1 },
    meaning: 'Going on would mix two states of the file. Nothing was written.',
    remedy: 'Take back the later change first, or keep the file as it is and remove the undo file.',
  });
}

/** Another fault on the way, behind which the file may be half changed. */
export function halfChanged(error: unknown, name: string, undoName: string): DiskError {
  const said = error instanceof Error ? error.message : String(error);
  return new DiskError(
    {
      code: storageCode(error),
      message: `The change of ${name} was interrupted: ${said}`,
      meaning: `${name} may be half changed; ${undoName} has all that is needed to finish it or to take it back.`,
      remedy: 'Keep both files together, and finish or undo the change before the disk is used.',
    },
    { cause: error },
  );
}

export function nothingToDo(name: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `There is nothing to change in ${name}.`,
    meaning: 'Nothing was written.',
    remedy: 'Nothing needs to be done.',
  });
}

export function interruptedBefore(name: string, undoName: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `An earlier change of ${name} was interrupted; ${undoName} says how far it came.`,
    meaning: 'The file is half changed. Nothing was written.',
    remedy: 'Finish that change, or take it back, first.',
  });
}

export function notAnUndoFile(undoName: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `${undoName} is not an undo file, or neither of its two slots is whole.`,
    meaning: 'What it kept cannot be told. Nothing was written.',
    remedy: 'Check the disk; where it is sound, the undo file can go.',
  });
}
