/** Loses and alters each file of a chain, and reads every checkpoint again. */
import { must } from '../../../base/assert.ts';
import { SECTOR_BYTES } from '../../../base/units.ts';
import type { LabCommand } from '../../commands.ts';
import type { TimedCommand } from '../../history/scenario.ts';
import { Lab, type LabSnapshot } from '../../lab.ts';
import { NOW } from '../../machine/machine.ts';
import { shortName } from '../../rules/words.ts';
import type { HashedPoint } from '../../transfer/hashPoints.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures } from '../figures.ts';
import { labScenario, openable, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { exactPoint } from '../statistics.ts';
import { buildMachine, type Victim, victimsOf } from './buildMachine.ts';

const MOST_VICTIMS = 10;

/** What became of the checkpoints; Now is told apart. */
export interface Outcome {
  readonly whole: number;
  /** Read to the end without an error, with other bytes. */
  readonly wrong: number;
  readonly refused: number;
  readonly now: 'whole' | 'wrong' | 'refused';
  /** Of the first that was refused; '' = none was. */
  readonly problem: string;
}

interface Tried {
  readonly victim: Victim;
  readonly lost: Outcome;
  readonly putBack: Outcome;
  readonly altered: Outcome;
  readonly renamed: Outcome;
}

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  const scenario = labScenario(setup, {
    name: 'A file of the chain is lost',
    text: 'Look at the checkpoints, then put the file back.',
    settings: { ...labScenario(setup, {}).settings, checkpointType: 'production' },
  });
  return withLab(tools, scenario, setup.profile, async (lab) => {
    tools.advance(0, 1 + MOST_VICTIMS, 'building the machine');
    const commands = await buildMachine(setup, lab, tools);
    const before = await hashesOf(lab, tools);
    const victims = await victimsOf(lab, tools.labHost().module, setup, MOST_VICTIMS);
    const snapshot = must(lab.snapshot(), 'nothing is under way');
    const tried: Tried[] = [];
    for (const [i, victim] of victims.entries()) {
      const done = 1 + Math.floor((i * MOST_VICTIMS) / victims.length);
      tools.advance(done, 1 + MOST_VICTIMS, `${victim.name} is lost and altered`);
      tried.push(await tryVictim(snapshot, victim, before, tools));
    }
    tools.advance(1 + MOST_VICTIMS, 1 + MOST_VICTIMS, 'done');
    const whole = { ...scenario, endUs: lab.nowUs };
    const lose = (command: LabCommand): readonly TimedCommand[] => [
      ...commands,
      { atUs: lab.nowUs, command },
    ];
    const base = must(victims[0], 'there is a base');
    return {
      ...figuresOf(setup, tried),
      scenarios: openable(setup, [
        { label: 'The base is lost', scenario: { ...whole, commands: lose(losing(base)) } },
        { label: 'The base is altered', scenario: { ...whole, commands: lose(altering(base)) } },
      ]),
    };
  });
}

function losing({ file }: Victim): LabCommand {
  return { do: 'lose-file', file };
}

function altering({ file, offset }: Victim): LabCommand {
  return { do: 'alter-file', file, offset, lengthBytes: SECTOR_BYTES };
}

async function tryVictim(
  snapshot: LabSnapshot,
  victim: Victim,
  before: readonly HashedPoint[],
  tools: ExperimentTools,
): Promise<Tried> {
  const after = async (...commands: readonly LabCommand[]): Promise<Outcome> => {
    const lab = await Lab.restore(tools.labHost(), snapshot);
    try {
      for (const command of commands) await lab.do(command);
      return outcomeOf(before, await hashesOf(lab, tools));
    } finally {
      await lab.close();
    }
  };
  const { file } = victim;
  return {
    victim,
    lost: await after(losing(victim)),
    putBack: await after(losing(victim), { do: 'put-file-back', file }),
    altered: await after(altering(victim)),
    renamed: await after({ do: 'change-id', file }),
  };
}

function hashesOf(lab: Lab, { signal }: ExperimentTools): Promise<readonly HashedPoint[]> {
  return lab.hashes({ signal });
}

function outcomeOf(before: readonly HashedPoint[], after: readonly HashedPoint[]): Outcome {
  const counts = { whole: 0, wrong: 0, refused: 0 };
  let now: Outcome['now'] = 'whole';
  let problem = '';
  for (const { node, disk, sha256 } of before) {
    const found = must(
      after.find((point) => point.node === node && point.disk === disk),
      'the same points',
    );
    const state = found.sha256 === null ? 'refused' : found.sha256 === sha256 ? 'whole' : 'wrong';
    if (found.problem !== null && problem === '') problem = found.problem;
    if (node === NOW) now = state;
    else counts[state]++;
  }
  return { ...counts, now, problem };
}

function figuresOf({ depth }: ExperimentSetup, tried: readonly Tried[]): Omit<Figures, 'scenarios'> {
  const series = (id: string, label: string, of: (one: Tried) => Outcome): FigureSeries => ({
    id,
    label,
    kind: 'counted',
    points: tried.map((one, x) => exactPoint(x, of(one).whole)),
    line: null,
  });
  const all = [series('lost', 'lost', ({ lost }) => lost)];
  all.push(series('altered', 'one sector altered', ({ altered }) => altered));
  all.push(series('another id', 'another id', ({ renamed }) => renamed));
  all.push(series('put back', 'lost and put back', ({ putBack }) => putBack));
  const sum = (of: (one: Tried) => number) => tried.reduce((total, one) => total + of(one), 0);
  return {
    caption: `A point: how many of the ${depth} checkpoints read as before, every sector of them, when that one file is touched.`,
    x: { label: 'file that is touched', unit: 'count', names: tried.map(({ victim }) => victim.name) },
    y: { label: `checkpoints that read whole, of ${depth}`, unit: 'count', names: null },
    series: all,
    tables: [outcomeTable(depth, tried)],
    work: `${tried.length} files × 4 faults × ${depth + 1} disks hashed`,
    facts: {
      checkpoints: depth,
      'altered, wrong without an error': sum(({ altered }) => altered.wrong),
      'altered, refused': sum(({ altered }) => altered.refused),
      'another id, wrong without an error': sum(({ renamed }) => renamed.wrong),
      'another id, refused': sum(({ renamed }) => renamed.refused),
    },
  };
}

function outcomeTable(depth: number, tried: readonly Tried[]): Figures['tables'][number] {
  return {
    title: `What is read of the ${depth} checkpoints, and of Now`,
    columns: ['File', 'Lost', 'Put back', 'One sector altered', 'Another id', 'What is said'],
    rows: tried.map(({ victim, lost, putBack, altered, renamed }) => [
      victim.name,
      ...[lost, putBack, altered, renamed].map(outcomeText),
      lost.problem === '' ? 'nothing' : lost.problem.replaceAll(victim.file, shortName(victim.file)),
    ]),
  };
}

function outcomeText({ whole, wrong, refused, now }: Outcome): string {
  const parts = [
    whole > 0 ? `${whole} whole` : '',
    wrong > 0 ? `${wrong} wrong, unsaid` : '',
    refused > 0 ? `${refused} refused` : '',
  ].filter((part) => part !== '');
  return `${parts.join(', ')}; Now ${now}`;
}
