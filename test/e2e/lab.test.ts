/** The checkpoint lab in the page: whole stories by mouse and by keyboard, links, reloads, and what it hands out. */
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { tabTo } from './support/keyboard.ts';
import {
  addressOf,
  button,
  checkedReads,
  clock,
  expectOpen,
  hashes,
  log,
  openScenarioFile,
  plan,
  row,
  runUntil,
  seekBar,
  smallScenario,
  status,
  stepUntil,
  tree,
} from './support/lab.ts';
import { folderButton, treeRow } from './support/screens.ts';

/** Two checkpoints of a machine that runs; nothing is deleted yet. */
const TWO = smallScenario({
  commands: [
    [1, { do: 'start' }],
    [5, { do: 'take', name: 'one' }],
    [9, { do: 'take', name: 'two' }],
  ],
  endSeconds: 12,
});

const dialogOf = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name });
const events = (page: Page, text: string | RegExp) => log(page).getByRole('row').filter({ hasText: text });
const merges = (page: Page) => page.getByRole('complementary', { name: 'Merges and events' });

/** Time passes, and stands still again. */
async function runOn(page: Page): Promise<void> {
  const before = (await clock(page).textContent()) ?? '';
  await button(page, 'Run').click();
  await expect(clock(page)).not.toHaveText(before);
  await button(page, 'Pause').click();
  await expect(button(page, 'Run')).toBeVisible();
}

/** The key until the log tells this. */
async function pressUntil(page: Page, key: string, text: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await expect(button(page, 'One event on')).toBeEnabled();
    if ((await events(page, text).count()) > 0) return;
    await page.keyboard.press(key);
  }
  throw new Error(`The log does not come to tell ${text}`);
}

