/** Merging in the page: in private storage, to a file that the user picks, and with the browser killed in the middle. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { makeChain } from '../../bench/makeChain.ts';
import { NodeFolder } from '../../src/storage/nodeFolder.ts';
import { ARGS } from '../../tools/find-browser.mjs';
import { chainFiles, sha256, type VhdFile, writeFiles } from '../support/vhdFiles.ts';
import { drop, saveNextTo, stubPickers } from './support/files.ts';
import { browser, expect, test } from './support/fixtures.ts';
import { expectChain } from './support/screens.ts';

const MIB = 2 ** 20;
const CLI = path.resolve(import.meta.dirname, '../../dist/cli/disklab.js');
const files = chainFiles({ depth: 3, seed: 9 });
const newestFirst = [...files].reverse();
const names = newestFirst.map(({ name }) => name);
const leaf = newestFirst[0] as VhdFile;

async function openChain(page: Page, folder: string): Promise<void> {
  await stubPickers(page);
  await page.goto('./');
  await drop(page, await writeFiles(folder, files));
  await expectChain(page, names);
}

async function takeIn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Private storage' }).click();
  await page.getByRole('button', { name: /^Take .* in$/ }).click();
  await page.getByRole('main', { name: 'Disk' }).waitFor({ timeout: 60_000 });
}

const toMerge = (page: Page) => page.getByRole('link', { name: 'Merge', exact: true }).click();

/** Both hashes of the proof, once they are there. */
async function expectProof(page: Page, hash: string): Promise<void> {
  await expect(page.getByRole('button', { name: 'Explore the result' })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText(hash)).toHaveCount(2);
}

test('merges a child into its parent in private storage, with proof, and shows the result', async ({
  page,
  folder,
}) => {
  await openChain(page, folder);
  await takeIn(page);
  await expectChain(page, names);
  await toMerge(page);
  // What lies in private storage can be merged in place, so that is proposed.
  await expect(page.getByRole('row', { name: /in place, one child into its parent/ })).toContainText(
    'chosen',
  );
  await page.getByRole('button', { name: 'Start merge…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('can’t be undone');
  await expect(dialog.getByRole('button', { name: 'Leave the files as they are' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Merge and remove 1 file' }).click();
  await expectProof(page, sha256(leaf.disk));

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save report' }).first().click();
  const report = await readFile(await (await download).path(), 'utf8');
  expect(report).toContain(leaf.name);
  expect(report.split(sha256(leaf.disk))).toHaveLength(3);

  await page.getByRole('button', { name: 'Explore the result' }).click();
  await expectChain(page, names.slice(1));
  await page.getByRole('link', { name: 'Private storage' }).click();
  await expect(page.getByRole('row', { name: leaf.name })).toHaveCount(0);
});

test('merges a stretch to a file that the user picks, and leaves the originals as they are', async ({
  page,
  folder,
}) => {
  test.skip(browser.source === 'bundled', 'the bundled browser hands out no file handles');
  await openChain(page, folder);
  await toMerge(page);
  await page.getByLabel('down to layer').selectOption({ index: 1 });
  const target = await saveNextTo(page, folder, 'merged.avhd');
  await page.getByRole('button', { name: 'Start merge…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^(Choose|Pick|Merge)/ })
    .first()
    .click();
  await expectProof(page, sha256(leaf.disk));
  for (const file of files)
    expect(sha256(await readFile(path.join(folder, file.name)))).toBe(sha256(file.bytes));
  expect((await readFile(target)).length).toBeGreaterThan(0);
});

/** A Chromium of our own, so that it can be killed as a power cut would. */
async function launch(profile: string): Promise<{ browser: Browser; process: ChildProcess; page: Page }> {
  const port = await freePort();
  const child = spawn(
    browser.executablePath,
    [
      ...ARGS,
      '--headless=new',
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: 'ignore', env: { ...process.env, ...browser.env } },
  );
  const connected = await connect(`http://127.0.0.1:${port}`);
  const [context] = connected.contexts();
  const page = context?.pages()[0] ?? (await context?.newPage());
  if (!page) throw new Error('The browser shows no page.');
  return { browser: connected, process: child, page };
}

async function connect(address: string): Promise<Browser> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await chromium.connectOverCDP(address);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject()));
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

test('a browser killed in the middle of a merge: it waits at the next start, and goes on', async ({
  folder,
  baseURL,
}) => {
  test.setTimeout(120_000);
  const shape = {
    sizeBytes: 512 * MIB,
    depth: 2,
    baseBytes: 128 * MIB,
    changedBytes: 224 * MIB,
    seed: 31,
    writesData: true,
  };
  const chain = await makeChain(new NodeFolder(folder), shape);
  const newest = path.join(folder, chain[0] ?? '');
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'hash', newest, '--json']);
  const hash = /[0-9a-f]{64}/.exec(stdout)?.[0] ?? 'no hash';
  const profile = await mkdtemp(path.join(tmpdir(), 'disklab-killed-'));
  try {
    const first = await launch(profile);
    await stubPickers(first.page);
    await first.page.goto(baseURL ?? '');
    await drop(
      first.page,
      chain.map((name) => path.join(folder, name)),
    );
    await expectChain(first.page, chain);
    await takeIn(first.page);
    await toMerge(first.page);
    // Both children into the base, without a proof before: the copy begins at once.
    await first.page.getByLabel('down to layer').selectOption({ index: 2 });
    await first.page.getByRole('checkbox', { name: /^Prove it/ }).uncheck();
    await first.page.getByRole('button', { name: 'Start merge…' }).click();
    await first.page.getByRole('dialog').getByRole('button', { name: 'Merge and remove 2 files' }).click();
    // Held between two batches, so that the kill finds it in the middle.
    await first.page.getByRole('button', { name: 'Pause' }).click();
    await expect(first.page.getByRole('button', { name: 'Go on' })).toBeVisible();
    await kill(first.process);

    const second = await launch(profile);
    await second.page.goto(baseURL ?? '');
    await toMerge(second.page);
    const waiting = second.page.getByRole('listitem').filter({ hasText: chain[0] ?? '' });
    await expect(waiting).toBeVisible();
    await waiting.getByRole('button', { name: 'Go on' }).click();
    // The journal knows of no hash before; the chain, which still reads as before, gives it.
    await expectProof(second.page, hash);
    await second.browser.close();
    await kill(second.process);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
