/**
 * What a system reads before it is there: the first sectors, its tables, its own programs. What a power cut left in
 * disorder is written anew on the way.
 */
import { KIB, SECTOR_BYTES } from '../../base/units.ts';
import type { FatFiles } from './fatFiles.ts';
import { fatFirstSector, rootFirstSector, rootSectors } from './fatFormat.ts';
import { endingOf, SYSTEM_FILE } from './fileKinds.ts';
import type { GuestAction } from './guest.ts';
import { writeLog } from './idleWork.ts';
import type { Repairs } from './mountVolume.ts';
import type { OperationDraft } from './operationDraft.ts';

const PROGRAM_STEP_BYTES = 64 * KIB;
const MOST_PROGRAM_STEPS = 96;
/** Steps in front of those that read programs. */
const FIRST_PROGRAM_STEP = 3;
const BARE_STEPS = 8;

/** One operation; returns the next step, null when the system is up. */
export function bootFromVolume(
  files: FatFiles,
  repairs: Repairs,
  step: number,
  draft: OperationDraft,
): number | null {
  const { random, actions } = draft;
  const { volume } = files;
  draft.name = 'boot';
  draft.touch(8 + random.below(24));
  draft.afterUs = 1500 + random.below(9000);
  if (step === 0) {
    readSectors(0, 1, actions);
    readSectors(volume.firstSector, 1, actions);
  } else if (step === 1) {
    readSectors(fatFirstSector(volume, 0), volume.fatSectors, actions);
    readSectors(rootFirstSector(volume), rootSectors(volume), actions);
  } else if (step === 2) {
    files.writeFat(repairs.fat, actions);
    for (const sector of repairs.root) files.writeRoot(sector, actions);
    // Before anything is made in the room that became free.
    if (actions.some(({ kind }) => kind === 'write')) actions.push({ kind: 'flush' });
  } else return readProgram(files, step - FIRST_PROGRAM_STEP, draft);
  return step + 1;
}

function readProgram(files: FatFiles, index: number, draft: OperationDraft): number | null {
  const programs = files.all.filter(({ name }) => name === SYSTEM_FILE || endingOf(name) === 'DLL');
  let at = index * PROGRAM_STEP_BYTES;
  for (const program of programs) {
    if (index >= MOST_PROGRAM_STEPS) break;
    if (at < program.sizeBytes) {
      files.read(program, at, PROGRAM_STEP_BYTES, draft.actions);
      return FIRST_PROGRAM_STEP + index + 1;
    }
    at -= Math.ceil(program.sizeBytes / PROGRAM_STEP_BYTES) * PROGRAM_STEP_BYTES;
  }
  writeLog(files, draft);
  return null;
}

/** Without files: the first half MiB of the disk. */
export function bootFromSectors(sectorCount: number, step: number, draft: OperationDraft): number | null {
  draft.name = 'boot';
  draft.touch(8);
  draft.afterUs = 1500 + draft.random.below(9000);
  const stepSectors = PROGRAM_STEP_BYTES / SECTOR_BYTES;
  const first = step * stepSectors;
  readSectors(first, Math.max(0, Math.min(stepSectors, sectorCount - first)), draft.actions);
  return step + 1 < BARE_STEPS && first + stepSectors < sectorCount ? step + 1 : null;
}

/** There is no system on the disk: it is asked again and again. */
export function bootInVain(draft: OperationDraft): void {
  draft.name = 'boot';
  draft.afterUs = 1_000_000;
  readSectors(0, 1, draft.actions);
}

const MOST_READ_SECTORS = 128;

function readSectors(first: number, count: number, out: GuestAction[]): void {
  for (let at = 0; at < count; at += MOST_READ_SECTORS) {
    out.push({ kind: 'read', firstSector: first + at, sectorCount: Math.min(MOST_READ_SECTORS, count - at) });
  }
}
