/** Lessons in the page, on the real lab: by keyboard, done for the reader, by link; and the pictures that move. */
import type { Page } from '@playwright/test';
import { LESSONS } from '../../src/lab/lessons/lessons.ts';
import { expect, test } from './support/fixtures.ts';
import { pressOn, tabTo } from './support/keyboard.ts';
import { addressOf, button, chooseMore, expectOpen, row, smallScenario } from './support/lab.ts';
import {
  beginLesson,
  doStep,
  expectDone,
  expectStep,
  lessonAddress,
  lessonLine,
  nextButton,
  panel,
  spoken,
  task,
} from './support/lessons.ts';

/** What a read can fall through, a merge can move, and the memory of one checkpoint. */
const IN_MOTION = addressOf(
  smallScenario({
    commands: [
      [1, { do: 'start' }],
      [3, { do: 'take', name: 'one' }],
      [6, { do: 'take', name: 'two' }],
    ],
    endSeconds: 12,
  }),
);

const motion = (page: Page, name: RegExp) =>
  page.getByRole('dialog', { name: 'In motion' }).getByRole('region', { name });

/** Tab leads to the first of a group; the arrows choose. */
async function chooseByKeys(page: Page, options: readonly string[], wanted: string): Promise<void> {
  const [first = ''] = options;
  await pressOn(page, task(page).getByRole('radio', { name: first }), 'Space');
  for (const option of options.slice(1, options.indexOf(wanted) + 1)) {
    await page.keyboard.press('ArrowDown');
    await expect(task(page).getByRole('radio', { name: option })).toBeChecked();
  }
}

async function expectAnnounced(page: Page): Promise<void> {
  await expectDone(page);
  await expect(spoken(page)).toContainText('Task done.');
}

async function goOn(page: Page, step: number): Promise<void> {
  await pressOn(page, nextButton(page));
  await expectStep(page, step);
  await expect(spoken(page)).toContainText(`Step ${step} of`);
}

