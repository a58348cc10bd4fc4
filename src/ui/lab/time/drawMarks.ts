/** What the lab's chart shows beside its lines: stretches with a merge, marks with their words, cut tops, the playhead. */
import { grouped } from '../../../base/units.ts';
import type { LabMark } from '../../../engine/api.ts';
import { type Cut, joinedCuts } from './chartData.ts';
import type { GuestPicture } from './guestPlot.ts';
import { byImportance, type LabelArea, type LabelBox, labelText, placeLabels } from './markLabels.ts';
import type { PlotLook } from './plotLook.ts';
import { baseline, LINE, LINES, type Panels, PlotWords } from './plotWords.ts';
import { latencyText } from './timeWords.ts';

type Context = CanvasRenderingContext2D;
type Marked = Omit<GuestPicture, 'columns' | 'operations' | 'latencyMs'>;

/** Units of the drawing: an octagon with the space behind it, and a caret. */
const SIGN = 8;
const SIGN_GAP = 3;
const CARET = 7;
/** Above so many, more words than fit are not even tried. */
const MOST_LABELS = 60;

/** Behind the lines. */
export function drawBelow(context: Context, panels: Panels, picture: Marked, look: PlotLook): void {
  const { left, right, top, bottom, xOf } = panels;
  const shade = (fromUs: number, toUs: number, colour: string): void => {
    const from = Math.max(left, xOf(fromUs));
    const to = Math.min(right, xOf(toUs));
    if (to < left || from > right) return;
    context.fillStyle = colour;
    context.fillRect(from, top, Math.max(1, to - from), bottom - top);
  };
  context.save();
  if (picture.endUs > picture.nowUs) shade(picture.nowUs, picture.endUs, look.sunk);
  for (const { fromUs, toUs } of picture.merges) shade(fromUs, toUs, look.selected);
  context.restore();
}

/** In front of the lines. */
export function drawAbove(context: Context, panels: Panels, picture: Marked, look: PlotLook): void {
  context.save();
  const words = new PlotWords(context, panels, look);
  const above = drawMarks(words, picture);
  drawCuts(
    words,
    joined(panels, picture, picture.operationCuts),
    { top: panels.top, lines: LINES, taken: above },
    (value) => `${grouped(Math.round(value))}/s`,
  );
  const between = [words.caption('latency, ms', panels.lowerTop)];
  drawCuts(
    words,
    joined(panels, picture, picture.latencyCuts),
    { top: panels.lowerTop, lines: 1, taken: between },
    latencyText,
  );
  if (picture.pendingUs !== null) drawPlayhead(words, picture.pendingUs, false);
  drawPlayhead(words, picture.nowUs, true);
  words.write();
  context.restore();
}

/** Words may end a little behind the last time. */
function areaOf({ left, right, pixel }: Panels, lines: number): LabelArea {
  return { left, right: right + 8 * pixel, lines, gap: 4 * pixel };
}

/** Gives the room that words take above the upper panel. */
function drawMarks(words: PlotWords, { marks, range }: Marked): LabelBox[] {
  const { panels } = words;
  const { pixel, xOf } = panels;
  const seen = marks.filter(({ atUs }) => atUs >= range.fromUs && atUs <= range.toUs);
  const named = byImportance(seen.filter(({ kind }) => kind !== 'command')).slice(0, MOST_LABELS);
  const requests = named.map((mark) => ({
    x: xOf(mark.atUs),
    width: words.width(labelText(mark)) + (mark.kind === 'fault' ? (SIGN + SIGN_GAP) * pixel : 0),
  }));
  const caption = words.caption('operations / s', panels.top);
  const placed = placeLabels(requests, [caption], areaOf(panels, LINES));
  const places = new Map(placed.map((place) => [named[place.index], place]));
  for (const mark of seen) drawMark(words, mark, places.get(mark) ?? null);
  return [caption, ...placed];
}

