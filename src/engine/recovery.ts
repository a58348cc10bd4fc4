/** Private storage as a crash or a closed tab left it: changes in place that were under way are finished first. */
import { DiskError } from '../base/errors.ts';
import { finishPatch, unfinishedPatches } from '../storage/patchJournal.ts';
import type { Platform, PrivateFolder } from './platform.ts';

export interface RecoveringPlatform extends Platform {
  /** Names of files whose change was finished when the storage was opened. */
  readonly finished: readonly string[];
}

export function withRecovery(platform: Platform): RecoveringPlatform {
  const finished: string[] = [];
  let opened: Promise<PrivateFolder> | null = null;
  const open = async () => {
    const folder = await platform.privateFolder();
    for (const { undoName, file } of await unfinishedPatches(folder)) {
      if (await finishes(folder, undoName)) finished.push(file);
    }
    return folder;
  };
  const privateFolder = () => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const openSource: Platform['openSource'] = async (source) => {
    if (source.kind === 'private') await privateFolder();
    return platform.openSource(source);
  };
  return { ...platform, finished, privateFolder, openSource };
}

/** False where that cannot be now: another tab may be at it, and the rest of the storage stays usable. */
async function finishes(folder: PrivateFolder, undoName: string): Promise<boolean> {
  try {
    await finishPatch(folder, undoName);
    return true;
  } catch (error) {
    if (error instanceof DiskError) return false;
    throw error;
  }
}
