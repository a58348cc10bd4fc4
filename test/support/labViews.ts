/** Views of a lab as the page gets them, made up: the figures of look/lab.html, so that a picture can be laid beside it. */
import { Prng } from '../../src/base/prng.ts';
import type { LabEvent, LabMark, LabMerge, LabSample, LabView, MachineNode } from '../../src/engine/api.ts';

const MIB = 2 ** 20;
const SECOND = 1_000_000;
/** `14:32:07.250` of the lab's clock, which begins at 14:00. */
export function us(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return Math.round(((hours - 14) * 3600 + minutes * 60 + seconds) * SECOND);
}

export const GUIDS = {
  now: '5C3A91E0-0000-4000-8000-000000000001',
  load: '9B17C4D2-0000-4000-8000-000000000002',
  after: 'E2F0887A-0000-4000-8000-000000000003',
  schema: 'D26B40F5-0000-4000-8000-000000000004',
  before: '71A5D3BC-0000-4000-8000-000000000005',
} as const;

const SETTINGS = {
  memoryBytes: 64 * MIB,
  processors: 1,
  notes: '',
  checkpointType: 'standard',
  integrationServices: true,
  disks: [{ kind: 'vhd', id: 'disk0' }],
} as const;

export function nodeOf(
  id: string,
  name: string,
  parent: string | null,
  more: Partial<MachineNode> = {},
): MachineNode {
  return {
    id,
    name,
    parent,
    atUs: 0,
    files: { disk0: `Snapshots/${id}.avhd` },
    settings: SETTINGS,
    savedState: null,
    consistency: 'memory',
    deletedAtUs: null,
    ...more,
  };
}

export function mergeOf(more: Partial<LabMerge>): LabMerge {
  return {
    key: `${GUIDS.load} disk0`,
    node: GUIDS.load,
    nodeName: 'load test',
    child: 'NOW',
    disk: 'disk0',
    source: `Snapshots/${GUIDS.now}.avhd`,
    target: `Snapshots/${GUIDS.load}.avhd`,
    state: 'merging',
    reason: null,
    startedUs: us('14:30:06'),
    endedUs: null,
    nextBlock: 700,
    blockCount: 2048,
    copiedBytes: 34.6 * MIB,
    totalBytes: 91 * MIB,
    dirtyBlocks: 3,
    writer: 'free',
    ...more,
  };
}

export function eventOf(number: number, at: string, more: Partial<LabEvent>): LabEvent {
  return { number, atUs: us(at), kind: 'merge', severity: 'note', text: '', code: null, node: null, ...more };
}

/** Second by second, with two pauses and a merge. */
export function samplesOf(fromUs: number, toUs: number, mergesFromUs: number, seed = 9): LabSample[] {
  const prng = new Prng(seed);
  const samples: LabSample[] = [];
  const pauses = [us('14:21:40'), us('14:26:10')];
  for (let at = Math.floor(fromUs / SECOND) * SECOND; at < toUs; at += SECOND) {
    const merging = at >= mergesFromUs;
    const paused = pauses.includes(at);
    const wave = 24 * Math.sin((at / 60e6) * 1.7);
    const rate = (merging ? 186 : 212) + (prng.fraction() - 0.5) * 44 + wave - (paused ? 160 : 0);
    // The second under way is not over.
    const operations = Math.round((rate * Math.min(SECOND, toUs - at)) / SECOND);
    const medianUs = Math.round((merging ? 340 : 210) + (prng.fraction() - 0.5) * 50);
    const p99Us = paused ? 31_000 : Math.round(medianUs + 170 + prng.fraction() * (merging ? 220 : 120));
    samples.push({
      fromUs: at,
      lengthUs: SECOND,
      operations,
      medianUs,
      p99Us,
      merging,
      pausedUs: paused ? 29_000 : 0,
    });
  }
  return samples;
}

const MARKS: readonly LabMark[] = [
  { atUs: us('14:02:11'), kind: 'checkpoint', text: 'clean install' },
  { atUs: us('14:12:02'), kind: 'fault', text: 'no space' },
  { atUs: us('14:20:00'), kind: 'apply', text: 'before hotfix' },
  { atUs: us('14:21:40'), kind: 'checkpoint', text: 'after hotfix' },
  { atUs: us('14:26:10'), kind: 'checkpoint', text: 'load test' },
  { atUs: us('14:27:31'), kind: 'command', text: 'delete' },
  { atUs: us('14:30:06'), kind: 'merge', text: 'load test' },
];

