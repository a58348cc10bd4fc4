/** Puts some lines of a picture on a canvas and leaves the others as they are. */
import type { Lines } from './mergeCellPaint.ts';

/** Device pixels. `paint` gets one word a pixel of these lines, all clear. A canvas of another size needs all lines. */
export function drawLines(
  canvas: HTMLCanvasElement,
  size: { readonly width: number; readonly height: number },
  lines: Lines,
  pitch: number,
  paint: (pixels: Uint32Array) => void,
): void {
  // Setting a size clears a canvas.
  if (canvas.width !== size.width) canvas.width = size.width;
  if (canvas.height !== size.height) canvas.height = size.height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(size.width, lines.count * pitch);
  paint(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, lines.from * pitch);
}
