/** A damaged chain checked and repaired in the page, with real files and with private storage. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { chainFiles, sha256, type VhdFile, writeFiles } from '../support/vhdFiles.ts';
import { drop, saveNextTo, stubPickers } from './support/files.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { expectChain } from './support/screens.ts';

const files = chainFiles({ depth: 2, seed: 9 });
const leaf = files.at(-1) as VhdFile;
const chain = [...files].reverse().map(({ name }) => name);

/** What a crash leaves while a block is added: the file ends in zeros where its footer was. */
const torn = Buffer.concat([leaf.bytes.subarray(0, -512), Buffer.alloc(512)]);
const damaged = files.map(({ name, bytes }) => ({ name, bytes: name === leaf.name ? torn : bytes }));

test.beforeEach(async ({ page, folder }) => {
  await stubPickers(page);
  await page.goto('./');
  await drop(page, await writeFiles(folder, damaged));
  await expectChain(page, chain);
});

async function checkAll(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Check', exact: true }).click();
  await page.getByRole('button', { name: 'Check every block' }).click();
  await expect(page.getByText('3 files checked')).toBeVisible();
}

async function planRepair(page: Page): Promise<void> {
  await page.getByRole('option', { name: /^Layer 0 / }).click();
  await page.getByRole('button', { name: 'Plan a repair…' }).click();
  await expect(page.getByRole('region', { name: 'Carry it out' })).toContainText('Steps');
}

test('what a check finds stays when another screen is shown, and leads to the bytes', async ({ page }) => {
  await checkAll(page);
  await expect(page.getByText('0xC03A0001').first()).toBeVisible();
  await page.getByRole('link', { name: 'Explore' }).click();
  await page.getByRole('link', { name: 'Check', exact: true }).click();
  await expect(page.getByText('3 files checked')).toBeVisible();
});

test.describe('with files of the user', () => {
  test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');

  test('a repaired copy has every byte that the file had before it was damaged', async ({ page, folder }) => {
    await checkAll(page);
    await planRepair(page);
    const target = await saveNextTo(page, folder, 'repaired.avhd');
    await page.getByRole('button', { name: 'Write a repaired copy…' }).click();
    await expect(page.getByText('Written: repaired.avhd.')).toBeVisible({ timeout: 30_000 });
    expect(sha256(await readFile(target))).toBe(sha256(leaf.bytes));
    expect(sha256(await readFile(path.join(folder, leaf.name)))).toBe(sha256(torn));
  });
});

test('a file in private storage is repaired in place after a yes, and taken back', async ({ page }) => {
  await page.getByRole('link', { name: 'Private storage' }).click();
  await page.getByRole('button', { name: /^Take .* in$/ }).click();
  await expectChain(page, chain);
  await checkAll(page);
  await planRepair(page);
  await page.getByRole('radio', { name: /^This file, in private storage/ }).check();
  await page.getByRole('button', { name: 'Repair in private storage…' }).click();
  const dialog = page.getByRole('dialog', { name: `Change ${leaf.name} itself?` });
  await expect(dialog.getByRole('button', { name: 'Leave it as it is' })).toBeFocused();
  await dialog.getByRole('button', { name: /^Write .* into the file$/ }).click();
  await expect(page.getByText('Repaired in place:')).toBeVisible();

  const download = async () => {
    await page.getByRole('link', { name: 'Private storage' }).click();
    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: `Download ${leaf.name}`, exact: true }).click();
    return sha256(await readFile(await (await downloaded).path()));
  };
  expect(await download()).toBe(sha256(leaf.bytes));
  await page.getByRole('link', { name: 'Check', exact: true }).click();
  await page.getByRole('button', { name: /^(Undo|Take)/ }).click();
  await expect(page.getByText(/as it was/).first()).toBeVisible();
  expect(await download()).toBe(sha256(torn));
});
