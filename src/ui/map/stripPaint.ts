/** Draws stacked shares: a narrow bar a block, newest layer on top, dotted where no file holds anything. */
import type { Palette } from './mapPaint.ts';
import { stackOf } from './strips.ts';

export interface StackInput {
  readonly units: number;
  readonly counts: readonly ArrayLike<number>[];
  readonly layerCount: number;
  readonly palette: Palette;
  readonly spotlight: number | null;
}

/** Device pixels; `dot` is one CSS pixel. */
export interface StripSize {
  readonly width: number;
  readonly height: number;
  readonly dot: number;
}

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** Fills `pixels` (`width` × `height` words); what is not drawn stays clear. */
export function paintStacks(pixels: Uint32Array, size: StripSize, input: StackInput): void {
  const { width, height, dot } = size;
  const { units, counts, layerCount, palette, spotlight } = input;
  pixels.fill(0);
  const between = width / units > 3 * dot ? dot : 0;
  for (let unit = 0; unit < units; unit++) {
    const x0 = Math.round((unit * width) / units);
    const x1 = Math.max(x0 + 1, Math.round(((unit + 1) * width) / units) - between);
    const parts = stackOf(counts[unit] ?? [], layerCount, height);
    if (parts.length === 0) dots(pixels, size, x0, x1, palette.dot);
    for (const { layer, from, to } of parts) {
      const box = { x0, x1, y0: from, y1: to };
      if (layer === 'missing') hatch(pixels, size, box, palette.hatch);
      else {
        const lit = spotlight === null || spotlight === layer;
        fill(pixels, size, box, lit ? (palette.colors[layer] ?? 0) : palette.dim);
      }
    }
  }
}

function fill(pixels: Uint32Array, { width }: StripSize, { x0, x1, y0, y1 }: Box, color: number): void {
  for (let y = y0; y < y1; y++) pixels.fill(color, y * width + x0, y * width + x1);
}

function dots(pixels: Uint32Array, size: StripSize, x0: number, x1: number, color: number): void {
  const spacing = 5 * size.dot;
  const y0 = Math.floor(size.height / 2);
  for (let x = Math.ceil(x0 / spacing) * spacing; x < x1; x += spacing) {
    fill(pixels, size, { x0: x, x1: Math.min(x + size.dot, x1), y0, y1: y0 + size.dot }, color);
  }
}

function hatch(pixels: Uint32Array, { width, dot }: StripSize, { x0, x1, y0, y1 }: Box, color: number): void {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) if ((x + y) % (4 * dot) < dot) pixels[y * width + x] = color;
  }
}