test('a whole story by mouse', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('link', { name: 'Lab', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Checkpoint lab' })).toBeVisible();
  await openScenarioFile(page, TWO);
  await expect(tree(page).getByRole('treeitem')).toHaveCount(3);
  await expect(status(page)).toContainText('Running');

  // A checkpoint, and its memory saved while the guest goes on.
  const saved = await events(page, 'Memory saved:').count();
  await button(page, 'Take checkpoint').click();
  await expect(row(page, /^LAB-E2E \(.*saving memory/)).toBeVisible();
  await runUntil(page, 'Memory saved:', saved + 1);
  await expect(row(page, /^LAB-E2E \(.*with memory/)).toBeVisible();

  // What would happen, then that it happens.
  await row(page, /^two/).click();
  await button(page, 'Delete').hover();
  await expect(plan(page)).toContainText('If two is deleted');
  await expect(plan(page)).toContainText('its disk merges with that of LAB-E2E');
  await button(page, 'Delete').click();
  await expect(row(page, /^two.*deleted/)).toBeVisible();
  await runUntil(page, 'Merge finished: two.');
  await expect(row(page, /^two/)).toHaveCount(0);
  await expect(
    merges(page)
      .getByText(/is gone\.$/)
      .first(),
  ).toBeVisible();

  // Back to the first one, with where it stands kept.
  await row(page, /^one/).click();
  await button(page, 'Apply…').click();
  await dialogOf(page, 'Apply one?').getByRole('button', { name: 'Take a checkpoint and apply' }).click();
  await expect(events(page, 'Applied: one')).toHaveCount(1);
  await expect(tree(page).getByRole('treeitem')).toHaveCount(4);
  await expect(status(page)).toContainText('Saved');
  await button(page, 'Start').click();
  await expect(events(page, 'Started from its saved state')).toHaveCount(1);
  await runOn(page);
  await expect.poll(async () => (await checkedReads(page)).checked).toBeGreaterThan(0);

  await button(page, 'Revert…').click();
  await dialogOf(page, 'Revert to one?').getByRole('button', { name: 'Revert, and lose Now' }).click();
  await expect(events(page, 'Applied: one')).toHaveCount(2);
  await button(page, 'Undo').click();
  await expect(events(page, 'Applied: one')).toHaveCount(1);
  await expect(status(page)).toContainText('Running');

  // The chart is the way back; what came after is dropped only when that is said.
  const there = (await clock(page).textContent()) ?? '';
  const box = await seekBar(page).boundingBox();
  if (!box) throw new Error('The chart is not there.');
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect.poll(async () => ((await clock(page).textContent()) ?? '') < there).toBe(true);
  await expect(page.getByText(/commands? lies? after now/)).toBeVisible();
  await button(page, 'Fork here').click();
  await expect(button(page, 'Fork here')).toBeDisabled();
  await expect(page.getByText(/commands? lies? after now/)).toHaveCount(0);

  await button(page, 'Pull the plug…').click();
  await dialogOf(page, 'Pull the plug of the host?').getByRole('button', { name: 'Pull the plug' }).click();
  await expect(events(page, 'The host lost its power.')).toHaveCount(1);
  await expect(button(page, 'Take checkpoint')).toHaveCount(0);
  await button(page, 'Power on the host').click();
  await expect(events(page, 'The machine was running: it is off now')).toHaveCount(1);
  await button(page, 'Start').click();
  await expect(events(page, 'Started: the guest boots.').first()).toBeVisible();
  await runOn(page);
  const { checked, wrong } = await checkedReads(page);
  expect(checked).toBeGreaterThan(0);
  expect(wrong).toBe(0);
  await expect(page.getByText(/^Guest checked/)).toContainText('0 wrong');
});

test('the same kind of story by keyboard alone', async ({ page }) => {
  await page.goto(addressOf(TWO));
  await expectOpen(page);
  const press = (key: string) => page.keyboard.press(key);
  const began = await clock(page).textContent();
  await press('Space');
  await expect(clock(page)).not.toHaveText(began ?? '');
  await press('Space');
  await expect(button(page, 'Run')).toBeVisible();

  // Into the tree, down to a checkpoint: a name of its own, then away with it.
  await tabTo(page, row(page, /^Now/));
  await press('ArrowDown');
  await expect(row(page, /^two/)).toBeFocused();
  await press('F2');
  const rename = dialogOf(page, 'Rename two');
  await expect(rename.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.type('second');
  await press('Enter');
  await expect(row(page, /^second/)).toBeFocused();
  await expect(plan(page)).toContainText('If second is deleted');
  await press('Delete');
  await expect(row(page, /^second.*deleted/)).toBeFocused();
  await pressUntil(page, '.', 'Merge started: second');
  await expect(status(page)).toContainText('merging');
  await pressUntil(page, '.', 'Merge finished: second');
  await expect(row(page, /^Now/)).toHaveAttribute('aria-selected', 'true');

  // Apply the other one, with a checkpoint of where it stands.
  await tabTo(page, row(page, /^Now/));
  await press('End');
  await expect(row(page, /^one/)).toBeFocused();
  await press('Enter');
  const apply = dialogOf(page, 'Apply one?');
  await tabTo(page, apply.getByRole('button', { name: 'Take a checkpoint and apply' }));
  await press('Enter');
  await expect(events(page, 'Applied: one')).toHaveCount(1);
  await expect(tree(page).getByRole('treeitem')).toHaveCount(3);

  // One event back, twice; then what came after goes.
  const there = (await clock(page).textContent()) ?? '';
  await press(',');
  await expect.poll(async () => ((await clock(page).textContent()) ?? '') < there).toBe(true);
  await expect(events(page, 'Applied: one')).toHaveCount(0);
  await press('f');
  await expect(button(page, 'Fork here')).toBeDisabled();

  // The chart is a slider.
  await tabTo(page, seekBar(page));
  await press('Home');
  await expect(clock(page)).toHaveText('14:00:00.000');
  await press('End');
  await expect(clock(page)).not.toHaveText('14:00:00.000');

  // The machine's menu: the plug, by its button.
  await tabTo(page, button(page, 'Pull the plug…'));
  await press('Enter');
  const plug = dialogOf(page, 'Pull the plug of the host?');
  await tabTo(page, plug.getByRole('button', { name: 'Pull the plug' }));
  await press('Enter');
  await expect(events(page, 'The host lost its power.')).toHaveCount(1);
  await tabTo(page, button(page, 'Power on the host'));
  await press('Enter');
  await expect(events(page, 'The host’s power is back.')).toHaveCount(1);
  expect((await checkedReads(page)).wrong).toBe(0);
});

/** Everything that the guest wrote is on the drive; the deletion is still to come. */
const WRITTEN = smallScenario({
  commands: [
    [1, { do: 'start' }],
    [5, { do: 'take', name: 'one' }],
    [9, { do: 'take', name: 'two' }],
    ...[0, 1, 2, 3, 4].map(
      (piece) =>
        [
          12,
          { do: 'write', disk: 'disk0', firstSector: 65536 + piece * 8192, sectorCount: 8192, seed: piece },
        ] as const,
    ),
    [13, { do: 'shut-down' }],
  ],
  endSeconds: 20,
});

test('a page that is gone in the middle of a merge: recovered at the next visit, and every point reads the same', async ({
  page,
}) => {
  await page.goto('./#screen=lab');
  await page.getByRole('button', { name: 'in private storage' }).click();
  await openScenarioFile(page, WRITTEN);
  await expect(status(page)).toContainText('Off');
  const before = await hashes(page);
  expect(Object.keys(before).sort()).toEqual(['Now', 'one', 'two']);
  await row(page, /^two/).click();
  await button(page, 'Delete').click();
  await stepUntil(page, 'Merge started: two');
  await expect(status(page)).toContainText('merging');
  await expect(merges(page)).toContainText(/[1-9]\d? %/);

  await page.reload();
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await expectOpen(page);
  await expect(events(page, /The merge into .* was copying: it is given up, and begins anew/)).toHaveCount(1);
  const { two: _gone, ...points } = before;
  expect(await hashes(page)).toEqual(points);
  await runUntil(page, 'Merge finished: two.');
  await expect(tree(page).getByRole('treeitem')).toHaveCount(2);
  expect(await hashes(page)).toEqual(points);
  await button(page, 'Start').click();
  await runOn(page);
  expect((await checkedReads(page)).wrong).toBe(0);
});

test('a lab in memory comes back from its link, and so does what was done in it since', async ({ page }) => {
  await page.goto(addressOf(TWO));
  await expectOpen(page);
  const before = await hashes(page);
  await page.reload();
  await expectOpen(page);
  expect(await hashes(page)).toEqual(before);
  await button(page, 'Take checkpoint').click();
  await expect(tree(page).getByRole('treeitem')).toHaveCount(4);
  const after = await hashes(page);
  await page.getByRole('button', { name: 'Share scenario…' }).click();
  const link = await dialogOf(page, 'Share this scenario')
    .getByRole('textbox', { name: 'As a link' })
    .inputValue();
  expect(link).toMatch(/#lab=[\w-]+$/);

  const fresh = await page.context().newPage();
  await page.close();
  await fresh.goto(link);
  await expectOpen(fresh);
  const again = await hashes(fresh);
  expect(Object.values(again).sort()).toEqual(Object.values(after).sort());
  expect(again).toEqual(after);
});

test('a scenario’s link in a fresh page gives the same events and hashes', async ({ page }) => {
  const link = addressOf(TWO);
  await page.goto(link);
  await expectOpen(page);
  const [told, points] = [await log(page).getByRole('row').allTextContents(), await hashes(page)];
  const fresh = await page.context().newPage();
  await fresh.goto(link);
  await expectOpen(fresh);
  expect(await log(fresh).getByRole('row').allTextContents()).toEqual(told);
  expect(await hashes(fresh)).toEqual(points);
});

test('the machine’s folder is saved through the picker, and opens as a chain that reads the same', async ({
  page,
}) => {
  // A picker cannot be shown here: it hands out a folder of private storage, which is written as any other.
  await page.addInitScript(() => {
    Object.assign(window, {
      showDirectoryPicker: async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true }),
    });
  });
  await page.goto(addressOf(WRITTEN));
  await expectOpen(page);
  const { Now: now = 'no hash' } = await hashes(page);
  await button(page, 'Save folder…').click();
  const dialog = dialogOf(page, 'The machine’s folder');
  await dialog.getByRole('button', { name: 'Save into a folder…' }).click();
  await expect(dialog).toContainText('Saved into a new folder in picked', { timeout: 20_000 });
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.reload();
  await page.getByRole('link', { name: 'Disklab' }).click();
  await folderButton(page).click();
  await expect(treeRow(page, 'LAB-E2E.vhd')).toHaveAccessibleName(/\blayer 2\b/);
  await page.getByRole('banner').getByRole('button', { name: 'Save disk as…' }).click();
  const save = dialogOf(page, /^Save the disk as seen from/);
  await save.getByRole('radio', { name: /private storage/ }).check();
  await save.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(save).toContainText(now, { timeout: 20_000 });
});

test('a new lab shows a branch, a merge that waits and one that runs', async ({ page }) => {
  test.slow();
  await page.goto('./#screen=lab');
  await button(page, 'New lab').click();
  await expect(page.getByText('Everything that happens in it is done for real')).toBeVisible();
  await expect(tree(page)).toBeVisible({ timeout: 120_000 });
  await expect(status(page)).toContainText('merging');
  await expect(row(page, /^schema v2/)).toBeVisible();
  await expect(row(page, /^before hotfix.*waits: 2 descendants/)).toBeVisible();
  await expect(row(page, /^load test.*merging/)).toBeVisible();
  await expect(page.getByText(/^Guest checked/)).toContainText(/reads, 0 wrong/);
});
