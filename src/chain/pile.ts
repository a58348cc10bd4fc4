/** What a pile of files looks like once the trees in it are found. Files are named by their index in the pile. */
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import type { Annotation } from '../formats/struct.ts';

export interface PileFile {
  readonly image: DiskImage;
  /** Folder and name as picked, `/` between. */
  readonly path: string;
  /** When the storage says the file was last written, milliseconds since 1970; null where it does not say. */
  readonly changedMs?: number | null;
}

export type LinkState =
  /** Not a differencing file, or its parent was found by id. */
  | 'whole'
  /** Pointed at by the user. */
  | 'by-hand'
  | 'orphan'
  /** Several files carry the id that it seeks, and nothing tells them apart. */
  | 'ambiguous'
  | 'cycle';

/** One file's place in the forest. */
export interface Link {
  /** null for bases, orphans, ambiguous links, and where a cycle was cut. */
  readonly parent: number | null;
  readonly state: LinkState;
  /** False where a parent was pointed at whose id is not the one sought. */
  readonly matches: boolean;
  /** Likeliest first, by what can be seen from them. */
  readonly children: readonly number[];
  /** All files with this file's id, itself included; empty where it is the only one. Shared between those files. */
  readonly sameId: readonly number[];
  /** The files of the cycle that this one stands in, each followed by the one it names as its parent; else null. */
  readonly cycle: readonly number[] | null;
  /** Files from here to the root, both included. */
  readonly layers: number;
  /** True when the chain ends in a file that needs no parent. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
}

export interface Forest {
  readonly files: readonly PileFile[];
  readonly links: readonly Link[];
  /** Tree by tree, a child always before its parent, the likeliest leaf of the likeliest tree first. */
  readonly order: readonly number[];
  /** Files that no file names as its parent, likeliest first; then the files of cycles, which see only themselves. */
  readonly leaves: readonly number[];
  /** Files without a parent in the forest, in the order of their trees. */
  readonly roots: readonly number[];
  readonly orphans: readonly number[];
  readonly cycles: readonly (readonly number[])[];
}

/** Child → parent, as the user pointed. */
export type LinksByHand = ReadonlyMap<number, number>;

/** Where a field stands in a file, for findings that point at it; the start of the file where it has none. */
export function placeOf(image: DiskImage, fieldName: string): { offset: number; lengthBytes: number } {
  const search = (annotations: readonly Annotation[]): Annotation | undefined => {
    for (const annotation of annotations) {
      if (annotation.name === fieldName) return annotation;
      const inside = annotation.fields && search(annotation.fields);
      if (inside) return inside;
    }
    return undefined;
  };
  const found = search(image.structures);
  return found ? { offset: found.offset, lengthBytes: found.lengthBytes } : { offset: 0, lengthBytes: 0 };
}
