/** Carries commands out: each is one thing that is done to the machine, its checkpoints, its merges or its host. */
import { must } from '../base/assert.ts';
import { sizeText } from '../base/units.ts';
import type { CommandName, LabCommand } from './commands.ts';
import type { LabContext } from './context.ts';
import { applyCheckpoint } from './machine/applyCheckpoint.ts';
import { deleteCheckpoints } from './machine/deleteCheckpoint.ts';
import { alterFile, changeId } from './machine/faults.ts';
import { type MachineNode, NOW } from './machine/machine.ts';
import * as power from './machine/power.ts';
import { removeMachine } from './machine/removeMachine.ts';
import { takeCheckpoint } from './machine/takeCheckpoint.ts';
import { checkpointNamed, deletion, nodeOf, subtreeOf } from './machine/tree.ts';
import type { SavingMemory } from './memory/savingMemory.ts';
import type { MergeQueue } from './merges/mergeQueue.ts';
import { revertTarget } from './rules/refusals.ts';
import type { LabSamples } from './samples.ts';

/** What happens to the host is the lab's own affair. */
export interface HostPower {
  lost(): void;
  back(): Promise<void>;
}

export class CommandDesk {
  constructor(
    private readonly context: LabContext,
    private readonly merges: MergeQueue,
    private readonly memory: SavingMemory,
    private readonly samples: LabSamples,
    private readonly host: HostPower,
  ) {}

  /** Nothing refuses it. Throws what the storage does. */
  async carryOut(command: LabCommand): Promise<void> {
    const { context, merges } = this;
    if (NEEDS_DISKS.has(command.do)) {
      await merges.mend();
      await context.attach();
    }
    switch (command.do) {
      case 'start':
        if (context.state.policy === 'when-off') await merges.abandon('the machine was started');
        merges.release();
        return power.start(context);
      case 'shut-down':
        merges.release();
        return power.shutDown(context);
      case 'turn-off':
        merges.release();
        return power.turnOff(context);
      case 'pause':
        return power.pause(context);
      case 'resume':
        return power.resume(context);
      case 'save':
        return power.save(context);
      case 'delete-saved-state':
        return power.deleteSavedState(context);
      case 'settings':
        return this.setSettings(command.change);
      case 'attach-pass-through':
      case 'detach-pass-through':
        return this.setPassThrough(command.name, command.do === 'attach-pass-through');
      case 'remove-machine':
        await merges.abandon('the machine is removed');
        return removeMachine(context);
      case 'guest':
        context.guest.setWork(command.kind, command.load);
        context.event(
          'guest',
          `The guest is to be a ${command.kind.replace('-', ' ')} at ${command.load} %.`,
        );
        return context.commit(context.state);
      case 'write':
        await context.clock.hold(() => context.guest.writeSeeded(context, command));
        return;
      case 'take':
        await this.take(command);
        return;
      case 'apply':
      case 'revert': {
        const id =
          command.do === 'apply'
            ? checkpointNamed(context.state, command.checkpoint).id
            : must(revertTarget(context.state), 'Now stands on a checkpoint').id;
        if (command.takeFirst) {
          await this.take({});
          await this.memory.finish();
        }
        // The new disk stands on the checkpoint's: a merge of that one would not know of it.
        if (merges.touches([nodeOf(context.state, id)])) await merges.abandon('it is applied');
        await this.abandonOfNow('another point is applied');
        return applyCheckpoint(context, id);
      }
      case 'rename':
        return this.rename(command.checkpoint, command.name);
      case 'delete':
      case 'delete-subtree': {
        const { id } = checkpointNamed(context.state, command.checkpoint);
        const isSubtree = command.do === 'delete-subtree';
        const nodes = isSubtree ? subtreeOf(context.state, id) : [nodeOf(context.state, id)];
        const ids = nodes.map((node) => node.id).filter((each) => each !== NOW);
        const { removed } = deletion(context.state, ids, context.clock.nowUs);
        if (merges.touches([...nodes, ...removed]))
          await merges.abandon('one of its checkpoints was deleted');
        return deleteCheckpoints(context, id, isSubtree);
      }
      case 'policy':
        if (command.policy === 'when-off' && context.state.power !== 'off')
          await merges.abandon('the policy allows it only while the machine is off');
        merges.release();
        context.event('merge', `Merges run ${POLICY_WORDS[command.policy]}.`);
        return context.commit({ ...context.state, policy: command.policy });
      case 'merge-now':
        return merges.runAll();
      case 'cancel-merge':
        return merges.cancel();
      case 'pull-plug':
        if (command.afterRequests !== undefined) {
          context.drive.cutAfter(command.afterRequests, command.seed);
          return;
        }
        await context.drive.cutPower(command.seed);
        this.host.lost();
        return;
      case 'power-on':
        context.drive.powerOn();
        return this.host.back();
      case 'drive-size':
        context.drive.sizeLimitBytes = command.bytes;
        context.event(
          'fault',
          command.bytes === null
            ? 'The host’s drive has room without limit.'
            : `The host’s drive has ${sizeText(command.bytes)} for all files.`,
        );
        return;
      case 'lose-file':
        context.drive.lose(command.file);
        context.event('fault', `${command.file} is gone.`, { severity: 'error' });
        return;
      case 'put-file-back':
        context.drive.putBack(command.file);
        context.event('fault', `${command.file} is back.`);
        return;
      case 'alter-file':
        await alterFile(context, command.file, command.offset, command.lengthBytes);
        context.event(
          'fault',
          `${command.lengthBytes} bytes at ${command.offset} of ${command.file} were changed behind everybody’s back.`,
          { severity: 'error' },
        );
        return;
      case 'change-id':
        await changeId(context, command.file);
        context.event('fault', `${command.file} has another id.`, { severity: 'error' });
    }
  }

