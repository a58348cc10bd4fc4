/** What was opened before opens again with one click, after a reload and a new start of the page. */
import path from 'node:path';
import { chainFiles, writeFiles } from '../support/vhdFiles.ts';
import { drop } from './support/files.ts';
import { expect, test } from './support/fixtures.ts';
import { expectChain } from './support/screens.ts';

const files = chainFiles({ depth: 2, prefix: 'SRV-FILE01' });
const chain = files.map(({ name }) => name).reverse();

test('dropped files are among the recent ones after a reload, and open with one click', async ({
  page,
  folder,
}) => {
  await page.goto('./');
  await drop(page, await writeFiles(folder, files));
  await expectChain(page, chain);
  await page.reload();
  const recent = page.getByRole('region', { name: 'Recent' });
  await expect(recent).toContainText('3 disks');
  await recent.getByRole('button', { name: 'SRV-FILE01', exact: true }).click();
  await expectChain(page, chain);
});

test('a dropped folder is remembered by its name, once, and can be forgotten', async ({ page, folder }) => {
  await writeFiles(folder, files);
  const title = path.basename(folder);
  for (let visit = 0; visit < 2; visit++) {
    await page.goto('./');
    await page.reload();
    await drop(page, [folder]);
    await expectChain(page, chain);
  }
  await page.reload();
  const recent = page.getByRole('region', { name: 'Recent' });
  await expect(recent.getByRole('row')).toHaveCount(1);
  await recent.getByRole('button', { name: `Forget ${title}` }).click();
  await expect(recent).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(recent).toHaveCount(0);
});
