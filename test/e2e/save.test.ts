/** Saving the disk as seen from a file: compared byte for byte with the disk as it must be. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import {
  chainFiles,
  diskOfDynamicVhd,
  footerBytes,
  idOf,
  sha256,
  type VhdFile,
  vhdBytes,
  writeFiles,
} from '../support/vhdFiles.ts';
import { drop, pickerCalls, pickNext, saveNextTo, stubPickers, withoutPickers } from './support/files.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { expectChain, treeRow } from './support/screens.ts';

const files = chainFiles({ depth: 3, seed: 3 });
const newestFirst = [...files].reverse();
const leaf = newestFirst[0] as VhdFile;
const chain = newestFirst.map(({ name }) => name);

async function openSaveDialog(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Save disk as…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Save the disk as seen from/ });
  await expect(dialog).toBeVisible();
  return dialog;
}

test.describe('to a picked file', () => {
  test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');

  test.beforeEach(async ({ page, folder }) => {
    await stubPickers(page);
    await page.goto('./');
    await drop(page, await writeFiles(folder, files));
    await expectChain(page, chain);
  });

  for (const [format, name, diskOf] of [
    ['Raw image', 'out.img', (saved: Buffer) => saved],
    ['Fixed VHD', 'out.vhd', (saved: Buffer) => saved.subarray(0, -512)],
    ['Dynamic VHD', 'small.vhd', diskOfDynamicVhd],
  ] as const) {
    test(`${format}: every byte is the disk's, and the hash is its own`, async ({ page, folder }) => {
      const target = await saveNextTo(page, folder, name);
      const dialog = await openSaveDialog(page);
      await dialog.getByRole('radio', { name: new RegExp(`^${format}`) }).check();
      await dialog.getByRole('button', { name: 'Choose a file and save…' }).click();
      await expect(dialog).toContainText(`Saved as ${name}`, { timeout: 30_000 });
      await expect(dialog).toContainText(sha256(leaf.disk));
      const saved = await readFile(target);
      expect(sha256(diskOf(saved))).toBe(sha256(leaf.disk));
      if (format !== 'Raw image')
        expect(saved.toString('latin1', saved.length - 512, saved.length - 504)).toBe('conectix');
      await dialog.getByRole('button', { name: 'Done' }).click();
      await expect(dialog).toHaveCount(0);
    });
  }

  test('the disk as seen from an older file is saved as it was then', async ({ page, folder }) => {
    const older = files[1] as VhdFile;
    const target = await saveNextTo(page, folder, 'older.img');
    await treeRow(page, older.name).click();
    const facts = page.getByRole('region', { name: `Facts of ${older.name}` });
    await facts.getByRole('button', { name: 'Save disk as…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Save the disk as seen from/ });
    await dialog.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect(dialog).toContainText(sha256(older.disk), { timeout: 30_000 });
    expect(sha256(await readFile(target))).toBe(sha256(older.disk));
  });

  test('a cancelled picker saves nothing and says nothing', async ({ page }) => {
    const dialog = await openSaveDialog(page);
    await dialog.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect.poll(() => pickerCalls(page)).toContain('showSaveFilePicker');
    await expect(dialog.getByRole('alert')).toHaveCount(0);
    await expect(dialog.getByRole('button', { name: 'Choose a file and save…' })).toBeEnabled();
  });

  test('a file that is open is never written over', async ({ page, folder }) => {
    const dialog = await openSaveDialog(page);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await pickNext(page, [path.join(folder, leaf.name)]);
    await openSaveDialog(page);
    await page.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect(page.getByRole('alert').filter({ hasText: leaf.name })).toBeVisible();
    expect(sha256(await readFile(path.join(folder, leaf.name)))).toBe(sha256(leaf.bytes));
  });
});

test('a large disk of holes is saved as holes, and a save can be cancelled', async ({ page, folder }) => {
  test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');
  const sizeBytes = 64 * 2 ** 30;
  const sectors = new Map([
    [5, Buffer.alloc(512, 'first')],
    [sizeBytes / 512 - 1, Buffer.alloc(512, 'last')],
  ]);
  const bytes = vhdBytes({ id: idOf('large'), sizeBytes, blockSizeBytes: 2 ** 21, parent: null, sectors });
  await stubPickers(page);
  await page.goto('./');
  await drop(page, await writeFiles(folder, [{ name: 'large.vhd', bytes }]));
  await expect(treeRow(page, 'large.vhd')).toBeVisible();
  const target = await saveNextTo(page, folder, 'large.img');
  const dialog = await openSaveDialog(page);
  await dialog.getByRole('button', { name: 'Choose a file and save…' }).click();
  const cancel = dialog.getByRole('button', { name: 'Cancel the save' });
  const saved = dialog.getByText('Saved as large.img');
  await expect(cancel.or(saved)).toBeVisible();
  if (await cancel.isVisible()) {
    await cancel.click();
    await expect(dialog).toContainText(/Cancelled|Saved as/, { timeout: 15_000 });
  }
  // A cancelled save takes the new file away again.
  const left = await stat(target).catch(() => null);
  expect((left?.blocks ?? 0) * 512).toBeLessThan(64 * 2 ** 20);
});

test('without pickers: into private storage, then a download', async ({ page, folder }) => {
  await withoutPickers(page);
  await page.goto('./');
  await drop(page, await writeFiles(folder, files));
  await expectChain(page, chain);
  const dialog = await openSaveDialog(page);
  await expect(dialog.getByRole('radio', { name: /A file on this computer/ })).toHaveCount(0);
  await dialog.getByRole('radio', { name: /^Fixed VHD/ }).check();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toContainText(sha256(leaf.disk), { timeout: 30_000 });
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: /^Download/ }).click();
  const saved = await readFile(await (await download).path());
  expect(sha256(saved.subarray(0, -512))).toBe(sha256(leaf.disk));
  expect(saved.subarray(-512).subarray(48, 56)).toEqual(
    footerBytes(idOf('x'), leaf.disk.length, 2).subarray(48, 56),
  );
});

test('a disk whose parent is not here cannot be saved, and why is said', async ({ page, folder }) => {
  await page.goto('./');
  await drop(page, await writeFiles(folder, [leaf]));
  await expect(treeRow(page, leaf.name)).toBeVisible();
  const dialog = await openSaveDialog(page);
  await expect(dialog).toContainText('can’t be saved whole');
  await expect(dialog.getByRole('button', { name: /save/i })).toHaveCount(0);
});