const EVENTS: readonly LabEvent[] = [
  eventOf(0, '14:12:02', {
    severity: 'error',
    text: 'Merge failed, will be retried: no space, 64 MiB short',
    code: '19100, 0x80070070',
  }),
  eventOf(1, '14:12:48', { text: 'Merge finished: sysprep', code: '19080' }),
  eventOf(2, '14:20:00', { kind: 'checkpoint', text: 'Applied: before hotfix, new disk E2F0887A' }),
  eventOf(3, '14:21:40', { kind: 'checkpoint', text: 'Checkpoint taken: after hotfix, paused 29 ms' }),
  eventOf(4, '14:21:44', { kind: 'memory', text: 'Memory saved: 64 MiB to 11.8 MiB, 418 pages intercepted' }),
  eventOf(5, '14:26:10', { kind: 'checkpoint', text: 'Checkpoint taken: load test, paused 31 ms' }),
  eventOf(6, '14:27:31', {
    kind: 'checkpoint',
    severity: 'warning',
    text: 'Checkpoint deleted: before hotfix, 2 descendants, merge deferred',
  }),
  eventOf(7, '14:30:05', { kind: 'checkpoint', text: 'Checkpoint deleted: load test, 1 descendant' }),
  eventOf(8, '14:30:06', { text: 'Merge started: load test, live' }),
];

export const MERGES: readonly LabMerge[] = [
  mergeOf({}),
  mergeOf({
    key: `${GUIDS.before} disk0`,
    node: GUIDS.before,
    nodeName: 'before hotfix',
    child: null,
    source: null,
    target: `Snapshots/${GUIDS.before}.avhd`,
    state: 'waits',
    reason: '2 still read through its disk: after hotfix and schema v2. Starts by itself when one is left.',
    startedUs: null,
    copiedBytes: 0,
    totalBytes: 0,
    dirtyBlocks: 0,
  }),
  mergeOf({
    key: 'sysprep disk0',
    node: 'sysprep',
    nodeName: 'sysprep',
    source: `Snapshots/${GUIDS.before}.avhd`,
    target: 'Virtual Hard Disks/LAB-WEB01.vhd',
    state: 'done',
    startedUs: us('14:12:17'),
    endedUs: us('14:12:48'),
    copiedBytes: 212 * MIB,
    totalBytes: 212 * MIB,
    dirtyBlocks: 0,
  }),
];

export function labViewOf(more: Partial<LabView> = {}): LabView {
  const nowUs = us('14:32:07.250');
  const nodes = [
    nodeOf('CLEAN', 'clean install', null, { files: { disk0: 'Virtual Hard Disks/LAB-WEB01.vhd' } }),
    nodeOf(GUIDS.before, 'before hotfix', 'CLEAN', { deletedAtUs: us('14:27:31') }),
    nodeOf(GUIDS.schema, 'schema v2', GUIDS.before),
    nodeOf(GUIDS.after, 'after hotfix', GUIDS.before),
    nodeOf(GUIDS.load, 'load test', GUIDS.after, { deletedAtUs: us('14:30:05') }),
  ];
  const now = nodeOf('NOW', 'Now', GUIDS.load, { files: { disk0: `Snapshots/${GUIDS.now}.avhd` } });
  const sizes = [1341 * MIB, 84 * MIB, 51 * MIB, 22 * MIB, 38 * MIB, 91 * MIB];
  return {
    scenarioName: 'First lab',
    seed: 4711,
    storage: 'memory',
    nowUs,
    steps: 48_213,
    machine: {
      id: '11111111-2222-4333-8444-555555555555',
      name: 'LAB-WEB01',
      power: 'running',
      policy: 'live',
      checkpoints: nodes,
      now,
      foundation: {},
      left: [],
    },
    status: 'Running, merging',
    hostOn: true,
    virtualSizeBytes: { disk0: 4096 * MIB },
    blockSizeBytes: { disk0: 2 * MIB },
    guest: {
      kind: 'file-server',
      load: 60,
      figures: { operations: 1_904_882, confirmedOrders: 0, writtenOrders: 0 },
      checkedReads: 1_904_882,
      wrongReads: 0,
      unknownSectors: 0,
    },
    files: [...nodes, now].map((node, i) => ({
      name: node.files.disk0 ?? '',
      sizeBytes: sizes[i] ?? 0,
      kind: 'disk' as const,
    })),
    usedBytes: 1627 * MIB,
    driveBytes: null,
    drive: { name: 'SSD', requestUs: 60, seekUs: 20, bytesPerSecond: 500e6, flushUs: 400 },
    driveUse: {
      reads: 0,
      readBytes: 0,
      writes: 0,
      writtenBytes: 0,
      flushes: 0,
      seeks: 0,
      others: 0,
      busyUs: 0,
    },
    merges: MERGES,
    memorySave: null,
    events: EVENTS,
    samples: samplesOf(0, nowUs, us('14:30:06')),
    marks: MARKS,
    history: { commands: 14, done: 14, endUs: nowUs, canSeek: true },
    ...more,
  };
}
