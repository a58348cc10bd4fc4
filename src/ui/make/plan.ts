/** What an operation is going to do, said before it starts: sentence, obstacles, figures, and the call that runs it. */
import { MIB } from '../../base/units.ts';
import type {
  CompactRequest,
  CreateRequest,
  FileView,
  GrowRequest,
  MeasureRequest,
  SaveFormat,
  SaveRequest,
} from '../../engine/api.ts';

export type Operation = 'create' | 'convert' | 'compact' | 'grow';

/** Why it can't be done as it stands, and the way round. */
export interface Obstacle {
  readonly message: string;
  readonly meaning: string;
  readonly remedy: string;
  /** The operation that the remedy speaks of. */
  readonly instead?: Operation;
}

/** null = not known before the data is read, or not asked. */
export interface Figures {
  readonly readBytes: number | null;
  readonly writeBytes: number | null;
  readonly fileBytes: number | null;
  /** False: upper bounds. */
  readonly exact: boolean;
  readonly blocks: number | null;
  readonly newFiles: number;
  /** Bytes that the new file is smaller by, or that files that can go take; negative where it grows. */
  readonly freedBytes: number | null;
}

/** What runs, without the place where the new file goes. */
export type Work =
  | { readonly operation: 'create'; readonly request: Omit<CreateRequest, 'target'> }
  | { readonly operation: 'convert'; readonly request: Omit<SaveRequest, 'target'> }
  | { readonly operation: 'compact'; readonly request: Omit<CompactRequest, 'target'> }
  | { readonly operation: 'grow'; readonly request: Omit<GrowRequest, 'target'> };

export interface Plan {
  readonly operation: Operation;
  readonly title: string;
  readonly say: string;
  /** Files that are read. */
  readonly sources: readonly FileView[];
  readonly obstacles: readonly Obstacle[];
  /** From what the pile says already; null while the form is not filled in. */
  readonly figures: Figures | null;
  readonly measure: MeasureRequest | null;
  /** null: it can't be run as it stands. */
  readonly work: Work | null;
  readonly format: SaveFormat;
  readonly suggestedName: string;
  /** It may be done without a new file. */
  readonly inPlace: boolean;
  /** What the new file grows to at most as the guest writes. */
  readonly mostFileBytes?: number;
  /** Zeros that the new disk ends with beyond the old one's end: a measurement does not know of them. */
  readonly addedBytes?: number;
}

export const OPERATIONS: readonly {
  readonly operation: Operation;
  readonly name: string;
  readonly explain: string;
}[] = [
  { operation: 'create', name: 'New disk', explain: 'fixed, dynamic, or a child of a file' },
  { operation: 'convert', name: 'Convert', explain: 'the disk to raw, fixed or dynamic' },
  { operation: 'compact', name: 'Compact', explain: 'leave out blocks that hold nothing' },
  { operation: 'grow', name: 'Grow', explain: 'a larger disk, the same data' },
];

export const VERBS: Readonly<Record<Operation, string>> = {
  create: 'create',
  convert: 'convert',
  compact: 'compact',
  grow: 'grow',
};

/** 512 KiB to 8 MiB. Windows writes 2 MiB, and 512 KiB in old differencing disks. */
export const BLOCK_SIZES: readonly number[] = [MIB / 2, MIB, 2 * MIB, 4 * MIB, 8 * MIB];

/** Bytes of the blocks that a file holds; for files without blocks, of their data. */
export function heldBytes({ blocks, blockSizeBytes, sizeBytes, virtualSizeBytes }: FileView): number {
  return blocks && blockSizeBytes
    ? Math.min(blocks.allocated * blockSizeBytes, virtualSizeBytes)
    : Math.min(sizeBytes, virtualSizeBytes);
}

/** The extension that a rewritten file keeps: checkpoints are called `.avhd`. */
export function keptExtension({ name }: FileView): '.avhd' | '.vhd' {
  return /\.avhd$/i.test(name) ? '.avhd' : '.vhd';
}

/** A plan that says only why nothing can be done. */
export function emptyPlan(operation: Operation, title: string, say: string): Plan {
  return {
    operation,
    title,
    say,
    sources: [],
    obstacles: [],
    figures: null,
    measure: null,
    work: null,
    format: 'dynamic',
    suggestedName: '',
    inPlace: false,
  };
}
