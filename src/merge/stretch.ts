/** A stretch of a chain, and what else a merge of it has to know of: plain data, files already opened. */
import type { DiskImage, ImageType } from '../formats/diskImage.ts';

/** Layers `first` (newest) to `last` (oldest) of a chain, both taking part; at least two in place, at least one to a new file. */
export interface Stretch {
  /** The chain, layer 0 first: from anywhere at or above `first`, as far down as it is here. */
  readonly images: readonly DiskImage[];
  /** By layer: under which name the folder knows the file. */
  readonly names: readonly string[];
  /** The last image needs no parent. */
  readonly complete: boolean;
  readonly first: number;
  readonly last: number;
  /** Every file that names one of the stretch as its parent, other than the stretch's own next layer. */
  readonly children: readonly ChildOf[];
}

export interface ChildOf {
  /** As the folder knows it. */
  readonly name: string;
  readonly image: DiskImage;
  /** Layer that it names as its parent. */
  readonly of: number;
}

/** What a new file can be; 'differencing' stands on the layer below the stretch, the others need one that ends in a base. */
export type NewFormat = ImageType | 'raw';

export type MergeWay = 'in-place' | 'new-file';
