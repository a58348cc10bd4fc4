/** Which files can be lost, put back or altered on purpose. */
import { grouped } from '../../base/units.ts';
import { MACHINE_FOLDER, type MachineState } from '../machine/machine.ts';
import type { LabFacts } from './facts.ts';
import { badValue, isWhole } from './machineRules.ts';
import { type Refusal, refuse } from './refusal.ts';
import { shortName } from './words.ts';

export function refusalOfDriveSize(bytes: number | null): Refusal | null {
  if (bytes === null || isWhole(bytes, 0)) return null;
  return badValue('The size of the drive', bytes, 'a whole number of bytes from 0 on');
}

export function refusalOfLosing(facts: LabFacts, file: string): Refusal | null {
  return (
    refusalOfFile(facts, file) ??
    (isConfiguration(file)
      ? refuse('configuration-file', `${shortName(file)} is the machine’s configuration.`)
      : null)
  );
}

export function refusalOfPuttingBack({ lostFiles }: LabFacts, file: string): Refusal | null {
  return lostFiles.includes(file) ? null : refuse('not-lost', `“${file}” is not lost.`);
}

/** Changed past everybody: never a file that belongs to somebody else. */
export function refusalOfChanging(facts: LabFacts, file: string): Refusal | null {
  return (
    refusalOfLosing(facts, file) ??
    (isFoundation(facts.machine, file)
      ? refuse('foundation', `${shortName(file)} is not the lab’s to change.`)
      : null)
  );
}

export function refusalOfAltering(
  facts: LabFacts,
  file: string,
  offset: number,
  lengthBytes: number,
): Refusal | null {
  const refusal = refusalOfChanging(facts, file);
  if (refusal) return refusal;
  const sizeBytes = facts.fileBytes.get(file) ?? 0;
  if (!isWhole(offset, 0, sizeBytes - 1)) {
    return badValue('The offset', offset, `0 to ${grouped(sizeBytes - 1)}, which is in the file`);
  }
  if (isWhole(lengthBytes, 1, sizeBytes - offset)) return null;
  return badValue(
    'The length',
    lengthBytes,
    `1 to ${grouped(sizeBytes - offset)}, up to the end of the file`,
  );
}

export function refusalOfNewId(facts: LabFacts, file: string): Refusal | null {
  const refusal = refusalOfChanging(facts, file);
  if (refusal) return refusal;
  return /\.a?vhd$/i.test(file)
    ? null
    : refuse('not-a-disk-file', `${shortName(file)} is no VHD and has no id.`);
}

function refusalOfFile({ lostFiles, fileBytes }: LabFacts, file: string): Refusal | null {
  if (lostFiles.includes(file)) return refuse('no-such-file', `${shortName(file)} is lost already.`);
  return fileBytes.has(file) ? null : refuse('no-such-file', `There is no file “${file}”.`);
}

function isConfiguration(file: string): boolean {
  return file.startsWith(`${MACHINE_FOLDER}/`) && !file.endsWith('.vsv');
}

function isFoundation({ foundation }: MachineState, file: string): boolean {
  return Object.values(foundation).some((files) => files.includes(file));
}
