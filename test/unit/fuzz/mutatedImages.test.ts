/**
 * Damaged images through opening, checking, repair plans, assembly and reading; `npm run fuzz` runs a million of them.
 * Invariants:
 * - nothing is thrown but `DiskError`, and that only by reading; what is opened has a size and a table within bounds, what
 *   is refused has a reason;
 * - findings are few and short, and each lies in its file; what a repair would write opens again;
 * - opening and checking read little, and memory does not grow with the number of images;
 * - a trace answers every sector that was asked for.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SEED = 20_211_105;
const IMAGES = 2_000;

test(`${IMAGES} damaged images (seed ${SEED})`, { timeout: 600_000 }, () => {
  // In processes of its own, as the long run: see there why.
  const tool = fileURLToPath(new URL('../../../tools/fuzz.mjs', import.meta.url));
  const text = execFileSync(process.execPath, [tool, '--images', String(IMAGES), '--seed', String(SEED)], {
    encoding: 'utf8',
  });
  console.info(text);
  const figure = (name: string) => Number(new RegExp(`^  ${name}: (\\d+)$`, 'm').exec(text)?.[1]);
  // Damage that nothing survives, or that harms nothing, tests nothing.
  expect(figure('opened')).toBeGreaterThan(1_000);
  expect(figure('refused')).toBeGreaterThan(200);
  expect(figure('findings')).toBeGreaterThan(5_000);
  expect(figure('repairs')).toBeGreaterThan(500);
  expect(figure('readFaults')).toBeGreaterThan(150);
  expect(figure('sectorsRead')).toBeGreaterThan(15_000);
});
