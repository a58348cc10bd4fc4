/** What tests of the plot share: places of words and marks on screen, and of what must not be. */
import { expect } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Figures } from '../../../../src/engine/api.ts';
import type { PlotMark } from '../../../../src/ui/experiments/plot/drawing.ts';
import Plot from '../../../../src/ui/experiments/plot/Plot.svelte';

export async function renderPlot(figures: Figures, mark: PlotMark | null, width: number) {
  const target = document.createElement('div');
  target.style.width = `${width}px`;
  document.body.append(target);
  const screen = await render(Plot, { target, props: { figures, mark } });
  const svg = target.querySelector('svg');
  if (!svg) throw new Error('no plot');
  return { screen, target, svg };
}

/** No words lie over others, none leaves the drawing, no attribute holds what is not a number. */
export function expectReadable(svg: SVGSVGElement): void {
  for (const element of svg.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      expect(value, `${element.localName} ${name}`).not.toMatch(/NaN|Infinity|undefined|null/);
    }
  }
  const { width, height } = svg.viewBox.baseVal;
  const boxes = [...svg.querySelectorAll('text')].map((text) => ({
    words: text.textContent?.trim() ?? '',
    box: text.getBBox(),
  }));
  for (const { words, box } of boxes) {
    expect(box.x, words).toBeGreaterThanOrEqual(-0.5);
    expect(box.x + box.width, words).toBeLessThanOrEqual(width + 0.5);
    expect(box.y, words).toBeGreaterThanOrEqual(-1);
    expect(box.y + box.height, words).toBeLessThanOrEqual(height + 1);
  }
  const over = boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => (overlaps(a.box, b.box) ? [`${a.words} / ${b.words}`] : [])),
  );
  expect(over).toEqual([]);
}

/** A line of words is as tall as its letters and the room above and below them, which may touch. */
const LEADING = 1.5;

function overlaps(a: DOMRect, b: DOMRect): boolean {
  return (
    a.x + 0.5 < b.x + b.width &&
    b.x + 0.5 < a.x + a.width &&
    a.y + LEADING < b.y + b.height - LEADING &&
    b.y + LEADING < a.y + a.height - LEADING
  );
}
