/**
 * Private storage as a crash or a closed tab left it. Changes in place that were under way are finished first, and
 * journals of merges that never began go. A merge that had begun waits until the user says how it ends.
 */
import { DiskError } from '../base/errors.ts';
import { pendingMerges } from '../merge/mergeJournal.ts';
import { removeUnbegun } from '../merge/removeUnbegun.ts';
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
      if (await succeeds(finishPatch(folder, undoName))) finished.push(file);
    }
    for (const { name, head, problem } of await pendingMerges(folder)) {
      if (head === null && problem === null) await succeeds(removeUnbegun(folder, name));
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
async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof DiskError) return false;
    throw error;
  }
}
