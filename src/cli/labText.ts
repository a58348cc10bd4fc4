/** A lab in the words of the terminal: a line for each event, and what there is at the end. */
import { grouped, sizeText } from '../base/units.ts';
import type { LabEvent } from '../lab/events.ts';
import type { Scenario } from '../lab/history/scenario.ts';
import { clockText } from '../lab/labTime.ts';
import type { LabView } from '../lab/labView.ts';
import type { HashedPoint } from '../lab/transfer/hashPoints.ts';
import type { KeptFiles } from './labFiles.ts';
import { printable } from './text.ts';

/** Of one disk as one point of the machine has it; `name` is the point's. */
export interface PointHash extends HashedPoint {
  readonly name: string;
}

export interface LabEnd {
  readonly scenario: Scenario;
  readonly view: LabView;
  readonly hashes: readonly PointHash[];
  readonly kept: KeptFiles | null;
}

const MARKS = { error: '✖', warning: '▲', note: '·' } as const;

/** `14:03:38.716 · merge       Merge finished: sysprep. (19080)`; the time is the machine's own. */
export function eventLine({ atUs, severity, kind, text, code }: LabEvent): string {
  const known = code === null ? '' : ` (${printable(code)})`;
  return `${clockText(atUs)} ${MARKS[severity]} ${kind.padEnd(10)}  ${printable(text)}${known}`;
}

export function endLines({ view, hashes, kept }: LabEnd): string[] {
  const { machine, guest, merges } = view;
  const { checkedReads, wrongReads, unknownSectors } = guest;
  const { confirmedOrders, writtenOrders } = guest.figures;
  const waiting = merges.filter(({ state }) => state === 'waits' || state === 'merging').length;
  const severalDisks = new Set(hashes.map(({ disk }) => disk)).size > 1;
  return [
    '',
    `${printable(machine.name)} at ${clockText(view.nowUs)}: ${printable(view.status)}${view.hostOn ? '' : ', the host has no power'}`,
    `guest   ${grouped(checkedReads)} reads checked, ${grouped(wrongReads)} wrong; ${grouped(unknownSectors)} sectors read that nobody here wrote`,
    ...(confirmedOrders > 0
      ? [`orders  ${grouped(confirmedOrders)} confirmed, ${grouped(writtenOrders)} of them on the disk`]
      : []),
    `merges  ${waiting === 0 ? 'none is left' : `${grouped(waiting)} not done`}`,
    `files   ${grouped(view.files.length)}, ${sizeText(view.usedBytes)}`,
    ...(kept ? [`kept    ${keptText(kept)}`] : []),
    ...(hashes.length > 0 ? ['', 'SHA-256 of the disks, newest point first'] : []),
    ...hashes.map(
      ({ sha256, problem, name, disk }) =>
        `${sha256 ?? '✖'}  ${printable(name)}${severalDisks ? `, ${disk}` : ''}${problem === null ? '' : `: ${printable(problem)}`}`,
    ),
  ];
}

function keptText({ folder, files, bytes, writtenBytes }: KeptFiles): string {
  const count = files === 1 ? '1 file' : `${grouped(files)} files`;
  return `${count} in ${printable(folder)}, ${sizeText(bytes)}, ${sizeText(writtenBytes)} of them written`;
}
