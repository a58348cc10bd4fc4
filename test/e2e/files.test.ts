/** Looking inside: volumes and folders, files taken out and compared byte for byte, and their history along the chain. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { grouped, sizeText } from '../../src/base/units.ts';
import { sha256 } from '../support/vhdFiles.ts';
import { drop, pickerCalls, pickNext, saveNextTo, stubPickers, withoutPickers } from './support/files.ts';
import { hostileNames, largeVolume, pictureDisk } from './support/filesDisks.ts';
import {
  cellNames,
  downloaded,
  everIn,
  expectAllListed,
  expectAnswers,
  expectFolder,
  expectZip,
  filePanel,
  fileRow,
  filesUnder,
  grid,
  hexOf,
  historyDisk,
  movedTo,
  openFiles,
  PATIENCE,
  panelSection,
  pathLine,
  pointChoice,
  renamedIn,
  rowNames,
  saveDialog,
  selectFile,
  stateOf,
  threeVolumes,
  trueCells,
  trueChanges,
  trueFile,
  volumeChoice,
  writeChain,
} from './support/filesScreen.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { tabTo } from './support/keyboard.ts';
import { expectShownBytes, walkSteps } from './support/screens.ts';

const MARKUP = '<img src=x onerror=alert(1)>.txt';
const ROOT = 'Windows data';

/** Steps that follow one another sooner are one entry of the browser's history. */
const ONE_ENTRY_MS = 800;

async function openNtfs(page: Page, folder: string) {
  const disk = await historyDisk('ntfs');
  await stubPickers(page);
  await page.goto('./');
  await openFiles(page, await writeChain(folder, disk.chain));
  await expect(fileRow(page, 'big.log')).toBeVisible(PATIENCE);
  return disk;
}