/** Down the rows of the tree to this one. */
async function selectRow(page: Page, name: RegExp): Promise<void> {
  await tabTo(page, page.getByRole('treeitem', { selected: true }));
  await page.keyboard.press('Home');
  for (let presses = 0; presses < 10; presses++) {
    if (await row(page, name).evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`The arrows do not lead to ${name}`);
}

test('a lesson by keyboard alone, each task done on the real screen', async ({ page }) => {
  await page.goto('./');
  await pressOn(page, page.getByRole('link', { name: 'Lessons', exact: true }));
  const line = lessonLine(page, 'Delete means merge');
  await expect(line).toContainText('new');
  await pressOn(page, line.getByRole('link'));
  await pressOn(page, page.getByRole('button', { name: 'Begin' }));
  await expectOpen(page);
  await expectStep(page, 1);

  // A wrong answer first: it is answered, and the task stays open.
  const fates = ['They are merged into “before update”', 'They are deleted'];
  await pressOn(page, task(page).getByRole('radio', { name: fates[0] ?? '' }), 'Space');
  await expect(task(page)).toContainText('Then “before update” would change');
  await expect(task(page)).toContainText('Task, open');
  await page.keyboard.press('ArrowDown');
  await expect(task(page).getByRole('radio', { name: fates[1] ?? '' })).toBeChecked();
  await expectAnnounced(page);

  await goOn(page, 2);
  await pressOn(page, task(page).getByRole('button', { name: 'Hint 1 of 2' }));
  await expect(task(page).getByRole('list', { name: 'Hints' })).toContainText('Select its row first.');
  await selectRow(page, /^dead end/);
  await page.keyboard.press('Delete');
  await expectAnnounced(page);
  await expect(row(page, /^dead end/)).toHaveCount(0);

  await goOn(page, 3);
  await chooseByKeys(
    page,
    ['It is deleted, like that of “dead end”', 'It is merged with the disk of its descendant'],
    'It is merged with the disk of its descendant',
  );
  await expectAnnounced(page);

  await goOn(page, 4);
  await selectRow(page, /^after update/);
  await page.keyboard.press('Delete');
  await expectAnnounced(page);

  await goOn(page, 5);
  await expect(task(page)).toContainText('Task, open');
  await pressOn(page, button(page, 'Run'));
  await expectAnnounced(page);
  await pressOn(page, button(page, 'Pause'));

  await goOn(page, 6);
  const files = ['The newer one, the child', 'The older one, the parent'];
  await chooseByKeys(page, files, 'The older one, the parent');
  await expectAnnounced(page);

  await goOn(page, 7);
  await chooseByKeys(page, ['The same, byte for byte'], 'The same, byte for byte');
  await expectAnnounced(page);
  await pressOn(page, panel(page).getByRole('button', { name: 'Finish' }));
  await expect(panel(page)).toHaveCount(0);
  // The next lesson offers itself.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Lesson 5: Why merges wait');
  await pressOn(page, page.getByRole('main').getByRole('link', { name: 'Lessons', exact: true }));
  await expect(line).toContainText('done');

  await page.reload();
  await expect(line).toContainText('done');
  await expect(lessonLine(page, 'Why merges wait')).toContainText('new');
});

test('a lesson done for the reader, through Explore and back', async ({ page }) => {
  await beginLesson(page, 'read-path');
  for (let step = 1; step <= 7; step++) {
    await expectStep(page, step);
    await doStep(page);
    if (step === 1) await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible();
    if (step < 7) await nextButton(page).click();
  }
  await page.getByRole('link', { name: 'Lab', exact: true }).click();
  await expectOpen(page);
  await expect(panel(page)).toContainText('step 7 of 7');
  await panel(page).getByRole('button', { name: 'Finish' }).click();
  await page.goto(lessonAddress(null));
  await expect(lessonLine(page, 'How a read finds its sector')).toContainText('done');
});

test('every lesson is done by its own solutions, and the list says so', async ({ page }) => {
  for (const { id, steps } of LESSONS) {
    await beginLesson(page, id);
    for (const [i, step] of steps.entries()) {
      await expectStep(page, i + 1);
      if (step.goal !== null) await doStep(page);
      if (i + 1 < steps.length) await nextButton(page).click();
    }
    await panel(page).getByRole('button', { name: 'Finish' }).click();
  }
  await page.goto(lessonAddress(null));
  for (const { title } of LESSONS) await expect(lessonLine(page, title)).toContainText('done');
});

test('a lesson that is left goes on where it was, with the steps before done', async ({ page }) => {
  await beginLesson(page, 'delete-means-merge');
  await doStep(page);
  await nextButton(page).click();
  await doStep(page);
  await nextButton(page).click();
  await expectStep(page, 3);
  await page.goto(lessonAddress('delete-means-merge'));
  await page.reload();
  await page.getByRole('button', { name: 'Go on at step 3' }).click();
  await expectStep(page, 3);
  await expectOpen(page);
  await expect(row(page, /^dead end/)).toHaveCount(0);
});

test('the teacher’s links lead to the lesson and to its lab', async ({ page, context }) => {
  await page.goto(lessonAddress('teacher'));
  const address = (label: string) => page.getByRole('textbox', { name: label, exact: true }).inputValue();
  const lab = await context.newPage();
  await lab.goto(await address('Lab 4'));
  await expectOpen(lab);
  await expect(row(lab, /^dead end/)).toBeVisible();
  await expect(panel(lab)).toHaveCount(0);
  await lab.goto(await address('Lesson 4'));
  await expect(lab.getByRole('heading', { level: 1 })).toHaveText('Lesson 4: Delete means merge');
  // The sheet is there for the printer, and on the page when it is asked for.
  const sheet = page.getByRole('article', { name: 'The sheet' });
  await expect(sheet).toBeHidden();
  await page.emulateMedia({ media: 'print' });
  await expect(sheet.getByRole('heading', { name: 'Solutions' })).toBeVisible();
  await expect(page.getByRole('banner')).toBeHidden();
});

test('a picture of the lab plays and pauses', async ({ page }) => {
  await page.goto(IN_MOTION);
  await expectOpen(page);
  await chooseMore(page, 'In motion…');
  const read = motion(page, /^A read of sector/);
  await expect(read.locator('svg')).toBeVisible();
  await expect(read).toContainText('step 1 of');
  await button(page, 'A merge').click();
  const merge = motion(page, /^What deleting two would move/);
  await expect(merge.locator('svg')).toBeVisible();
  await page.clock.install();
  await merge.getByRole('button', { name: 'Play' }).click();
  const place = merge.locator('.head .note');
  await expect(place).not.toHaveText(/^step 1 of/);
  await merge.getByRole('button', { name: 'Pause' }).click();
  const stopped = (await place.textContent()) ?? '';
  // Longer than a step takes.
  await page.clock.fastForward(5000);
  await expect(place).toHaveText(stopped);
  await merge.getByRole('button', { name: 'Table' }).click();
  await expect(merge.locator('svg')).toHaveCount(0);
  await expect(merge.getByRole('list')).toBeVisible();
});

test('where less motion is wanted, pictures of the lab are lists with steps by key', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(IN_MOTION);
  await expectOpen(page);
  await chooseMore(page, 'In motion…');
  for (const [choice, title] of [
    ['A read', /^A read of sector/],
    ['A merge', /^What deleting two would move/],
    ['Memory', /^How the memory of/],
  ] as const) {
    await button(page, choice).click();
    const figure = motion(page, title);
    const current = figure.locator('[aria-current=step]');
    await expect(figure.getByRole('listitem').first()).toBeVisible();
    await expect(figure.locator('svg')).toHaveCount(0);
    await expect(figure.getByRole('button', { name: 'Play' })).toHaveCount(0);
    const [first = '', second = ''] = await figure.getByRole('listitem').allTextContents();
    await expect(current).toHaveText(first);
    await tabTo(page, figure.getByRole('button', { name: 'Step on' }));
    await page.keyboard.press('ArrowRight');
    await expect(current).toHaveText(second);
    await expect(figure.locator('[aria-live=polite]')).toHaveText(second);
    await page.keyboard.press('ArrowLeft');
    await expect(current).toHaveText(first);
  }
});