/** A dashed line with its words; of other commands only a tick. */
function drawMark(words: PlotWords, mark: LabMark, place: LabelBox | null): void {
  const { context, panels, look } = words;
  const { bottom, pixel, xOf } = panels;
  const x = Math.round(xOf(mark.atUs)) + 0.5;
  const y = baseline(panels, panels.top, place?.line ?? 0);
  context.lineWidth = pixel;
  context.strokeStyle = look.edge;
  context.setLineDash(mark.kind === 'command' ? [] : [2 * pixel, 3 * pixel]);
  context.beginPath();
  context.moveTo(x, mark.kind === 'command' ? bottom - 5 * pixel : y - SIGN * pixel);
  context.lineTo(x, bottom);
  context.stroke();
  const isFault = mark.kind === 'fault';
  if (isFault) octagon(words, place?.left ?? x - (SIGN / 2) * pixel, y - SIGN * pixel);
  if (place) words.add(labelText(mark), place.left + (isFault ? (SIGN + SIGN_GAP) * pixel : 0), y);
}

const OCTAGON = [
  [0.3, 0],
  [0.7, 0],
  [1, 0.3],
  [1, 0.7],
  [0.7, 1],
  [0.3, 1],
  [0, 0.7],
  [0, 0.3],
] as const;

function octagon({ context, panels, look }: PlotWords, left: number, top: number): void {
  const side = SIGN * panels.pixel;
  context.beginPath();
  for (const [x, y] of OCTAGON) context.lineTo(left + x * side, top + y * side);
  context.closePath();
  context.fillStyle = look.error;
  context.fill();
}

/** Cuts that are nearer than two carets are one. */
function joined({ left, right, pixel }: Panels, { range }: Marked, cuts: readonly Cut[]): Cut[] {
  const usPerPixel = (range.toUs - range.fromUs) / (right - left);
  const seen = cuts.filter(({ atUs }) => atUs >= range.fromUs && atUs <= range.toUs);
  return joinedCuts(seen, 2 * CARET * pixel * usPerPixel);
}

/** Carets where values go above a panel, with the highest of them on the lines over it. */
function drawCuts(
  words: PlotWords,
  cuts: readonly Cut[],
  over: { readonly top: number; readonly lines: number; readonly taken: readonly LabelBox[] },
  textOf: (value: number) => string,
): void {
  const { context, panels, look } = words;
  const { pixel, xOf } = panels;
  const half = (CARET / 2) * pixel;
  context.fillStyle = look.ink2;
  for (const { atUs } of cuts) {
    const x = xOf(atUs);
    context.beginPath();
    context.moveTo(x - half, over.top);
    context.lineTo(x, over.top - 5 * pixel);
    context.lineTo(x + half, over.top);
    context.fill();
  }
  const highest = [...cuts].sort((one, other) => other.value - one.value).slice(0, MOST_LABELS);
  const requests = highest.map(({ atUs, value }) => {
    const text = textOf(value);
    return { text, x: xOf(atUs), width: words.width(text) };
  });
  for (const place of placeLabels(requests, over.taken, areaOf(panels, over.lines))) {
    words.add(requests[place.index]?.text ?? '', place.left, baseline(panels, over.top, place.line));
  }
}

/** `isNow`: with a head and whole; else where a seek would go to. */
function drawPlayhead({ context, panels, look }: PlotWords, atUs: number, isNow: boolean): void {
  const { left, right, top, bottom, pixel, xOf } = panels;
  const x = Math.round(xOf(atUs));
  if (x < left - 1 || x > right + 1) return;
  const head = top - (LINES * LINE + 9) * pixel;
  context.strokeStyle = look.accent;
  context.fillStyle = look.accent;
  context.lineWidth = 2 * pixel;
  context.setLineDash(isNow ? [] : [4 * pixel, 3 * pixel]);
  context.beginPath();
  context.moveTo(x, head + 2 * pixel);
  context.lineTo(x, bottom + 2 * pixel);
  context.stroke();
  if (!isNow) return;
  context.beginPath();
  context.moveTo(x - 5 * pixel, head);
  context.lineTo(x + 5 * pixel, head);
  context.lineTo(x, head + 7 * pixel);
  context.fill();
}