test.describe('browsing', () => {
  test('by mouse: a volume, its folders, back in the browser, and the place after a reload', async ({
    page,
    folder,
  }) => {
    const { chain, firstSectors } = await threeVolumes();
    const paths = await writeChain(folder, chain);
    await page.goto('./');
    await openFiles(page, paths);
    // The largest is chosen unasked.
    await expect(fileRow(page, 'readme.txt').or(fileRow(page, 'big.log')).first()).toBeVisible(PATIENCE);
    await expectFolder(page, ROOT);
    const volumes = volumeChoice(page).getByRole('option');
    await expect(volumes).toHaveCount(3);
    await volumes.filter({ hasText: 'LINUX DATA' }).click();
    await expectFolder(page, 'LINUX DATA');
    await expect(fileRow(page, 'docs')).toBeVisible(PATIENCE);
    await page.waitForTimeout(ONE_ENTRY_MS);
    await fileRow(page, 'docs').dblclick();
    await expectFolder(page, 'docs');
    await expect(fileRow(page, 'report.txt')).toBeVisible(PATIENCE);
    await page.waitForTimeout(ONE_ENTRY_MS);
    await fileRow(page, 'old').dblclick();
    await expectFolder(page, 'old');
    await expect(fileRow(page, 'deeper')).toBeVisible(PATIENCE);
    await page.goBack();
    await expectFolder(page, 'docs');
    await expect(fileRow(page, 'report.txt')).toBeVisible(PATIENCE);
    await page.goForward();
    await expectFolder(page, 'old');
    await page.reload();
    await drop(page, paths);
    await expectFolder(page, 'old');
    await expect(fileRow(page, 'deeper')).toBeVisible(PATIENCE);
    expect(decodeURIComponent(page.url())).toContain(`at=${firstSectors[1]}/docs/old`);
    await pathLine(page).getByRole('link', { name: 'docs' }).click();
    await expectFolder(page, 'docs');
  });

  test('by keyboard alone: rows, folders, cells, filter, order', async ({ page, folder }) => {
    await openNtfs(page, folder);
    await tabTo(page, grid(page));
    await page.keyboard.press('Home');
    await page.keyboard.press('d');
    await expect(fileRow(page, 'docs')).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expectFolder(page, 'docs');
    await expect(fileRow(page, 'report.txt')).toBeVisible(PATIENCE);
    await expect(grid(page)).toBeFocused();
    await page.keyboard.press('Home');
    await expect(fileRow(page, 'old')).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expectFolder(page, 'old');
    await page.keyboard.press('Backspace');
    await expectFolder(page, 'docs');
    // The folder that was left is under the keyboard.
    await expect(fileRow(page, 'old')).toHaveAttribute('aria-selected', 'true', PATIENCE);
    await page.keyboard.press('Backspace');
    await expectFolder(page, ROOT);
    await expect(fileRow(page, 'docs')).toHaveAttribute('aria-selected', 'true', PATIENCE);
    // Along a file's history: name, size, time, then the points from the oldest on.
    await page.keyboard.press('b');
    await expect(fileRow(page, 'big.log')).toHaveAttribute('aria-selected', 'true');
    for (let cell = 0; cell < 4; cell++) await page.keyboard.press('ArrowRight');
    const active = await grid(page).getAttribute('aria-activedescendant');
    await expect(page.locator(`[id="${active}"]`)).toHaveAccessibleName(/checkpoint 6/);
    await page.keyboard.press('/');
    await page.keyboard.type('.TXT');
    await expect(page.getByText('5 names match')).toBeVisible(PATIENCE);
    await expect(fileRow(page, 'big.log')).toHaveCount(0);
    await tabTo(page, page.getByRole('checkbox', { name: /below$/ }));
    await page.keyboard.press('Space');
    await expect(page.getByText(/names match, here and below/)).toBeVisible(PATIENCE);
    await expect(fileRow(page, '01.txt')).toContainText('many\\', PATIENCE);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await expect(fileRow(page, 'big.log')).toBeVisible(PATIENCE);
    await tabTo(page, page.getByRole('button', { name: /^Size/ }));
    await page.keyboard.press('Enter');
    const size = page.getByRole('columnheader', { name: /^Size/ });
    await expect(size).toHaveAttribute('aria-sort', 'descending');
    await expect
      .poll(async () => (await rowNames(page)).filter((name) => /^(quiet|big|empty\.)/.test(name)))
      .toEqual(['quiet.bin', 'big.log', 'empty.txt']);
    await page.keyboard.press('Enter');
    await expect(size).toHaveAttribute('aria-sort', 'ascending');
    await expect
      .poll(async () => (await rowNames(page)).filter((name) => /^(quiet|big|empty\.)/.test(name)))
      .toEqual(['empty.txt', 'big.log', 'quiet.bin']);
    // What is in a file, by the same key as a folder.
    await tabTo(page, grid(page));
    await page.keyboard.press('b');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'big.log' })).toContainText('LOG of the disk', PATIENCE);
    await page.keyboard.press('Escape');
    await expect(grid(page)).toBeFocused();
  });

  test('names with markup are text, in rows, in the panel and in dialogues', async ({
    page,
    folder,
    guard,
  }) => {
    await openNtfs(page, folder);
    await selectFile(page, MARKUP);
    await expect(panelSection(page, 'First bytes')).toBeVisible(PATIENCE);
    await filePanel(page).getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByRole('dialog', { name: MARKUP, exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await filePanel(page).getByRole('button', { name: 'Save…' }).first().click();
    await expect(saveDialog(page)).toHaveAccessibleName(`Save ${MARKUP}`);
    await expect(page.locator('img')).toHaveCount(0);
    expect(guard.faults).toEqual([]);
  });
});

