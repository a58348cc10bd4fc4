/** The files of a machine's folder that leave it when the machine does. */
import type { DiskFolder, FolderEntry } from '../../storage/diskFolder.ts';
import { PART_SUFFIX } from '../../storage/fileSink.ts';
import { MACHINE_FOLDER } from '../machine/machine.ts';
import { isMachineFile } from '../machine/machineNames.ts';

/** What a cut left of a configuration, and of files that were being made. */
const UNFINISHED = [PART_SUFFIX, '.new'];

/** Everything in the three folders but unfinished files; files of a foundation are somebody else's and stay where they are. */
export async function machineFiles(folder: DiskFolder): Promise<FolderEntry[]> {
  const entries = await folder.list();
  return entries.filter(({ name }) => isMachineFile(name) && !isUnfinished(name));
}

export function isUnfinished(name: string): boolean {
  return UNFINISHED.some((suffix) => name.endsWith(suffix));
}

export function isConfiguration(name: string): boolean {
  return name.startsWith(`${MACHINE_FOLDER}/`) && name.endsWith('.json');
}

/** Configurations last. */
export function inFolderOrder(names: readonly string[]): string[] {
  return [...names].sort(
    (a, b) => Number(isConfiguration(a)) - Number(isConfiguration(b)) || (a < b ? -1 : a > b ? 1 : 0),
  );
}
