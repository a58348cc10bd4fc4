import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { MemorySaveProgress } from '../../../../src/engine/api.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { checkpointView, REFUSED } from '../../../support/fakeLab.ts';
import { GUIDS, nodeOf } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { labPage } from './labPage.ts';

beforeEach(async () => {
  theme.choose('light');
  await page.viewport(1280, 800);
});

const items = () => [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];
const names = () => items().map((item) => item.querySelector('b')?.textContent);
const selected = () =>
  document.querySelector('[role=treeitem][aria-selected=true]')?.querySelector('b')?.textContent;

describe('checkpoints and their disks', () => {
  it('are one table, newest on top, with what each file holds', async () => {
    const { screen } = await labPage();
    await expect.element(screen.getByRole('tree', { name: 'Checkpoints, newest first' })).toBeVisible();
    expect(names()).toEqual([
      'Now',
      'load test',
      'after hotfix',
      'schema v2',
      'before hotfix',
      'clean install',
    ]);
    const row = screen.getByRole('treeitem', { name: /after hotfix/ });
    await expect.element(row).toHaveTextContent(/14:21:40, with memory.*E2F0887A\.avhd.*22 MiB.*11\.8 MiB/);
    await expect.element(row).toHaveTextContent(/touches \d+ % of the disk, Now reads/);
    await expect
      .element(screen.getByRole('treeitem', { name: /load test/ }))
      .toHaveTextContent(/deleted, merging 38 %/);
    await expectAccessible(screen.container);
  });

  it('are one tab stop, with arrows inside', async () => {
    await labPage();
    expect(items().filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    items()[0]?.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    await vi.waitFor(() => expect(document.activeElement).toBe(items()[2]));
    expect(selected()).toBe('after hotfix');
    await userEvent.keyboard('{End}');
    await vi.waitFor(() => expect(selected()).toBe('clean install'));
    await userEvent.keyboard('{ArrowDown}');
    expect(selected()).toBe('clean install');
    await userEvent.keyboard('{Home}');
    await vi.waitFor(() => expect(selected()).toBe('Now'));
  });

  it('keep each row’s square beside it when rows come and go', async () => {
    const { labs } = await labPage();
    await labs.do({
      do: 'rename',
      checkpoint: 'CLEAN',
      name: 'a name that is long enough for two lines or more',
    });
    await labs.do({ do: 'take' });
    await vi.waitFor(() => expect(items()).toHaveLength(7));
    await vi.waitFor(() => {
      const squares = [...document.querySelectorAll('svg[aria-hidden] rect')].map((rect) =>
        rect.getBoundingClientRect(),
      );
      items().forEach((item, i) => {
        const row = item.getBoundingClientRect();
        const square = squares[i];
        expect(Math.abs((square?.y ?? 0) + 5 - (row.y + row.height / 2))).toBeLessThan(1.5);
      });
    });
  });

  it('take keys of their own: apply, delete, rename', async () => {
    const { lab, screen } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await userEvent.keyboard('{Enter}');
    await screen
      .getByRole('dialog', { name: 'Apply schema v2?' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await userEvent.keyboard('{F2}');
    await screen
      .getByRole('dialog', { name: 'Rename schema v2' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await userEvent.keyboard('{Delete}');
    expect(lab.commands).toEqual([{ do: 'delete', checkpoint: GUIDS.schema }]);
    await vi.waitFor(() => expect(document.activeElement).toBe(items()[0]));
    await userEvent.keyboard('{Delete}{Enter}');
    expect(lab.commands).toHaveLength(1);
  });

  it('draw full and half bars, and only what Now reads in a layer’s colour', async () => {
    const { labs } = await labPage();
    await vi.waitFor(() => expect(labs.holdings).not.toBeNull());
    const pixels = (place: number) => {
      const canvas = items()[place]?.querySelector('canvas');
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      const colors = new Map<string, number>();
      for (let i = 0; data && i < data.length; i += 4) {
        if ((data[i + 3] ?? 0) < 255) continue;
        const color = `#${[0, 1, 2].map((part) => (data[i + part] ?? 0).toString(16).padStart(2, '0')).join('')}`;
        colors.set(color, (colors.get(color) ?? 0) + 1);
      }
      return colors;
    };
    const token = (name: string) =>
      getComputedStyle(document.documentElement).getPropertyValue(name).trim().toLowerCase();
    await vi.waitFor(() => expect(pixels(0).size).toBeGreaterThan(1));
    expect(pixels(0).has(token('--stop-0'))).toBe(true);
    expect(pixels(5).has(token('--stop-15'))).toBe(true);
    // schema v2 is a branch: Now does not read it.
    expect([...pixels(3).keys()].sort()).toEqual([token('--ink-3'), token('--rule')].sort());
  });

  it('say which file is lost', async () => {
    const view = checkpointView();
    const lost = `Snapshots/${GUIDS.schema}.avhd`;
    const { screen } = await labPage({ ...view, files: view.files.filter(({ name }) => name !== lost) });
    await expect.element(screen.getByRole('treeitem', { name: /schema v2/ })).toHaveTextContent(/lost/);
  });

  it('show one disk at a time where the machine has several', async () => {
    const view = checkpointView();
    const disks = [
      { kind: 'vhd', id: 'disk0' },
      { kind: 'vhd', id: 'disk1' },
    ] as const;
    const { machine } = view;
    const now = nodeOf('NOW', 'Now', GUIDS.load, {
      files: { disk0: `Snapshots/${GUIDS.now}.avhd`, disk1: `Snapshots/${GUIDS.now}-disk1.avhd` },
      settings: { ...(machine.now?.settings ?? nodeOf('x', 'x', null).settings), disks },
    });
    const { button, labs } = await labPage({
      ...view,
      machine: { ...machine, now },
      virtualSizeBytes: { disk0: 2 ** 32, disk1: 2 ** 31 },
    });
    await button('disk1').click();
    expect(labs.disk).toBe('disk1');
    await vi.waitFor(() => expect(labs.holdings?.disk).toBe('disk1'));
    expect(items()[0]?.textContent).toContain('5C3A91E0-disk1.avhd');
    expect(items()[1]?.textContent).toContain('no file');
  });

  it('fit a phone and the dark', async () => {
    await page.viewport(390, 844);
    theme.choose('dark');
    document.body.style.cssText = 'margin: 0; container: page / inline-size';
    const { screen, labs } = await labPage();
    labs.select(GUIDS.schema);
    await vi.waitFor(() => expect(labs.answer).not.toBeNull());
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    await expectAccessible(screen.container);
    document.body.style.cssText = '';
  });
});

describe('what would happen', () => {
  it('is answered as soon as a checkpoint is selected, in words and in the tree', async () => {
    const { screen, lab } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    const line = screen.getByRole('region', { name: 'What would happen' });
    await expect
      .element(line)
      .toHaveTextContent('If schema v2 is deleted its file goes (51.0 MiB). Now reads the same.');
    await expect.element(line).toHaveTextContent(`Snapshots/${GUIDS.schema}.avhd`);
    expect(items()[3]?.textContent).toContain('would go');
    expect(document.querySelectorAll('path.planned')).toHaveLength(1);
    expect(lab.asked.at(-1)).toEqual({ do: 'delete', checkpoint: GUIDS.schema });
    expect(lab.commands).toEqual([]);
  });

  it('is asked of applying too, by its switch and by pointing at the button', async () => {
    const { screen, button } = await labPage();
    await screen.getByRole('treeitem', { name: /schema v2/ }).click();
    await button('if applied').click();
    const line = screen.getByRole('region', { name: 'What would happen' });
    await expect.element(line).toHaveTextContent('If schema v2 is applied Now gets a new disk.');
    await expect.element(line).toHaveTextContent('12 MiB written since are lost');
    await button('Delete').hover();
    await expect.element(line).toHaveTextContent('If schema v2 is deleted');
  });

  it('says why something is refused', async () => {
    const opened = await labPage();
    opened.lab.refused.add('take');
    opened.labs.select('NOW');
    const line = opened.screen.getByRole('region', { name: 'What would happen' });
    await expect
      .element(line)
      .toHaveTextContent('If a checkpoint is taken: The disk disk1 is a physical disk');
    expect(opened.labs.answer?.refusal).toEqual(REFUSED);
  });

  it('has nothing to ask of a deleted checkpoint', async () => {
    const { screen } = await labPage();
    await screen.getByRole('treeitem', { name: /before hotfix/ }).click();
    const line = screen.getByRole('region', { name: 'What would happen' });
    await expect.element(line).toHaveTextContent(/before hotfix is deleted, waits: 2 descendants/);
    expect(line.element().querySelectorAll('button')).toHaveLength(0);
  });
});

describe('memory that is being saved', () => {
  it('is shown page by page, with words behind the picture', async () => {
    const memorySave: MemorySaveProgress = {
      checkpoint: GUIDS.after,
      pageCount: 16_384,
      savedPages: 8000,
      interceptedPages: 418,
      writtenBytes: 5.6 * 2 ** 20,
    };
    const { screen } = await labPage(checkpointView({ memorySave }));
    const region = screen.getByRole('region', { name: 'Memory of after hotfix' });
    await expect.element(region).toHaveTextContent(/8 000 of 16 384 pages, 418 of them before their turn/);
    await expect
      .element(region.getByRole('img', { name: /8\s000 pages saved, 418 of them intercepted, 8\s384 wait/ }))
      .toBeVisible();
    await region.getByText('Intercepted pages').click();
    await expect.element(region.getByText(/^15132, 15135/)).toBeVisible();
  });
});