test.describe('history', () => {
  test('the matrix tells what became of every file and folder at every point', async ({ page, folder }) => {
    const { history } = await openNtfs(page, folder);
    await expectAllListed(page);
    for (const name of everIn(history, ''))
      expect([name, ...(await cellNames(page, name))]).toEqual([name, ...trueCells(history, name)]);
    await fileRow(page, 'docs').dblclick();
    await expect(fileRow(page, 'report.txt')).toBeVisible(PATIENCE);
    for (const name of everIn(history, 'docs'))
      expect([name, ...(await cellNames(page, name))]).toEqual([name, ...trueCells(history, `docs/${name}`)]);
  });

  test('another point shows the folder as it was, and a file that is gone', async ({ page, folder }) => {
    const { history } = await openNtfs(page, folder);
    await expectAllListed(page);
    await pointChoice(page).getByRole('option').nth(2).click();
    await expect(page.getByRole('columnheader', { name: /^2.*the point in view/ })).toBeVisible(PATIENCE);
    await expect(fileRow(page, 'readme.txt')).toContainText('not there at the point in view', PATIENCE);
    await selectFile(page, 'readme.txt');
    await expect(filePanel(page)).toContainText('It is not in the folder at this point');
    const then = trueFile(history, 0, 'readme.txt');
    await expect(filePanel(page)).toContainText(then.sha256, PATIENCE);
    await selectFile(page, 'big.log');
    await expect(filePanel(page)).toContainText(trueFile(history, 4, 'big.log').sha256, PATIENCE);
    // A folder that this point does not have.
    await pointChoice(page).getByRole('option').nth(6).click();
    await expect(page.getByRole('columnheader', { name: /^6.*the point in view/ })).toBeVisible(PATIENCE);
    await expect(fileRow(page, 'pictures')).not.toContainText('not there', PATIENCE);
    await fileRow(page, 'pictures').dblclick();
    await expectFolder(page, 'pictures');
    await expect(fileRow(page, '2023')).toBeVisible(PATIENCE);
    await pointChoice(page).getByRole('option').nth(2).click();
    await expect(page.getByRole('heading', { name: 'No such folder at point 2' })).toBeVisible(PATIENCE);
    await page.getByRole('button', { name: 'Go to the folder above' }).click();
    await expectFolder(page, ROOT);
  });

  test('every version of a file can be saved as it was', async ({ page, folder }) => {
    test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');
    const { history } = await openNtfs(page, folder);
    await expectAllListed(page);
    await selectFile(page, 'big.log');
    const versions = panelSection(page, 'Versions');
    await expect(versions.getByRole('button', { name: /^Save the version/ })).toHaveCount(4, PATIENCE);
    for (const [layer, state] of [
      [6, 0],
      [5, 1],
      [3, 3],
      [0, 6],
    ] as const) {
      const target = await saveNextTo(page, folder, `version ${layer}.log`);
      await versions.getByRole('button', { name: new RegExp(`^Save the version of ${layer} `) }).click();
      const dialog = saveDialog(page);
      await dialog.getByRole('button', { name: 'Choose a file and save…' }).click();
      const truth = trueFile(history, state, 'big.log');
      await expect(dialog).toContainText(truth.sha256, PATIENCE);
      expect(sha256(await readFile(target))).toBe(truth.sha256);
      await dialog.getByRole('button', { name: 'Done' }).click();
      await expect(dialog).toHaveCount(0);
    }
  });

  test('what neither size nor time tells is found by comparing contents', async ({ page, folder }) => {
    await openNtfs(page, folder);
    await expectAllListed(page);
    await selectFile(page, 'quiet.bin');
    expect((await cellNames(page, 'quiet.bin')).filter((cell) => cell.startsWith('changed'))).toEqual([]);
    await panelSection(page, 'Versions').getByRole('button', { name: 'Compare contents' }).click();
    await expect
      .poll(
        async () => (await cellNames(page, 'quiet.bin')).filter((cell) => cell.startsWith('changed')),
        PATIENCE,
      )
      .toEqual(['changed in checkpoint 4']);
  });

  test('two points compared: the changes are those that were made', async ({ page, folder }) => {
    const { history } = await openNtfs(page, folder);
    await page.getByRole('button', { name: 'Compare two points…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Compare two points' });
    // Points are newest first: of the seven states the fourth against the first.
    await dialog.getByLabel('From', { exact: true }).selectOption({ index: 6 });
    await dialog.getByLabel('To', { exact: true }).selectOption({ index: 3 });
    await dialog.getByRole('checkbox', { name: /Contents too/ }).check();
    await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
    const table = dialog.getByRole('table');
    await expect(table).toBeVisible(PATIENCE);
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save as JSON' }).click();
    const told: { changes: { path: string; change: string }[] } = JSON.parse(
      await readFile(await (await download).path(), 'utf8'),
    );
    await expect(table).toHaveAttribute('aria-rowcount', String(told.changes.length + 1));
    const makers = ({ path: name }: { path: string }) => /^(\[SYSTEM\]|\$)/.test(name);
    const shown = told.changes
      .filter((change) => !makers(change))
      .map(({ path: name, change }) => [name, change]);
    expect(shown.sort()).toEqual(trueChanges(history, 0, 3));
    // A name leads to the folder as it was there.
    await table.getByRole('button', { name: 'new.txt' }).click();
    await expect(dialog).toHaveCount(0, PATIENCE);
    await expectFolder(page, 'docs');
    await expect(page.getByRole('columnheader', { name: /^3.*the point in view/ })).toBeVisible();
    await expect(fileRow(page, 'new.txt')).toHaveAttribute('aria-selected', 'true', PATIENCE);
  });
});

