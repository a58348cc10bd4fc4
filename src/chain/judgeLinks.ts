/** Says what is wrong, or worth knowing, about the links of a forest. Every file gets its own list of findings. */
import { SECTOR_BYTES, sizeText } from '../base/units.ts';
import { MAX_LAYERS } from '../core/records.ts';
import type { DiskImage, ParentReference } from '../formats/diskImage.ts';
import { affectedRun, type Finding } from '../formats/finding.ts';
import { chainFinding } from './findings.ts';
import { clues, hasId, type PileIndex, type Sought } from './findParent.ts';
import { type PileFile, placeOf } from './pile.ts';
import { fileNameKey, nameOf } from './windowsPath.ts';

/** Long lists of names are cut in messages: with 200 copies they would say nothing. */
const NAMES_SHOWN = 6;

/** Makers stamp in UTC or in local time; below this much, later is not surely later. */
const ZONES_MS = 26 * 3600 * 1000;

export interface Links {
  readonly files: readonly PileFile[];
  readonly index: PileIndex;
  readonly sought: readonly Sought[];
  readonly parents: readonly (number | null)[];
  readonly cycleOf: ReadonlyMap<number, readonly number[]>;
  readonly children: readonly (readonly number[])[];
  readonly layers: readonly number[];
}

type Add = (file: number, finding: Finding | null) => void;

/** Findings of each file, in the order of the pile. */
export function judgeLinks(links: Links): Finding[][] {
  const { files, sought, parents, cycleOf } = links;
  const findings: Finding[][] = files.map(() => []);
  const add: Add = (file, finding) => {
    if (finding) findings[file]?.push(finding);
  };
  const wanted = new Set(sought.flatMap((_, file) => files[file]?.image.parent?.id ?? []));
  files.forEach((_, file) => {
    const cycle = cycleOf.get(file);
    const answer = sought[file] ?? { kind: 'none' };
    if (cycle) add(file, cycleFinding(links, file, cycle));
    if (answer.kind === 'missing') add(file, missingFinding(links, file));
    if (answer.kind === 'ambiguous') add(file, ambiguousFinding(links, file));
    const parent = parents[file] ?? null;
    if (parent !== null) judgePair(links, file, parent, answer, add);
    add(file, duplicateFinding(links, file, wanted));
    add(file, siblingsFinding(links, file));
    add(file, depthFinding(links, file));
  });
  files.forEach((_, file) => {
    judgeNames(links, file, add);
  });
  return findings;
}

/** True when the parent's id is the one the child seeks. Ids of zeros and raw images prove nothing. */
export function idMatches(files: readonly PileFile[], child: number, parent: number): boolean {
  const id = files[parent]?.image.id ?? '';
  return hasId(id) && id === files[child]?.image.parent?.id;
}

function judgePair(links: Links, child: number, parent: number, answer: Sought, add: Add): void {
  const childFile = links.files[child];
  const parentFile = links.files[parent];
  if (!childFile || !parentFile) return;
  if (answer.kind === 'by-hand' && !idMatches(links.files, child, parent)) {
    add(child, mismatchFinding(childFile, parentFile));
  }
  if (answer.kind === 'found' && answer.decidedBy !== 'id') {
    const carriers = links.index.carriers(childFile.image.parent?.id ?? '');
    const message = `${carriers.length} files carry the id that it seeks; “${parentFile.path}” was taken for its ${answer.decidedBy}. Also: ${namesOf(
      links,
      carriers.filter((file) => file !== parent),
    )}.`;
    add(child, at(childFile, 'parent-chosen-by-name', 'parentUniqueId', message));
  }
  const { image } = childFile;
  if (image.virtualSizeBytes !== parentFile.image.virtualSizeBytes) {
    const message = `The child's disk is ${exactSize(image)}, its parent's “${parentFile.path}” ${exactSize(parentFile.image)}.`;
    const smaller = Math.min(image.virtualSizeBytes, parentFile.image.virtualSizeBytes);
    const beyond = affectedRun(smaller / SECTOR_BYTES, image.virtualSizeBytes / SECTOR_BYTES);
    add(child, at(childFile, 'parent-size-mismatch', 'currentSize', message, beyond));
  }
  if (idMatches(links.files, child, parent)) add(child, timeFinding(childFile, parentFile));
}

