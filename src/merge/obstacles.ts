/** What stands in the way of a merge, as far as the files tell without their bitmaps. */
import { assert } from '../base/assert.ts';
import { grouped, sizeText } from '../base/units.ts';
import type { Finding, Rule } from '../formats/finding.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import { WINDOWS_MAX_DISK_BYTES } from '../formats/vhd/diskSize.ts';
import { mergeFinding, obstacle } from './findings.ts';
import type { MergePlan } from './mergePlan.ts';
import { newSizes, sizeObstacles } from './sizeObstacles.ts';
import type { ChildOf, MergeWay, NewFormat, Stretch } from './stretch.ts';
import { layerOf, nameOf } from './stretchSizes.ts';

/** A file that cannot be written to. */
export interface ClosedFile {
  /** As the folder knows it. */
  readonly name: string;
  readonly why: 'picked' | 'read-only' | 'busy';
}

/** What is to be made of a stretch. */
export interface MergeWanted {
  readonly way: MergeWay;
  /** null in place. */
  readonly format: NewFormat | null;
  /** New dynamic and differencing files; 2 MiB where left out. */
  readonly blockSizeBytes?: number;
  /** How a new differencing file names its parent; where left out, its size is counted with the longest usual paths. */
  readonly parent?: Omit<CreateParent, 'id'> | null;
  readonly closed: readonly ClosedFile[];
}

const WEIGHT = { error: 0, warning: 1, note: 2 } as const;

/** Errors first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

/** Errors first; none of them needs the bitmaps, but the plan may find more. */
export function obstaclesOf(stretch: Stretch, what: MergeWanted): readonly Finding[] {
  const { images, names, first, last } = stretch;
  assert(0 <= first && first <= last && last < images.length, 'the stretch lies in the chain');
  assert(names.length === images.length, 'every layer has a name');
  assert((what.way === 'in-place') === (what.format === null), 'a new file has a format');
  return inOrder([
    ...inUse(stretch),
    ...(what.way === 'in-place' ? inPlace(stretch, what) : toNewFile(stretch, what)),
  ]);
}

/** Files whose parent the newest file of the stretch is: their link is rewritten in place. */
export function relinkedFiles({ names, children, first }: Stretch): string[] {
  const above = first > 0 ? [names[first - 1] ?? ''] : [];
  return [...new Set([...above, ...children.filter(({ of }) => of === first).map(({ name }) => name)])];
}

function inPlace(stretch: Stretch, what: MergeWanted): Finding[] {
  const { names, first, last, children } = stretch;
  const target = nameOf(stretch, last);
  if (first === last) return [obstacle('merge-one-file', target, `${target} is the only file of the merge.`)];
  const older = names.slice(first + 1, last + 1);
  return [
    ...children.filter(({ of }) => of > first && of <= last).map((child) => sibling(stretch, child)),
    ...sizeObstacles(stretch),
    ...wrongLinks(stretch, Math.max(0, first - 1), last - 1),
    ...children
      .filter(({ name, of }) => of === first && name !== names[first - 1])
      .flatMap((child) => wrongLink(stretch, child)),
    ...closedFiles(stretch, what.closed),
    ...damagedFiles(stretch, {}),
    ...(layerOf(stretch, last).format === 'raw'
      ? [obstacle('merge-raw-parent', target, `${target} is a raw image.`)]
      : []),
    ...parentMissing(stretch),
    obstacle(
      'merge-unlisted-siblings',
      target,
      `Only files that are open here are known: ${listed(older)} may have other children.`,
    ),
    obstacle(
      'merge-parent-changes',
      target,
      `${listed(older)} ${older.length === 1 ? 'holds' : 'hold'} the disk as it was before; the merge takes the newer data in.`,
    ),
  ];
}

/** The files stay as they are: what would ruin them in place is only to be known. */
function toNewFile(stretch: Stretch, { format }: MergeWanted): Finding[] {
  const { images, last, complete } = stretch;
  const found: Finding[] = [];
  const oldest = nameOf(stretch, last);
  const below = images[last + 1];
  const endsInBase = complete && below === undefined;
  if (format === 'differencing') {
    if (endsInBase) found.push(obstacle('merge-no-parent', oldest, `${oldest} has no parent.`));
    found.push(...newSizes(stretch));
    found.push(...parentMissing(stretch));
  } else if (!endsInBase) {
    const missing = below
      ? `${nameOf(stretch, last + 1)} is not part of the merge`
      : 'its parent is not here';
    found.push(obstacle('merge-incomplete', oldest, `${oldest} needs a parent, and ${missing}.`));
  }
  const sizeBytes = layerOf(stretch, stretch.first).virtualSizeBytes;
  if (format !== 'raw' && sizeBytes > WINDOWS_MAX_DISK_BYTES) {
    const message = `The disk has ${grouped(sizeBytes)} bytes; a VHD takes ${sizeText(WINDOWS_MAX_DISK_BYTES)} at most.`;
    found.push(obstacle('merge-too-large', nameOf(stretch, stretch.first), message));
  }
  const lastLink = format === 'differencing' && below ? last : last - 1;
  found.push(
    ...wrongLinks(stretch, stretch.first, lastLink, {
      severity: 'warning',
      remedy: 'Take the link back if it is wrong.',
    }),
  );
  found.push(...damagedFiles(stretch, { severity: 'warning' }));
  return found;
}

