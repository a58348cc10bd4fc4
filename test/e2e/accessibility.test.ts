/** Every screen without violations in both colours and on a phone, and the main job by keyboard alone. */
import { stat } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { axe } from './support/axe.ts';
import { experimentAddress, runHere, SMALL } from './support/experiments.ts';
import { saveNextTo, stubPickers } from './support/files.ts';
import {
  chooseHistory,
  expectAllListed,
  fileRow,
  PATIENCE,
  panelSection,
  selectFile,
} from './support/filesScreen.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { tabTo } from './support/keyboard.ts';
import {
  addressOf,
  button,
  chooseMore,
  expectOpen,
  row,
  seekBar,
  smallScenario,
  tree,
} from './support/lab.ts';
import { beginLesson, doStep, lessonAddress, panel } from './support/lessons.ts';
import { openSample, walkSteps } from './support/screens.ts';

/** A branch, a checkpoint whose disk waits, and one whose merge is under way. */
const LAB = addressOf(
  smallScenario({
    commands: [
      [1, { do: 'start' }],
      [3, { do: 'take', name: 'one' }],
      [6, { do: 'take', name: 'two' }],
      [7, { do: 'apply', checkpoint: 'one', takeFirst: false }],
      [7, { do: 'start' }],
      [9, { do: 'take', name: 'three' }],
      [11, { do: 'delete', checkpoint: 'one' }],
      [11, { do: 'policy', policy: 'when-off' }],
      [11, { do: 'delete', checkpoint: 'three' }],
      [11, { do: 'drive-size', bytes: 2 ** 32 }],
    ],
    endSeconds: 12,
  }),
);

async function openLab(page: Page): Promise<void> {
  await page.goto(LAB);
  await expectOpen(page);
}

/** One thing of the lab in motion, by its choice and the beginning of its title. */
async function watch(page: Page, choice: string, title: RegExp): Promise<void> {
  await chooseMore(page, 'In motion…');
  const dialog = page.getByRole('dialog', { name: 'In motion' });
  await button(page, choice).click();
  await expect(dialog.getByRole('region', { name: title }).locator('svg')).toBeVisible();
}

async function openExperiment(page: Page): Promise<void> {
  await page.goto(experimentAddress('read-cost', SMALL));
  await expect(page.getByText('Nothing has been run yet.')).toBeVisible();
}

/** A volume with its history, and one of its files. */
async function openDisk(page: Page): Promise<void> {
  await chooseHistory(page, 'ntfs');
  await expectAllListed(page);
  await selectFile(page, 'big.log');
  await expect(panelSection(page, 'Versions').getByRole('row')).toHaveCount(5, PATIENCE);
  await expect(panelSection(page, 'First bytes')).toBeVisible(PATIENCE);
}