function mismatchFinding(child: PileFile, parent: PileFile): Finding {
  const reference = child.image.parent;
  const seeks =
    reference && hasId(reference.id) ? `The child seeks id ${reference.idText}` : 'The child names no id';
  if (parent.image.id === '') {
    const message = `${seeks}; “${parent.path}” is a raw image and carries none, so nothing proves that it is the parent.`;
    return at(child, 'parent-id-mismatch', 'parentUniqueId', message, { severity: 'warning' });
  }
  const message = `${seeks}; “${parent.path}”, pointed at by hand, carries ${parent.image.idText}.`;
  return at(child, 'parent-id-mismatch', 'parentUniqueId', message);
}

/**
 * The child's record of the parent's time against the parent's own stamp and, since some makers record when the file was
 * last written, against that. Unknown (zero) is no difference.
 */
function timeFinding(child: PileFile, parent: PileFile): Finding | null {
  const recorded = child.image.parent?.modified ?? null;
  const stamp = parent.image.modified;
  if (recorded) {
    const times = [stamp?.getTime(), parent.changedMs].filter((time) => typeof time === 'number');
    if (times.length === 0 || times.some((time) => Math.abs(time - recorded.getTime()) < 2000)) return null;
    const found = stamp ? timeText(stamp) : timeText(new Date(times[0] ?? 0));
    const message = `The child remembers its parent as of ${timeText(recorded)}; “${parent.path}” says ${found}.`;
    return at(child, 'parent-time-mismatch', 'parentTimeStamp', message);
  }
  const made = child.image.modified;
  if (!stamp || !made || stamp.getTime() - made.getTime() < ZONES_MS) return null;
  const message = `Its parent “${parent.path}” is stamped ${timeText(stamp)}, the child ${timeText(made)}.`;
  return at(child, 'parent-newer', 'timeStamp', message);
}

function missingFinding(links: Links, child: number): Finding | null {
  const file = links.files[child];
  if (!file) return null;
  const { parent } = file.image;
  const id = parent && hasId(parent.id) ? `id ${parent.idText}` : 'no id at all';
  const names = parent ? [...new Set(clues(parent))].map((text) => `“${text}”`) : [];
  const named = names.length > 0 ? `, under ${names.join(', ')}` : ', and gives no name';
  return at(
    file,
    'parent-missing',
    'parentUniqueId',
    `None of the files is its parent. It seeks ${id}${named}.`,
  );
}

function ambiguousFinding(links: Links, child: number): Finding | null {
  const file = links.files[child];
  const carriers = links.index.carriers(file?.image.parent?.id ?? '').filter((carrier) => carrier !== child);
  if (!file) return null;
  const message = `${carriers.length} files carry the id ${file.image.parent?.idText} that it seeks: ${namesOf(links, carriers)}.`;
  return at(file, 'parent-ambiguous', 'parentUniqueId', message);
}

function cycleFinding(links: Links, file: number, cycle: readonly number[]): Finding | null {
  const self = links.files[file];
  if (!self) return null;
  const place = cycle.indexOf(file);
  const next = cycle[(place + 1) % cycle.length] ?? file;
  const message =
    next === file
      ? 'The file names its own id as its parent.'
      : `It names “${links.files[next]?.path}” as its parent, in a circle of ${cycle.length} files: ${namesOf(links, cycle)}.`;
  return at(self, 'chain-cycle', 'parentUniqueId', message);
}

function duplicateFinding(links: Links, file: number, wanted: ReadonlySet<string>): Finding | null {
  const self = links.files[file];
  if (!self) return null;
  const carriers = links.index.carriers(self.image.id);
  if (carriers.length < 2) return null;
  const others = carriers.filter((carrier) => carrier !== file).slice(0, NAMES_SHOWN + 1);
  const count = carriers.length - 1;
  const message = `The id ${self.image.idText} is also carried by ${namesOf(links, others, count)}.`;
  return at(self, 'duplicate-id', 'uniqueId', message, wanted.has(self.image.id) ? {} : { severity: 'note' });
}

