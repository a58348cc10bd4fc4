/** Words on the chart's canvas: written last, over every line, with a rim of paper. All places in canvas pixels. */
import type { LabelBox } from './markLabels.ts';
import type { PlotLook } from './plotLook.ts';

/** Where the panels of the chart are. */
export interface Panels {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly upperBottom: number;
  readonly lowerTop: number;
  readonly bottom: number;
  /** Canvas pixels of a unit of the drawing. */
  readonly pixel: number;
  readonly xOf: (atUs: number) => number;
}

/** Units of the drawing from one line of words to the next. */
export const LINE = 13;
/** Lines of words above the upper panel; above the lower one there is one. */
export const LINES = 2;

/** Baseline of a line of words above a panel that begins at `top`; 0 is the lowest. */
export function baseline({ pixel }: Panels, top: number, line: number): number {
  return top - (4 + line * LINE) * pixel;
}

export class PlotWords {
  readonly #written: { readonly text: string; readonly x: number; readonly y: number }[] = [];

  constructor(
    readonly context: CanvasRenderingContext2D,
    readonly panels: Panels,
    readonly look: PlotLook,
  ) {
    context.font = look.font.replace(/^[\d.]+/, (size) => String((Number(size) / look.unit) * panels.pixel));
    context.textBaseline = 'alphabetic';
    context.textAlign = 'left';
  }

  width(text: string): number {
    return this.context.measureText(text).width;
  }

  add(text: string, left: number, y: number): void {
    this.#written.push({ text, x: left, y });
  }

  /** At the left end over a panel; gives the room that it takes. */
  caption(text: string, top: number): LabelBox {
    const { left, pixel } = this.panels;
    this.add(text, left + 4 * pixel, baseline(this.panels, top, 0));
    return { left, width: this.width(text) + 8 * pixel, line: 0 };
  }

  write(): void {
    const { context, look, panels } = this;
    context.lineJoin = 'round';
    context.lineWidth = 3 * panels.pixel;
    context.strokeStyle = look.paper;
    context.fillStyle = look.ink3;
    context.setLineDash([]);
    for (const { text, x, y } of this.#written) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
}
