/** Names in a machine's folder: what may stand in a configuration or a scenario that somebody else wrote. */
import { MACHINE_FOLDER, SNAPSHOT_FOLDER, VHD_FOLDER } from './machine.ts';

const FOLDERS: readonly string[] = [VHD_FOLDER, SNAPSHOT_FOLDER, MACHINE_FOLDER];
const LONGEST_FILE_NAME = 255;
const MOST_FOLDERS = 16;
/** Its default names of checkpoints must still have their date within 100 characters. */
export const LONGEST_MACHINE_NAME = 64;

/** GUIDs of machines and checkpoints. */
export const GUID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

/** `disk0`, `disk1` …; never the name of something that every object has. */
export const DISK_ID = /^[a-z]{1,20}\d{1,4}$/;
export const BY_DISK = { isKey: DISK_ID, example: 'disk0' };

/** `Snapshots/<GUID>.avhd`: in one of the three folders, and in no folder of these. */
export function isMachineFile(name: string): boolean {
  const slash = name.indexOf('/');
  return FOLDERS.includes(name.slice(0, slash)) && isPlainName(name.slice(slash + 1));
}

/** Under which somebody else's file was taken in: it is never opened by this name, only shown and compared. */
export function isFoundationName(name: string): boolean {
  const parts = name.split('/');
  return parts.length <= MOST_FOLDERS && parts.every(isPlainName);
}

function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.length > LONGEST_FILE_NAME) return false;
  return !/[/\\\p{Cc}\p{Cs}]/u.test(name);
}

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Its disks are named after it (machine/paths.ts), so it must not be a name that Windows keeps for itself. */
export function isMachineName(name: string): boolean {
  if (name === '' || name.length > LONGEST_MACHINE_NAME || RESERVED.test(name)) return false;
  return !/[\p{Cc}\p{Cs}]/u.test(name) && name === name.trim();
}
