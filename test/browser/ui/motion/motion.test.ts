import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import type { ReadTrace } from '../../../../src/engine/api.ts';
import MemorySaving from '../../../../src/ui/motion/MemorySaving.svelte';
import MergeMove from '../../../../src/ui/motion/MergeMove.svelte';
import ReadFall from '../../../../src/ui/motion/ReadFall.svelte';

const held = (...cells: number[]) => Uint8Array.from(cells);
const merge = {
  title: 'Now is merged into one',
  child: { name: 'Now', held: held(2, 0, 2, 2, 0, 0) },
  parent: { name: 'one', held: held(1, 2, 0, 0, 0, 2) },
};
const STEP = { block: 0, sectorInBlock: 0, sectorCount: 1 } as const;
const trace: ReadTrace = {
  firstSector: 0,
  sectorCount: 1,
  extents: [],
  fileReads: [],
  complete: true,
  steps: [
    { ...STEP, layer: 0, action: 'bat-lookup', entryOffset: 2048, entry: 0xffffffff },
    { ...STEP, layer: 0, action: 'fall-to-parent' },
    { ...STEP, layer: 1, action: 'bat-lookup', entryOffset: 2048, entry: 9 },
    { ...STEP, layer: 1, action: 'read-data', fileOffset: 5120 },
  ],
};

it('goes step by step by buttons and arrow keys, says each step, and stops at its ends', async () => {
  await render(MergeMove, merge);
  const back = page.getByRole('button', { name: 'Step back' });
  const on = page.getByRole('button', { name: 'Step on' });
  await expect.element(page.getByText('step 1 of 4')).toBeVisible();
  await expect.element(back).toHaveAttribute('aria-disabled', 'true');
  await on.click();
  await expect.element(page.getByText('step 2 of 4')).toBeVisible();
  expect(document.querySelector('[aria-live]')?.textContent).toContain('over what it held there');
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
  await expect.element(page.getByText('step 4 of 4')).toBeVisible();
  await expect.element(page.getByText('Now, removed')).toBeVisible();
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(page.getByText('step 3 of 4')).toBeVisible();
});

it('plays by itself only when asked, can be paused, and goes on from there', async () => {
  await render(ReadFall, { title: 'A read', trace, names: ['Now', 'base'] });
  await expect.element(page.getByText('step 1 of 4')).toBeVisible();
  await page.getByRole('button', { name: 'Play' }).click();
  await expect.element(page.getByText(/step [23] of 4/)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect.element(page.getByRole('button', { name: 'Play' })).toBeVisible();
  expect(document.querySelector('[aria-live]')?.textContent).toBe('');
});

it('is a list of sentences as a table, with the step marked', async () => {
  await render(MemorySaving, {
    title: 'Memory',
    order: { pageCount: 6, pages: Uint32Array.of(0, 4, 1, 2), intercepted: Uint8Array.of(0, 1, 0, 0) },
  });
  expect(document.querySelectorAll('svg rect')).toHaveLength(6);
  await page.getByRole('button', { name: 'Step on' }).click();
  await page.getByRole('button', { name: 'Step on' }).click();
  expect(document.querySelectorAll('rect.current')).toHaveLength(1);
  await page.getByRole('button', { name: 'Table' }).click();
  expect(document.querySelectorAll('svg')).toHaveLength(0);
  const items = [...document.querySelectorAll('li')];
  expect(items).toHaveLength(4);
  expect(items.map((item) => item.getAttribute('aria-current'))).toEqual([null, null, 'step', null]);
  expect(items[2]?.textContent).toContain('page 4, which is not saved yet');
});