test.describe('a preview', () => {
  test('shows text, bytes and pictures, and leads through the folder', async ({ page, folder }) => {
    const { chain, png, text } = pictureDisk();
    await page.goto('./');
    await openFiles(page, await writeChain(folder, chain));
    await expect(fileRow(page, 'dot.png')).toBeVisible(PATIENCE);
    await fileRow(page, 'note.txt').dblclick();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('region', { name: 'Text of note.txt' })).toHaveText(text, PATIENCE);
    const bytes = dialog.getByRole('region', { name: /^Bytes of/ });
    await dialog.getByRole('button', { name: 'Hex' }).click();
    await expect.poll(() => hexOf(bytes)).toBe(Buffer.from(text).toString('hex'));
    await dialog.getByRole('button', { name: /^Previous/ }).click();
    await expect(dialog).toHaveAccessibleName('dot.png');
    const picture = dialog.getByRole('img', { name: 'The contents of dot.png' });
    await expect(picture).toBeVisible(PATIENCE);
    await expect(dialog).toContainText('2 × 1 pixels');
    expect(await picture.evaluate((img) => (img instanceof HTMLImageElement ? img.naturalWidth : null))).toBe(
      2,
    );
    await dialog.getByRole('button', { name: 'Hex' }).click();
    await expect.poll(() => hexOf(bytes)).toBe(png.toString('hex'));
    await dialog.getByRole('button', { name: 'Text', exact: true }).click();
    await expect(dialog.getByRole('region', { name: 'Text of dot.png' })).toContainText('PNG');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  });
});