  private async take(request: Parameters<typeof takeCheckpoint>[1]): Promise<void> {
    const { context, samples } = this;
    await this.abandonOfNow('a checkpoint is taken');
    const fromUs = context.clock.nowUs;
    const pausedUs = await takeCheckpoint(context, request);
    samples.paused(fromUs, pausedUs);
    this.memory.dueUs = context.clock.nowUs;
  }

  /** A merge that moves files of Now's chain holds it open. */
  private async abandonOfNow(why: string): Promise<void> {
    if (this.merges.isOfNow) await this.merges.abandon(why);
  }

  private async rename(wanted: string, name: string): Promise<void> {
    const { context } = this;
    const { id, name: before } = checkpointNamed(context.state, wanted);
    const checkpoints = context.state.checkpoints.map((node) => (node.id === id ? { ...node, name } : node));
    await context.commit({ ...context.state, checkpoints });
    context.event('checkpoint', `Renamed: ${before} is ${name} now.`, { node: id });
  }

  private async setSettings(change: Partial<MachineNode['settings']>): Promise<void> {
    const { context } = this;
    const now = { ...context.now, settings: { ...context.now.settings, ...change } };
    await context.commit({ ...context.state, now });
    context.event('machine', `Settings changed: ${Object.keys(change).join(', ')}. Checkpoints keep theirs.`);
  }

  private async setPassThrough(name: string, isAttached: boolean): Promise<void> {
    const { context } = this;
    const others = context.now.settings.disks.filter((disk) => disk.kind === 'vhd' || disk.name !== name);
    const disks = isAttached
      ? [...others, { kind: 'pass-through' as const, id: `disk${context.now.settings.disks.length}`, name }]
      : others;
    const now = { ...context.now, settings: { ...context.now.settings, disks } };
    await context.commit({ ...context.state, now });
    context.event('machine', `Pass-through disk ${name} ${isAttached ? 'attached' : 'detached'}.`);
  }
}

/** Commands that are nothing without the machine's disks. */
const NEEDS_DISKS: ReadonlySet<CommandName> = new Set<CommandName>([
  'start',
  'resume',
  'shut-down',
  'save',
  'write',
  'take',
  'apply',
  'revert',
  'remove-machine',
]);

const POLICY_WORDS = {
  'when-idle': 'when the machine’s disks are idle',
  'when-off': 'when the machine is off',
  live: 'while the machine runs',
  now: 'at once, before anything else',
} as const;
