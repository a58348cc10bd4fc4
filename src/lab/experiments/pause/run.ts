/** Checkpoints of machines with more and more memory, and of one with a larger and larger disk. */
import { must } from '../../../base/assert.ts';
import { GIB, MIB, sizeText, TIB } from '../../../base/units.ts';
import type { ExperimentTools } from '../experiment.ts';
import type { FigureSeries, Figures } from '../figures.ts';
import { openable } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';
import { meanOf, pointOf } from '../statistics.ts';
import { numberText, timeUsText, valueText } from '../valueText.ts';
import { type TimedCheckpoint, type TimedRun, timeCheckpoints } from './timeCheckpoints.ts';

const MEMORY = [16, 32, 64, 128, 256].map((mib) => mib * MIB);
const DISKS = [64 * MIB, GIB, 16 * GIB, 256 * GIB, TIB];
const TIMES = 2;

export async function run(setup: ExperimentSetup, tools: ExperimentTools): Promise<Figures> {
  const sizes = [...new Set([...MEMORY.filter((bytes) => bytes < setup.memoryBytes), setup.memoryBytes])];
  const of = sizes.reduce((sum, bytes) => sum + bytes / MIB, 0) + DISKS.length;
  let done = 0;
  const timed = async (change: Partial<ExperimentSetup>, times: number, phase: string) => {
    tools.advance(done, of, phase);
    const volume = change.diskBytes === undefined;
    const one = await timeCheckpoints({ ...setup, ...change }, { times, volume }, tools);
    done += (change.memoryBytes ?? MIB) / MIB;
    return one;
  };
  const byMemory: TimedRun[] = [];
  for (const memoryBytes of sizes)
    byMemory.push(await timed({ memoryBytes }, TIMES, `${sizeText(memoryBytes)} of memory`));
  const byDisk: TimedRun[] = [];
  for (const diskBytes of DISKS)
    byDisk.push(await timed({ diskBytes, memoryBytes: MIB }, 1, `a disk of ${sizeText(diskBytes)}`));
  tools.advance(of, of, 'done');

  const last = must(byMemory.at(-1), 'at least one size');
  const series = (
    id: string,
    label: string,
    of: (one: TimedCheckpoint) => readonly number[],
  ): FigureSeries => ({
    id,
    label,
    kind: 'simulated',
    points: byMemory.map(({ checkpoints }, i) => pointOf(sizes[i] ?? 0, checkpoints.flatMap(of))),
    line: null,
  });
  const all = byMemory.flatMap(({ checkpoints }) => checkpoints);
  return {
    caption: `A point: ${TIMES} checkpoints of the running machine, or all operations of its guest meanwhile; the median, and whiskers to the 10th and 90th percentile.`,
    x: { label: 'memory of the machine', unit: 'bytes', names: null },
    y: { label: 'time', unit: 'us', names: null },
    series: [
      series('pause', 'pause', ({ pauseUs }) => [pauseUs]),
      series('command', 'whole command', ({ commandUs }) => [commandUs]),
      series('saving', 'operation while memory is saved', ({ savingUs }) => savingUs),
      series('without', 'operation, none saved', ({ withoutUs }) => withoutUs),
    ],
    tables: [memoryTable(sizes, byMemory), diskTable(byDisk)],
    work: `${sizes.length} sizes of memory × ${TIMES} standard and ${TIMES} production checkpoints, ${DISKS.length} sizes of disk`,
    scenarios: openable(setup, [
      { label: `${sizeText(setup.memoryBytes)} of memory`, scenario: last.scenario },
    ]),
    facts: {
      ...Object.fromEntries(byDisk.map((one, i) => [`pause at ${diskName(i)}`, only(one).pauseUs])),
      'smallest disk bytes': DISKS[0] ?? 0,
      'largest disk bytes': DISKS.at(-1) ?? 0,
      'least pause by disk': Math.min(...byDisk.map((one) => only(one).pauseUs)),
      'most pause by disk': Math.max(...byDisk.map((one) => only(one).pauseUs)),
      'command at the smallest disk': byDisk[0] ? only(byDisk[0]).commandUs : null,
      'command at the largest disk': only(must(byDisk.at(-1), 'a disk')).commandUs,
      'most pause': Math.max(...all.map(({ pauseUs }) => pauseUs)),
      'longest save': Math.max(...all.map(({ saveUs }) => saveUs)),
      'longest operation while memory is saved': longestOf(all.flatMap(({ savingUs }) => savingUs)),
      'longest operation, none saved': longestOf(all.flatMap(({ withoutUs }) => withoutUs)),
      'intercepted pages': all.reduce((sum, { interceptedPages }) => sum + interceptedPages, 0),
    },
  };
}

/** null: the guest did nothing. */
function longestOf(latencies: readonly number[]): number | null {
  return latencies.length === 0 ? null : Math.max(...latencies);
}

function only({ checkpoints }: TimedRun): TimedCheckpoint {
  return must(checkpoints[0], 'one checkpoint');
}

function diskName(i: number): string {
  return sizeText(DISKS[i] ?? 0);
}

function memoryTable(sizes: readonly number[], runs: readonly TimedRun[]): Figures['tables'][number] {
  return {
    title: 'Saving the memory: means, and the longest operation of the guest',
    columns: [
      'Memory',
      'Pause',
      'Saving took',
      'Pages intercepted',
      'Longest while saved',
      'Longest, none saved',
    ],
    rows: runs.map(({ checkpoints }, i) => {
      const mean = (of: (one: TimedCheckpoint) => number) => meanOf(checkpoints.map(of));
      return [
        sizeText(sizes[i] ?? 0),
        timeUsText(mean(({ pauseUs }) => pauseUs)),
        timeUsText(mean(({ saveUs }) => saveUs)),
        numberText(mean(({ interceptedPages }) => interceptedPages)),
        valueText(longestOf(checkpoints.flatMap(({ savingUs }) => savingUs)), 'us'),
        valueText(longestOf(checkpoints.flatMap(({ withoutUs }) => withoutUs)), 'us'),
      ];
    }),
  };
}

function diskTable(runs: readonly TimedRun[]): Figures['tables'][number] {
  return {
    title: 'By the virtual size of the disk, one checkpoint each, 1 MiB of memory',
    columns: ['Disk', 'Pause', 'Whole command'],
    rows: runs.map((one, i) => {
      const { pauseUs, commandUs } = only(one);
      return [diskName(i), timeUsText(pauseUs), timeUsText(commandUs)];
    }),
  };
}
