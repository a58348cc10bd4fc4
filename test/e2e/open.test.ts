/** The ways in: drop, pickers, inputs, the sample. Every one ends in the same tree. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chainFiles, idOf, vhdBytes, writeFiles } from '../support/vhdFiles.ts';
import { drop, pickerCalls, pickNext, stubPickers, withoutPickers } from './support/files.ts';
import { expect, test } from './support/fixtures.ts';
import { expectChain, folderButton, openButton, openSample, treeRow } from './support/screens.ts';

const files = chainFiles({ depth: 3 });
const chain = files.map(({ name }) => name).reverse();

test('files dropped in any order become a chain', async ({ page, folder }) => {
  const paths = await writeFiles(folder, files);
  await page.goto('./');
  await drop(
    page,
    [paths[2], paths[0], paths[3], paths[1]].filter((file) => file !== undefined),
  );
  await expectChain(page, chain);
});

test('a dropped folder becomes a chain, files of its own folders too', async ({ page, folder }) => {
  const below = path.join(folder, 'vm', 'checkpoints');
  await mkdir(below, { recursive: true });
  await writeFiles(path.join(folder, 'vm'), files.slice(0, 2));
  await writeFiles(below, files.slice(2));
  await page.goto('./');
  await drop(page, [path.join(folder, 'vm')]);
  await expectChain(page, chain);
});

test('files can be added to what is open', async ({ page, folder }) => {
  const paths = await writeFiles(folder, files);
  await page.goto('./');
  await drop(page, paths.slice(2));
  await expect(treeRow(page, 'disk_2.avhd')).toHaveAccessibleName(/parent not found/);
  await drop(page, paths.slice(0, 2));
  await expectChain(page, chain);
});

test('the picker for files opens a chain', async ({ page, folder }) => {
  const paths = await writeFiles(folder, files);
  await stubPickers(page);
  await page.goto('./');
  await pickNext(page, paths);
  await openButton(page).click();
  await expectChain(page, chain);
  expect(await pickerCalls(page)).toEqual(['showOpenFilePicker']);
});

test('the picker for folders opens a chain, by its key too', async ({ page, folder }) => {
  await writeFiles(folder, files);
  await stubPickers(page);
  await page.goto('./');
  await pickNext(page, [folder]);
  await page.keyboard.press('o');
  await expectChain(page, chain);
  expect(await pickerCalls(page)).toEqual(['showDirectoryPicker']);
});

test('a cancelled picker leaves everything as it was, without a word', async ({ page }) => {
  await stubPickers(page);
  await page.goto('./');
  await openButton(page).click();
  await folderButton(page).click();
  expect(await pickerCalls(page)).toEqual(['showOpenFilePicker', 'showDirectoryPicker']);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(openButton(page)).toBeEnabled();
});

test('without pickers, the input for files opens a chain', async ({ page, folder }) => {
  const paths = await writeFiles(folder, files);
  await withoutPickers(page);
  await page.goto('./');
  const chooser = page.waitForEvent('filechooser');
  await openButton(page).click();
  expect((await chooser).isMultiple()).toBe(true);
  await (await chooser).setFiles(paths);
  await expectChain(page, chain);
});

test('without pickers, the input for folders opens a chain', async ({ page, folder }) => {
  await writeFiles(folder, files);
  await withoutPickers(page);
  await page.goto('./');
  const chooser = page.waitForEvent('filechooser');
  await folderButton(page).click();
  await (await chooser).setFiles(folder);
  await expectChain(page, chain);
});

test('the sample opens with branches and an orphan', async ({ page }) => {
  await page.goto('./');
  await openSample(page);
  expect(await page.getByRole('treeitem').count()).toBeGreaterThanOrEqual(4);
  await expect(page.getByRole('treeitem', { name: /, parent not found/ }).first()).toBeVisible();
  await expect(page.getByRole('treeitem', { name: /not in the chain in view/ }).first()).toBeVisible();
});

test('the disk can be seen from any file of the tree', async ({ page, folder }) => {
  const paths = await writeFiles(folder, files);
  await page.goto('./');
  await drop(page, paths);
  await expectChain(page, chain);
  await treeRow(page, 'disk_1.avhd').dblclick();
  await expectChain(page, chain.slice(2));
  await expect(treeRow(page, 'disk_3.avhd')).toHaveAccessibleName(/not in the chain in view/);
});

test('a parent pointed at by hand stands as a finding', async ({ page, folder }) => {
  const [base] = files;
  if (!base) throw new Error('there is a base');
  // Saved again by another program: the same disk, another id.
  const sectors = new Map([[0, base.disk.subarray(0, 512)]]);
  const sizeBytes = base.disk.length;
  const content = { id: idOf('another'), sizeBytes, blockSizeBytes: 2 ** 21, parent: null, sectors };
  const paths = await writeFiles(folder, [
    { name: 'renamed.vhd', bytes: vhdBytes(content) },
    ...files.slice(1),
  ]);
  await page.goto('./');
  await drop(page, paths);
  await expect(treeRow(page, 'disk_1.avhd')).toHaveAccessibleName(/parent not found/);
  await page
    .getByRole('region', { name: 'Findings' })
    .getByRole('button', { name: 'Point at a file…' })
    .click();
  const dialog = page.getByRole('dialog', { name: /Point at the parent of disk_1\.avhd/ });
  await dialog.getByRole('radio', { name: /renamed\.vhd/ }).check();
  await expect(dialog.getByText(/The id differs/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Join them' }).click();
  await expect(treeRow(page, 'disk_1.avhd')).toHaveAccessibleName(/parent chosen by hand/);
  await expect(page.getByRole('region', { name: 'Findings' })).toContainText(/0xC03A000E/);
  await page.getByRole('button', { name: 'Take it back' }).click();
  await expect(treeRow(page, 'disk_1.avhd')).toHaveAccessibleName(/parent not found/);
});