/** Each leaves the page on one screen. */
const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  'the first screen': async () => undefined,
  'the sample': async (page) => {
    await openSample(page);
    await page.getByRole('textbox', { name: 'First sector, byte or range' }).blur();
    await expect(
      page.getByRole('region', { name: 'Read path' }).getByRole('row', { name: /walk/ }),
    ).toBeVisible();
  },
  'a range with its pieces': async (page) => {
    await openSample(page);
    await page.getByRole('textbox', { name: 'First sector, byte or range' }).fill('0+8192');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('listbox')).toBeVisible();
  },
  'the map as a table': async (page) => {
    await openSample(page);
    await page.getByRole('button', { name: 'Table' }).click();
  },
  'the bytes of a file': async (page) => {
    await openSample(page);
    await page.getByRole('button', { name: 'File', exact: true }).click();
    await expect(page.getByRole('combobox', { name: 'File whose bytes are shown' })).toBeVisible();
  },
  'the search': async (page) => {
    await openSample(page);
    await page.keyboard.press('/');
    await expect(page.getByRole('search')).toBeVisible();
  },
  'the list of keys': async (page) => {
    await openSample(page);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'the colours and sizes': async (page) => {
    await page.getByRole('button', { name: 'View' }).click();
    await expect(page.getByRole('dialog', { name: 'View' })).toBeVisible();
  },
  saving: async (page) => {
    await openSample(page);
    await page.getByRole('banner').getByRole('button', { name: 'Save disk as…' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'pointing at a parent': async (page) => {
    await openSample(page);
    await page.getByRole('button', { name: 'Point at a file…' }).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'the files of a disk': openDisk,
  'a folder of a disk, and where it lives': async (page) => {
    await chooseHistory(page, 'ntfs');
    await expectAllListed(page);
    await fileRow(page, 'docs').click();
    await panelSection(page, 'Where its files live').getByRole('button', { name: /^Read/ }).click();
    await expect(page.getByRole('button', { name: 'Show on the map' }).first()).toBeVisible(PATIENCE);
  },
  'private storage': async (page) => {
    await page.getByRole('link', { name: 'Private storage' }).click();
    await expect(page.getByRole('main')).toContainText(/private/i);
  },
  'the lab before there is one': async (page) => {
    await page.getByRole('link', { name: 'Lab', exact: true }).click();
    await expect(page.getByRole('button', { name: 'New lab' })).toBeVisible();
  },
  'the lab': async (page) => {
    await openLab(page);
    await row(page, /^two/).click();
    await expect(page.getByText('If two is deleted')).toBeVisible();
  },
  'the lab’s chart as tables, and the filter of its log': async (page) => {
    await openLab(page);
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect(page.getByRole('checkbox', { name: /^merges/ })).toBeVisible();
  },
  'the lab while memory is saved': async (page) => {
    await openLab(page);
    await page.getByRole('button', { name: 'Take checkpoint' }).click();
    await expect(page.getByText('Intercepted pages')).toBeVisible();
  },
  'the lab without power': async (page) => {
    await openLab(page);
    await page.getByRole('button', { name: 'Pull the plug…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pull the plug' }).click();
    await expect(page.getByRole('button', { name: 'Power on the host' })).toBeVisible();
  },
  'a merge of the lab in motion': async (page) => {
    await openLab(page);
    await watch(page, 'A merge', /merged|move/);
  },
  'the list of verdicts': async (page) => {
    await page.goto(experimentAddress(null));
    await expect(page.getByRole('table').locator('tbody tr')).toHaveCount(10);
  },
  'an experiment before it is run': openExperiment,
  'the figures of the storage, to be edited': async (page) => {
    await openExperiment(page);
    await page.getByRole('button', { name: 'Edit the figures' }).click();
    const field = page.getByRole('spinbutton').first();
    await field.fill('-1');
    await field.blur();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  },
  'an experiment that was run': async (page) => {
    await openExperiment(page);
    await page.getByRole('radio', { name: 'flat' }).check();
    await runHere(page);
    // Set to something else since: the page says that its figures are of another set-up.
    await page.getByRole('slider', { name: 'Reads', exact: true }).press('ArrowRight');
    await page.getByText('How it was counted').click();
    await page.getByRole('button', { name: 'Link', exact: true }).click();
    await expect(page.getByText('These figures are of another set-up:')).toBeVisible();
  },
  'the lessons': async (page) => {
    await page.goto(lessonAddress(null));
    await expect(page.getByRole('heading', { level: 1, name: 'Lessons' })).toBeVisible();
  },
  'a lesson in the lab': async (page) => {
    await beginLesson(page, 'differencing-disk');
    await panel(page).getByRole('button', { name: 'host', exact: true }).click();
    await panel(page)
      .getByRole('button', { name: /^Hint 1/ })
      .click();
  },
  'a lesson in Explore': async (page) => {
    await beginLesson(page, 'read-path');
    await doStep(page);
    await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible();
  },
  'the glossary': async (page) => {
    await page.goto(`${lessonAddress('glossary')}&set=leaf`);
    await expect(page.getByRole('heading', { level: 1, name: 'Glossary' })).toBeVisible();
  },
  'the teacher’s page with its sheet': async (page) => {
    await page.goto(lessonAddress('teacher'));
    await page.getByRole('button', { name: 'Show it here' }).click();
    await expect(page.getByRole('article', { name: 'The sheet' })).toBeVisible();
  },
};

/** Every question of the lab, by the title of its dialogue. */
const LAB_DIALOGS: readonly (readonly [RegExp, (page: Page) => Promise<void>])[] = [
  [/^Take a checkpoint/, (page) => chooseMore(page, 'Take with a name…')],
  [/^Settings of/, (page) => chooseMore(page, 'Settings…')],
  [/^Faults/, (page) => chooseMore(page, 'Faults…')],
  [/^In motion/, (page) => watch(page, 'A read', /^A read of/)],
  [/^In motion/, (page) => watch(page, 'Memory', /^How the memory of/)],
  [/^Hashes/, (page) => chooseMore(page, 'Hashes…')],
  [/^Share/, (page) => chooseMore(page, 'Share…')],
  [/^Remove/, (page) => chooseMore(page, 'Remove the machine…')],
  [/^Another lab/, (page) => chooseMore(page, 'Another lab…')],
  [/^The machine’s folder/, (page) => page.getByRole('button', { name: 'Save folder…' }).click()],
  [/^Revert/, (page) => page.getByRole('button', { name: 'Revert…' }).click()],
  [/^Pull the plug/, (page) => page.getByRole('button', { name: 'Pull the plug…' }).click()],
  [/^Apply/, (page) => page.getByRole('button', { name: 'Apply…' }).click()],
  [/^Rename/, (page) => page.getByRole('button', { name: 'Rename…' }).click()],
  [/^Files at/, (page) => page.getByRole('button', { name: 'Files…' }).click()],
  [/^Export/, (page) => page.getByRole('button', { name: 'Export…' }).click()],
];

/** Every question about files, by the title of its dialogue, with the file selected. */
const FILES_DIALOGS: readonly (readonly [RegExp, (page: Page) => Promise<void>])[] = [
  [
    /^big.log/,
    async (page) => {
      await page.getByRole('button', { name: 'Preview' }).click();
      await expect(page.getByRole('region', { name: /^Text of/ })).toBeVisible(PATIENCE);
    },
  ],
  [
    /^big.log/,
    async (page) => {
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByRole('button', { name: 'Hex' }).click(PATIENCE);
    },
  ],
  [
    /^Save big.log/,
    async (page) => {
      await page.getByRole('button', { name: 'Save…', exact: true }).first().click();
      await expect(page.getByRole('dialog')).toContainText('one file', PATIENCE);
    },
  ],
  [/^Compare two points/, (page) => page.getByRole('button', { name: 'Compare two points…' }).click()],
  [
    /^Compare two points/,
    async (page) => {
      await page.getByRole('button', { name: 'Compare two points…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('From', { exact: true }).selectOption({ index: 6 });
      await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
      await expect(dialog.getByRole('table')).toBeVisible(PATIENCE);
    },
  ],
];

async function expectFilesDialogs(page: Page, width: number): Promise<void> {
  await openDisk(page);
  for (const [title, open] of FILES_DIALOGS) {
    await open(page);
    const dialog = page.getByRole('dialog', { name: title });
    await expect(dialog).toBeVisible();
    expect(await axe(page), String(title)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const [name, show] of Object.entries(SCREENS)) {
      test(`${name}, in ${colorScheme}, has no violation`, async ({ page }) => {
        await page.goto('./');
        await show(page);
        expect(await axe(page)).toEqual([]);
      });
    }

    test(`each dialogue about files, in ${colorScheme}, has no violation`, async ({ page }) => {
      test.slow();
      await page.goto('./');
      await expectFilesDialogs(page, 1280);
    });

    test(`each dialogue of the lab, in ${colorScheme}, has no violation`, async ({ page }) => {
      await openLab(page);
      await row(page, /^two/).click();
      for (const [title, open] of LAB_DIALOGS) {
        await open(page);
        const dialog = page.getByRole('dialog', { name: title });
        await expect(dialog).toBeVisible();
        expect(await axe(page), String(title)).toEqual([]);
        await page.keyboard.press('Escape');
        await expect(dialog).toHaveCount(0);
      }
      await expect(tree(page)).toBeVisible();
      await expect(seekBar(page)).toBeVisible();
    });
  });
}

for (const name of [
  'the first screen',
  'the sample',
  'the bytes of a file',
  'the files of a disk',
  'a folder of a disk, and where it lives',
  'private storage',
  'the lab before there is one',
  'the lab',
  'a merge of the lab in motion',
  'the list of verdicts',
  'an experiment before it is run',
  'the figures of the storage, to be edited',
  'an experiment that was run',
  'the lessons',
  'a lesson in the lab',
  'a lesson in Explore',
  'the glossary',
  'the teacher’s page with its sheet',
]) {
  test(`${name} on a phone has no violation and is not wider than the screen`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto('./');
    await SCREENS[name]?.(page);
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}

test('each dialogue about files on a phone has no violation and is not wider than the screen', async ({
  page,
}) => {
  test.slow();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('./');
  await expectFilesDialogs(page, 390);
});

test('the main job is done by keyboard alone: open, select, walk, look, save', async ({ page, folder }) => {
  test.slow();
  test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');
  await stubPickers(page);
  await page.goto('./');
  const target = await saveNextTo(page, folder, 'saved.img');
  await tabTo(page, page.getByRole('button', { name: /^Open the sample chain/ }).first());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.type('block 1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await walkSteps(page)).length).toBeGreaterThan(0);
  await page.keyboard.press(']');
  await expect(page.getByRole('region', { name: 'Read path' })).toContainText('step 2 of');
  await tabTo(page, page.getByRole('application', { name: /^Block map/ }).first());
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('+');
  await page.keyboard.press('w');
  await tabTo(page, page.getByRole('application', { name: /^Bytes of/ }).first());
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('v');
  await tabTo(page, page.getByRole('treeitem', { name: /./ }).first());
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('treeitem', { name: /layer 0/ })).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: /^Save disk as/ }).first());
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: /^Choose a file and save/ }).first());
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText(/SHA-256/, { timeout: 30_000 });
  expect((await stat(target)).size).toBeGreaterThan(0);
});

test('F6 goes from panel to panel, and every panel has a name', async ({ page }) => {
  await page.goto('./');
  await openSample(page);
  const seen = new Set<string>();
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press('F6');
    seen.add(
      await page.evaluate(() => {
        const panel = document.activeElement?.closest('[data-panel]');
        return (
          panel?.getAttribute('aria-label') ??
          panel?.querySelector('[aria-label]')?.getAttribute('aria-label') ??
          ''
        );
      }),
    );
  }
  expect(seen).not.toContain('');
  expect(seen.size).toBeGreaterThanOrEqual(5);
});
