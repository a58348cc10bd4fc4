import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/ui/look/tokens.css';
import '../../../src/ui/look/base.css';
import { MIB } from '../../../src/base/units.ts';
import type { MergeNode } from '../../../src/engine/api.ts';
import ChainPicture from '../../../src/ui/merge/picture/ChainPicture.svelte';
import MergeMap from '../../../src/ui/merge/picture/MergeMap.svelte';
import { MergeCells } from '../../../src/ui/merge/picture/mergeCells.svelte.ts';
import type { ChainPictureProps, MergeMapProps, RatePoint } from '../../../src/ui/merge/picture/props.ts';
import RateChart from '../../../src/ui/merge/picture/RateChart.svelte';
import { bandsOf } from '../../../src/ui/state/bands.ts';
import { Session } from '../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../support/fakeEngine.ts';
import { longChain } from '../../unit/ui/merge/chainSketch.ts';
import { expectAccessible } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=`taken`">.vhd';

beforeEach(() => page.viewport(1280, 800));

function chainProps(count: number, first: number, last: number, way: ChainPictureProps['way']) {
  const bands = bandsOf(
    Array.from({ length: count }, () => 1),
    null,
  );
  return { ...longChain(count, first, last, way), bands, first, last, way };
}

describe('the chain before and after', () => {
  test('is two lists and a sentence, with numbers, colours and what becomes of each file', async () => {
    const screen = await render(ChainPicture, chainProps(6, 1, 3, 'in-place'));
    await expect
      .element(screen.getByRole('figure'))
      .toHaveAccessibleName(
        'Before: 6 files in the chain. Layers 1 to 3 are merged. After: 4 files in the chain.',
      );
    const before = screen.getByRole('list', { name: 'before, newest first' });
    expect(before.element().querySelectorAll('li').length).toBe(6);
    await expect.element(before.getByText('layer 1, f1, 1 MiB, merged, then removed')).toBeInTheDocument();
    const after = screen.getByRole('list', { name: 'after, newest first' });
    await expect.element(after.getByText('layer 3, f3, 1 MiB, holds the whole stretch')).toBeInTheDocument();
    const squares = [...screen.container.querySelectorAll<SVGRectElement>('.side:first-child rect')];
    expect(squares.map((square) => square.style.fill)).toEqual(
      [0, 3, 6, 9, 12, 15].map((stop) => `var(--stop-${stop})`),
    );
    expect(screen.container.querySelector('[role=slider]')).toBe(null);
    await expectAccessible(screen.container);
  });

  test('shows the text of names and nothing else', async () => {
    const props = chainProps(3, 0, 1, 'new-file');
    const before = props.before.map(
      (node): MergeNode => (node.layer === 0 ? { ...node, name: HOSTILE } : node),
    );
    const screen = await render(ChainPicture, { ...props, before });
    expect(screen.container.querySelector('img')).toBe(null);
    expect(screen.container.textContent).toContain('<img src=x');
    expect(document.title).not.toBe('taken');
  });

  test('moves an end with keys, and only as far as a merge can go', async () => {
    const onpick = vi.fn();
    const screen = await render(ChainPicture, { ...chainProps(6, 1, 3, 'in-place'), onpick });
    const newest = screen.getByRole('slider', { name: 'Newest file of the stretch' });
    const oldest = screen.getByRole('slider', { name: 'Oldest file of the stretch' });
    await expect.element(newest).toHaveAttribute('aria-valuetext', 'layer 1, f1, 1 MiB');
    await expectAccessible(screen.container);
    // Only a page that the user is at hears of the focus.
    await userEvent.click(screen.getByText('before', { exact: true }));
    newest.element().focus();
    await expect.element(screen.getByText('Newest: layer 1, f1, 1 MiB')).toBeVisible();
    await userEvent.keyboard('{ArrowUp}');
    expect(onpick).toHaveBeenLastCalledWith(0, 3);
    await userEvent.keyboard('{End}');
    expect(onpick).toHaveBeenLastCalledWith(2, 3);
    oldest.element().focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(onpick).toHaveBeenLastCalledWith(1, 4);
    expect(onpick).toHaveBeenCalledTimes(3);
    await screen.rerender({ ...chainProps(6, 1, 5, 'in-place'), onpick });
    await userEvent.keyboard('{ArrowDown}');
    expect(onpick).toHaveBeenCalledTimes(3);
    await expect.element(oldest).toHaveFocus();
  });

  test('a press moves the nearer end, with Shift the other', async () => {
    const onpick = vi.fn();
    const screen = await render(ChainPicture, { ...chainProps(6, 2, 3, 'new-file'), onpick });
    await screen.getByRole('button', { name: /layer 0, f0/ }).click();
    expect(onpick).toHaveBeenLastCalledWith(0, 3);
    await screen.getByRole('button', { name: /layer 5, f5/ }).click();
    expect(onpick).toHaveBeenLastCalledWith(2, 5);
    await screen.getByRole('button', { name: /layer 3, f3/ }).click({ modifiers: ['Shift'] });
    expect(onpick).toHaveBeenLastCalledWith(3, 3);
  });

  test('a drag is told at its end, and not at all when Escape ends it', async () => {
    const onpick = vi.fn();
    const screen = await render(ChainPicture, { ...chainProps(6, 0, 1, 'in-place'), onpick });
    const grip = screen.getByRole('slider', { name: 'Oldest file of the stretch' }).element();
    const rows = screen.container.querySelector('.rows')?.getBoundingClientRect();
    if (!rows || !(grip instanceof HTMLElement)) throw new Error('rows and a grip');
    const at = (row: number) => rows.top + ((row + 0.5) * rows.height) / 6;
    const point = (type: string, row: number) =>
      grip.dispatchEvent(
        new PointerEvent(type, {
          pointerId: 1,
          button: 0,
          clientX: rows.right,
          clientY: at(row),
          bubbles: true,
        }),
      );
    // A made-up pointer cannot be captured.
    grip.setPointerCapture = () => undefined;
    point('pointerdown', 1);
    point('pointermove', 4);
    await expect.element(grip).toHaveAttribute('aria-valuenow', '4');
    expect(onpick).not.toHaveBeenCalled();
    point('pointerup', 4);
    expect(onpick).toHaveBeenLastCalledWith(0, 4);
    await expect.element(grip).toHaveAttribute('aria-valuenow', '1');
    point('pointerdown', 1);
    point('pointermove', 5);
    grip.focus();
    await userEvent.keyboard('{Escape}');
    point('pointerup', 5);
    expect(onpick).toHaveBeenCalledTimes(1);
    await expect.element(grip).toHaveAttribute('aria-valuenow', '1');
  });

  test('a chain of 64 folds, opens where it is pressed, and folds again', async () => {
    const screen = await render(ChainPicture, chainProps(64, 20, 40, 'new-file'));
    const before = screen.getByRole('list', { name: 'before, newest first' });
    const fold = before.getByRole('button', { name: /layers 21–39/ });
    await expect.element(fold).toHaveTextContent('19 files · 19 MiB');
    expect(before.element().querySelectorAll('li').length).toBe(8);
    await expectAccessible(screen.container);
    fold.element().focus();
    await userEvent.keyboard('{Enter}');
    expect(before.element().querySelectorAll('li').length).toBe(26);
    await expect.element(screen.getByRole('button', { name: 'Fold again' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    expect(before.element().querySelectorAll('li').length).toBe(8);
  });

  test.each([390, 1280])('stays inside %i pixels', async (width) => {
    await page.viewport(width, 800);
    const screen = await render(ChainPicture, {
      ...chainProps(64, 20, 40, 'in-place'),
      onpick: () => undefined,
    });
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    expect(screen.container.querySelectorAll('.side').length).toBe(2);
  });
});

async function mapProps(): Promise<MergeMapProps> {
  history.replaceState(null, '', '#');
  const session = new Session(new FakeClient(new FakeEngine({ layers: 4, units: 4096, seed: 3 })));
  await session.openSample();
  const cells = new MergeCells();
  await cells.load(session);
  return {
    // With a prototype of its own it is handed on as it is: the test's props are deeply reactive, the page's are not.
    picture: cells.picture && Object.assign(Object.create({}), cells.picture),
    first: 0,
    last: 2,
    way: 'new-file',
    nextBlock: null,
    blockCount: null,
    blockSizeBytes: 2 * MIB,
  };
}

function canvasOf(container: HTMLElement): HTMLCanvasElement {
  const canvas = container.querySelector('canvas');
  if (!canvas) throw new Error('a canvas');
  return canvas;
}

/** One line of the canvas as a number: equal pixels, equal number. */
function lineOf(canvas: HTMLCanvasElement, line: number, lines: number): number {
  const pitch = canvas.height / lines;
  const data = canvas.getContext('2d')?.getImageData(0, line * pitch, canvas.width, pitch).data ?? [];
  let hash = 1;
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

describe('the map of the merge', () => {
  test('asks for the cells of the chain in view once, and keeps what it has when that chain is gone', async () => {
    history.replaceState(null, '', '#');
    const engine = new FakeEngine({ layers: 4, units: 4097, seed: 3, shortBy: 1000 });
    const session = new Session(new FakeClient(engine));
    await session.openSample();
    const asked = engine.calls.map;
    const cells = new MergeCells();
    await cells.load(session);
    const { picture } = cells;
    if (!picture) throw new Error('a picture');
    expect(engine.calls.map - asked).toBeLessThanOrEqual(2);
    const perCell = picture.view.lineSectors / picture.cellsPerLine;
    expect(picture.cells.length).toBe(Math.ceil(engine.sectorCount / perCell));
    expect(picture).toMatchObject({ leaf: 1, layerCount: 4, exact: true });
    const late = cells.load(session);
    cells.hold();
    await late;
    expect(cells.picture).toBe(picture);
  });

  test('draws the plan in the colours of the layers, and says what the colours are', async () => {
    const screen = await render(MergeMap, await mapProps());
    const map = screen.getByRole('img');
    await expect.element(map).toHaveAccessibleName('Block map: what layers 0 to 2 will be copied from.');
    const canvas = canvasOf(screen.container);
    await expect.poll(() => canvas.height).toBeGreaterThan(200);
    expect(canvas.width).toBe(Math.round(canvas.getBoundingClientRect().width * devicePixelRatio));
    await expect.element(screen.getByText('to be copied from')).toBeVisible();
    await expect.element(screen.getByText('stays in the parent')).toBeVisible();
    await expect.element(screen.getByText('still to copy')).not.toBeInTheDocument();
    await expectAccessible(screen.container);
  });

  test('fills line by line, speaks the percentage, and ends as the plan showed it', async () => {
    const props = await mapProps();
    const lines = props.picture?.view.lines ?? 0;
    const screen = await render(MergeMap, props);
    const canvas = canvasOf(screen.container);
    await expect.poll(() => canvas.height).toBeGreaterThan(200);
    const planned = Array.from({ length: lines }, (_, line) => lineOf(canvas, line, lines));
    await screen.rerender({ ...props, nextBlock: 0, blockCount: 4096 });
    await expect.poll(() => lineOf(canvas, 0, lines)).not.toBe(planned[0]);
    await screen.rerender({ ...props, nextBlock: 2048, blockCount: 4096 });
    await expect.element(screen.getByRole('img')).toHaveAccessibleName(/50 percent, 2 048 of 4 096 blocks/);
    await expect.poll(() => lineOf(canvas, 0, lines)).toBe(planned[0]);
    expect(lineOf(canvas, lines / 2 - 1, lines)).toBe(planned[lines / 2 - 1]);
    expect(lineOf(canvas, lines - 1, lines)).not.toBe(planned[lines - 1]);
    await expect.element(screen.getByText('still to copy')).toBeVisible();
    const marker = screen.container.querySelector<HTMLElement>('.area i');
    expect(Number.parseFloat(marker?.style.top ?? '')).toBeCloseTo(canvas.clientHeight / 2 - 2, 0);
    await screen.rerender({ ...props, nextBlock: 4096, blockCount: 4096 });
    await expect.poll(() => lineOf(canvas, lines - 1, lines)).toBe(planned[lines - 1]);
    expect(screen.container.querySelector('.area i')).toBe(null);
  });

  test('draws at most four times a second, and the last state always', async () => {
    const props = await mapProps();
    const screen = await render(MergeMap, { ...props, nextBlock: 0, blockCount: 4096 });
    const canvas = canvasOf(screen.container);
    await expect.poll(() => canvas.height).toBeGreaterThan(200);
    const drawn = vi.spyOn(CanvasRenderingContext2D.prototype, 'putImageData');
    const start = performance.now();
    for (let nextBlock = 1; nextBlock <= 60; nextBlock++) {
      await screen.rerender({ ...props, nextBlock: nextBlock * 60, blockCount: 4096 });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const seconds = (performance.now() - start) / 1000;
    expect(drawn.mock.calls.length).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 1);
    const top = () =>
      Number.parseFloat(screen.container.querySelector<HTMLElement>('.area i')?.style.top ?? '');
    const line = Math.floor((3600 * 32) / 4096);
    await expect.poll(top).toBeCloseTo((line * canvas.clientHeight) / 32 - 2, 0);
    drawn.mockRestore();
  });

  test('is drawn anew in another theme and at another width', async () => {
    await page.viewport(600, 800);
    const screen = await render(MergeMap, await mapProps());
    const canvas = canvasOf(screen.container);
    await expect.poll(() => canvas.width).toBeGreaterThan(400);
    const narrow = canvas.width;
    await page.viewport(1000, 800);
    await expect.poll(() => canvas.width).toBeGreaterThan(narrow + 300);
    const light = lineOf(canvas, 3, 32);
    const { theme } = await import('../../../src/ui/state/theme.svelte.ts');
    theme.choose(theme.resolved === 'dark' ? 'light' : 'dark');
    await expect.poll(() => lineOf(canvas, 3, 32)).not.toBe(light);
    theme.choose('auto');
  });
});

describe('the rate', () => {
  const points: RatePoint[] = Array.from({ length: 41 }, (_, i) => ({
    seconds: i,
    doneBytes: i * 96.4 * MIB,
    stage: 'copying',
  }));

  test('is a line with its unit, its current value and the planned rate beside it', async () => {
    const screen = await render(RateChart, { points, plannedBytesPerSecond: 104 * MIB, expectedSeconds: 57 });
    const chart = screen.getByRole('img');
    await expect
      .element(chart)
      .toHaveAccessibleName(/Rate while copying: 96\.4 MiB per second now.*planned: 104 MiB per second/i);
    for (const text of ['MiB/s', '96.4', 'planned 104', '30 s'])
      await expect.element(screen.getByText(text, { exact: true })).toBeInTheDocument();
    await expectAccessible(screen.container);
  });

  test('marks where stages begin, and says that there is nothing yet', async () => {
    const hashing = points.slice(0, 5).map((point): RatePoint => ({ ...point, stage: 'hashing before' }));
    const later = points.slice(5).map((point): RatePoint => ({ ...point }));
    const screen = await render(RateChart, {
      points: [...hashing, ...later],
      plannedBytesPerSecond: null,
      expectedSeconds: null,
    });
    await expect.element(screen.getByText('hash before')).toBeInTheDocument();
    await expect.element(screen.getByText('copy', { exact: true })).toBeInTheDocument();
    await screen.rerender({ points: [], plannedBytesPerSecond: null, expectedSeconds: null });
    await expect.element(screen.getByRole('img')).toHaveAccessibleName('Rate: nothing measured yet.');
  });

  test.each([390, 1280])('stays inside %i pixels', async (width) => {
    await page.viewport(width, 800);
    await render(RateChart, { points, plannedBytesPerSecond: 104 * MIB, expectedSeconds: null });
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  });
});
