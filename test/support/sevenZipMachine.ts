/**
 * A machine's folder for 7-Zip. It joins the parent's relative path to the child's folder as it is; here a backslash parts
 * no folders, so files of other folders get names that read as Windows would read the path.
 */
import { SNAPSHOT_FOLDER } from '../../src/lab/machine/machine.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import { bytesIn } from './builtMachine.ts';
import { SevenZipFolder } from './sevenZip.ts';

export interface MachineIn7Zip {
  /** The disk as seen from a file of the machine's folder; throws with 7-Zip's own words. */
  read(name: string): Uint8Array;
}

/** `sizeBytes`: of the largest disk. */
export async function machineIn7Zip(folder: DiskFolder, sizeBytes: number): Promise<MachineIn7Zip> {
  const names = (await folder.list()).map(({ name }) => name).filter((name) => /\.a?vhd$/.test(name));
  const files = [];
  for (const name of names) files.push({ name: fromSnapshots(name), bytes: await bytesIn(folder, name) });
  const sevenZip = await SevenZipFolder.with(files);
  return {
    read(name) {
      const disk = new Uint8Array(sizeBytes);
      const size = sevenZip.read(fromSnapshots(name), (offset, bytes) => disk.set(bytes, offset));
      return disk.subarray(0, size);
    },
  };
}

/** `X.avhd`, `..\Virtual Hard Disks\X.vhd`. */
function fromSnapshots(name: string): string {
  const own = `${SNAPSHOT_FOLDER}/`;
  return name.startsWith(own) ? name.slice(own.length) : `..\\${name.replaceAll('/', '\\')}`;
}
