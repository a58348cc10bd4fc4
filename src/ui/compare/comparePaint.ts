/** Draws a comparison in lines as the block map is drawn: grey where equal, accent by share where not, hatched where unknown. */
import { type MapView, shownRange } from '../map/mapView.ts';
import { mixed, token, word } from '../map/palette.ts';
import { foldCells, MOST_DIFFERENT, UNKNOWN } from './compareCells.ts';

/** Words of an ImageData. */
export interface ComparePalette {
  /** By cell value; 0 = equal. */
  readonly colors: Uint32Array;
  readonly hatch: number;
}

export interface ComparePicture {
  readonly view: MapView;
  readonly cells: Uint8Array;
  readonly sectorsPerCell: number;
}

/** Device pixels. */
export interface PaintSize {
  readonly width: number;
  readonly pitch: number;
  /** One CSS pixel. */
  readonly dot: number;
}

export function readComparePalette(): ComparePalette {
  const style = getComputedStyle(document.documentElement);
  const equal = token(style, '--rule');
  const accent = token(style, '--accent');
  const colors = new Uint32Array(256);
  colors[0] = word(equal);
  // The faintest difference is still told from none.
  for (let value = 1; value <= MOST_DIFFERENT; value++)
    colors[value] = word(mixed(equal, accent, 0.45 + (0.55 * value) / MOST_DIFFERENT));
  return { colors, hatch: word(token(style, '--ink-3')) };
}

/** The value that a pixel shows; null beyond the end of the disk. */
export function valueOfPixel(
  { view, cells, sectorsPerCell }: ComparePicture,
  width: number,
  line: number,
  column: number,
): number | null {
  const start = (view.firstLine + line) * view.lineSectors;
  const first = start + Math.floor((column * view.lineSectors) / width);
  const end = start + Math.ceil(((column + 1) * view.lineSectors) / width);
  if (first >= view.diskSectors) return null;
  const from = Math.floor(first / sectorsPerCell);
  return foldCells(
    cells,
    from,
    Math.max(from + 1, Math.ceil(Math.min(end, view.diskSectors) / sectorsPerCell)),
  );
}

/** Fills `pixels` (`width` × `lines · pitch` words); what lies beyond the disk stays clear, so the paper shows. */
export function paintComparison(
  pixels: Uint32Array,
  picture: ComparePicture,
  size: PaintSize,
  palette: ComparePalette,
): void {
  const { width, pitch, dot } = size;
  const bar = Math.max(1, pitch - dot);
  for (let line = 0; line < picture.view.lines; line++) {
    for (let x = 0; x < width; x++) {
      const value = valueOfPixel(picture, width, line, x);
      if (value === null) break;
      for (let y = 0; y < bar; y++) {
        const at = (line * pitch + y) * width + x;
        if (value !== UNKNOWN) pixels[at] = palette.colors[value] ?? 0;
        else if ((x + y) % (4 * dot) < dot) pixels[at] = palette.hatch;
      }
    }
  }
}

/** The cell under a point given in fractions of the picture; null beyond the end. */
export function cellAtPoint(
  { view, cells, sectorsPerCell }: ComparePicture,
  across: number,
  down: number,
): number | null {
  const line = Math.floor(down * view.lines);
  if (across < 0 || across >= 1 || line < 0 || line >= view.lines) return null;
  const sector = Math.floor((view.firstLine + line + across) * view.lineSectors);
  const { firstSector, sectorCount } = shownRange(view);
  if (sector >= firstSector + sectorCount) return null;
  return Math.min(Math.floor(sector / sectorsPerCell), cells.length - 1);
}
