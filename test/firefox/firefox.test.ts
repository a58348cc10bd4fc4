/** The main job in Firefox, which has no pickers: files come through inputs, and leave as downloads. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFirefox } from '../../tools/find-browser.mjs';
import { serve } from '../../tools/serve.mjs';
import { chainFiles, sha256, writeFiles } from '../support/vhdFiles.ts';

const firefox = findFirefox();
const APP = path.resolve(import.meta.dirname, '../../dist/app');

describe.skipIf(firefox === undefined)('Firefox', () => {
  const files = chainFiles({ depth: 3 });
  const leaf = files.at(-1);
  if (!leaf) throw new Error('a chain has a leaf');
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;
  let folder: string;
  let downloads: string;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'disklab-firefox-'));
    downloads = await mkdtemp(path.join(tmpdir(), 'disklab-downloads-'));
    await writeFiles(folder, files);
    site = await serve({ folder: APP });
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox,
      headless: true,
      extraPrefsFirefox: {
        'browser.download.folderList': 2,
        'browser.download.dir': downloads,
        'browser.download.useDownloadDir': true,
        'browser.helperApps.neverAsk.saveToDisk': 'application/octet-stream',
      },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    for (const made of [folder, downloads]) if (made) await rm(made, { recursive: true, force: true });
  });
  beforeEach(async () => {
    faults = [];
    page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    page.on('pageerror', (error) => faults.push(`uncaught: ${error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== new URL(site.address).origin)
        faults.push(`request to ${url}`);
    });
    await page.goto(site.address);
  });
  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  /** Clicks the button whose words begin so; `within` narrows where. */
  async function press(words: string, within = 'body'): Promise<void> {
    const button = await page.waitForFunction(
      (scope, start) =>
        [...document.querySelectorAll<HTMLButtonElement>(`${scope} button`)].find(
          (candidate) => !candidate.disabled && candidate.textContent.trim().startsWith(start),
        ),
      {},
      within,
      words,
    );
    await (button as ElementHandle<HTMLButtonElement>).click();
  }

  async function rowSays(name: string, words: string): Promise<void> {
    await page.waitForFunction(
      (file, said) =>
        document.querySelector(`[role=treeitem][data-file="${file}"]`)?.textContent.includes(said),
      {},
      name,
      words,
    );
  }

  async function openByInput(): Promise<void> {
    const input = (await page.$('input[data-input=files]')) as ElementHandle<HTMLInputElement> | null;
    if (!input) throw new Error('the page has an input for files');
    await input.uploadFile(...files.map(({ name }) => path.join(folder, name)));
    await rowSays(leaf?.name ?? '', 'layer 0');
  }

  test('files given to the input become a chain with a map', async () => {
    await openByInput();
    for (const [layer, { name }] of [...files].reverse().entries()) {
      await rowSays(name, `layer ${layer}`);
    }
    const colours = await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[aria-roledescription="block map"] canvas');
      const context = canvas?.getContext('2d');
      if (!canvas || !context || canvas.width === 0) return null;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set(new Uint32Array(data.buffer));
      return seen.size > 2 ? seen.size : null;
    });
    expect(await colours.jsonValue()).toBeGreaterThan(2);
  });

  test('the read path names the file that answers, for a sector of every file', async () => {
    await openByInput();
    for (const [layer, { name, sectors }] of [...files].reverse().entries()) {
      const newer = [...files].reverse().slice(0, layer);
      const sector = [...sectors.keys()].find((held) => !newer.some((file) => file.sectors.has(held)));
      if (sector === undefined) throw new Error(`${name} answers something`);
      const field = await page.waitForSelector('#selection-sector');
      await field?.click({ count: 3 });
      await field?.type(String(sector));
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (start) => {
          const steps = [...document.querySelectorAll('[aria-label="Read path"] ol li')];
          return steps.at(-1)?.textContent.startsWith(start);
        },
        {},
        `layer ${layer}, ${name}: 512 B are read at`,
      );
    }
  });

  test('the disk is saved as a download, byte for byte', async () => {
    await openByInput();
    await press('Save disk as…');
    await press('Save', 'dialog[open]');
    await page.waitForFunction(
      (hash) => document.querySelector('dialog[open]')?.textContent.includes(hash),
      {},
      sha256(leaf.disk),
    );
    await press('Download', 'dialog[open]');
    expect(sha256(await downloaded('.img'))).toBe(sha256(leaf.disk));
  });

  /** Firefox writes under a name of its own first: what counts is a file that is the same at two looks. */
  async function downloaded(extension: string): Promise<Uint8Array> {
    let before = '';
    for (let attempt = 0; attempt < 200; attempt++) {
      const names = await readdir(downloads);
      const done = names.find((name) => name.endsWith(extension));
      const file = path.join(downloads, done ?? '');
      const size = done && (await stat(file).catch(() => null))?.size;
      const seen = `${done} ${size}`;
      if (size && seen === before && !names.some((name) => name.endsWith('.part'))) return readFile(file);
      before = seen;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no download in 20 s: ${await readdir(downloads)}`);
  }
});
