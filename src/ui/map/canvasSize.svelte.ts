/** A canvas's width, in whole device pixels, as it follows the layout. */
import { deviceSize, watchSize } from './size.ts';

export class CanvasSize {
  /** 0 until it is known. */
  width: number = $state.raw(0);
  /** Device pixels to a CSS pixel. */
  ratio: number = $state.raw(1);

  /** To be attached to the canvas. */
  readonly follow = (canvas: Element): (() => void) =>
    watchSize(canvas, (_box, entry) => {
      this.ratio = devicePixelRatio || 1;
      this.width = deviceSize(entry, this.ratio);
    });
}
