/** Applying a checkpoint: its settings, new disks above its own, and a copy of its saved state become Now. */
import { must } from '../../base/assert.ts';
import type { LabContext } from '../context.ts';
import { labDate } from '../labTime.ts';
import { shortName } from '../rules/words.ts';
import { heldFiles } from './heldFiles.ts';
import { type MachineNode, type MachineState, NOW, type SavedStateFile } from './machine.ts';
import { createAbove } from './newDisks.ts';
import { differencingName, machineStateName } from './paths.ts';
import { copyState, turnOff } from './power.ts';
import { nodeOf, withoutLeaves } from './tree.ts';

/** The old Now is lost: take a checkpoint before where it is to be kept. */
export async function applyCheckpoint(lab: LabContext, id: string): Promise<void> {
  const node = nodeOf(lab.state, id);
  const files = await lab.clock.hold(() => disksAbove(lab, node));
  let savedState: SavedStateFile | null = null;
  try {
    if (node.savedState) {
      const name = await freeStateName(lab);
      savedState = await lab.clock.hold(() => copyState(lab, must(node.savedState, 'there is one'), name));
    }
    if (lab.guest.running) await turnOff(lab);
    const now: MachineNode = {
      ...node,
      id: NOW,
      name: 'Now',
      parent: id,
      atUs: lab.clock.nowUs,
      files,
      savedState,
      deletedAtUs: null,
    };
    const state: MachineState = { ...lab.state, power: savedState ? 'saved' : 'off', now };
    const before = lab.now;
    const { state: left, removed } = withoutLeaves(state);
    // Files that are in use cannot be removed everywhere.
    await lab.detach();
    lab.guest.prepareNow(id, files);
    await lab.clock.hold(() => lab.commit(left));
    // It counts from here on, also where the old files cannot be removed.
    lab.guest.adoptNow();
    await lab.clock.hold(() => lab.remove([...heldFiles(before), ...removed.flatMap(heldFiles)]));
    for (const gone of removed) lab.guest.forgetNode(gone.id);
  } catch (error) {
    if (lab.state.now?.files !== files)
      await lab
        .remove([...Object.values(files), ...(savedState ? [savedState.file] : [])])
        .catch(() => undefined);
    if (lab.guest.running) await lab.attach().catch(() => undefined);
    throw error;
  }
  lab.event(
    'checkpoint',
    `Applied: ${node.name}, new disk ${Object.values(files).map(shortName).join(', ')}. The machine is ${savedState ? 'saved, and starts where the checkpoint was taken' : 'off'}.`,
    { node: id },
  );
  lab.log.mark(lab.clock.nowUs, 'apply', node.name);
}

async function disksAbove(lab: LabContext, node: MachineNode): Promise<Record<string, string>> {
  const guid = lab.ids.guid();
  const files: Record<string, string> = {};
  try {
    for (const [disk, parent] of Object.entries(node.files)) {
      const name = differencingName(guid, disk);
      const above = { name: parent, machine: lab.state.name, isBase: lab.chain(node.id, disk).length === 1 };
      const identity = { id: lab.ids.raw(), made: labDate(lab.clock.nowUs) };
      await createAbove(
        lab.drive,
        name,
        above,
        identity,
        must(lab.blockSizeBytes[disk], 'a disk has blocks'),
      );
      files[disk] = name;
    }
    return files;
  } catch (error) {
    await lab.remove(Object.values(files)).catch(() => undefined);
    throw error;
  }
}

/** The one in use may belong to the Now that goes: it is kept until the new one counts. */
async function freeStateName(lab: LabContext): Promise<string> {
  const usual = machineStateName(lab.state.id);
  return lab.drive.sizeOf(usual) === null ? usual : machineStateName(lab.ids.guid());
}
