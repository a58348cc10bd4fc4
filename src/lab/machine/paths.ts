/** Names of a machine's files in its folder, and how the machine's host spells the way to them. */

import { must } from '../../base/assert.ts';
import { fromHex } from '../../base/bytes.ts';
import { parentPathsFor } from '../../chain/parentPaths.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import type { CreateParent } from '../../formats/vhd/create.ts';
import { MACHINE_FOLDER, SNAPSHOT_FOLDER, VHD_FOLDER } from './machine.ts';

/** The first disk has the machine's name, others carry their own as well. */
export function baseName(machine: string, disk: string): string {
  return `${VHD_FOLDER}/${fileSafe(machine)}${disk === 'disk0' ? '' : `-${disk}`}.vhd`;
}

export function differencingName(guid: string, disk: string): string {
  return `${SNAPSHOT_FOLDER}/${guid}${disk === 'disk0' ? '' : `-${disk}`}.avhd`;
}

export function savedStateName(checkpoint: string): string {
  return `${SNAPSHOT_FOLDER}/${checkpoint}.vsv`;
}

/** A checkpoint's own settings, for people: nothing is read from it. */
export function checkpointName(checkpoint: string): string {
  return `${SNAPSHOT_FOLDER}/${checkpoint}.json`;
}

/** What Now starts from while the machine is saved. */
export function machineStateName(machineId: string): string {
  return `${MACHINE_FOLDER}/${machineId}.vsv`;
}

/** Where the machine's host keeps the folder: absolute paths in the files begin with it. */
function hostFolder(machine: string): string {
  return `D:\\Hyper-V\\${fileSafe(machine)}`;
}

/** How a new disk under this name spells the way to its parent. */
export function parentOf(machine: string, child: string, parent: string, image: DiskImage): CreateParent {
  const folder = parent.includes('/')
    ? `\\${parent.slice(0, parent.lastIndexOf('/')).replaceAll('/', '\\')}`
    : '';
  const { absolutePath, relativePath } = parentPathsFor(child, parent, hostFolder(machine) + folder);
  return {
    id: must(fromHex(image.id), 'a parent has an id'),
    name: absolutePath ?? parent,
    modified: image.modified,
    ...(absolutePath === null ? {} : { absolutePath }),
    ...(relativePath === null ? {} : { relativePath }),
  };
}

/** A name that every system takes for a file's. */
export function fileSafe(name: string): string {
  const safe = name
    .replace(/[^\p{L}\p{N} ._()-]/gu, '_')
    .replace(/[. ]+$/, '')
    .trim();
  return safe === '' ? 'machine' : safe;
}
