import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { Prng } from '../../../../../src/base/prng.ts';
import type { LayerRun } from '../../../../../src/engine/api.ts';
import { placesOf, sectorInStrip, stripCells } from '../../../../../src/ui/files/file/places.ts';
import FolderPlace from '../../../../../src/ui/files/place/FolderPlace.svelte';
import { framesOf, OTHERS, placeCells, sectorAtPixel } from '../../../../../src/ui/files/place/placeCells.ts';
import { wholeDisk } from '../../../../../src/ui/map/mapView.ts';
import { expectAccessible } from '../../support.ts';
import { callsOf, folderScene } from '../filesPage.ts';

async function place(path?: string) {
  const made = await folderScene(path);
  const { scene, files } = made;
  const screen = await render(FolderPlace, { session: scene.session, files });
  const read = () => screen.getByRole('button', { name: /^Read \d/ }).click();
  return { ...made, screen, read };
}

describe('where a folder lives', () => {
  it('is read only when it is asked for, and says what that costs', async () => {
    const made = await place();
    const { screen, read } = made;
    await expect.element(screen.getByText(/14 files,\s+234 MiB/)).toBeVisible();
    expect(callsOf(made, 'inspectFolder')).toHaveLength(0);
    await read();
    await expect.element(screen.getByText(/of the 128 MiB disk, a line is 8 MiB/)).toBeVisible();
    const canvas = screen.container.querySelector('canvas');
    await vi.waitFor(() => expect(canvas?.width).toBeGreaterThan(1));
  });

  it('goes along its places with the keys, and to Explore with Enter', async () => {
    const { screen, scene, read } = await place('Odd names');
    await read();
    const map = screen.getByRole('application');
    await expect.element(map).toBeVisible();
    (map.element() as HTMLElement).focus();
    const press = (key: string) =>
      map.element().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    press('ArrowRight');
    await expect.element(screen.getByText(/^place 1 of \d+: /)).toBeVisible();
    press('ArrowRight');
    await expect.element(screen.getByText(/^place 2 of \d+: /)).toBeVisible();
    press('Enter');
    await vi.waitFor(() => expect(scene.session.screen).toBe('explore'));
    expect(scene.session.selection.firstSector).toBeGreaterThan(0);
  });

  it('has the same as a table, with ways to Explore', async () => {
    const { screen, scene, read } = await place('Odd names');
    await read();
    await screen.getByRole('button', { name: 'As a table' }).click();
    const rows = screen.container.querySelectorAll('tbody tr');
    expect(rows.length).toBeGreaterThan(1);
    await screen
      .getByRole('button', { name: /show in Explore/ })
      .first()
      .click();
    await vi.waitFor(() => expect(scene.session.screen).toBe('explore'));
  });

  it('can be stopped, and says why it failed', async () => {
    const { screen, scene, read } = await place();
    const release = scene.files.hold('inspect');
    await read();
    await screen.getByRole('button', { name: 'Cancel: Reading the folder' }).click();
    await expect.element(screen.getByText(/^Stopped\./)).toBeVisible();
    release();
    scene.files.failing.set('inspect', { code: 'io', message: 'The storage failed.' });
    await read();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/The storage failed/);
  });

  it('says that an empty folder holds nothing', async () => {
    const { screen } = await place('Shares/Empty');
    await expect.element(screen.getByText('It holds no files.')).toBeVisible();
  });

  it('is accessible', async () => {
    const { screen, read } = await place();
    await read();
    await expect.element(screen.getByRole('application')).toBeVisible();
    await expectAccessible(screen.container);
  });
});

/** Ascending runs that may touch, never overlap. */
function someRuns(prng: Prng, sectors: number): LayerRun[] {
  const runs: LayerRun[] = [];
  for (let at = prng.below(20); at < sectors; ) {
    const sectorCount = Math.min(sectors - at, 1 + prng.below(30));
    runs.push({ firstSector: at, sectorCount, layer: prng.below(5) - 2 });
    at += sectorCount + (prng.below(2) === 0 ? 0 : prng.below(60));
  }
  return runs;
}

/** The value of each sector: the oracle. */
function sectorValues(runs: readonly LayerRun[], sectors: number): number[] {
  const values = Array.from({ length: sectors }, () => 255);
  for (const { firstSector, sectorCount, layer } of runs) {
    values.fill(layer >= 0 ? layer : layer === -2 ? 254 : 255, firstSector, firstSector + sectorCount);
  }
  return values;
}