test.describe('taking files out', () => {
  test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');

  test('one file to a picked file; a cancelled picker saves nothing', async ({ page, folder }) => {
    const { history } = await openNtfs(page, folder);
    await selectFile(page, 'quiet.bin');
    await filePanel(page).getByRole('button', { name: 'Save…' }).first().click();
    const dialog = saveDialog(page);
    const choose = dialog.getByRole('button', { name: 'Choose a file and save…' });
    await choose.click();
    await expect.poll(() => pickerCalls(page)).toEqual(['showSaveFilePicker']);
    await expect(choose).toBeEnabled();
    await page.keyboard.press('Escape');
    const target = await saveNextTo(page, folder, 'out.bin');
    await filePanel(page).getByRole('button', { name: 'Save…' }).first().click();
    await choose.click();
    const truth = trueFile(history, 6, 'quiet.bin');
    await expect(dialog).toContainText('Saved as out.bin', PATIENCE);
    await expect(dialog).toContainText(truth.sha256);
    expect(sha256(await readFile(target))).toBe(truth.sha256);
  });

  test('everything in the volume into a picked folder: nothing beside it, nothing written over', async ({
    page,
    folder,
  }) => {
    const out = path.join(folder, 'out');
    await mkdir(path.join(out, 'chosen', 'many'), { recursive: true });
    await writeFile(path.join(out, 'chosen', 'big.log'), 'this was there');
    const { history } = await openNtfs(page, folder);
    await pickNext(page, [path.join(out, 'chosen')]);
    await page.getByRole('button', { name: 'Save folder…' }).click();
    const dialog = saveDialog(page);
    await dialog.getByRole('radio', { name: /into a folder of this computer/ }).check();
    await dialog.getByRole('button', { name: 'Choose a folder and save…' }).click();
    await expect(dialog).toContainText('Saved into chosen', PATIENCE);
    const renamed = await renamedIn(dialog);
    expect([...renamed.keys()]).toEqual(expect.arrayContaining(['big.log', MARKUP]));
    const found = await filesUnder(path.join(out, 'chosen'));
    expect(found.get('big.log')).toBe(sha256(Buffer.from('this was there')));
    const state = stateOf(history, 6);
    for (const [name, { sha256: hash }] of state.files)
      expect([name, found.get(movedTo(name, renamed))]).toEqual([name, hash]);
    for (const name of state.folders) expect(found.has(`${movedTo(name, renamed)}/`)).toBe(true);
    // Besides the maker's own there is nothing else in it, and nothing beside it.
    const known = new Set(
      [...state.files.keys(), ...[...state.folders].map((name) => `${name}/`)].map((name) =>
        movedTo(name, renamed),
      ),
    );
    const others = [...found.keys()].filter((name) => !known.has(name) && !/^\[SYSTEM\]/.test(name));
    expect(others.sort()).toEqual(['big.log', ...(renamed.has('many') ? ['many/'] : [])]);
    expect(await readdir(out)).toEqual(['chosen']);
  });

  test('several as one ZIP, with their times', async ({ page, folder }) => {
    const { history } = await openNtfs(page, folder);
    await fileRow(page, 'docs').click();
    await fileRow(page, 'many').click({ modifiers: ['Control'] });
    await fileRow(page, MARKUP).click({ modifiers: ['Control'] });
    await expect(filePanel(page)).toContainText('3 items selected');
    const target = await saveNextTo(page, folder, 'out.zip');
    await page.getByRole('button', { name: 'Save 3 items…' }).click();
    const dialog = saveDialog(page);
    await dialog.getByRole('radio', { name: /As one ZIP on this computer/ }).check();
    await dialog.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect(dialog).toContainText('Saved as out.zip', PATIENCE);
    const renamed = await renamedIn(dialog);
    expectZip(await readFile(target), stateOf(history, 6), ['docs', 'many', MARKUP], renamed);
  });

  test('names that lead elsewhere, or that the target cannot hold, stay inside and are told', async ({
    page,
    folder,
  }) => {
    const { chain, evil } = hostileNames();
    const out = path.join(folder, 'out');
    await mkdir(path.join(out, 'chosen'), { recursive: true });
    await stubPickers(page);
    await page.goto('./');
    await openFiles(page, await writeChain(folder, chain));
    await expect(fileRow(page, 'plain.txt')).toBeVisible(PATIENCE);
    const before = (await readdir(folder)).sort();
    await pickNext(page, [path.join(out, 'chosen')]);
    await page.getByRole('button', { name: 'Save folder…' }).click();
    const dialog = saveDialog(page);
    await dialog.getByRole('radio', { name: /into a folder of this computer/ }).check();
    await dialog.getByRole('button', { name: 'Choose a folder and save…' }).click();
    await expect(dialog).toContainText('Saved into chosen', PATIENCE);
    const renamed = await renamedIn(dialog);
    expect(renamed.size).toBe(evil.length);
    const found = await filesUnder(path.join(out, 'chosen'));
    expect([...found.values()].sort()).toEqual(
      ['plain.txt', ...evil].map((name) => sha256(Buffer.from(`in ${name}`))).sort(),
    );
    expect(await readdir(out)).toEqual(['chosen']);
    expect((await readdir(folder)).sort()).toEqual(before);
  });
});

