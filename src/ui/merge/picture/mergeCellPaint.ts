/**
 * Draws the disk while a merge goes through it: what is copied shows its layer, what is still to come is an outline in
 * the same place, everything else is pale. Lines can be drawn alone, so that progress costs only what it changed.
 */
import { SECTOR_BYTES } from '../../../base/units.ts';
import type { MergeWay } from '../../../engine/api.ts';
import { foldLine, type PaintInput, type Palette, paintMap } from '../../map/mapPaint.ts';
import { sectorsOfPixel } from '../../map/mapPixels.ts';
import type { MapView } from '../../map/mapView.ts';
import type { MergePicture } from './props.ts';

/** Layers that data is copied from, both included. */
export interface CopiedLayers {
  readonly first: number;
  readonly last: number;
}

/** In place the oldest layer of the stretch is what the others go into. */
export function copiedLayers(first: number, last: number, way: MergeWay): CopiedLayers {
  return { first, last: way === 'in-place' ? last - 1 : last };
}

/** Sectors from the start of the disk that are merged; `blockSizeBytes` null = `blockCount` equal pieces. */
export function doneSectors(
  nextBlock: number,
  blockCount: number,
  blockSizeBytes: number | null,
  diskSectors: number,
): number {
  if (nextBlock >= blockCount) return diskSectors;
  const blockSectors = blockSizeBytes === null ? diskSectors / blockCount : blockSizeBytes / SECTOR_BYTES;
  return Math.max(0, Math.min(diskSectors, Math.floor(nextBlock * blockSectors)));
}

/** Colours of the map, all but those of the layers that are copied turned to the grey of what steps back. */
export function mergePalette(palette: Palette, copied: CopiedLayers): Palette {
  const colors = palette.colors.map((color, value) =>
    value >= copied.first && value <= copied.last ? color : palette.dim,
  );
  return { ...palette, colors };
}

export interface MergePaint {
  readonly picture: Pick<MergePicture, 'view' | 'cells' | 'cellsPerLine'>;
  readonly copied: CopiedLayers;
  /** Device pixels. */
  readonly width: number;
  readonly pitch: number;
  /** One CSS pixel. */
  readonly dot: number;
  /** See `mergePalette`. */
  readonly palette: Palette;
}

export interface Lines {
  readonly from: number;
  readonly count: number;
}

/** The lines on which something looks different once progress has gone from one sector to the other. */
export function linesBetween(view: MapView, oneSector: number, otherSector: number): Lines {
  const lineOf = (sector: number) =>
    Math.max(0, Math.min(view.lines - 1, Math.floor(sector / view.lineSectors) - view.firstLine));
  const from = lineOf(Math.min(oneSector, otherSector));
  return { from, count: lineOf(Math.max(oneSector, otherSector)) - from + 1 };
}

/** Columns of a line from the left whose every sector is merged. */
export function doneColumns(view: MapView, width: number, line: number, done: number): number {
  let column = 0;
  for (; column < width; column++) {
    const sectors = sectorsOfPixel(view, width, line, column);
    if (!sectors || sectors.firstSector + sectors.sectorCount > done) break;
  }
  return column;
}

/** Fills `pixels` (`width` × `count · pitch` words) with these lines. `done` null = a plan: nothing is outlined. */
export function paintMerge(pixels: Uint32Array, input: MergePaint, lines: Lines, done: number | null): void {
  const { picture, width, pitch, dot, palette } = input;
  const { cells, cellsPerLine, view } = picture;
  const part: PaintInput = {
    mode: 'layer',
    cells: cells.subarray(lines.from * cellsPerLine, (lines.from + lines.count) * cellsPerLine),
    cellsPerLine,
    lines: lines.count,
    width,
    pitch,
    gap: dot,
    dot,
    palette,
    spotlight: null,
  };
  paintMap(pixels, part);
  if (done === null) return;
  const values = new Uint8Array(width);
  for (let line = 0; line < lines.count; line++) {
    const shown = foldLine(part, line, values, null);
    const from = doneColumns(view, width, lines.from + line, done);
    outline(pixels, input, values.subarray(0, shown), from, line * pitch);
  }
}

/** One frame around each run of pixels that are still to be copied. */
function outline(
  pixels: Uint32Array,
  { copied, width, pitch, dot, palette }: MergePaint,
  values: Uint8Array,
  from: number,
  top: number,
): void {
  const bar = Math.max(1, pitch - dot);
  const waits = (x: number) => {
    const value = values[x] ?? -1;
    return x >= from && value >= copied.first && value <= copied.last;
  };
  let start = from;
  for (let x = from; x < values.length; x++) {
    if (!waits(x)) {
      start = x + 1;
      continue;
    }
    let end = x + 1;
    while (end < x + 1 + dot && waits(end)) end++;
    const side = x < start + dot || end < x + 1 + dot;
    for (let y = 0; y < bar; y++) {
      const drawn = side || y < dot || y >= bar - dot;
      pixels[(top + y) * width + x] = drawn ? palette.dot : 0;
    }
  }
}
