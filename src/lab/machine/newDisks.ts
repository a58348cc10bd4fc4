/** New files for a machine's disks: the first ones, and the empty differencing disks of a checkpoint. */
import { DiskError } from '../../base/errors.ts';
import type { Prng } from '../../base/prng.ts';
import { writeNewDisk } from '../../export/createDisk.ts';
import { openDisk } from '../../merge/openFiles.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { ScenarioDisk } from '../history/scenario.ts';
import { parentOf } from './paths.ts';

export interface NewDisk {
  readonly id: Uint8Array;
  readonly made: Date;
}

/** Durable when it resolves; where it fails no file is left. */
export async function createBase(
  folder: DiskFolder,
  name: string,
  disk: ScenarioDisk,
  identity: NewDisk,
): Promise<void> {
  await createFile(folder, name, { ...disk, identity });
}

/** An empty disk above `parent`, of its size. Throws 'bad-request' where the parent has no id to name it by. */
export async function createAbove(
  folder: DiskFolder,
  name: string,
  parent: { readonly name: string; readonly machine: string; readonly isBase: boolean },
  identity: NewDisk,
  blockSizeBytes: number,
): Promise<void> {
  const image = await openDisk(folder, parent.name, 'read-only', parent.isBase ? null : false);
  await image.file.close();
  if (image.id === '') throw withoutId(parent.name);
  await createFile(folder, name, {
    type: 'differencing',
    virtualSizeBytes: image.virtualSizeBytes,
    blockSizeBytes: image.blockSizeBytes ?? blockSizeBytes,
    identity,
    parent: parentOf(parent.machine, name, parent.name, image),
  });
}

function withoutId(name: string): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: `“${name}” has no id that a differencing disk could name it by: it is a raw disk.`,
    meaning: 'Nothing was written.',
    remedy: 'Save it as a fixed or dynamic VHD first.',
  });
}

async function createFile(
  folder: DiskFolder,
  name: string,
  options: Parameters<typeof writeNewDisk>[1],
): Promise<void> {
  const file = await folder.create(name);
  try {
    await writeNewDisk(file, options);
    await file.flush();
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await folder.remove(name).catch(() => undefined);
    throw error;
  }
}

export function seededBytes(random: Prng, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  random.fillWords(bytes);
  return bytes;
}
