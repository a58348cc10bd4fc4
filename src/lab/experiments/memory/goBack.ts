/** One run of the lab: a busy database, checkpoints at moments of its work, and going back to each of them. */
import { must } from '../../../base/assert.ts';
import { Prng } from '../../../base/prng.ts';
import type { Scenario } from '../../history/scenario.ts';
import type { Lab } from '../../lab.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import type { CheckpointType } from '../../machine/machine.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceTo, advanceUntil, labScenario, PlayedCommands, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

export type WayBack = 'with memory' | 'without memory' | 'production';

/** One checkpoint, gone back to in one way. */
export interface WentBack {
  readonly way: WayBack;
  readonly hasMemory: boolean;
  readonly confirmedOrders: number;
  /** Of them, on the disk already when the checkpoint was taken, as the guest believed. */
  readonly writtenOrders: number;
  /** On the disk after the restart. */
  readonly foundOrders: number;
}

export interface DatabaseRun {
  readonly wentBack: readonly WentBack[];
  readonly ordersPerSecond: number;
  readonly scenario: Scenario;
}

interface Taken {
  readonly name: string;
  readonly type: CheckpointType;
  readonly hasMemory: boolean;
  readonly confirmedOrders: number;
  readonly writtenOrders: number;
}

/** It boots, and its first orders come in. */
const WARM_UP_US = 5 * US_PER_SECOND;
/** Between two checkpoints: the lazy writer is met at any moment of its round. */
const LEAST_WAIT_US = 1.2 * US_PER_SECOND;
const MORE_WAIT_US = 2.6 * US_PER_SECOND;
const MOST_SAVE_US = 3600 * US_PER_SECOND;

export interface Going {
  /** Checkpoints of each type. */
  readonly moments: Readonly<Record<'standard' | 'production', number>>;
  /** Called before each checkpoint, and before each time that one is gone back to. */
  readonly step: () => void;
}

export async function goBack(
  setup: ExperimentSetup,
  { moments, step }: Going,
  tools: ExperimentTools,
): Promise<DatabaseRun> {
  const scenario = labScenario(setup, {
    name: `A database at ${setup.load} % goes back`,
    text: 'Compare the orders confirmed at each checkpoint with those that the guest has after it was applied.',
    guest: { kind: 'database', load: setup.load },
    volume: true,
  });
  return withLab(tools, scenario, setup.profile, async (lab) => {
    const played = new PlayedCommands(lab, tools);
    const random = new Prng(setup.seed);
    await played.do({ do: 'start' });
    await advanceTo(lab, WARM_UP_US, tools);
    const before = { us: lab.nowUs, orders: ordersOf(lab) };
    const taken: Taken[] = [];
    for (const type of ['standard', 'production'] as const)
      for (let moment = 1; moment <= moments[type]; moment++) {
        step();
        await advanceTo(lab, lab.nowUs + LEAST_WAIT_US + random.below(MORE_WAIT_US), tools);
        taken.push(await takeOne(lab, played, `${type} ${moment}`, type, tools));
      }
    const ordersPerSecond = (ordersOf(lab) - before.orders) / ((lab.nowUs - before.us) / US_PER_SECOND);
    await played.do({ do: 'guest', kind: 'idle', load: 0 });
    const wentBack: WentBack[] = [];
    for (const one of taken) {
      const ways: readonly WayBack[] =
        one.type === 'production' ? ['production'] : ['with memory', 'without memory'];
      for (const way of ways) {
        step();
        const { name, type: _, ...of } = one;
        wentBack.push({ ...of, way, foundOrders: await ordersAfter(lab, played, name, way) });
      }
    }
    return {
      wentBack,
      ordersPerSecond,
      scenario: { ...scenario, commands: played.commands, endUs: lab.nowUs },
    };
  });
}

function ordersOf(lab: Lab): number {
  return lab.view().guest.figures.confirmedOrders;
}

async function takeOne(
  lab: Lab,
  played: PlayedCommands,
  name: string,
  type: CheckpointType,
  tools: ExperimentTools,
): Promise<Taken> {
  await played.do({ do: 'take', name, type });
  // Nothing has been done since the pause.
  const { confirmedOrders, writtenOrders } = lab.view().guest.figures;
  await advanceUntil(lab, () => lab.pages() === null, MOST_SAVE_US, tools);
  const node = must(
    lab.state.checkpoints.find((one) => one.name === name),
    'it was taken',
  );
  return { name, type, hasMemory: node.savedState !== null, confirmedOrders, writtenOrders };
}

/** Orders that the guest reads from its disk when it starts last. */
async function ordersAfter(
  lab: Lab,
  played: PlayedCommands,
  checkpoint: string,
  way: WayBack,
): Promise<number> {
  await played.do({ do: 'apply', checkpoint, takeFirst: false });
  if (way === 'without memory' && lab.state.power === 'saved') await played.do({ do: 'delete-saved-state' });
  await played.do({ do: 'start' });
  if (way === 'with memory') {
    await played.do({ do: 'shut-down' });
    await played.do({ do: 'start' });
  }
  return ordersOf(lab);
}
