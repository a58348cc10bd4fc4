/** Colours of the map out of the CSS tokens, as words of an ImageData. Read anew when the theme or the bands change. */
import { type Band, bandOf } from '../state/bands.ts';
import { MISSING, type PaintMode, type Palette, UNALLOCATED } from './mapPaint.ts';

export type Rgb = readonly [number, number, number];

/** A token of the page; tokens are written as `#rrggbb`. */
export function token(style: CSSStyleDeclaration, name: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/i.exec(style.getPropertyValue(name).trim())?.[1] ?? '808080';
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export function word([red, green, blue]: Rgb): number {
  return (
    (littleEndian
      ? (255 << 24) | (blue << 16) | (green << 8) | red
      : (red << 24) | (green << 16) | (blue << 8) | 255) >>> 0
  );
}

export function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

/** Share of ink for a cell of the density or depth map; the faintest is still told from paper. */
export function inkShare(value: number, mode: PaintMode, layerCount: number): number {
  const share = mode === 'density' ? value / 253 : layerCount < 2 ? 1 : (value - 1) / (layerCount - 1);
  return 0.18 + 0.82 * Math.max(0, Math.min(1, share));
}

export function readPalette(mode: PaintMode, bands: readonly Band[], layerCount: number): Palette {
  const style = getComputedStyle(document.documentElement);
  const paper = token(style, '--paper');
  const ink = token(style, '--ink');
  const colors = new Uint32Array(256);
  for (let value = 0; value < MISSING; value++) {
    if (mode === 'layer') colors[value] = word(token(style, `--stop-${bandOf(bands, value)?.stop ?? 0}`));
    else colors[value] = word(mixed(paper, ink, inkShare(value, mode, layerCount)));
    if (mode === 'layer' && value >= layerCount) break;
  }
  colors[UNALLOCATED] = 0;
  return {
    colors,
    dot: word(token(style, '--edge')),
    hatch: word(token(style, '--ink-3')),
    dim: word(token(style, '--rule')),
  };
}
