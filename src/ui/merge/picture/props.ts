/** What the three figures of the merge screen take: the chain before and after, the blocks that fill, the rate. */
import type { FileId, MergeNode, MergeProgress, MergeWay } from '../../../engine/api.ts';
import type { MapView } from '../../map/mapView.ts';
import type { Band } from '../../state/bands.ts';

export interface ChainPictureProps {
  /** Of the plan, newest first. */
  readonly before: readonly MergeNode[];
  /** Empty while it is being planned. */
  readonly after: readonly MergeNode[];
  /** Of the chain that the layers of the nodes count in: the session's, or those that `MergeCells` kept. */
  readonly bands: readonly Band[];
  /** The stretch, both layers in it. */
  readonly first: number;
  readonly last: number;
  readonly way: MergeWay;
  /** The size of the file that is left is an upper bound: the plan is not exact. */
  readonly atMost?: boolean;
  /** The ends of the stretch can be moved; called once a key, once a click, and at the end of a drag. null = they stand. */
  readonly onpick?: ((first: number, last: number) => void) | null;
}

/** The disk as it was seen when the merge was planned: `MergeCells` makes it. */
export interface MergePicture {
  readonly view: MapView;
  /** One byte a cell: a layer, `CELL_MISSING` or `CELL_UNALLOCATED`; all lines, the last one may be short. */
  readonly cells: Uint8Array;
  readonly cellsPerLine: number;
  /** False: from the block tables alone, bitmaps are still unread. */
  readonly exact: boolean;
  readonly bands: readonly Band[];
  readonly layerCount: number;
  /** Layer 0. */
  readonly leaf: FileId;
}

export interface MergeMapProps {
  /** null while it is being asked for. */
  readonly picture: MergePicture | null;
  /** The stretch, both layers in it. In place nothing is copied from `last`. */
  readonly first: number;
  readonly last: number;
  readonly way: MergeWay;
  /** As progress gives them; null while planning. */
  readonly nextBlock: number | null;
  readonly blockCount: number | null;
  /** Of the target; null (flat targets) = `blockCount` equal pieces. */
  readonly blockSizeBytes: number | null;
}

/** How far a stage was at a time. */
export interface RatePoint {
  /** From the start of the run on. */
  readonly seconds: number;
  /** In its stage. */
  readonly doneBytes: number;
  readonly stage: MergeProgress['stage'];
}

export interface RateChartProps {
  /** `RateSamples.points`. */
  readonly points: readonly RatePoint[];
  /** What the plan reckoned with, from the rates of reading and writing measured here; null where they were not. */
  readonly plannedBytesPerSecond: number | null;
  /** How long the run is thought to take in all: the axis goes so far; null = not known. */
  readonly expectedSeconds: number | null;
}
