/** The event log: kinds and their names, what a filter leaves, and the log as a text file. */
import { clockText, type LabEvent, type LabView, labDate } from '../../../engine/api.ts';

export type EventKind = LabEvent['kind'];

export const KINDS: readonly { readonly kind: EventKind; readonly name: string }[] = [
  { kind: 'machine', name: 'machine' },
  { kind: 'checkpoint', name: 'checkpoints' },
  { kind: 'step', name: 'steps of taking one' },
  { kind: 'memory', name: 'memory' },
  { kind: 'merge', name: 'merges' },
  { kind: 'guest', name: 'guest' },
  { kind: 'fault', name: 'faults' },
  { kind: 'recovery', name: 'recovery' },
  { kind: 'host', name: 'host' },
];

/** How many events of each kind there are. */
export function countKinds(events: readonly LabEvent[]): ReadonlyMap<EventKind, number> {
  const counts = new Map<EventKind, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Newest first; without the kinds that are hidden, and at most `most`. */
export function shownEvents(
  events: readonly LabEvent[],
  hidden: ReadonlySet<EventKind>,
  most: number,
): { readonly shown: readonly LabEvent[]; readonly more: number } {
  const kept = events.filter(({ kind }) => !hidden.has(kind)).reverse();
  return { shown: kept.slice(0, most), more: Math.max(0, kept.length - most) };
}

/** `event 19080`, `0xC03A000E`, `event 19100, 0x80070070`. */
export function codeWords(code: string): string {
  return /^\d/.test(code) && !code.startsWith('0x') ? `event ${code}` : code;
}

/** The log as it is kept, oldest first, for people. */
export function logText({
  scenarioName,
  seed,
  machine,
  events,
}: Pick<LabView, 'scenarioName' | 'seed' | 'machine' | 'events'>): string {
  const first = events[0]?.number ?? 0;
  const lines = events.map(({ atUs, kind, severity, text, code }) => {
    const serious = severity === 'note' ? '' : `${severity}: `;
    return `${clockText(atUs)}  ${kind.padEnd(10)}  ${serious}${text}${code === null ? '' : ` (${codeWords(code)})`}`;
  });
  return [
    `Event log of ${machine.name}: ${scenarioName}, seed ${seed}`,
    `Simulated time, on the machine's clock from ${labDate(0).toISOString().slice(0, 10)} on.`,
    ...(first > 0 ? [`${first} older events are not kept.`] : []),
    '',
    ...lines,
    '',
  ].join('\r\n');
}

/** No character that a file system refuses. */
export function logName(machineName: string): string {
  const stem = machineName
    .replace(/[\\/:*?"<>|]/g, ' ')
    .replace(/[^\P{Cc}]/gu, ' ')
    .trim();
  return `${stem || 'machine'} event log.txt`;
}
