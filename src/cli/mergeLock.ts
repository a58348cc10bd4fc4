/** One program at a time merges in a folder: the system does not lock files, and two runs on one journal would ruin it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DiskError } from '../base/errors.ts';
import { guarded } from '../storage/storageErrors.ts';

const LOCK_NAME = 'disklab-merge.lock';

/** Throws 'busy' where another program that still runs is at it. What a killed one left behind is taken over. */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(folder, LOCK_NAME);
  take(lock);
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

/** Also by what a killed one left behind. */
export function isLocked(folder: string): boolean {
  return fs.existsSync(path.join(folder, LOCK_NAME));
}

function take(lock: string): void {
  const mine = JSON.stringify({ pid: process.pid, host: os.hostname() });
  guarded({ action: 'create', file: LOCK_NAME }, () => {
    try {
      fs.writeFileSync(lock, mine, { flag: 'wx' });
    } catch (error) {
      const holder = fs.existsSync(lock) ? holderOf(lock) : null;
      if (holder !== null) throw held(lock, holder);
      // Nobody's, or gone meanwhile: where two come upon it at once, one of them fails here.
      fs.rmSync(lock, { force: true });
      if (!isTaken(error)) throw error;
      fs.writeFileSync(lock, mine, { flag: 'wx' });
    }
  });
}

/** Who holds it, in words; null where it was left behind. */
function holderOf(lock: string): string | null {
  const { pid, host } = read(lock);
  if (host === null || pid === null) return null;
  if (host !== os.hostname()) return `process ${pid} of the machine ${host}`;
  return pid !== process.pid && isRunning(pid) ? `process ${pid}` : null;
}

function read(lock: string): { readonly pid: number | null; readonly host: string | null } {
  try {
    const { pid, host }: Record<string, unknown> = JSON.parse(fs.readFileSync(lock, 'utf8'));
    return { pid: typeof pid === 'number' ? pid : null, host: typeof host === 'string' ? host : null };
  } catch {
    return { pid: null, host: null };
  }
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function held(lock: string, holder: string): DiskError {
  return new DiskError({
    code: 'busy',
    message: `Another disklab merges in this folder: ${holder}.`,
    meaning: 'Two merges of the same files would ruin them. Nothing was changed.',
    remedy: `Wait until it is done, or stop it. If it does not run any more, remove ${lock}.`,
  });
}
