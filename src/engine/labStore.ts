/** The machine in private storage: one page at a time has it, and it outlives the page. */
import { DiskError } from '../base/errors.ts';
import { readMachine } from '../lab/machine/configuration.ts';
import { machineFiles } from '../lab/transfer/machineFiles.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { LabInStorage } from './api.ts';
import type { LabStore } from './platform.ts';

const LOCK = 'disklab lab';

/** Takes the browser's lock, which ends with the page whatever becomes of it. Throws 'busy' while another page has it. */
export async function lockLabStore(open: () => Promise<DiskFolder>): Promise<LabStore> {
  const release = await takeLock();
  try {
    return { folder: await open(), release };
  } catch (error) {
    release();
    throw error;
  }
}

function takeLock(): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const holding = navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      if (lock === null) throw heldElsewhere();
      return new Promise<void>((release) => resolve(release));
    });
    holding.catch(reject);
  });
}

function heldElsewhere(): DiskError {
  return new DiskError({
    code: 'busy',
    message: 'The machine in private storage is open in another tab.',
    meaning: 'Nothing was changed. One tab at a time can have it.',
    remedy: 'Close the lab in the other tab, or open this one in memory.',
  });
}

/** null: there is no machine. */
export async function machineIn(folder: DiskFolder): Promise<LabInStorage | null> {
  const machine = await readMachine(folder);
  if (!machine) return null;
  const { name, checkpoints } = machine.state;
  const files = await machineFiles(folder);
  return {
    machineName: name,
    checkpoints: checkpoints.filter(({ deletedAtUs }) => deletedAtUs === null).length,
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** The configuration first: what a cut leaves then is no machine. */
export async function emptyStore(folder: DiskFolder): Promise<void> {
  const names = (await folder.list()).map(({ name }) => name);
  const first = names.filter((name) => name.endsWith('.json'));
  for (const name of [...first, ...names.filter((name) => !first.includes(name))]) await folder.remove(name);
}
