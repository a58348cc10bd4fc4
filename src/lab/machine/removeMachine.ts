/**
 * Removing the machine: every checkpoint on the path of Now is merged into its disk, at once; the others go. What is left is
 * one VHD for each disk, which holds everything.
 */
import { must } from '../../base/assert.ts';
import { closeAll, openDisks } from '../../merge/openFiles.ts';
import { runMerge } from '../../merge/runMerge.ts';
import type { LabContext } from '../context.ts';
import { configurationName } from './configuration.ts';
import { configurationFiles, heldFiles } from './heldFiles.ts';
import { NOW } from './machine.ts';
import { turnOff } from './power.ts';
import { pathOf } from './tree.ts';

export async function removeMachine(lab: LabContext): Promise<void> {
  if (lab.guest.running) await turnOff(lab);
  await lab.detach();
  await dropOthers(lab);
  const left: string[] = [];
  for (const disk of lab.vhdsOf(NOW)) left.push(await lab.clock.hold(() => mergePath(lab, disk)));
  const { state } = lab;
  const configurations = [...pathOf(state, NOW).flatMap(configurationFiles), configurationName(state.id)];
  await lab.clock.hold(() => lab.remove(configurations));
  for (const { id } of state.checkpoints) lab.guest.forgetNode(id);
  lab.state = { ...state, power: 'off', checkpoints: [], now: null, left };
  lab.event(
    'machine',
    `The machine was removed: every checkpoint on its path was merged, what is left is ${left.join(', ')}.`,
  );
}

/** Branches beside Now go; what is on its path is deleted, so that a power cut on the way leaves merges that wait. */
async function dropOthers(lab: LabContext): Promise<void> {
  const path = new Set(pathOf(lab.state, NOW).map(({ id }) => id));
  const others = lab.state.checkpoints.filter(({ id }) => !path.has(id));
  const deletedAtUs = lab.clock.nowUs;
  const kept = lab.state.checkpoints.filter(({ id }) => path.has(id));
  await lab.clock.hold(() =>
    lab.commit({
      ...lab.state,
      power: 'off',
      checkpoints: kept.map((node) => ({
        ...node,
        savedState: null,
        deletedAtUs: node.deletedAtUs ?? deletedAtUs,
      })),
    }),
  );
  await lab.clock.hold(() =>
    lab.remove([...others.flatMap(heldFiles), ...kept.flatMap(({ savedState }) => savedState?.file ?? [])]),
  );
}

/** Merges the machine's own files of the disk into the oldest of them. */
async function mergePath(lab: LabContext, disk: string): Promise<string> {
  const names = lab.chain(NOW, disk);
  const own = names.length - (lab.state.foundation[disk]?.length ?? 0);
  const oldest = must(names[own - 1], 'a disk has a file');
  if (own === 1) return oldest;
  const { module, createHasher } = lab.host;
  const images = await openDisks(
    lab.drive,
    names.map((name, layer) => ({ name, isRaw: layer === names.length - 1 && layer >= own ? null : false })),
  );
  await closeAll(images.map(({ file }) => file));
  await runMerge(
    lab.drive,
    { way: 'in-place', stretch: { images, names, complete: true, first: 0, last: own - 1, children: [] } },
    { module, createHasher, prove: false },
  );
  return oldest;
}