test('without pickers: one file and a ZIP by way of private storage and a download', async ({
  page,
  folder,
}) => {
  const { history, chain } = await historyDisk('exfat');
  await withoutPickers(page);
  await page.goto('./');
  await openFiles(page, await writeChain(folder, chain));
  await selectFile(page, 'quiet.bin');
  await filePanel(page).getByRole('button', { name: 'Save…' }).first().click();
  const dialog = saveDialog(page);
  await expect(dialog.getByRole('radio', { name: /on this computer|of this computer/ })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  const truth = trueFile(history, 6, 'quiet.bin');
  await expect(dialog).toContainText(truth.sha256, PATIENCE);
  expect(sha256(await downloaded(page, dialog))).toBe(truth.sha256);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await fileRow(page, 'docs').click();
  await filePanel(page).getByRole('button', { name: 'Save…' }).first().click();
  await expect(saveDialog(page)).toHaveAccessibleName('Save docs');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toContainText('Saved as docs.zip', PATIENCE);
  expectZip(await downloaded(page, dialog), stateOf(history, 6), ['docs'], await renamedIn(dialog));
});

test('where a file lives: shares add up, and its first byte is one click away', async ({ page, folder }) => {
  const { history, chain } = await openNtfs(page, folder);
  await fileRow(page, 'docs').dblclick();
  await selectFile(page, 'report.txt');
  const lives = panelSection(page, 'Where its bytes live');
  const link = lives.getByRole('button', { name: 'Read path of its first byte' });
  await expect(link).toBeVisible(PATIENCE);
  const told = ((await lives.locator('.ends').textContent()) ?? '').replace(/[\u202f\u00a0]/g, '');
  const first = Number(/sector (\d+)/.exec(told)?.[1]);
  const sectors = Math.ceil(trueFile(history, 6, 'docs/report.txt').sizeBytes / 512);
  expect(told).toContain('in 1 place');
  const truth = new Map<number, number>();
  for (let sector = first; sector < first + sectors; sector++) {
    const layer = chain.layerOf(0, sector);
    truth.set(layer, (truth.get(layer) ?? 0) + 512);
  }
  const rows = await lives
    .getByRole('table')
    .locator('tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
  const shares = rows.map(([layer, , bytes]) => [Number(layer), bytes?.replace(' changed there', '')]);
  expect(shares).toEqual([...truth].sort().map(([layer, bytes]) => [layer, sizeText(bytes)]));
  expect(truth.size).toBeGreaterThan(1);
  await link.click();
  await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'First sector, byte or range' })).toHaveValue(
    grouped(first),
  );
  const disk = new Uint8Array(chain.diskBytes);
  chain.disks[0]?.read(0, disk);
  await expectShownBytes(page, disk, first * 512);
  expect((await walkSteps(page)).at(-1)).toContain(`layer ${chain.layerOf(0, first)}`);
});

test.describe('a large volume', () => {
  test('its listing and the reading of a large file can be cancelled while the page answers', async ({
    page,
    folder,
  }) => {
    test.slow();
    const { chain, bigBytes } = largeVolume();
    await page.goto('./');
    await openFiles(page, await writeChain(folder, chain));
    const cancel = page.getByRole('main').getByRole('button', { name: 'Cancel', exact: true });
    await expect(cancel).toBeVisible(PATIENCE);
    await expectAnswers(page);
    await cancel.click();
    await expect(page.getByRole('heading', { name: 'Not listed' })).toBeVisible(PATIENCE);
    await page.getByRole('button', { name: 'List it again' }).click();
    await expect(fileRow(page, 'big.bin')).toBeVisible(PATIENCE);
    await selectFile(page, 'big.bin');
    const lives = panelSection(page, 'Where its bytes live');
    await lives.getByRole('button', { name: `Read ${sizeText(bigBytes)}` }).click();
    const stop = lives.getByRole('button', { name: 'Cancel' });
    await expect(stop).toBeVisible(PATIENCE);
    await expectAnswers(page);
    await stop.click();
    await expect(lives).toContainText('Stopped.', PATIENCE);
    // The thread was ended with it: it starts again.
    await selectFile(page, 'small.txt');
    await expect(filePanel(page)).toContainText(sha256(Buffer.from('still here')), PATIENCE);
    await page.getByRole('searchbox', { name: 'Filter by name' }).fill('file 0599');
    await page.getByRole('checkbox', { name: /below$/ }).check();
    await expect(page.getByText('100 names match')).toBeVisible(PATIENCE);
  });
});

test('a thread that dies is told, and the next action starts it again', async ({ page, folder, guard }) => {
  const { history } = await openNtfs(page, folder);
  await expectAllListed(page);
  guard.expectFault(/planted/);
  const thread = page.workers().find((worker) => /filesWorker/.test(worker.url()));
  if (!thread) throw new Error('file systems are read in a thread of their own');
  await thread.evaluate(() => {
    setTimeout(() => {
      throw new Error('planted');
    });
  });
  await expect.poll(() => page.workers().includes(thread)).toBe(false);
  await selectFile(page, 'quiet.bin');
  const truth = trueFile(history, 6, 'quiet.bin').sha256;
  const again = filePanel(page).getByRole('button', { name: 'Try again' });
  await expect(filePanel(page).getByText(truth).or(again)).toBeVisible(PATIENCE);
  if (await again.isVisible()) await again.click();
  await expect(filePanel(page)).toContainText(truth, PATIENCE);
  await fileRow(page, 'docs').dblclick();
  await selectFile(page, 'report.txt');
  await expect(filePanel(page)).toContainText(trueFile(history, 6, 'docs/report.txt').sha256, PATIENCE);
});
