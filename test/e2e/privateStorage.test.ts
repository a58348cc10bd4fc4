/** A chain in the browser's private storage: taken in, read, listed, exported, removed. And files opened before. */
import { readFile, rm } from 'node:fs/promises';
import { chainFiles, sha256, type VhdFile, writeFiles } from '../support/vhdFiles.ts';
import { drop, saveNextTo, stubPickers } from './support/files.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { expectChain, expectShownBytes, select, treeRow } from './support/screens.ts';

const files = chainFiles({ depth: 2, seed: 5 });
const newestFirst = [...files].reverse();
const leaf = newestFirst[0] as VhdFile;
const chain = newestFirst.map(({ name }) => name);

test.beforeEach(async ({ page, folder }) => {
  await stubPickers(page);
  await page.goto('./');
  await drop(page, await writeFiles(folder, files));
  await expectChain(page, chain);
  await page.getByRole('link', { name: 'Private storage' }).click();
  await expect(page.getByText('Nothing lies here yet')).toBeVisible();
  await page.getByRole('button', { name: /^Take .* in$/ }).click();
  await expectChain(page, chain);
});

test('a chain taken in reads the same with the files of the user gone, after a reload too', async ({
  page,
  folder,
}) => {
  for (const { name } of files) await rm(`${folder}/${name}`);
  const [held = 0] = leaf.sectors.keys();
  await select(page, String(held));
  await expectShownBytes(page, leaf.disk, held * 512);
  await page.reload();
  await page.getByRole('link', { name: 'Private storage' }).click();
  for (const name of chain) {
    await page.getByRole('link', { name: 'Private storage' }).click();
    await page.getByRole('button', { name: `Open ${name}` }).click();
    await expect(treeRow(page, name)).toBeVisible();
  }
  await expectChain(page, chain);
  await select(page, String(held));
  await expectShownBytes(page, leaf.disk, held * 512);
});

test('what lies there is listed, exported byte for byte, downloaded, and removed once it is closed', async ({
  page,
  folder,
}) => {
  await page.getByRole('link', { name: 'Private storage' }).click();
  const table = page.getByRole('table');
  for (const name of chain) await expect(table.getByRole('row', { name })).toContainText('open');
  await expect(page.getByRole('button', { name: `Remove ${leaf.name}` })).toBeDisabled();

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: `Download ${leaf.name}` }).click();
  expect(sha256(await readFile(await (await download).path()))).toBe(sha256(leaf.bytes));

  if (browser.source !== 'bundled') {
    const target = await saveNextTo(page, folder, 'exported.avhd');
    await page.getByRole('button', { name: `Export ${leaf.name}` }).click();
    await expect(page.getByText(`${leaf.name} was exported as exported.avhd.`)).toBeVisible();
    expect(sha256(await readFile(target))).toBe(sha256(leaf.bytes));
  }

  await page.getByRole('button', { name: 'Close the pile' }).click();
  await page.getByRole('link', { name: 'Private storage' }).click();
  await page.getByRole('button', { name: `Remove ${leaf.name}` }).click();
  const dialog = page.getByRole('dialog', { name: `Remove ${leaf.name}` });
  await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await dialog.getByRole('button', { name: /for good/ }).click();
  await expect(page.getByText(`${leaf.name} was removed.`)).toBeVisible();
  await expect(table.getByRole('row', { name: leaf.name })).toHaveCount(0);
});
