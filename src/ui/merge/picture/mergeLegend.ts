/** What stands under the map of a merge: its colours with their numbers, its greys in words. */
import { SECTOR_BYTES, sizeText } from '../../../base/units.ts';
import { CELL_MISSING, CELL_UNALLOCATED } from '../../../engine/api.ts';
import type { CopiedLayers } from './mergeCellPaint.ts';
import type { MergePicture } from './props.ts';

export interface LayerKey {
  readonly stop: number;
  readonly label: string;
}

export interface MergeLegend {
  readonly layers: readonly LayerKey[];
  /** Where the pale cells lie, in words; '' = there are none. */
  readonly pale: string;
  readonly inNoFile: boolean;
  readonly missing: boolean;
  /** `4 GiB`. */
  readonly line: string;
}

/** Colours of the layers that are copied; a colour that reaches beyond them is named by those that it stands for here. */
function layerKeys({ bands }: MergePicture, { first, last }: CopiedLayers): LayerKey[] {
  return bands.flatMap(({ from, to, stop }) => {
    const [low, high] = [Math.max(from, first), Math.min(to, last)];
    return low > high ? [] : [{ stop, label: low === high ? String(low) : `${low}–${high}` }];
  });
}

export function mergeLegend(picture: MergePicture, copied: CopiedLayers): MergeLegend {
  const found = new Uint8Array(256);
  for (const value of picture.cells) found[value] = 1;
  const newer = found.subarray(0, copied.first).includes(1);
  const deeper = found.subarray(copied.last + 1, CELL_MISSING).includes(1);
  const above = copied.first === 1 ? 'layer 0' : `layers 0–${copied.first - 1}`;
  // A cell shows its newest layer only: what the stretch holds under a newer one cannot be seen from there.
  const hidden = `in ${above}, not touched; what is copied under it is not shown`;
  const pale = newer && deeper ? `stays in the parent, or ${hidden}` : newer ? hidden : 'stays in the parent';
  return {
    layers: layerKeys(picture, copied),
    pale: newer || deeper ? pale : '',
    inNoFile: found[CELL_UNALLOCATED] === 1,
    missing: found[CELL_MISSING] === 1,
    line: sizeText(picture.view.lineSectors * SECTOR_BYTES),
  };
}