function siblingsFinding(links: Links, file: number): Finding | null {
  const self = links.files[file];
  const children = links.children[file] ?? [];
  if (!self || children.length < 2) return null;
  const message = `${children.length} files are made from it: ${namesOf(links, children)}.`;
  return chainFinding('several-children', self.image.file.name, 0, 0, message);
}

function depthFinding(links: Links, file: number): Finding | null {
  const self = links.files[file];
  const layers = links.layers[file] ?? 1;
  if (!self || layers <= MAX_LAYERS) return null;
  const message = `Its chain has ${layers} files; at most ${MAX_LAYERS} can be read as one disk.`;
  return chainFinding('chain-too-deep', self.image.file.name, 0, 0, message);
}

/** Renamed parents, and files that stand under a parent's name with another id. */
function judgeNames(links: Links, child: number, add: Add): void {
  const file = links.files[child];
  const answer = links.sought[child];
  const reference = file?.image.parent;
  if (!file || !reference || !hasId(reference.id) || file.image.type !== 'differencing') return;
  const orphan =
    answer?.kind === 'missing' ||
    (answer?.kind === 'by-hand' && !idMatches(links.files, child, answer.parent));
  if (!orphan && !(answer?.kind === 'found' && isRenamed(links, reference, answer.parent))) return;
  const impostor = links.index.namedParent(child, reference, () => true)?.parent;
  const carrier = impostor === undefined ? undefined : links.files[impostor];
  const wrong =
    carrier &&
    impostor !== undefined &&
    carrier.image.id !== reference.id &&
    near(links, child, impostor, reference);
  if (wrong) {
    const carries = carrier.image.id === '' ? 'carries no id' : `carries id ${carrier.image.idText}`;
    const message = `“${file.path}” seeks its parent under this name with id ${reference.idText}; this file ${carries}.`;
    add(
      impostor,
      at(carrier, 'wrong-id-for-name', 'uniqueId', message, orphan ? {} : { severity: 'warning' }),
    );
  }
  if (answer.kind === 'found') {
    const parent = links.files[answer.parent];
    const message = `Its parent is “${parent?.path}”; it names it “${nameOf(clues(reference)[0] ?? '')}”.`;
    add(child, at(file, 'parent-renamed', 'parentUnicodeName', message));
  }
}

function isRenamed(links: Links, reference: ParentReference, parent: number): boolean {
  const names = clues(reference).map((text) => fileNameKey(nameOf(text)));
  const own = links.index.partsOf(parent).at(-1) ?? '';
  return names.length > 0 && !names.includes(fileNameKey(own));
}

/** The same name in a folder far away is nothing: `disk.vhd` is everywhere. Here, or where the path leads, it counts. */
function near(links: Links, child: number, impostor: number, reference: ParentReference): boolean {
  const folder = (file: number) => links.index.partsOf(file).slice(0, -1).map(fileNameKey).join('/');
  return folder(child) === folder(impostor) || links.index.leadsTo(child, reference, impostor);
}

function at(
  { image }: PileFile,
  rule: Parameters<typeof chainFinding>[0],
  field: string,
  message: string,
  instead?: Parameters<typeof chainFinding>[5],
): Finding {
  const { offset, lengthBytes } = placeOf(image, field);
  return chainFinding(rule, image.file.name, offset, lengthBytes, message, instead);
}

function namesOf(links: Links, files: readonly number[], count = files.length): string {
  const shown = files.slice(0, NAMES_SHOWN).map((file) => `“${links.files[file]?.path}”`);
  const rest = count - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function exactSize(image: DiskImage): string {
  return `${sizeText(image.virtualSizeBytes)} (${image.virtualSizeBytes} bytes)`;
}

function timeText(date: Date): string {
  return Number.isNaN(date.getTime())
    ? 'an impossible date'
    : date
        .toISOString()
        .replace(/\.\d+Z$/, ' UTC')
        .replace('T', ' ');
}
