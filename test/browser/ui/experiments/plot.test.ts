import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import FigureTables from '../../../../src/ui/experiments/plot/FigureTables.svelte';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import {
  EVERY_KIND,
  figures,
  NAMES,
  points,
  READ_COST,
  series,
} from '../../../unit/ui/experiments/plot/figureSketch.ts';
import { expectAccessible } from '../support.ts';
import { expectReadable, renderPlot } from './plotParts.ts';

const MARK = { x: 5, label: 'your chain, 5' };
const HOSTILE = '<img src=x onerror="document.title=`taken`">';
const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u202f', ' ').trim();

beforeEach(() => page.viewport(1280, 900));
afterEach(() => {
  theme.choose('auto');
  theme.chooseSize('normal');
});

describe('the plot', () => {
  test.each(Object.keys(EVERY_KIND))('%s: words apart and inside, at 720 and at 340 pixels', async (kind) => {
    for (const width of [720, 340]) {
      const { svg, target } = await renderPlot(EVERY_KIND[kind] ?? READ_COST, MARK, width);
      expect(svg.clientWidth).toBe(width);
      expectReadable(svg);
      target.remove();
    }
  });

  test('draws a mark for each point, and enlarges what is flat', async () => {
    const { svg, target } = await renderPlot(READ_COST, MARK, 720);
    expect(svg.querySelectorAll('circle.series-0').length).toBeGreaterThanOrEqual(10);
    expect(svg.querySelectorAll('circle.series-1').length).toBe(10);
    expect(svg.querySelectorAll('rect.series-2').length).toBe(10);
    expect(svg.textContent).toContain('the same, below');
    expect(svg.getAttribute('aria-label')).toContain('walk, cold rises from');
    expect(svg.querySelector('.place-name')?.textContent).toBe('your chain, 5');
    await expectAccessible(target);
  });

  test('reads a point out by keys', async () => {
    const { screen, target } = await renderPlot(READ_COST, null, 720);
    const points = screen.getByRole('slider', { name: 'Point of the plot' });
    points.element().focus();
    const told = () => plain(target.querySelector('p')?.textContent);
    expect(told()).toContain('arrow keys');
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(told()).toBe(
      'walk, cold · differencing disks 4 · median 1.82 ms · 10th to 90th percentile 1.64 ms to 2 ms · 2 000 values',
    );
    await userEvent.keyboard('{ArrowDown}');
    expect(told()).toContain('walk, cached · differencing disks 4 · median 183 µs');
    expect(plain(points.element().getAttribute('aria-valuetext'))).toBe(told());
    await userEvent.keyboard('{End}{ArrowDown}');
    expect(told()).toContain('index, cold · differencing disks 64');
    expect(target.querySelectorAll('.chosen').length).toBe(1);
    await expectAccessible(target);
    await userEvent.keyboard('{Escape}');
    expect(target.querySelectorAll('.chosen').length).toBe(0);
  });

  test('reads the point under the pointer out, also in projector size', async () => {
    theme.chooseSize('projector');
    const { svg, target } = await renderPlot(NAMES, null, 720);
    const mark = svg.querySelectorAll('.dot')[2];
    const box = mark?.getBoundingClientRect();
    if (!box) throw new Error('no mark');
    const event = { clientX: box.x + box.width / 2 + 6, clientY: box.y + box.height / 2, bubbles: true };
    target.querySelector('.points')?.dispatchEvent(new PointerEvent('pointermove', event));
    await expect
      .poll(() => plain(target.querySelector('p')?.textContent))
      .toContain('with memory, and told before · base altered by one byte · median 90 %');
    expectReadable(svg);
  });

  test('shows words of names and nothing else', async () => {
    const { target } = await renderPlot(
      figures([
        series(
          HOSTILE,
          points([1, 2], (x) => x),
        ),
      ]),
      { x: 1, label: HOSTILE },
      720,
    );
    expect(target.querySelector('img')).toBe(null);
    expect(document.title).not.toBe('taken');
  });
});

describe('the tables', () => {
  test('stand with heads of rows and columns, and scroll inside themselves', async () => {
    const target = document.createElement('div');
    target.style.width = '340px';
    document.body.append(target);
    const table = {
      title: 'What a merge saves',
      columns: ['merge', 'saves'],
      rows: [
        ['layers 0 to 3', '61 %'],
        [HOSTILE, '2 %'],
      ],
    };
    await render(FigureTables, { target, props: { figures: { ...READ_COST, tables: [table] } } });
    const [medians, own] = target.querySelectorAll('section');
    expect(medians?.querySelectorAll('th[scope=row]').length).toBe(3);
    expect(medians?.querySelectorAll('th[scope=col]').length).toBe(12);
    expect(medians?.scrollWidth).toBeGreaterThan(medians?.clientWidth ?? 0);
    expect(target.scrollWidth).toBe(340);
    expect(own?.querySelector('caption')?.textContent).toBe('What a merge saves');
    expect(target.querySelector('img')).toBe(null);
    await expectAccessible(target);
  });
});
