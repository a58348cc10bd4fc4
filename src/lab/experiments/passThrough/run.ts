/** Machines with different disks, each asked for every type of checkpoint, off and running. */
import type { CheckpointType } from '../../machine/machine.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { exactPoint } from '../statistics.ts';
import { type DiskSetup, type Tried, tryCheckpoint } from './tryCheckpoint.ts';

const PHYSICAL = 'Physical Disk 1';
const OTHER = 'Physical Disk 2';
const DISKS: readonly DiskSetup[] = [
  { name: 'dynamic VHD', vhds: ['dynamic'], passThrough: [], isDetached: false },
  { name: 'fixed VHD', vhds: ['fixed'], passThrough: [], isDetached: false },
  { name: 'two VHDs', vhds: ['dynamic', 'fixed'], passThrough: [], isDetached: false },
  { name: 'VHD and pass-through', vhds: ['dynamic'], passThrough: [PHYSICAL], isDetached: false },
  { name: 'VHD and two pass-through', vhds: ['dynamic'], passThrough: [PHYSICAL, OTHER], isDetached: false },
  { name: 'way out', vhds: ['dynamic'], passThrough: [PHYSICAL], isDetached: true },
];
const TYPES: readonly CheckpointType[] = ['standard', 'production', 'production-only'];
const POWER = [false, true];

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  const of = DISKS.length * TYPES.length * POWER.length;
  const tried: Tried[] = [];
  for (const disks of DISKS)
    for (const type of TYPES)
      for (const isRunning of POWER) {
        tools.advance(tried.length, of, `${disks.name}, ${type}, ${powerText(isRunning)}`);
        tried.push(await tryCheckpoint(setup, { disks, type, isRunning }, tools));
      }
  tools.advance(of, of, 'done');
  const told = [firstOf(tried, PHYSICAL, false), firstOf(tried, PHYSICAL, true)].flatMap((one) => one ?? []);
  const count = (is: (one: Tried) => boolean) => tried.filter(is).length;
  return {
    caption: `A point: checkpoints that were taken of ${POWER.length} that were tried, one while the machine was off and one while it ran.`,
    x: { label: 'disks of the machine', unit: 'count', names: DISKS.map(({ name }) => name) },
    y: { label: `checkpoints taken, of ${POWER.length}`, unit: 'count', names: null },
    series: TYPES.map((type) => seriesOf(type, tried)),
    tables: [wordsTable(tried), wayOutTable(tried)],
    work: `${DISKS.length} machines × ${TYPES.length} types × ${POWER.length} states`,
    scenarios: openable(
      setup,
      told.map(({ disks, scenario }) => ({ label: disks.name, scenario })),
    ),
    facts: {
      tried: POWER.length,
      'machines with VHDs only': DISKS.filter(({ passThrough }) => passThrough.length === 0).length,
      'machines with a pass-through disk': DISKS.filter(isKept).length,
      'changed though refused': count(({ isChanged }) => isChanged),
      'way out, attached again': count(({ disks, attached }) => disks.isDetached && attached > 0),
      'way out, attached after the checkpoint was applied': count(
        ({ disks, attachedAfterApply }) => disks.isDetached && attachedAfterApply > 0,
      ),
      'way out, tried': count(({ disks }) => disks.isDetached),
    },
  };
}

/** Stays attached while the checkpoint is asked for. */
function isKept({ passThrough, isDetached }: DiskSetup): boolean {
  return passThrough.length > 0 && !isDetached;
}

function firstOf(tried: readonly Tried[], name: string, isDetached: boolean): Tried | undefined {
  return tried.find(
    ({ disks, isRunning }) =>
      disks.passThrough.includes(name) && disks.isDetached === isDetached && isRunning,
  );
}

function powerText(isRunning: boolean): string {
  return isRunning ? 'running' : 'off';
}

function seriesOf(type: CheckpointType, tried: readonly Tried[]): FigureSeries {
  const points = DISKS.map((disks, x) => {
    const taken = tried.filter((one) => one.disks === disks && one.type === type && one.isTaken);
    return exactPoint(x, taken.length, POWER.length);
  });
  return { id: type, label: type.replace('-', ' '), kind: 'counted', points, line: null };
}

function wordsTable(tried: readonly Tried[]): Figures['tables'][number] {
  return {
    title: 'What was said',
    columns: ['Disks', 'Type', 'Off', 'Running'],
    rows: DISKS.flatMap((disks) =>
      TYPES.map((type) => [
        disks.name,
        type.replace('-', ' '),
        ...POWER.map((isRunning) => {
          const one = tried.find(
            (each) => each.disks === disks && each.type === type && each.isRunning === isRunning,
          );
          return one?.isTaken ? 'taken' : (one?.refusal ?? '');
        }),
      ]),
    ),
  };
}

function wayOutTable(tried: readonly Tried[]): Figures['tables'][number] {
  return {
    title: 'The way out: detached, checkpoint taken, attached again',
    columns: ['Type', 'Machine', 'Checkpoint', 'Pass-through disks afterwards', 'After it is applied'],
    rows: tried
      .filter(({ disks }) => disks.isDetached)
      .map(({ type, isRunning, isTaken, attached, attachedAfterApply }) => [
        type.replace('-', ' '),
        powerText(isRunning),
        isTaken ? 'taken' : 'refused',
        `${attached}`,
        isTaken ? `${attachedAfterApply}` : 'not applied',
      ]),
  };
}
