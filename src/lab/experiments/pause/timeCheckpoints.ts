/** One run of the lab: checkpoints of a busy machine, with every operation of its guest timed. */
import { must } from '../../../base/assert.ts';
import type { Scenario } from '../../history/scenario.ts';
import type { Lab, LabOperation } from '../../lab.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import type { CheckpointType, MachineNode } from '../../machine/machine.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceTo, advanceUntil, labScenario, PlayedCommands, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

/** One standard checkpoint with what its guest felt, beside a production one. Simulated microseconds. */
export interface TimedCheckpoint {
  readonly pauseUs: number;
  /** From the command to its end: with what is prepared before the pause. */
  readonly commandUs: number;
  readonly saveUs: number;
  readonly interceptedPages: number;
  /** Of each operation that the guest began while the memory was saved, and that had to wait for the drive. */
  readonly savingUs: readonly number[];
  /** The same in as much time behind a production checkpoint. */
  readonly withoutUs: readonly number[];
}

export interface TimedRun {
  readonly checkpoints: readonly TimedCheckpoint[];
  readonly scenario: Scenario;
}

const WARM_UP_US = US_PER_SECOND;
const BETWEEN_US = US_PER_SECOND / 2;
const MOST_SAVE_US = 24 * 3600 * US_PER_SECOND;

export async function timeCheckpoints(
  setup: ExperimentSetup,
  { times, volume }: { readonly times: number; readonly volume: boolean },
  tools: ExperimentTools,
): Promise<TimedRun> {
  const scenario = labScenario(setup, {
    name: 'The pause of a checkpoint',
    text: 'Look at the latency of the guest while the memory is saved.',
    volume,
  });
  return withLab(tools, scenario, setup.profile, async (lab) => {
    const played = new PlayedCommands(lab, tools);
    const operations: LabOperation[] = [];
    lab.onOperation = (operation) => operations.push(operation);
    await played.do({ do: 'start' });
    await advanceTo(lab, WARM_UP_US, tools);
    const checkpoints: TimedCheckpoint[] = [];
    for (let time = 1; time <= times; time++) {
      await advanceTo(lab, lab.nowUs + BETWEEN_US, tools);
      checkpoints.push(await timeOne(lab, played, operations, time, tools));
    }
    return { checkpoints, scenario: { ...scenario, commands: played.commands, endUs: lab.nowUs } };
  });
}

async function timeOne(
  lab: Lab,
  played: PlayedCommands,
  operations: LabOperation[],
  time: number,
  tools: ExperimentTools,
): Promise<TimedCheckpoint> {
  operations.length = 0;
  const standard = await take(lab, played, `standard ${time}`, 'standard');
  const find = () => newest(lab, standard.node.id).savedState !== null;
  await advanceUntil(lab, find, MOST_SAVE_US, tools);
  const saveUs = lab.nowUs - standard.endUs;
  const saving = operations.filter(({ startUs }) => startUs >= standard.endUs && startUs < lab.nowUs);

  await advanceTo(lab, lab.nowUs + BETWEEN_US, tools);
  operations.length = 0;
  const production = await take(lab, played, `production ${time}`, 'production');
  await advanceTo(lab, production.endUs + saveUs, tools);
  const without = operations.filter(
    ({ startUs }) => startUs >= production.endUs && startUs < production.endUs + saveUs,
  );
  return {
    pauseUs: standard.pauseUs,
    commandUs: standard.endUs - standard.fromUs,
    saveUs,
    interceptedPages: interceptedOf(lab, standard.node.id),
    savingUs: latenciesOf(saving),
    withoutUs: latenciesOf(without),
  };
}

interface Taken {
  readonly node: MachineNode;
  readonly fromUs: number;
  readonly endUs: number;
  readonly pauseUs: number;
}

async function take(lab: Lab, played: PlayedCommands, name: string, type: CheckpointType): Promise<Taken> {
  const fromUs = await played.do({ do: 'take', name, type });
  const node = must(
    lab.state.checkpoints.find((one) => one.name === name),
    'it was taken',
  );
  const steps = lab.log.events.filter((event) => event.kind === 'step' && event.node === node.id);
  const at = (step: string) =>
    must(
      steps.find(({ text }) => text.includes(`: ${step} `)),
      'a step of a running machine’s checkpoint',
    ).atUs;
  return { node, fromUs, endUs: lab.nowUs, pauseUs: at('4.') - at('1.') };
}

function newest(lab: Lab, id: string): MachineNode {
  return must(
    lab.state.checkpoints.findLast((one) => one.id === id),
    'a checkpoint stays',
  );
}

function interceptedOf(lab: Lab, id: string): number {
  const event = lab.log.events.find(({ kind, node }) => kind === 'memory' && node === id);
  const [, count = '0'] = /(\d+) pages intercepted/.exec(event?.text ?? '') ?? [];
  return Number(count);
}

function latenciesOf(operations: readonly LabOperation[]): number[] {
  return operations.map(({ startUs, endUs }) => endUs - startUs).filter((us) => us > 0);
}
