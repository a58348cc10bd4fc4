/** What a merge does, in words: title and sentence of the page. */
import type { MergeWay, NewFormat } from '../../engine/api.ts';
import type { Layers } from './stretch.ts';

export type MergeStateName = 'plan' | 'running' | 'paused' | 'done' | 'waits' | 'stopped';

/** Text, or the name of a file. */
export type Part = string | { readonly file: string };

const COUNTS = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
];

/** `Four` up to eleven, then figures. */
export function countWord(count: number): string {
  return COUNTS[count] ?? String(count);
}

/** `layer 0`, `layers 0 and 1`, `layers 0 to 3`. */
export function layersText({ first, last }: Layers): string {
  if (first === last) return `layer ${first}`;
  return last === first + 1 ? `layers ${first} and ${last}` : `layers ${first} to ${last}`;
}

/** `layers 0 to 2 into layer 3`, `layers 0 to 3 into a new file`. */
export function movesText(way: MergeWay, { first, last }: Layers): string {
  return way === 'in-place'
    ? `${layersText({ first, last: last - 1 })} into layer ${last}`
    : `${layersText({ first, last })} into a new file`;
}

export function titleOf(state: MergeStateName, way: MergeWay, stretch: Layers): string {
  return titleWith(state, movesText(way, stretch));
}

/** `moves`: what goes where. */
export function titleWith(state: MergeStateName, moves: string): string {
  const words: Readonly<Record<MergeStateName, string>> = {
    plan: 'Plan: merge',
    running: 'Merging',
    paused: 'Paused: merging',
    done: 'Merged',
    waits: 'This merge waits:',
    stopped: 'This merge stopped:',
  };
  return `${words[state]} ${moves}`;
}

export interface Moves {
  readonly way: MergeWay;
  readonly format: NewFormat | null;
  readonly stretch: Layers;
  /** Short names of the stretch's files, newest first. */
  readonly labels: readonly string[];
  /** Of the file below the stretch; null = there is none. */
  readonly below: string | null;
  readonly newName: string | null;
}

const MADE: Readonly<Record<NewFormat, string>> = {
  raw: 'a raw image',
  fixed: 'a fixed disk',
  dynamic: 'a dynamic disk',
  differencing: 'a differencing disk',
};

/** What becomes of the files, said before any button is pressed. */
export function sentenceOf(moves: Moves): readonly Part[] {
  return moves.way === 'in-place' ? inPlaceSentence(moves) : newFileSentence(moves);
}

function newFileSentence({ labels, below, newName, format }: Moves): Part[] {
  const many = labels.length !== 1;
  const what = `${countWord(labels.length)} ${many ? 'files' : 'file'} ${many ? 'become' : 'becomes'} `;
  const name: Part = newName === null ? 'a new file' : { file: newName };
  const kind: Part[] =
    format === 'differencing' && below !== null
      ? [', a child of ', { file: below }]
      : [`, ${format ? MADE[format] : 'a disk'} that needs no parent`];
  const once = many ? ' Each sector is copied once, from the newest file that has it.' : '';
  return [what, name, ...kind, `. The originals are only read.${once}`];
}

function inPlaceSentence({ labels }: Moves): Part[] {
  const target = labels.at(-1) ?? '';
  const sources = labels.slice(0, -1);
  const one = sources.length === 1;
  const newest = sources[0] ?? '';
  const moving: Part[] = one
    ? ['What ', { file: newest }, ' holds goes into ']
    : [
        `What ${countWord(sources.length).toLowerCase()} files hold, from `,
        { file: newest },
        ' down, goes into ',
      ];
  const after = one
    ? ', which takes its place; then the old file goes.'
    : ', which takes the place of the newest; then the old files go.';
  const once = one ? '' : ' Each sector is copied once, from the newest file that has it.';
  return [...moving, { file: target }, `${after}${once}`];
}

/** The sentence as plain text. */
export function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.file)).join('');
}

/** Why no forgotten file can read wrong afterwards. */
export function identityWords({ way, format, labels, stretch }: Moves): string {
  const newest = labels[0] ?? '';
  if (way === 'in-place') {
    return `${labels.at(-1) ?? ''} takes the id of ${newest}: a forgotten child of ${labels.length === 2 ? 'it' : 'an old file'} fails loudly instead of reading wrong.`;
  }
  if (format !== 'differencing')
    return 'The new file gets an id of its own: nothing takes it for one of the old files.';
  return stretch.first === 0
    ? `The new file takes the id of ${newest}: whoever names that as its parent still matches.`
    : `The new file takes the id of ${newest}: the files above still match, once they are pointed at it.`;
}