function sibling(stretch: Stretch, { name, of }: ChildOf): Finding {
  const goes = of < stretch.last ? 'goes' : 'is changed';
  return obstacle('merge-sibling', name, `${name} stands on ${nameOf(stretch, of)} too, which ${goes}.`);
}

/** Links of layers `from` to `to`, each to the layer below it. */
function wrongLinks(stretch: Stretch, from: number, to: number, instead: Partial<Rule> = {}): Finding[] {
  const found: Finding[] = [];
  for (let layer = from; layer <= to; layer++) {
    const image = layerOf(stretch, layer);
    found.push(...wrongLink(stretch, { name: nameOf(stretch, layer), image, of: layer + 1 }, instead));
  }
  return found;
}

function wrongLink(stretch: Stretch, { name, image, of }: ChildOf, instead: Partial<Rule> = {}): Finding[] {
  const parent = layerOf(stretch, of);
  if (image.parent?.id === parent.id) return [];
  const parentName = nameOf(stretch, of);
  const has = parent.id === '' ? 'is a raw image without an id' : `has ${parent.idText}`;
  const message = image.parent
    ? `${name} names the parent ${image.parent.idText}; ${parentName} ${has}.`
    : `${name} is no differencing disk, and ${parentName} stands below it.`;
  return [obstacle('merge-id-mismatch', name, message, instead)];
}

const CLOSED = {
  picked: 'was picked by hand: a browser replaces such a file only whole',
  'read-only': 'cannot be written to',
  busy: 'is held by another program',
} as const;

function closedFiles(stretch: Stretch, closed: readonly ClosedFile[]): Finding[] {
  const { names, first, last } = stretch;
  const taking = new Set([...names.slice(first, last + 1), ...relinkedFiles(stretch)]);
  const command = commandOf(nameOf(stretch, first), nameOf(stretch, last));
  const remedy = {
    picked: `Merge to a new file: the files of the chain stay as they are. Or in a terminal: ${command}`,
    'read-only':
      'Give the permission to write, or merge to a new file: the files of the chain stay as they are.',
    busy: 'Stop what uses it, or merge to a new file: the files of the chain stay as they are.',
  };
  return closed
    .filter(({ name }) => taking.has(name))
    .map(({ name, why }) =>
      obstacle('merge-closed-file', name, `${name} ${CLOSED[why]}.`, { remedy: remedy[why] }),
    );
}

/** Names that no shell makes anything of; for others the word says which file is meant. */
function commandOf(child: string, ancestor: string): string {
  const spelled = (name: string, word: string) =>
    /^[\p{L}\p{N}_.][\p{L}\p{N}_. ()/-]*$/u.test(name) ? `"${name}"` : word;
  return `disklab merge ${spelled(child, 'CHILD')} --into ${spelled(ancestor, 'ANCESTOR')}`;
}

function damagedFiles({ images, names, first, last }: Stretch, instead: Partial<Rule>): Finding[] {
  return images.slice(first, last + 1).flatMap((image, i) => {
    const damage = damageOf(names[first + i] ?? '', image.findings, instead);
    return damage ? [damage] : [];
  });
}

/** The first error among findings of a file; null where there is none. */
export function damageOf(name: string, findings: readonly Finding[], instead: Partial<Rule>): Finding | null {
  const damage = findings.find(({ severity }) => severity === 'error');
  if (!damage) return null;
  const { code, offset, lengthBytes, affects, message } = damage;
  const words = { code, ...instead, ...(affects ? { affects } : {}) };
  return mergeFinding('merge-damaged', name, offset, lengthBytes, `${name} is damaged: ${message}`, words);
}

function parentMissing({ images, names, complete }: Stretch): Finding[] {
  if (complete) return [];
  const oldest = names[images.length - 1] ?? '';
  return [obstacle('merge-parent-missing', oldest, `The parent of ${oldest} is not here.`)];
}

function inUse({ images, names, first, last }: Stretch): Finding[] {
  return images.slice(first, last + 1).flatMap(({ findings }, i) => {
    if (!findings.some(({ rule }) => rule === 'saved-state')) return [];
    const name = names[first + i] ?? '';
    return [obstacle('merge-parent-in-use', name, `${name} belongs to a machine in a saved state.`)];
  });
}

/** The obstacle of a plan that needs more room than there is; null where it fits. */
export function roomObstacle(plan: MergePlan, freeBytes: number): Finding | null {
  const { spaceNeededBytes, survivor, sources } = plan;
  if (spaceNeededBytes <= freeBytes) return null;
  const message = `The merge needs up to ${sizeText(spaceNeededBytes)} (${grouped(spaceNeededBytes)} bytes) more; ${sizeText(freeBytes)} are free.`;
  return obstacle('merge-no-room', survivor ?? sources[0] ?? '', message);
}

const MOST_LISTED = 3;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).join(', ');
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown;
}
