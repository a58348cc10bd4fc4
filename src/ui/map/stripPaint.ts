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

/** Sizes in device pixels. */
export function drawStacks(
  canvas: HTMLCanvasElement,
  size: { width: number; height: number; dot: number },
  input: StackInput,
): void {
  const { width, height, dot } = size;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  paintStacks(new Uint32Array(image.data.buffer), size, input);
  context.putImageData(image, 0, 0);

  function paintStacks(pixels: Uint32Array, _size: typeof size, { units, counts, layerCount, palette, spotlight }: StackInput) {
    const between = width / units > 3 * dot ? dot : 0;
    const fill = (x0: number, x1: number, y0: number, y1: number, color: number) => {
      for (let y = y0; y < y1; y++) pixels.fill(color, y * width + x0, y * width + x1);
    };
    for (let unit = 0; unit < units; unit++) {
      const x0 = Math.round((unit * width) / units);
      const x1 = Math.max(x0 + 1, Math.round(((unit + 1) * width) / units) - between);
      const parts = stackOf(counts[unit] ?? [], layerCount, height);
      const bottom = parts.at(-1)?.to ?? 0;
      for (const { layer, from, to } of parts) {
        if (layer === 'missing') hatch(pixels, width, x0, x1, from, to, dot, palette.hatch);
        else {
          const lit = spotlight === null || spotlight === layer;
          fill(x0, x1, from, to, lit ? (palette.colors[layer] ?? 0) : palette.dim);
        }
      }
      const middle = Math.floor(height / 2);
      const dots = unit % Math.max(1, Math.ceil((4 * dot * units) / width)) === 0;
      if (bottom === 0 && dots) fill(x0, Math.min(x0 + dot, x1), middle, middle + dot, palette.dot);
    }
  }
}

function hatch(
  pixels: Uint32Array,
  width: number,
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  dot: number,
  color: number,
): void {
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) if ((x + y) % (4 * dot) < dot) pixels[y * width + x] = color;
  }
}
