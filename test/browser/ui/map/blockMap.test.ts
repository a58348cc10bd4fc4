import { afterEach, describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import type { MapCells, MapRequest, Outcome } from '../../../../src/engine/api.ts';
import { keys } from '../../../../src/ui/keys/keys.ts';
import BlockMapPanel from '../../../../src/ui/map/BlockMapPanel.svelte';
import { cellsPerLine, endCellOf, firstCellOf, pixelOfSector } from '../../../../src/ui/map/mapPixels.ts';
import { wholeDisk } from '../../../../src/ui/map/mapView.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, type FakeDisk, FakeEngine } from '../../../support/fakeEngine.ts';

const DISK: FakeDisk = { layers: 4, units: 4096, seed: 3 };
const handleKeys = (event: KeyboardEvent) => keys.handle(event);

async function shown(disk: FakeDisk = DISK, engine = new FakeEngine(disk)) {
  // A session takes its first selection from the address, where the test before left its own.
  history.replaceState(null, '', '#');
  const session = new Session(new FakeClient(engine));
  await session.openSample();
  const { container } = await render(BlockMapPanel, { session });
  addEventListener('keydown', handleKeys);
  const found = (selector: string) => {
    const element = container.querySelector(selector);
    if (!(element instanceof HTMLElement)) throw new Error(`${selector} is not on the page`);
    return element;
  };
  const area = found('[role=application]');
  const canvas = found('[role=application] canvas');
  await expect.poll(() => canvas instanceof HTMLCanvasElement && canvas.height > 150).toBe(true);
  return { engine, session, container, area, canvas, found };
}

afterEach(() => removeEventListener('keydown', handleKeys));

/** Middle of the pixel that shows a sector, in CSS pixels from the picture's corner. */
function pointOf(canvas: HTMLElement, diskSectors: number, sector: number): { x: number; y: number } {
  const view = wholeDisk(diskSectors, 32);
  const box = canvas.getBoundingClientRect();
  const place = pixelOfSector(view, Math.round(box.width), sector);
  if (!place) throw new Error('the whole disk shows every sector');
  return { x: place.column + 0.5, y: ((place.line + 0.5) * box.height) / view.lines };
}

function pointerTo(area: HTMLElement, canvas: HTMLElement, at: { x: number; y: number }, type: string): void {
  const box = canvas.getBoundingClientRect();
  const init = { clientX: box.left + at.x, clientY: box.top + at.y, bubbles: true, pointerType: 'mouse' };
  area.dispatchEvent(type === 'click' ? new MouseEvent(type, init) : new PointerEvent(type, init));
}

function firstSectorOfLayer(engine: FakeEngine, layer: number): number {
  for (let sector = 0; sector < engine.sectorCount; sector += 64)
    if (engine.ownerOf(sector) === layer) return sector;
  throw new Error(`layer ${layer} answers nothing`);
}

/** The newest layer among the cells of the pixel that shows a sector. */
function newestAround(engine: FakeEngine, canvas: HTMLElement, sector: number): number {
  const view = wholeDisk(engine.sectorCount, 32);
  const columns = Math.round(canvas.getBoundingClientRect().width);
  const place = pixelOfSector(view, columns, sector);
  if (!place) throw new Error('the whole disk shows every sector');
  const cells = cellsPerLine(view, columns, engine.unitSectors);
  const cellSectors = view.lineSectors / cells;
  const start = place.line * view.lineSectors;
  const end = start + endCellOf(cells, columns, place.column) * cellSectors;
  let newest = 255;
  for (let at = start + firstCellOf(cells, columns, place.column) * cellSectors; at < end; at += 64) {
    newest = Math.min(newest, engine.ownerOf(at));
  }
  return newest;
}

describe('the block map', () => {
  test('draws the colour of the newest layer where a layer answers, and nothing but dots where none does', async () => {
    const { engine, canvas } = await shown();
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error('a canvas');
    const context = canvas.getContext('2d');
    const style = getComputedStyle(document.documentElement);
    const stop = (index: number) => style.getPropertyValue(`--stop-${index}`).trim();
    const colorAt = (sector: number) => {
      const { x, y } = pointOf(canvas, engine.sectorCount, sector);
      const ratio = canvas.width / canvas.getBoundingClientRect().width;
      const [r = 0, g = 0, b = 0, a = 0] = context?.getImageData(x * ratio, y * ratio, 1, 1).data ?? [];
      return a === 0 ? '' : `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
    };
    const stops = [0, 5, 10, 15];
    let looked = 0;
    for (let sector = 0; sector < engine.sectorCount; sector += 4096 * 61) {
      const newest = newestAround(engine, canvas, sector);
      if (newest < 4) expect(colorAt(sector)).toBe(stop(stops[newest] ?? 0));
      looked++;
    }
    expect(looked).toBeGreaterThan(60);
  });

  test('a click selects a sector that the layer under the pointer answers', async () => {
    const { engine, session, area, canvas } = await shown();
    for (const layer of [0, 1, 3]) {
      const sector = firstSectorOfLayer(engine, layer);
      const at = pointOf(canvas, engine.sectorCount, sector);
      const newest = newestAround(engine, canvas, sector);
      pointerTo(area, canvas, at, 'click');
      await expect.poll(() => engine.ownerOf(session.selection.firstSector)).toBe(newest);
      expect(Math.abs(session.selection.firstSector - sector)).toBeLessThan(engine.sectorCount / 1000);
    }
  });

  test('the pointer puts the layer under it in the spotlight and takes it away again', async () => {
    const { engine, session, area, canvas, container } = await shown();
    const sector = firstSectorOfLayer(engine, 3);
    pointerTo(area, canvas, pointOf(canvas, engine.sectorCount, sector), 'pointermove');
    expect(session.spotlight).toBe(newestAround(engine, canvas, sector));
    await expect
      .poll(() => container.querySelector('.head .note')?.textContent)
      .toMatch(/block .* answered by/);
    pointerTo(area, canvas, { x: 0, y: 0 }, 'pointerleave');
    expect(session.spotlight).toBeNull();
  });

  test('a spotlight that was set by key is back when the pointer has gone', async () => {
    const { engine, session, area, canvas } = await shown();
    session.setSpotlight(2);
    pointerTo(
      area,
      canvas,
      pointOf(canvas, engine.sectorCount, firstSectorOfLayer(engine, 3)),
      'pointermove',
    );
    pointerTo(area, canvas, { x: 0, y: 0 }, 'pointerleave');
    expect(session.spotlight).toBe(2);
  });

  test('arrows select the next block and line, Shift sixteen of them, Home and End the ends', async () => {
    const { engine, session, area } = await shown();
    area.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(session.selection.firstSector).toBe(4096);
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
    expect(session.selection.firstSector).toBe(17 * 4096);
    await userEvent.keyboard('{ArrowDown}');
    expect(session.selection.firstSector).toBe(17 * 4096 + engine.sectorCount / 32);
    await userEvent.keyboard('{End}');
    expect(session.selection.firstSector).toBe(engine.sectorCount - 1);
    await userEvent.keyboard('{Home}');
    expect(session.selection.firstSector).toBe(0);
  });

  test('the focused map says where it came to rest', async () => {
    const { area, container } = await shown();
    area.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    const live = () => container.querySelector('[aria-live=polite]')?.textContent ?? '';
    await expect.poll(live).toMatch(/^block 2, sector 0, at 0x400000, (answered by layer|in no file)/);
  });

  test('plus goes down to single sectors, w comes back to the whole disk, the selection stays in view', async () => {
    const { engine, session, area, container } = await shown();
    session.selectSectors(123_456);
    area.focus();
    const title = () => container.querySelector('h2')?.textContent ?? '';
    for (let i = 0; i < 10; i++) await userEvent.keyboard('+');
    await expect.poll(title).toBe('1 MiB of 8 GiB');
    expect(container.querySelector('.marker')).not.toBeNull();
    await userEvent.keyboard('{ArrowRight}');
    expect(session.selection.firstSector).toBe(123_457);
    await userEvent.keyboard('w');
    await expect.poll(title).toBe('Whole disk, 8 GiB');
    expect(engine.calls.map).toBeLessThan(60);
  });

  test('a held arrow key asks for where it comes to rest, not for every place on the way', async () => {
    class SlowEngine extends FakeEngine {
      override async map(request: MapRequest): Promise<Outcome<MapCells>> {
        await new Promise((done) => setTimeout(done, 80));
        return super.map(request);
      }
    }
    const { engine, session, area } = await shown(DISK, new SlowEngine(DISK));
    area.focus();
    const before = engine.calls.map;
    for (let i = 0; i < 30; i++)
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await new Promise((done) => setTimeout(done, 500));
    expect(session.block).toBe(30);
    expect(engine.calls.map - before).toBeLessThan(4);
  });

  test('a map that nobody touches asks for nothing more', async () => {
    const { engine } = await shown();
    await new Promise((done) => setTimeout(done, 400));
    const before = engine.calls.map;
    await new Promise((done) => setTimeout(done, 400));
    expect(engine.calls.map).toBe(before);
  });

  test('panning away from the selection stays there, a new selection brings the map to it', async () => {
    const { session, area, container } = await shown();
    area.focus();
    for (let i = 0; i < 3; i++) await userEvent.keyboard('+');
    await expect.poll(() => container.querySelector('.marker')).not.toBeNull();
    for (let i = 0; i < 12; i++)
      area.dispatchEvent(new WheelEvent('wheel', { deltaY: 100, bubbles: true, cancelable: true }));
    await expect.poll(() => container.querySelector('.marker')).toBeNull();
    session.selectSectors(4096 * 4000);
    await expect.poll(() => container.querySelector('.marker')).not.toBeNull();
  });

  test('density and depth have a scale with its ends in words, and the layers keep their keys', async () => {
    const { session, container } = await shown();
    session.setMapMode('depth');
    await expect
      .poll(() => container.querySelector('.legend')?.textContent)
      .toMatch(/1 file.*4 files asked/s);
    session.setMapMode('density');
    await expect
      .poll(() => container.querySelector('.legend')?.textContent)
      .toMatch(/0 %.*100 % held by some file/s);
  });

  test('the legend gives what each layer answers, and what is missing has an entry of its own', async () => {
    const { container } = await shown({ ...DISK, orphan: true });
    const legend = () => container.querySelector('.legend')?.textContent ?? '';
    await expect.poll(legend).toMatch(/0\s*\d+(\.\d+)? MiB/);
    expect(legend()).toMatch(/missing, parent not here\s*[\d.]+ [MG]iB/);
    expect(legend()).not.toMatch(/in no file/);
  });

  test('the table behind the map lists every range that it shows', async () => {
    const { container } = await shown({ layers: 2, units: 64, seed: 9 });
    await expect.poll(() => container.querySelectorAll('.runs tbody tr').length).toBeGreaterThan(3);
    const rows = [...container.querySelectorAll('.runs tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].map((cell) => cell.textContent?.replace(/\D/g, '') ?? ''),
    );
    let next = 0;
    for (const [, first, sectors] of rows) {
      expect(Number(first)).toBe(next);
      next += Number(sectors);
    }
    expect(next).toBe(64 * 4096);
    const sums = [...container.querySelectorAll('.sums tbody tr td:last-child')].map(
      (cell) => cell.textContent ?? '',
    );
    expect(sums.reduce((all, text) => all + Number(text.replace(/\D/g, '')), 0)).toBe(64 * 4096 * 512);
  });

  test('a click in the strips selects the block, then the sector', async () => {
    const { session, found } = await shown();
    const [blocks, sectors] = [...found('.strips').querySelectorAll('canvas')];
    if (!blocks || !sectors) throw new Error('two strips');
    await new Promise((done) => setTimeout(done, 300));
    const click = (strip: HTMLElement, fraction: number) => {
      const box = strip.getBoundingClientRect();
      const clientX = box.left + box.width * fraction;
      strip.dispatchEvent(new MouseEvent('click', { clientX, clientY: box.bottom - 1, bubbles: true }));
    };
    click(blocks, (100 + 0.5) / 256);
    await expect.poll(() => session.block).toBe(100);
    await new Promise((done) => setTimeout(done, 300));
    click(sectors, (1000 + 0.5) / 4096);
    const sectorsPerPixel = 4096 / sectors.getBoundingClientRect().width;
    await expect.poll(() => Math.abs(session.sectorInBlock - 1000) <= sectorsPerPixel).toBe(true);
  });
});
