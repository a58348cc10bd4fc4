/** Likely parents for a file whose parent was not found by its id, ranked, each with its reasons in words. */
import type { DiskImage, ParentReference } from '../formats/diskImage.ts';
import { clues, hasId } from './findParent.ts';
import type { Forest } from './pile.ts';
import { fileNameKey, nameFamily, parseStoredPath, pilePathParts, resolveFrom } from './windowsPath.ts';

export interface Candidate {
  readonly file: number;
  /** Higher is likelier; the sum of what its reasons weigh. */
  readonly score: number;
  /** In words, strongest first. */
  readonly reasons: readonly string[];
}

interface Reason {
  readonly weight: number;
  readonly text: string;
}

/** A candidate needs one reason of this weight: folder, age and maker alone fit half of any pile. */
const PROOF = 60;
const LIMIT = 5;
/** In larger piles only files that share a name, a family, an id or a time with the child are held against it. */
const SMALL_PILE = 1000;
/** Makers stamp in UTC or in local time; below this much, later is not surely later. */
const ZONES_MS = 26 * 3600 * 1000;

type NameFamily = ReturnType<typeof nameFamily>;

/** What is asked of each file again and again, taken apart once. */
interface Traits {
  readonly parts: readonly string[];
  /** The parts as they compare. */
  readonly keys: readonly string[];
  /** The name's key with every number alike. */
  readonly series: string;
  readonly nameKey: string;
  readonly folderKey: string;
  readonly family: NameFamily;
  readonly image: DiskImage;
}

/** Answers for all orphans of one forest. */
export class ParentLocator {
  private readonly forest: Forest;
  private readonly traits: readonly Traits[];
  /** Files by everything that they could be named by; only filled for large piles. */
  private readonly byClue = new Map<string, number[]>();

  constructor(forest: Forest) {
    this.forest = forest;
    this.traits = forest.files.map(({ image, path }) => {
      const parts = pilePathParts(path);
      const keys = parts.map(fileNameKey);
      const nameKey = keys.at(-1) ?? '';
      return {
        parts,
        keys,
        series: nameKey.replace(/\d+/g, '#'),
        nameKey,
        folderKey: keys.slice(0, -1).join('/'),
        family: nameFamily(parts.at(-1) ?? ''),
        image,
      };
    });
    if (this.traits.length <= SMALL_PILE) return;
    this.traits.forEach(({ nameKey, family, image }, file) => {
      const time = image.modified?.getTime();
      for (const clue of [`name ${nameKey}`, `family ${family.stem}`, `id ${image.id}`, `time ${time}`]) {
        const list = this.byClue.get(clue);
        if (list === undefined) this.byClue.set(clue, [file]);
        else if (list.length < SMALL_PILE) list.push(file);
      }
    });
  }

  /** At most five, likeliest first. Never the file itself, nor one that is made from it. */
  candidates(child: number): Candidate[] {
    const own = this.traits[child];
    if (own?.image.type !== 'differencing') return [];
    const wanted = new Wanted(own);
    const below = this.descendants(child);
    const found: Candidate[] = [];
    for (const file of this.worthAsking(wanted)) {
      const traits = this.traits[file];
      if (!traits || below.has(file)) continue;
      const reasons = wanted.reasons(traits);
      if (!reasons.some(({ weight }) => weight >= PROOF)) continue;
      reasons.sort((a, b) => b.weight - a.weight);
      const score = reasons.reduce((sum, { weight }) => sum + weight, 0);
      found.push({ file, score, reasons: reasons.map(({ text }) => text) });
    }
    const time = (file: number) => this.traits[file]?.image.modified?.getTime() ?? 0;
    const path = (file: number) => this.forest.files[file]?.path ?? '';
    found.sort(
      (a, b) => b.score - a.score || time(b.file) - time(a.file) || (path(a.file) < path(b.file) ? -1 : 1),
    );
    return found.slice(0, LIMIT);
  }

  private worthAsking(wanted: Wanted): Iterable<number> {
    if (this.traits.length <= SMALL_PILE) return this.traits.keys();
    return new Set(wanted.clues.flatMap((clue) => this.byClue.get(clue) ?? []));
  }

  private descendants(file: number): ReadonlySet<number> {
    const below = new Set<number>([file]);
    for (const at of below) for (const child of this.forest.links[at]?.children ?? []) below.add(child);
    return below;
  }
}

/** What one child says of its parent, ready to be held against every file. */
class Wanted {
  private readonly own: Traits;
  private readonly reference: ParentReference | null;
  private readonly paths: readonly {
    readonly keys: readonly string[];
    readonly resolvedKey: string | null;
  }[];
  private readonly families: readonly NameFamily[];

