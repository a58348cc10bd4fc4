// npm run pictures: takes the documentation's pictures of the built app with the sample chain open, into docs/pictures.
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

const SHOTS = [
  { name: 'open-light', width: 1280, height: 800, colorScheme: 'light', sample: false },
  { name: 'explore-light', width: 1280, height: 800, colorScheme: 'light', sample: true },
  { name: 'explore-dark', width: 1280, height: 800, colorScheme: 'dark', sample: true },
  { name: 'explore-390-light', width: 390, height: 844, colorScheme: 'light', sample: true, fullPage: true },
];

ensureInstalled();
build(['core', 'app'], { ifStale: true });
mkdirSync(FOLDER, { recursive: true });
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
  for (const { name, width, height, colorScheme, sample, fullPage = false } of SHOTS) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
    await page.goto(address);
    if (sample) {
      await page.getByRole('button', { name: 'Open the sample chain' }).click();
      await page.getByRole('textbox', { name: 'First sector, byte or range' }).fill(SECTOR);
      await page.getByRole('textbox', { name: 'First sector, byte or range' }).press('Enter');
    }
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
