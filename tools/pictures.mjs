// npm run pictures [-- NAME…]: takes the documentation's pictures of the built app with the sample chain open, into docs/pictures.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { build } from './build.mjs';
import { ARGS, findBrowser } from './find-browser.mjs';
import { ensureInstalled, ROOT } from './install.mjs';
import { serve } from './serve.mjs';

const FOLDER = path.join(ROOT, 'docs/pictures');
/** A sector of the sample that the third file of the chain answers. */
const SECTOR = '2 128';

async function openSample(page) {
  await page.getByRole('button', { name: 'Open the sample chain' }).click();
  const field = page.getByRole('textbox', { name: 'First sector, byte or range' });
  await field.fill(SECTOR);
  await field.press('Enter');
}

async function planRepair(page) {
  await openSample(page);
  await page.getByRole('link', { name: 'Check', exact: true }).click();
  await page.getByRole('button', { name: 'Check every block' }).click();
  await page.getByRole('button', { name: /^Plan a repair/ }).click();
}

async function compare(page) {
  await openSample(page);
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
}

async function planMerge(page) {
  await openSample(page);
  await page.getByRole('link', { name: 'Merge', exact: true }).click();
  await page.getByLabel('down to layer').selectOption({ index: 3 });
  await page.getByText(/blocks? ha(s|ve) something to copy/).waitFor();
}

/** A folder through time, with the file selected that changed at every checkpoint. */
async function files(page) {
  await openSample(page);
  await page.getByRole('link', { name: 'Files', exact: true }).click();
  // Rows of files that are gone come in with the older points.
  await page.getByText(/came and went/).waitFor({ timeout: 60_000 });
  const file = page.getByRole('row', { name: /^ORDERS\.DB/ });
  await file.getByText('ORDERS.DB').click({ timeout: 60_000 });
  await page.getByText('Where its bytes live').waitFor();
}

/** The first scenario, with a checkpoint asked about that would let a merge begin. */
async function askLab(page) {
  await page.getByRole('link', { name: 'Lab', exact: true }).click();
  await page.getByRole('button', { name: 'New lab' }).click();
  await page.getByRole('treeitem', { name: /^schema v2/ }).click({ timeout: 180_000 });
  await page.getByText('If schema v2 is deleted').waitFor();
}

/** The first experiment, predicted and run. */
async function runExperiment(page) {
  await page.goto('#screen=experiments&at=read-cost');
  await page.getByRole('radio', { name: 'proportional' }).check({ force: true });
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.getByRole('button', { name: 'Run again' }).first().waitFor({ timeout: 180_000 });
}

async function verdicts(page) {
  await page.goto('#screen=experiments');
}

/** The lesson on deleting, at the step whose merge is shown in motion. */
async function lesson(page) {
  await page.goto('#screen=lessons&at=delete-means-merge');
  await page.getByRole('button', { name: /^Begin/ }).click();
  const panel = page.getByRole('complementary', { name: /^Lesson/ });
  for (let step = 0; step < LESSON_STEPS; step++) {
    const doIt = panel.getByRole('button', { name: 'Do it for me' });
    if ((await doIt.count()) > 0) {
      await doIt.click();
      await panel.getByText('Task done', { exact: true }).waitFor({ timeout: 180_000 });
    }
    await panel.getByRole('button', { name: 'Next' }).click();
  }
}

const LESSON_STEPS = 2;
const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 800 };
/** Wide and on a phone, light and dark. */
function both(name, go) {
  return ['light', 'dark'].flatMap((colorScheme) => [
    { name: `${name}-${colorScheme}`, size: WIDE, colorScheme, go },
    { name: `${name}-390-${colorScheme}`, size: PHONE, colorScheme, go, fullPage: true },
  ]);
}

const SHOTS = [
  { name: 'open-light', size: WIDE, colorScheme: 'light', go: async () => undefined },
  { name: 'explore-light', size: WIDE, colorScheme: 'light', go: openSample },
  { name: 'explore-dark', size: WIDE, colorScheme: 'dark', go: openSample },
  {
    name: 'explore-390-light',
    size: PHONE,
    colorScheme: 'light',
    go: openSample,
    fullPage: true,
  },
  { name: 'repair-light', size: WIDE, colorScheme: 'light', go: planRepair },
  { name: 'merge-light', size: WIDE, colorScheme: 'light', go: planMerge },
  { name: 'lab-light', size: WIDE, colorScheme: 'light', go: askLab },
  { name: 'verdicts-light', size: WIDE, colorScheme: 'light', go: verdicts },
  ...both('files', files),
  ...both('experiment', runExperiment),
  ...both('lesson', lesson),
  { name: 'compare-dark', size: WIDE, colorScheme: 'dark', go: compare },
];

ensureInstalled();
build(['core', 'app'], { ifStale: true });
mkdirSync(FOLDER, { recursive: true });
// Names of pictures take only those.
const only = process.argv.slice(2);
const { address, close } = await serve({
  folder: path.join(ROOT, 'dist/app'),
  host: '127.0.0.1',
  port: 4290,
  tries: 50,
  basePath: '/',
});
const { executablePath, env } = findBrowser();
const browser = await chromium.launch({ executablePath, args: ARGS, env: { ...process.env, ...env } });
try {
  for (const { name, size, colorScheme, go, fullPage = false } of SHOTS) {
    if (only.length > 0 && !only.includes(name)) continue;
    const page = await browser.newPage({
      viewport: size,
      colorScheme,
      reducedMotion: 'reduce',
      baseURL: address,
    });
    await page.goto(address);
    await go(page);
    // The figures of the read path are measured; they stand when the last one is there.
    await page.waitForTimeout(2500);
    await page.screenshot({ path: path.join(FOLDER, `${name}.png`), fullPage });
    console.log(`docs/pictures/${name}.png`);
    await page.close();
  }
} finally {
  await browser.close();
  await close();
}
