/** Finds each child's parent in a pile by its raw id; where several files carry the id, paths and names decide. */
import type { ParentReference } from '../formats/diskImage.ts';
import type { LinksByHand, PileFile } from './pile.ts';
import { commonTail, fileNameKey, parseStoredPath, pilePathParts, resolveFrom } from './windowsPath.ts';

/** A child's own answer, before cycles are looked for. */
export type Sought =
  | { readonly kind: 'none' }
  | { readonly kind: 'by-hand'; readonly parent: number }
  | { readonly kind: 'found'; readonly parent: number; readonly decidedBy: 'id' | 'path' | 'name' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'ambiguous' };

const NO_ID = /^0*$/;

/** Beyond this many copies under one name, paths are no longer compared: they are ambiguous. */
const COMPARED_COPIES = 64;

/** The pile by id, by name and by path. Built once; each question is answered in the length of the child's paths. */
export class PileIndex {
  private readonly byId = new Map<string, number[]>();
  private readonly byName = new Map<string, number[]>();
  private readonly byPath = new Map<string, number>();
  private readonly parts: readonly (readonly string[])[];
  private readonly files: readonly PileFile[];

  constructor(files: readonly PileFile[]) {
    this.files = files;
    this.parts = files.map((file) => pilePathParts(file.path));
    files.forEach(({ image }, file) => {
      if (hasId(image.id)) push(this.byId, image.id.toUpperCase(), file);
      push(this.byName, fileNameKey(this.partsOf(file).at(-1) ?? ''), file);
      const key = pathKey(this.partsOf(file));
      if (!this.byPath.has(key)) this.byPath.set(key, file);
    });
  }

  partsOf(file: number): readonly string[] {
    return this.parts[file] ?? [];
  }

  private idOf(file: number): string {
    return this.files[file]?.image.id.toUpperCase() ?? '';
  }

  /** All files that carry the id, in the order of the pile. */
  carriers(id: string): readonly number[] {
    return (hasId(id) && this.byId.get(id.toUpperCase())) || [];
  }

  seek(child: number): Sought {
    const image = this.files[child]?.image;
    if (image?.type !== 'differencing') return { kind: 'none' };
    if (!image.parent) return { kind: 'missing' };
    const carriers = this.carriers(image.parent.id);
    // A file counts as its own parent only where nobody else carries the id.
    const itself = carriers.length > 1 && image.id.toUpperCase() === image.parent.id.toUpperCase();
    const first = itself && carriers[0] === child ? carriers[1] : carriers[0];
    if (first === undefined) return { kind: 'missing' };
    if (carriers.length - (itself ? 1 : 0) === 1) return { kind: 'found', parent: first, decidedBy: 'id' };
    const sought = image.parent.id.toUpperCase();
    const named = this.namedParent(child, image.parent, (file) => this.idOf(file) === sought);
    return named ? { kind: 'found', ...named } : { kind: 'ambiguous' };
  }

  /**
   * The file that a child's paths and names lead to, of those that `admit` takes: a relative path that leads to it from
   * the child's folder, then the longest agreeing end of a path, then the only file of that name.
   */
  namedParent(
    child: number,
    reference: ParentReference,
    admit: (file: number) => boolean,
  ): { readonly parent: number; readonly decidedBy: 'path' | 'name' } | null {
    const folder = this.partsOf(child).slice(0, -1);
    const stored = clues(reference).map(parseStoredPath);
    for (const path of stored) {
      const target = resolveFrom(folder, path);
      const file = target && this.byPath.get(pathKey(target));
      if (typeof file === 'number' && file !== child && admit(file))
        return { parent: file, decidedBy: 'path' };
    }
    for (const path of stored) {
      const same = (this.byName.get(fileNameKey(path.parts.at(-1) ?? '')) ?? []).filter(
        (file) => file !== child && admit(file),
      );
      const [only] = same;
      if (only === undefined || same.length > COMPARED_COPIES) continue;
      if (same.length === 1) return { parent: only, decidedBy: 'name' };
      const best = onlyBest(same, (file) => commonTail(this.partsOf(file), path.parts));
      if (best !== null) return { parent: best, decidedBy: 'path' };
      const near = onlyBest(same, (file) =>
        pathKey(this.partsOf(file).slice(0, -1)) === pathKey(folder) ? 1 : 0,
      );
      if (near !== null) return { parent: near, decidedBy: 'name' };
    }
    return null;
  }

  /** True when one of the child's paths points at just this file, or shares a folder's name with it. */
  leadsTo(child: number, reference: ParentReference, file: number): boolean {
    const folder = this.partsOf(child).slice(0, -1);
    return clues(reference).some((text) => {
      const path = parseStoredPath(text);
      const target = resolveFrom(folder, path);
      if (target) return pathKey(target) === pathKey(this.partsOf(file));
      return commonTail(this.partsOf(file), path.parts) >= 2;
    });
  }
}

/** What every file seeks; links by hand go before everything else. */
export function seekAll(files: readonly PileFile[], index: PileIndex, byHand: LinksByHand): Sought[] {
  return files.map((file, child) => {
    const parent = byHand.get(child);
    const pointed = parent !== undefined && files[parent] !== undefined && file.image.type === 'differencing';
    return pointed ? { kind: 'by-hand', parent } : index.seek(child);
  });
}

/** A child's paths and names, the locators first: they are newer than the header's name where they differ. */
export function clues(reference: ParentReference): string[] {
  return [...reference.paths.map(({ path }) => path), reference.name].filter((text) => text !== '');
}

export function hasId(id: string): boolean {
  return !NO_ID.test(id);
}

export function pathKey(parts: readonly string[]): string {
  return parts.map(fileNameKey).join('/');
}

function onlyBest(files: readonly number[], rate: (file: number) => number): number | null {
  let best: number | null = null;
  let bestRate = 0;
  let shared = false;
  for (const file of files) {
    const rated = rate(file);
    if (rated > bestRate) [best, bestRate, shared] = [file, rated, false];
    else if (rated === bestRate) shared = true;
  }
  return shared ? null : best;
}

function push(map: Map<string, number[]>, key: string, file: number): void {
  const list = map.get(key);
  if (list) list.push(file);
  else map.set(key, [file]);
}
