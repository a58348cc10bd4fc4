/** New disks made in the page, and disks compared: what lands in files is read back byte for byte. */
import { readFile } from 'node:fs/promises';
import { chainFiles, sha256, type VhdFile, writeFiles } from '../support/vhdFiles.ts';
import { drop, saveNextTo, stubPickers } from './support/files.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { expectChain, treeRow } from './support/screens.ts';

const files = chainFiles({ depth: 2, seed: 17 });
const leaf = files.at(-1) as VhdFile;
const base = files[0] as VhdFile;
const chain = [...files].reverse().map(({ name }) => name);

test.beforeEach(async ({ page }) => {
  await stubPickers(page);
  await page.goto('./');
});

test('an empty disk is made without any file open, and opened', async ({ page }) => {
  await page.getByRole('link', { name: 'Make' }).click();
  await page.getByRole('textbox', { name: 'Size of the disk' }).fill('40 GiB');
  await page.getByRole('radio', { name: /private storage/ }).check();
  await page.getByRole('textbox', { name: 'Name' }).fill('empty.vhd');
  await page.getByRole('button', { name: /^Make|^Create/ }).click();
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.getByRole('link', { name: 'Explore' }).click();
  await expect(treeRow(page, 'empty.vhd')).toBeVisible();
});

test.describe('from a chain', () => {
  test.beforeEach(async ({ page, folder }) => {
    await drop(page, await writeFiles(folder, files));
    await expectChain(page, chain);
  });

  test('a child shows its parent’s disk and finds it by its id', async ({ page }) => {
    await page.getByRole('link', { name: 'Make' }).click();
    await page.getByRole('button', { name: 'Differencing' }).click();
    await page.getByRole('radio', { name: /private storage/ }).check();
    await page.getByRole('textbox', { name: 'Name' }).fill('child.avhd');
    await page.getByRole('button', { name: /^Make|^Create/ }).click();
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByRole('link', { name: 'Explore' }).click();
    await expectChain(page, ['child.avhd', ...chain]);
  });

  test('a fixed disk in whole MiB has the disk, then zeros, then the footer', async ({ page, folder }) => {
    test.skip(browser.source === 'bundled', 'the packed Chromium cannot write to files of the user');
    await page.getByRole('link', { name: 'Make' }).click();
    await page.getByRole('button', { name: /^Convert/ }).click();
    await page.getByRole('button', { name: 'Fixed VHD' }).click();
    await page.getByRole('checkbox', { name: /whole MiB/i }).check();
    const target = await saveNextTo(page, folder, 'azure.vhd');
    await page.getByRole('button', { name: /^Choose a file and convert/ }).click();
    await expect(page.getByRole('button', { name: 'Open it' })).toBeVisible({ timeout: 30_000 });
    const made = await readFile(target);
    const size = made.length - 512;
    expect(size % 2 ** 20).toBe(0);
    const disk = Buffer.alloc(size);
    leaf.disk.copy(disk);
    expect(sha256(made.subarray(0, size))).toBe(sha256(disk));
  });

  test('two points of a chain are compared, and a difference leads to its sectors', async ({ page }) => {
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await expect(page.getByRole('status').filter({ hasText: 'differ' })).toBeVisible();
    let differing = 0;
    for (let at = 0; at < leaf.disk.length; at += 512) {
      const parent = files.at(-2)?.disk ?? base.disk;
      if (!leaf.disk.subarray(at, at + 512).equals(parent.subarray(at, at + 512))) differing++;
    }
    expect(differing).toBeGreaterThan(0);
    const said = (await page.getByRole('status').filter({ hasText: 'differ' }).textContent())?.replace(
      /\s/g,
      '',
    );
    expect(said).toContain(`${differing}sectors`);
  });
});
