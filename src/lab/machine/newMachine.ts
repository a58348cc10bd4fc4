/** A machine that is made: its first disks, empty or above somebody else's files, and what a new guest's disk holds. */
import { must } from '../../base/assert.ts';
import type { LabContext } from '../context.ts';
import type { LabDrive } from '../drive/labDrive.ts';
import { installVolume } from '../guest/installVolume.ts';
import { SYSTEM_DISK } from '../guestSide.ts';
import type { Scenario } from '../history/scenario.ts';
import { LabIds } from '../ids.ts';
import { labDate } from '../labTime.ts';
import type { StoredMachine } from './configuration.ts';
import { type MachineNode, NOW } from './machine.ts';
import { createAbove, createBase } from './newDisks.ts';
import { baseName, differencingName } from './paths.ts';

/** Somebody else's files that a new machine's disk stands on, newest first. */
export type Foundation = Readonly<
  Record<string, readonly { readonly name: string; readonly file: Parameters<LabDrive['mount']>[1] }[]>
>;

/** Makes the files; what stands in the configuration is for the caller to write. */
export async function newMachine(
  drive: LabDrive,
  scenario: Scenario,
  foundation: Foundation,
): Promise<StoredMachine> {
  const ids = new LabIds(scenario.seed);
  const hasFoundation = Object.keys(foundation).length > 0;
  for (const files of Object.values(foundation)) for (const { name, file } of files) drive.mount(name, file);
  const id = ids.guid();
  const files: Record<string, string> = {};
  const sizes: Record<string, number> = {};
  const blocks: Record<string, number> = {};
  for (const [i, disk] of scenario.disks.entries()) {
    const name = `disk${i}`;
    const below = foundation[name]?.[0];
    const identity = { id: ids.raw(), made: labDate(0) };
    if (below) {
      files[name] = differencingName(ids.guid(), name);
      const parent = {
        name: below.name,
        machine: scenario.machineName,
        isBase: foundation[name]?.length === 1,
      };
      await createAbove(drive, files[name], parent, identity, disk.blockSizeBytes);
    } else {
      files[name] = baseName(scenario.machineName, name);
      await createBase(drive, files[name], disk, identity);
    }
    sizes[name] = disk.virtualSizeBytes;
    blocks[name] = disk.blockSizeBytes;
  }
  const now: MachineNode = {
    id: NOW,
    name: 'Now',
    parent: null,
    atUs: 0,
    files,
    settings: {
      ...scenario.settings,
      disks: Object.keys(files).map((disk) => ({ kind: 'vhd' as const, id: disk })),
    },
    savedState: null,
    consistency: 'off',
    deletedAtUs: null,
  };
  return {
    state: {
      id,
      name: scenario.machineName,
      power: 'off',
      policy: scenario.policy,
      checkpoints: [],
      now,
      foundation: Object.fromEntries(
        Object.entries(foundation).map(([disk, list]) => [disk, list.map(({ name }) => name)]),
      ),
      left: [],
    },
    nowUs: 0,
    seed: scenario.seed,
    random: ids.count,
    eventCount: 0,
    scenarioName: scenario.name,
    guest: { ...scenario.guest, volume: scenario.volume && !hasFoundation },
    drive: scenario.drive,
    virtualSizeBytes: sizes,
    blockSizeBytes: blocks,
    hasFoundation,
  };
}

/** The guest's first files; they took no time of the lab's. */
export async function install(context: LabContext, seed: number): Promise<void> {
  const disk = must(context.disks.get(SYSTEM_DISK), 'the machine has a disk');
  const date = labDate(0);
  for (const { firstSector, bytes } of installVolume({ seed, sectorCount: disk.sectorCount, date }))
    await context.guest.write(context, SYSTEM_DISK, firstSector, bytes);
  await disk.flush();
  context.guest.flushed();
}
