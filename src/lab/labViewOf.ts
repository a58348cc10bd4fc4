/** The view of a lab: what the page and the terminal see of it. */
import type { LabContext } from './context.ts';
import type { LabFile, LabView } from './labView.ts';
import type { StoredMachine } from './machine/configuration.ts';
import type { MergeQueue } from './merges/mergeQueue.ts';
import type { LabFacts } from './rules/facts.ts';
import { statusOf } from './rules/hyperv.ts';
import type { LabSamples } from './samples.ts';

export interface ViewExtras {
  readonly merges: MergeQueue;
  readonly samples: LabSamples;
  readonly hostOn: boolean;
  readonly steps: number;
  readonly stored: StoredMachine;
  readonly facts: LabFacts;
}

/** An hour of the chart, and as many lines of the log as anybody scrolls. */
const MOST_SAMPLES = 3600;
const MOST_EVENTS = 500;

export function labView(
  lab: LabContext,
  { merges, samples, hostOn, steps, stored, facts }: ViewExtras,
): LabView {
  const { drive, guest, clock, log } = lab;
  const files = [...facts.fileBytes].map(([name, sizeBytes]) => ({ name, sizeBytes, kind: kindOf(name) }));
  return {
    scenarioName: stored.scenarioName,
    seed: stored.seed,
    storage: lab.host.storage,
    nowUs: clock.nowUs,
    steps,
    machine: lab.state,
    status: lab.critical === null ? statusOf(facts) : 'Paused-Critical',
    hostOn,
    virtualSizeBytes: stored.virtualSizeBytes,
    blockSizeBytes: stored.blockSizeBytes,
    guest: {
      kind: guest.work.kind,
      load: guest.work.load,
      figures: guest.figures,
      checkedReads: guest.checkedReads,
      wrongReads: guest.wrongReads,
      unknownSectors: guest.unknownSectors,
    },
    files,
    usedBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    driveBytes: drive.sizeLimitBytes,
    drive: drive.model,
    driveUse: drive.use,
    merges: merges.rows(),
    memorySave: lab.memorySave?.save.progress ?? null,
    events: log.events.slice(-MOST_EVENTS),
    samples: samples.list(MOST_SAMPLES),
    marks: log.marks,
    history: { commands: 0, done: 0, endUs: clock.nowUs, canSeek: false },
  };
}

function kindOf(name: string): LabFile['kind'] {
  if (/\.a?vhd$/i.test(name)) return 'disk';
  if (name.endsWith('.vsv')) return 'saved state';
  if (name.endsWith('.json')) return 'configuration';
  return /\.(merge-journal|undo)$/.test(name) ? 'journal' : 'other';
}
