/**
 * Taking a checkpoint. The empty differencing disks are laid out and opened while the machine still runs, so that the pause
 * does not grow with the size of the disks; its memory is saved after the pause, page by page, while it runs on.
 */
import { must } from '../../base/assert.ts';
import type { LabContext } from '../context.ts';
import { durationUsText, labDate } from '../labTime.ts';
import { MemorySave } from '../memory/memorySave.ts';
import { defaultName } from '../names.ts';
import { shortName } from '../rules/words.ts';
import type { AttachedDisk } from './attachedDisk.ts';
import { type CheckpointType, type MachineNode, type MachineState, NOW } from './machine.ts';
import { createAbove } from './newDisks.ts';
import { checkpointName, differencingName, savedStateName } from './paths.ts';
import { copyState } from './power.ts';

export interface TakeRequest {
  readonly name?: string;
  readonly type?: CheckpointType;
}

interface Prepared {
  readonly files: Record<string, string>;
  readonly disks: Map<string, AttachedDisk>;
}

/** How long the machine stood still, simulated. */
export async function takeCheckpoint(lab: LabContext, { name, type }: TakeRequest): Promise<number> {
  const id = lab.ids.guid();
  const { settings } = lab.now;
  const { power } = lab.state;
  const wanted = type ?? settings.checkpointType;
  const isProduction = wanted.startsWith('production') && settings.integrationServices && power === 'running';
  const title = name ?? defaultName(lab.state.name, labDate(lab.clock.nowUs));
  if (wanted === 'production' && power === 'running' && !isProduction)
    lab.event(
      'checkpoint',
      'The guest cannot bring its files in order: a standard checkpoint is taken instead.',
      {
        severity: 'warning',
      },
    );

  const step = (text: string) => lab.event('step', `${title}: ${text}`, { node: id });
  await lab.clock.hold(async () => {
    await lab.guest.drain(lab);
    if (isProduction) await lab.guest.actAll(lab, must(lab.guest.running, 'the guest runs').quiesce());
  });
  if (isProduction) step('the guest has brought its files in order and holds its writes.');
  const prepared = await lab.clock.hold(() => prepare(lab));
  try {
    return await whilePaused(lab, { id, title, isProduction, prepared, step });
  } catch (error) {
    await undo(lab, prepared);
    throw error;
  }
}

/** Nothing refers to these files yet. */
async function prepare(lab: LabContext): Promise<Prepared> {
  const guid = lab.ids.guid();
  const prepared: Prepared = { files: {}, disks: new Map() };
  try {
    for (const disk of lab.vhdsOf(NOW)) {
      const chain = lab.chain(NOW, disk);
      const name = differencingName(guid, disk);
      const parent = {
        name: must(chain[0], 'a disk has a file'),
        machine: lab.state.name,
        isBase: chain.length === 1,
      };
      const identity = { id: lab.ids.raw(), made: labDate(lab.clock.nowUs) };
      await createAbove(
        lab.drive,
        name,
        parent,
        identity,
        must(lab.blockSizeBytes[disk], 'a disk has blocks'),
      );
      prepared.files[disk] = name;
      prepared.disks.set(disk, await lab.openChain(disk, [name, ...chain]));
    }
    return prepared;
  } catch (error) {
    await undo(lab, prepared);
    throw error;
  }
}

async function undo(lab: LabContext, { files, disks }: Prepared): Promise<void> {
  try {
    for (const disk of disks.values()) if (![...lab.disks.values()].includes(disk)) await disk.close();
    const used = Object.values(lab.state.now?.files ?? {});
    await lab.remove(Object.values(files).filter((file) => !used.includes(file)));
  } catch {
    // The fault that ended it is the one to tell; recovery removes what is left.
  }
}

interface Pause {
  readonly id: string;
  readonly title: string;
  readonly isProduction: boolean;
  readonly prepared: Prepared;
  readonly step: (text: string) => void;
}

async function whilePaused(
  lab: LabContext,
  { id, title, isProduction, prepared, step }: Pause,
): Promise<number> {
  const { power } = lab.state;
  const isRunning = power === 'running' || power === 'paused';
  const withMemory = isRunning && !isProduction;
  const pausedAtUs = lab.clock.nowUs;
  const bytes = withMemory ? must(lab.guest.running, 'the guest runs').save() : null;
  if (isRunning) step('1. The machine is paused.');
  await lab.clock.hold(async () => {
    for (const disk of lab.disks.values()) await disk.flush();
  });
  lab.guest.flushed();
  step(
    `2. A differencing disk for each virtual disk is attached: ${Object.values(prepared.files).map(shortName).join(', ')}.`,
  );
  const now = lab.now;
  // The machine itself may lie in a saved state: the checkpoint keeps a copy of it.
  const copied = now.savedState
    ? await lab.clock.hold(() => copyState(lab, must(now.savedState, 'there is one'), savedStateName(id)))
    : null;
  const checkpoint: MachineNode = {
    ...now,
    id,
    name: title,
    atUs: pausedAtUs,
    savedState: copied,
    consistency: isProduction ? 'application' : copied ? 'memory' : isRunning ? 'crash' : 'off',
    deletedAtUs: null,
  };
  const state: MachineState = {
    ...lab.state,
    checkpoints: [...lab.state.checkpoints, checkpoint],
    now: { ...now, parent: id, atUs: pausedAtUs, files: prepared.files },
  };
  // Without the checkpoint nobody asks for it.
  lab.guest.copyKnown(NOW, id);
  await lab.clock.hold(async () => {
    await writeSettings(lab, checkpoint);
    await lab.commit(state);
  });
  step('3. The configuration is copied.');
  for (const [disk, attached] of prepared.disks) await must(lab.disks.get(disk), 'open').change(attached);
  const pausedUs = lab.clock.nowUs - pausedAtUs;
  lab.guest.dueUs = Math.max(lab.guest.dueUs, lab.clock.nowUs);
  if (isRunning) step(`4. The machine goes on after ${durationUsText(pausedUs)}.`);
  if (withMemory && bytes) await beginMemorySave(lab, id, bytes, step);
  lab.event(
    'checkpoint',
    `Checkpoint taken: ${title}${isRunning ? `, paused ${durationUsText(pausedUs)}` : ''}.`,
    { node: id },
  );
  lab.log.mark(pausedAtUs, 'checkpoint', title);
  return isRunning ? pausedUs : 0;
}

/** From here on the guest's writes to pages that are not saved yet are intercepted. */
async function beginMemorySave(
  lab: LabContext,
  id: string,
  guest: Uint8Array,
  step: Pause['step'],
): Promise<void> {
  const memory = must(lab.guest.memory, 'the machine has memory');
  const fileName = savedStateName(id);
  const file = await lab.drive.create(fileName);
  const save = new MemorySave(memory, { checkpoint: id, fileName, file, guest });
  lab.memorySave = { save, file, fileName, node: id };
  step('5. Its memory is being saved while it runs.');
}

/** For people, and for other programs: what the checkpoint's settings were. */
async function writeSettings(lab: LabContext, node: MachineNode): Promise<void> {
  const name = checkpointName(node.id);
  const file = await lab.drive.create(name);
  try {
    await file.write(0, new TextEncoder().encode(`${JSON.stringify(node, null, 2)}\n`));
    await file.flush();
  } finally {
    await file.close();
  }
}
