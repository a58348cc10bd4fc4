/**
 * Draws map cells into the words of an ImageData: one pass over the cells, one table from cell value to colour.
 * What no file holds is not a colour but a dotted line; what lies in a missing parent is hatched.
 */

import { endCellOf, firstCellOf } from './mapPixels.ts';

export const UNALLOCATED = 255;
export const MISSING = 254;

export type PaintMode = 'layer' | 'density' | 'depth';

export interface Palette {
  /** Colour of each cell value as a word of an ImageData (ABGR on little-endian machines). */
  readonly colors: Uint32Array;
  readonly dot: number;
  readonly hatch: number;
  readonly dim: number;
}

export interface PaintInput {
  readonly mode: PaintMode;
  readonly cells: Uint8Array;
  readonly cellsPerLine: number;
  readonly lines: number;
  /** Device pixels. */
  readonly width: number;
  readonly pitch: number;
  /** Free pixels under each line. */
  readonly gap: number;
  /** Device pixels of one CSS pixel, at least 1: size of a dot. */
  readonly dot: number;
  readonly palette: Palette;
  /** Cell values that keep their colour while others step back; null = all do. */
  readonly spotlight: Uint8Array | null;
}

/** Cell values of one line folded to one value a pixel. `out[x]` = value, `lit[x]` = 1 where the spotlight falls. */
export function foldLine(input: PaintInput, line: number, out: Uint8Array, lit: Uint8Array | null): number {
  const { cells, cellsPerLine, width, spotlight, mode } = input;
  const start = line * cellsPerLine;
  const end = Math.min(cells.length, start + cellsPerLine);
  let x = 0;
  for (; x < width; x++) {
    const from = start + firstCellOf(cellsPerLine, width, x);
    if (from >= end) break;
    const to = Math.min(end, start + endCellOf(cellsPerLine, width, x));
    out[x] =
      mode === 'layer'
        ? least(cells, from, to)
        : mode === 'depth'
          ? deepest(cells, from, to)
          : mean(cells, from, to);
    if (spotlight === null || lit === null) continue;
    let hit = 0;
    for (let i = from; i < to; i++) {
      const value = cells[i] as number;
      if (spotlight[value] === 1) {
        hit = 1;
        out[x] = value;
        break;
      }
    }
    lit[x] = hit;
  }
  return x;
}

/** The newest layer: layer numbers grow with age, and both special values stand above them. */
function least(cells: Uint8Array, from: number, to: number): number {
  let value = UNALLOCATED;
  for (let i = from; i < to && value > 0; i++) if ((cells[i] as number) < value) value = cells[i] as number;
  return value;
}

function deepest(cells: Uint8Array, from: number, to: number): number {
  let value = 0;
  let special = 0;
  for (let i = from; i < to; i++) {
    const cell = cells[i] as number;
    if (cell >= MISSING) special = special === MISSING ? MISSING : cell;
    else if (cell > value) value = cell;
  }
  return value === 0 && special !== 0 ? special : value;
}

function mean(cells: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let most = 0;
  let missing = 0;
  for (let i = from; i < to; i++) {
    const cell = cells[i] as number;
    if (cell === MISSING) missing++;
    else if (cell !== UNALLOCATED) {
      sum += cell;
      if (cell > most) most = cell;
    }
  }
  if (most === 0) return missing > 0 ? MISSING : 0;
  return Math.max(1, Math.round(sum / (to - from)));
}

/** Fills `pixels` (`width` × `lines · pitch` words); what is not drawn stays clear, so the paper shows. */
export function paintMap(pixels: Uint32Array, input: PaintInput): void {
  const { width, pitch, gap, lines, palette, spotlight, mode } = input;
  const values = new Uint8Array(width);
  const lit = new Uint8Array(width).fill(1);
  const row = new Uint32Array(width);
  const bar = Math.max(1, pitch - gap);
  for (let line = 0; line < lines; line++) {
    const shown = foldLine(input, line, values, spotlight === null ? null : lit);
    let dotted = false;
    let hatched = false;
    row.fill(0);
    for (let x = 0; x < shown; x++) {
      const value = values[x] as number;
      if (value === MISSING) hatched = true;
      else if (value === UNALLOCATED || (mode !== 'layer' && value === 0)) dotted = true;
      else row[x] = lit[x] === 1 ? (palette.colors[value] as number) : palette.dim;
    }
    const top = line * pitch;
    for (let y = 0; y < bar; y++) pixels.set(row, (top + y) * width);
    pixels.fill(0, (top + bar) * width, (top + pitch) * width);
    if (dotted) dotLine(pixels, input, row, values, shown, top + Math.floor((bar - input.dot) / 2));
    if (hatched) hatchLine(pixels, input, values, lit, shown, top, bar);
  }
}

/** One dot in five pixels, where nothing else is drawn. */
function dotLine(
  pixels: Uint32Array,
  { width, dot, palette }: PaintInput,
  row: Uint32Array,
  values: Uint8Array,
  shown: number,
  top: number,
): void {
  for (let x = 0; x < shown; x++) {
    if (x % (5 * dot) >= dot || row[x] !== 0 || values[x] === MISSING) continue;
    for (let y = 0; y < dot; y++) pixels[(top + y) * width + x] = palette.dot;
  }
}

/** Diagonals, one in four pixels; a spotlight on other layers pales them like everything else. */
function hatchLine(
  pixels: Uint32Array,
  input: PaintInput,
  values: Uint8Array,
  lit: Uint8Array,
  shown: number,
  top: number,
  bar: number,
): void {
  const { width, palette, dot } = input;
  const period = 4 * dot;
  for (let y = 0; y < bar; y++) {
    for (let x = 0; x < shown; x++) {
      if (values[x] !== MISSING || (x + y) % period >= dot) continue;
      pixels[(top + y) * width + x] = lit[x] === 1 ? palette.hatch : palette.dim;
    }
  }
}
