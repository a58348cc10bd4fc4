/** Static files under any path, and no network from the second visit on. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { chainFiles, writeFiles } from '../support/vhdFiles.ts';
import { experimentAddress, runHere, SMALL } from './support/experiments.ts';
import { drop } from './support/files.ts';
import {
  filePanel,
  fileRow,
  historyDisk,
  openFiles,
  PATIENCE,
  selectFile,
  trueFile,
  writeChain,
} from './support/filesScreen.ts';
import { APP, expect, test } from './support/fixtures.ts';
import { addressOf, expectOpen, smallScenario } from './support/lab.ts';
import { doStep, lessonAddress, panel } from './support/lessons.ts';
import { expectChain, openSample, select } from './support/screens.ts';

const LAB = addressOf(smallScenario({ commands: [[1, { do: 'start' }]], endSeconds: 2 }));

/** From here on the page and everything that it may load later comes from the cache. */
async function cached(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
}

function cacheNames(page: Page): Promise<string[]> {
  return page.evaluate(() => caches.keys());
}

test('under a deep path the whole app works, and works again with the server gone', async ({
  page,
  guard,
  folder,
  ownSite,
}) => {
  const files = chainFiles({ depth: 2 });
  const paths = await writeFiles(folder, files);
  const site = await ownSite('/some/deep/path/');
  await page.goto(site.address);
  await cached(page);
  await openSample(page);
  await site.close();
  // The browser asks the server for a newer service worker, and says that it could not.
  guard.expectFault(/ERR_CONNECTION_REFUSED|fetching the script/);
  await page.reload();
  await openSample(page);
  // The lab is loaded when it is first asked for: from the cache now.
  await page.goto(new URL(LAB, site.address).href);
  await expectOpen(page);
  await page.goto(site.address);
  await drop(page, paths);
  await expectChain(page, files.map(({ name }) => name).reverse());
  await select(page, '5');
  await page.getByRole('banner').getByRole('button', { name: 'Save disk as…' }).click();
  await expect(page.getByRole('dialog', { name: /save/i })).toBeVisible();
});

test('experiments, lessons and the glossary need no network', async ({ page, guard, ownSite }) => {
  const site = await ownSite();
  const at = (address: string) => new URL(address, site.address).href;
  await page.goto(site.address);
  await cached(page);
  await site.close();
  // The browser asks the server for a newer service worker, and says that it could not.
  guard.expectFault(/ERR_CONNECTION_REFUSED|fetching the script/);
  await page.goto(at(experimentAddress('read-cost', SMALL)));
  await page.reload();
  await runHere(page);
  await page.goto(at(lessonAddress('differencing-disk')));
  await page.getByRole('button', { name: 'Begin' }).click();
  await expectOpen(page);
  await expect(panel(page)).toContainText('step 1 of');
  await doStep(page);
  await page.goto(at(lessonAddress('glossary')));
  await page.reload();
  await expect(page.getByRole('term').filter({ hasText: 'differencing disk' })).toBeVisible();
});

test('the files of a disk are listed and read with the server gone', async ({
  page,
  guard,
  folder,
  ownSite,
}) => {
  const { history, chain } = await historyDisk('ntfs');
  const paths = await writeChain(folder, chain);
  const site = await ownSite('/some/deep/path/');
  await page.goto(site.address);
  await cached(page);
  await site.close();
  // The browser asks the server for a newer service worker, and says that it could not.
  guard.expectFault(/ERR_CONNECTION_REFUSED|fetching the script/);
  await page.reload();
  // 7-Zip's own files come from the cache when they are first needed.
  await openFiles(page, paths);
  await expect(fileRow(page, 'quiet.bin')).toBeVisible(PATIENCE);
  await selectFile(page, 'quiet.bin');
  await expect(filePanel(page)).toContainText(trueFile(history, 6, 'quiet.bin').sha256, PATIENCE);
});

test('every file of the build is kept, and nothing else', async ({ page, ownSite }) => {
  const site = await ownSite();
  await page.goto(site.address);
  await cached(page);
  const kept = await page.evaluate(async () => {
    const [name = ''] = await caches.keys();
    const requests = await (await caches.open(name)).keys();
    return requests.map(({ url }) => new URL(url).pathname).sort();
  });
  const served = await readFile(path.join(APP, 'index.html'), 'utf8');
  for (const [, file] of served.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) expect(kept).toContain(`/${file}`);
  expect(kept).toContain('/');
  expect(kept).toContain('/manifest.webmanifest');
  expect(kept.filter((file) => file.endsWith('.wasm')).length).toBeGreaterThan(0);
  expect(kept).not.toContain('/sw.js');
});

test('a newer version waits until the page lets it in, and the old one leaves nothing behind', async ({
  page,
  folder,
  ownSite,
}) => {
  const app = path.join(folder, 'app');
  await cp(APP, app, { recursive: true });
  const site = await ownSite('/', app);
  await page.goto(site.address);
  await cached(page);
  const before = await cacheNames(page);
  const edit = async (name: string, from: RegExp, to: string) => {
    const file = path.join(app, name);
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
  };
  await edit('index.html', /<noscript>/, '<meta name="release" content="newer"><noscript>');
  await edit('sw.js', /const VERSION = "\w+"/, 'const VERSION = "newer"');
  await page.reload();
  const release = page.locator('meta[name=release]');
  const offer = page.getByRole('button', { name: /newer version/ });
  await expect(offer).toBeVisible();
  await expect(release).toHaveCount(0);
  await offer.click();
  await expect(release).toHaveCount(1);
  await expect.poll(async () => (await cacheNames(page)).length).toBe(1);
  expect(await cacheNames(page)).not.toEqual(before);
});