describe('the cells of a folder on the disk', () => {
  it('show the newest layer of every pixel, whatever the seed', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const prng = new Prng(seed);
      const sectors = 900 + prng.below(400);
      const view = wholeDisk(sectors, 8);
      const runs = someRuns(prng, sectors);
      const values = sectorValues(runs, sectors);
      const columns = [16, 64, 200][seed % 3] ?? 64;
      const disk = {
        cells: new Uint8Array(view.lines * view.lineSectors).fill(255),
        cellsPerLine: view.lineSectors,
      };
      const cells = placeCells(view, columns, disk, runs);
      for (let line = 0; line < view.lines; line++) {
        for (let x = 0; x < columns; x++) {
          const from = line * view.lineSectors + Math.floor((x * view.lineSectors) / columns);
          const to = line * view.lineSectors + Math.ceil(((x + 1) * view.lineSectors) / columns);
          const newest = Math.min(255, ...values.slice(from, Math.min(to, (line + 1) * view.lineSectors)));
          expect(cells[line * columns + x], `seed ${seed}, line ${line}, pixel ${x}`).toBe(newest);
          const sector = sectorAtPixel(view, columns, runs, line, x);
          if (sector !== null && newest < 254) expect(values[sector]).toBe(newest);
        }
      }
    }
  });

  it('let what others hold step back, and keep what is missing', () => {
    const view = wholeDisk(256, 4);
    const cells = new Uint8Array(256).fill(3);
    cells[5] = 254;
    cells[6] = 255;
    const out = placeCells(view, 64, { cells, cellsPerLine: 64 }, [
      { firstSector: 1, sectorCount: 1, layer: 2 },
    ]);
    expect([...out.subarray(0, 8)]).toEqual([OTHERS, 2, OTHERS, OTHERS, OTHERS, 254, 255, OTHERS]);
  });

  it('frame each place once, those that would touch together', () => {
    const view = wholeDisk(64 * 4, 4);
    const run = (firstSector: number, sectorCount = 1) => ({ firstSector, sectorCount, layer: 0 });
    expect(framesOf(view, [run(3), run(4), run(40)], 640, 9)).toEqual([
      { line: 0, from: 3 / 64, to: 5 / 64 },
      { line: 0, from: 40 / 64, to: 41 / 64 },
    ]);
    expect(framesOf(view, [run(3), run(4), run(40)], 20, 9)).toHaveLength(2);
    expect(framesOf(view, [run(3), run(20), run(40)], 640, 2)).toHaveLength(2);
    expect(framesOf(view, [run(60, 8)], 640, 9).map(({ line }) => line)).toEqual([0, 1]);
  });
});

describe('the strip of a file’s bytes', () => {
  it('loses no layer, and finds its sectors again', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const runs = someRuns(new Prng(seed), 3000);
      const values = runs.flatMap(({ sectorCount, layer }) =>
        Array.from({ length: sectorCount }, () => (layer >= 0 ? layer : layer === -2 ? 254 : 255)),
      );
      const cells = stripCells(runs, 100);
      for (let x = 0; x < 100; x++) {
        const part = values.slice(
          Math.floor((x * values.length) / 100),
          Math.ceil(((x + 1) * values.length) / 100),
        );
        expect(cells[x], `seed ${seed}, pixel ${x}`).toBe(Math.min(...part));
      }
      const sectors = runs.flatMap(({ firstSector, sectorCount }) =>
        Array.from({ length: sectorCount }, (_, i) => firstSector + i),
      );
      expect(sectorInStrip(runs, 0)).toBe(sectors[0]);
      expect(sectorInStrip(runs, 0.5)).toBe(sectors[Math.floor(sectors.length / 2)]);
      expect(sectorInStrip(runs, 1)).toBe(sectors.at(-1));
    }
    expect(sectorInStrip([], 0.5)).toBeNull();
  });

  it('joins neighbours to places', () => {
    const run = (firstSector: number, sectorCount: number, layer = 0) => ({
      firstSector,
      sectorCount,
      layer,
    });
    expect(placesOf([run(0, 4), run(4, 2, 1), run(5, 3), run(20, 1)])).toEqual([
      { firstSector: 0, sectorCount: 8 },
      { firstSector: 20, sectorCount: 1 },
    ]);
  });
});
