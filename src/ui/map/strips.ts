/** The two strips under the map: blocks around the selection as stacked shares, and the sectors of the selected one. */
export const STRIP_UNITS = 256;

export interface StripWindow {
  readonly firstUnit: number;
  readonly unitCount: number;
}

/** 256 blocks around a block. The window stands still while the block stays in its middle half, so arrows don't slide it. */
export function stripWindow(unit: number, unitCount: number): StripWindow {
  const half = STRIP_UNITS / 2;
  const wanted = Math.floor((unit - half / 2) / half) * half;
  const firstUnit = Math.max(0, Math.min(wanted, unitCount - STRIP_UNITS));
  return { firstUnit, unitCount: Math.min(STRIP_UNITS, unitCount - firstUnit) };
}

/** A piece of a stacked bar, pixels from the top. Newest on top; what no file holds is left free at the bottom. */
export interface StackPart {
  readonly layer: number | 'missing';
  readonly from: number;
  readonly to: number;
}

/**
 * Sector counts as whole pixels: every layer that answers any sector gets at least one while there are pixels, the rest
 * goes by share. `counts` holds the layers, then missing, then unallocated.
 */
export function stackOf(counts: ArrayLike<number>, layerCount: number, height: number): StackPart[] {
  let total = 0;
  for (let i = 0; i < layerCount + 2; i++) total += counts[i] ?? 0;
  if (total === 0) return [];
  const parts: { index: number; exact: number; pixels: number }[] = [];
  for (let i = 0; i < layerCount + 2; i++) {
    const count = counts[i] ?? 0;
    if (count > 0 && parts.length < height) {
      const exact = (count * height) / total;
      parts.push({ index: i, exact, pixels: Math.max(1, Math.floor(exact)) });
    }
  }
  settle(parts, height);
  const stack: StackPart[] = [];
  let at = 0;
  for (const { index, pixels } of parts) {
    if (index < layerCount + 1)
      stack.push({ layer: index < layerCount ? index : 'missing', from: at, to: at + pixels });
    at += pixels;
  }
  return stack;
}

/** Gives or takes single pixels until the sum is right: where the error is largest, never below one pixel. */
function settle(parts: { exact: number; pixels: number }[], height: number): void {
  let sum = parts.reduce((all, part) => all + part.pixels, 0);
  while (sum !== height) {
    const grow = sum < height;
    let best: { exact: number; pixels: number } | null = null;
    for (const part of parts) {
      if (!grow && part.pixels <= 1) continue;
      const need = (part.exact - part.pixels) * (grow ? 1 : -1);
      if (best === null || need > (best.exact - best.pixels) * (grow ? 1 : -1)) best = part;
    }
    if (best === null) return;
    best.pixels += grow ? 1 : -1;
    sum += grow ? 1 : -1;
  }
}

/** A layer's share of a block in words: `1 16 %, 3 38 %, 5 46 %`. Never 0 % for what is there, never 100 % for what is not all. */
export function shareWords(counts: ArrayLike<number>, layerCount: number): string {
  let total = 0;
  for (let i = 0; i < layerCount + 2; i++) total += counts[i] ?? 0;
  if (total === 0) return '';
  const words: string[] = [];
  for (let i = 0; i < layerCount + 2; i++) {
    const count = counts[i] ?? 0;
    if (count === 0) continue;
    const name = i < layerCount ? `layer ${i}` : i === layerCount ? 'missing' : 'in no file';
    words.push(`${name} ${percent(count, total)}`);
  }
  return words.join(', ');
}

export function percent(count: number, total: number): string {
  const value = (count * 100) / total;
  if (count > 0 && value < 1) return '< 1 %';
  if (count < total && value > 99) return '> 99 %';
  return `${Math.round(value)} %`;
}
