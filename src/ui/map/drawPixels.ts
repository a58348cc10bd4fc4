/** Puts computed pixels on a canvas: all at once, so that a picture is never seen half drawn. */

/** Device pixels. `paint` gets one word a pixel, all clear. Setting a size clears a canvas, so it is set only when it changes. */
export function drawPixels(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  paint: (pixels: Uint32Array) => void,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  paint(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
}