  constructor(own: Traits) {
    this.own = own;
    this.reference = own.image.parent;
    const folder = own.parts.slice(0, -1);
    const stored = (this.reference ? clues(this.reference) : []).map(parseStoredPath);
    this.paths = stored.map((path) => ({
      keys: path.parts.map(fileNameKey),
      resolvedKey: resolveFrom(folder, path)?.map(fileNameKey).join('/') ?? null,
    }));
    const named = stored.map((path) => nameFamily(path.parts.at(-1) ?? ''));
    this.families = [own.family, ...named].filter(({ stem }) => stem !== '');
  }

  /** Under which its parent stands in an index of a large pile. */
  get clues(): string[] {
    const time = this.reference?.modified?.getTime();
    return [
      `id ${this.reference?.id}`,
      `time ${time ?? 'unknown'}`,
      ...this.paths.map(({ keys }) => `name ${keys.at(-1)}`),
      ...this.families.map(({ stem }) => `family ${stem}`),
    ];
  }

  reasons(candidate: Traits): Reason[] {
    return [
      ...this.byId(candidate),
      ...this.byName(candidate),
      ...this.byTime(candidate),
      ...this.byShape(candidate),
    ];
  }

  private byId({ image }: Traits): Reason[] {
    const same = this.reference && hasId(image.id) && image.id === this.reference.id;
    return same ? [{ weight: 1000, text: 'It carries the id that is sought.' }] : [];
  }

  private byName(candidate: Traits): Reason[] {
    let tail = 0;
    for (const { keys } of this.paths) tail = Math.max(tail, agreeingEnd(keys, candidate.keys));
    const exact = tail > 0 && this.paths.some(({ resolvedKey }) => resolvedKey === candidate.keys.join('/'));
    if (exact) return [{ weight: 300, text: 'The path stored in the child leads to it.' }];
    if (tail >= 2) return [{ weight: 260, text: 'It has the name and folder that the child gives.' }];
    if (tail === 1) return [{ weight: 220, text: 'It has the name that the child gives.' }];
    return this.byFamily(candidate);
  }

  /** Hyper-V names checkpoints after their machine, with an id behind. */
  private byFamily({ family, nameKey, series }: Traits): Reason[] {
    const related = this.families.some(({ stem }) => stem === family.stem);
    if (related && (family.checkpoint || this.families.some(({ checkpoint }) => checkpoint))) {
      const text = family.checkpoint
        ? `It is a checkpoint of the same machine, “${family.stem}”, by its name.`
        : `It is the disk that the checkpoints of “${family.stem}” are named after.`;
      return [{ weight: family.checkpoint ? 70 : 90, text }];
    }
    if (related) return [{ weight: 90, text: 'It has the name that the child gives, but for the ending.' }];
    const numbered = series === this.own.series && series !== nameKey;
    return numbered ? [{ weight: 25, text: 'Its name differs from the child’s only in a number.' }] : [];
  }

  private byTime({ image }: Traits): Reason[] {
    const recorded = this.reference?.modified?.getTime();
    const stamp = image.modified?.getTime();
    if (stamp === undefined) return [];
    if (recorded !== undefined && Math.abs(recorded - stamp) < 2000) {
      return [{ weight: 240, text: 'Its time stamp is the one that the child remembers of its parent.' }];
    }
    const made = this.own.image.modified?.getTime();
    if (made === undefined) return [];
    if (stamp - made > ZONES_MS) return [{ weight: -40, text: 'But it is newer than the child.' }];
    return stamp <= made ? [{ weight: 10, text: 'It is older than the child.' }] : [];
  }

  private byShape(candidate: Traits): Reason[] {
    const { image } = this.own;
    const reasons: Reason[] = [];
    if (candidate.image.virtualSizeBytes === image.virtualSizeBytes) {
      reasons.push({ weight: 60, text: 'Its disk has the same size.' });
    }
    if (candidate.image.blockSizeBytes === image.blockSizeBytes) {
      reasons.push({ weight: 15, text: 'Its blocks have the same size.' });
    }
    if (candidate.folderKey === this.own.folderKey)
      reasons.push({ weight: 12, text: 'It lies in the same folder.' });
    if (candidate.image.maker && candidate.image.maker.creator === image.maker?.creator) {
      reasons.push({ weight: 8, text: 'The same program wrote it.' });
    }
    return reasons;
  }
}

function agreeingEnd(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[a.length - 1 - count] === b[b.length - 1 - count])
    count += 1;
  return count;
}
