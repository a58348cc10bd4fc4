/** Starting, stopping, saving and pausing the machine, and what becomes of it when its host loses its power. */
import { must } from '../../base/assert.ts';
import { DiskError } from '../../base/errors.ts';
import { sizeText } from '../../base/units.ts';
import type { LabContext } from '../context.ts';
import { MemorySave } from '../memory/memorySave.ts';
import { readSavedState } from '../memory/savedState.ts';
import { faultFor } from '../rules/hyperv.ts';
import { type MachineNode, type MachineState, NOW, type PowerState, type SavedStateFile } from './machine.ts';
import { machineStateName } from './paths.ts';

/** Pages that are saved in one go where nothing else goes on. */
const ALL_PAGES = Number.POSITIVE_INFINITY;

export async function start(lab: LabContext): Promise<void> {
  const { savedState } = lab.now;
  await lab.clock.hold(() => lab.attach());
  const saved = savedState ? await lab.clock.hold(() => readState(lab, savedState.file)) : null;
  await lab.clock.hold(() => lab.guest.start(lab, saved));
  try {
    await setPower(lab, 'running', null);
  } catch (error) {
    lab.guest.stop();
    throw error;
  }
  if (savedState) {
    await lab.remove([savedState.file]);
    lab.event('machine', `Started from its saved state, ${sizeText(savedState.fileBytes)}.`);
  } else lab.event('machine', 'Started: the guest boots.');
  lab.guest.schedule(lab.clock.nowUs);
}

export async function shutDown(lab: LabContext): Promise<void> {
  await lab.clock.hold(async () => {
    await lab.guest.drain(lab);
    await lab.guest.actAll(lab, must(lab.guest.running, 'the guest runs').quiesce());
    for (const disk of lab.disks.values()) await disk.flush();
  });
  lab.guest.flushed();
  await off(lab, 'Shut down: the guest wrote everything.');
}

/** The machine's power, not the host's: what the guest held in memory is gone, what reached the host's drive stays. */
export async function turnOff(lab: LabContext): Promise<void> {
  await off(lab, 'Turned off: what the guest held in memory is lost.');
}

async function off(lab: LabContext, text: string): Promise<void> {
  await endMemorySave(lab, 'its machine was stopped');
  lab.guest.stop();
  lab.critical = null;
  await notePower(lab, 'off');
  lab.event('machine', text);
}

export async function pause(lab: LabContext): Promise<void> {
  await notePower(lab, 'paused');
  lab.event('machine', 'Paused.');
}

export async function resume(lab: LabContext): Promise<void> {
  lab.critical = null;
  lab.guest.dueUs = Math.max(lab.guest.dueUs, lab.clock.nowUs);
  await notePower(lab, 'running');
  lab.event('machine', 'Resumed.');
}

export async function save(lab: LabContext): Promise<void> {
  await lab.clock.hold(() => lab.guest.drain(lab));
  const name = machineStateName(lab.state.id);
  const savedState = await lab.clock.hold(async () => {
    for (const disk of lab.disks.values()) await disk.flush();
    return writeWhole(lab, name);
  });
  lab.guest.flushed();
  await setPower(lab, 'saved', savedState);
  lab.guest.stop();
  lab.event(
    'memory',
    `Saved: ${sizeText(savedState.memoryBytes)} of memory in ${sizeText(savedState.fileBytes)}.`,
  );
}

export async function deleteSavedState(lab: LabContext): Promise<void> {
  const { savedState } = lab.now;
  await setPower(lab, 'off', null);
  if (savedState) await lab.remove([savedState.file]);
  lab.event('machine', 'Saved state deleted: the machine starts from its disk, as after a power cut.', {
    severity: 'warning',
  });
}

/** The machine stands still because its disk does not answer; the operation is done again when it goes on. */
export async function standStill(lab: LabContext, error: DiskError): Promise<void> {
  const { text, code } = faultFor(error);
  lab.critical = text;
  await notePower(lab, 'paused');
  lab.event('fault', `Paused-Critical: ${text}`, { severity: 'error', code });
}

/** A memory save that cannot be finished: the checkpoint has only its disks. */
export async function endMemorySave(lab: LabContext, why: string): Promise<void> {
  const saving = lab.memorySave;
  if (!saving) return;
  lab.memorySave = null;
  await saving.file.close();
  await lab.remove([saving.fileName]);
  lab.event('memory', `Memory was not saved: ${why}. The checkpoint has only its disks.`, {
    severity: 'warning',
    node: saving.node,
  });
}

export async function readState(lab: LabContext, name: string): ReturnType<typeof readSavedState> {
  const file = await lab.drive.open(name, 'read-only');
  try {
    return await readSavedState(file);
  } finally {
    await file.close();
  }
}

/** Copies a saved state: a checkpoint keeps its own. */
export async function copyState(
  lab: LabContext,
  from: SavedStateFile,
  name: string,
): Promise<SavedStateFile> {
  const source = await lab.drive.open(from.file, 'read-only');
  try {
    const target = await lab.drive.create(name);
    try {
      const bytes = new Uint8Array(1 << 20);
      for (let at = 0; at < source.sizeBytes; at += bytes.length) {
        const piece = bytes.subarray(0, Math.min(bytes.length, source.sizeBytes - at));
        await source.read(at, piece);
        await target.write(at, piece);
      }
      await target.flush();
    } finally {
      await target.close();
    }
    return { ...from, file: name };
  } finally {
    await source.close();
  }
}

async function writeWhole(lab: LabContext, name: string): Promise<SavedStateFile> {
  await lab.remove([name]);
  const file = await lab.drive.create(name);
  try {
    const guest = must(lab.guest.running, 'the guest runs').save();
    const memory = must(lab.guest.memory, 'the machine has memory');
    const saving = new MemorySave(memory, { checkpoint: NOW, fileName: name, file, guest });
    while (await saving.step(ALL_PAGES));
    return await saving.finish();
  } finally {
    await file.close();
  }
}

/**
 * The machine is so, whether or not the configuration can say it: after a power cut of the host a machine that was on is off
 * in any case. Said again with the next change.
 */
async function notePower(lab: LabContext, power: 'off' | 'paused' | 'running'): Promise<void> {
  lab.state = { ...lab.state, power };
  try {
    await lab.clock.hold(() => lab.commit(lab.state));
  } catch (error) {
    if (!(error instanceof DiskError) || !lab.drive.isOn) throw error;
    lab.event('host', `The configuration could not be written: ${error.message}`, { severity: 'warning' });
  }
}

async function setPower(
  lab: LabContext,
  power: PowerState,
  savedState: SavedStateFile | null,
): Promise<void> {
  const now: MachineNode = { ...lab.now, savedState };
  const state: MachineState = { ...lab.state, power, now };
  await lab.clock.hold(() => lab.commit(state));
}
