/**
 * The lab's chart on uPlot: operations a second above, latency below, one time axis. Two scales share the drawing: each is
 * stretched so that its panel is all that is seen of it.
 */
import uPlot from 'uplot';
import { grouped } from '../../../base/units.ts';
import type { LabMark } from '../../../engine/api.ts';
import type { Scale } from '../../merge/picture/rateScale.ts';
import type { ChartColumns, Cut, Stretch } from './chartData.ts';
import { type TimeRange, timeTicks } from './chartScales.ts';
import { drawAbove, drawBelow } from './drawMarks.ts';
import type { PlotLook } from './plotLook.ts';
import type { Panels } from './plotWords.ts';

export interface GuestPicture {
  readonly columns: ChartColumns;
  readonly operations: Scale;
  readonly latencyMs: Scale;
  readonly range: TimeRange;
  readonly merges: readonly Stretch[];
  /** Above the upper panel, operations a second; above the lower one, microseconds. */
  readonly operationCuts: readonly Cut[];
  readonly latencyCuts: readonly Cut[];
  readonly marks: readonly LabMark[];
  readonly nowUs: number;
  /** Up to here history goes on after now. */
  readonly endUs: number;
  /** Where a seek would go to. */
  readonly pendingUs: number | null;
}

const US_PER_SECOND = 1_000_000;
/** Units of the drawing: sixteen are 1 rem. */
const LEFT = 38;
const RIGHT = 10;
const BOTTOM = 20;
/** Head of the playhead, then two lines of words. */
const TOP = 36;
/** Between the panels: a line of words. */
const GAP = 18;
/** Of what the two panels have. */
const UPPER_SHARE = 0.42;
/** A time and the space behind it. */
const TICK_WIDTH = 76;

export class GuestPlot {
  readonly #plot: uPlot;
  #picture: GuestPicture;

  /** `size` in CSS pixels. The picture is drawn by `show`. */
  constructor(
    host: HTMLElement,
    private readonly look: PlotLook,
    private size: { readonly width: number; readonly height: number },
    picture: GuestPicture,
  ) {
    this.#picture = picture;
    this.#plot = new uPlot(this.#options(), [[0, 1], [], [], []], host);
    this.show(picture);
  }

  show(picture: GuestPicture): void {
    this.#picture = picture;
    const { columns, operations, latencyMs, range } = picture;
    const { seconds, medianMs, p99Ms } = columns;
    const { upper, lower, whole } = this.#heights();
    this.#plot.batch(() => {
      const data: uPlot.AlignedData =
        seconds.length > 0
          ? [[...seconds], [...columns.operations], [...medianMs], [...p99Ms]]
          : [
              [range.fromUs / US_PER_SECOND, range.toUs / US_PER_SECOND],
              [null, null],
              [null, null],
              [null, null],
            ];
      this.#plot.setData(data, false);
      this.#plot.setScale('x', { min: range.fromUs / US_PER_SECOND, max: range.toUs / US_PER_SECOND });
      this.#plot.setScale('operations', {
        min: -operations.max * ((whole - upper) / upper),
        max: operations.max,
      });
      this.#plot.setScale('latency', { min: 0, max: latencyMs.max * (whole / lower) });
    });
    this.#plot.redraw(true, true);
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    this.size = size;
    this.#plot.setSize(size);
    this.show(this.#picture);
  }

  /** Simulated microseconds at a place of the host, CSS pixels from its left edge; ends of the picture hold it. */
  timeAt(left: number): number {
    const { range } = this.#picture;
    const from = this.#plot.bbox.left / devicePixelRatio;
    const width = this.#plot.bbox.width / devicePixelRatio;
    const share = Math.min(1, Math.max(0, (left - from) / width));
    return Math.round(range.fromUs + share * (range.toUs - range.fromUs));
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** CSS pixels of the plotting area. */
  #heights(): { readonly whole: number; readonly upper: number; readonly lower: number } {
    const { unit } = this.look;
    const whole = Math.max(40, this.size.height - (TOP + BOTTOM) * unit);
    const panels = whole - GAP * unit;
    return { whole, upper: panels * UPPER_SHARE, lower: panels * (1 - UPPER_SHARE) };
  }

  /** Canvas pixels. */
  #panels(): Panels {
    const { bbox } = this.#plot;
    const { whole, upper, lower } = this.#heights();
    const { range } = this.#picture;
    return {
      left: bbox.left,
      right: bbox.left + bbox.width,
      top: bbox.top,
      upperBottom: bbox.top + (bbox.height * upper) / whole,
      lowerTop: bbox.top + bbox.height - (bbox.height * lower) / whole,
      bottom: bbox.top + bbox.height,
      pixel: devicePixelRatio * this.look.unit,
      xOf: (atUs) => bbox.left + (bbox.width * (atUs - range.fromUs)) / (range.toUs - range.fromUs),
    };
  }

  #options(): uPlot.Options {
    const { unit, font, ink, ink2, ink3, rule } = this.look;
    const line = (scale: string, stroke: string, width: number): uPlot.Series => ({
      scale,
      stroke,
      width: width * unit,
      points: { show: false },
    });
    const axis = (scale: string, size: number, splits: () => number[]): uPlot.Axis => ({
      scale,
      side: 3,
      size,
      gap: 6 * unit,
      font,
      stroke: ink3,
      grid: { stroke: rule, width: 1 },
      ticks: { show: false },
      splits,
      values: (_, values) => values.map((value) => (value >= 1000 ? grouped(value) : String(value))),
    });
    return {
      ...this.size,
      padding: [TOP * unit, RIGHT * unit, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, auto: false },
        operations: { auto: false },
        latency: { auto: false },
      },
      axes: [
        {
          scale: 'x',
          size: BOTTOM * unit,
          gap: 3 * unit,
          font,
          stroke: ink3,
          grid: { show: false },
          ticks: { stroke: rule, width: 1, size: 3 * unit },
          splits: () => this.#ticks().map(({ atUs }) => atUs / US_PER_SECOND),
          values: () => this.#ticks().map(({ text }) => text),
        },
        // Both stand at the same edge: the first takes no room of its own.
        axis('operations', 0, () => [...this.#picture.operations.ticks]),
        axis('latency', LEFT * unit, () => [...this.#picture.latencyMs.ticks]),
      ],
      series: [
        {},
        line('operations', ink2, 1.25),
        line('latency', ink, 1.5),
        line('latency', 'transparent', 0),
      ],
      bands: [{ series: [3, 2], fill: rule }],
      hooks: {
        drawClear: [(plot) => drawBelow(plot.ctx, this.#panels(), this.#picture, this.look)],
        draw: [(plot) => drawAbove(plot.ctx, this.#panels(), this.#picture, this.look)],
      },
    };
  }

  /** Times that have room; one whose words would leave the picture is left out. */
  #ticks() {
    const { range } = this.#picture;
    const { unit } = this.look;
    const width = this.size.width - (LEFT + RIGHT) * unit;
    const ticks = timeTicks(range, Math.floor(width / (TICK_WIDTH * unit)));
    const usPerPixel = (range.toUs - range.fromUs) / width;
    return ticks.filter(
      ({ atUs, text }) => range.toUs - atUs >= (text.length * 3.2 - RIGHT) * unit * usPerPixel,
    );
  }
}
