/** The experiments' screen: set-ups that run in a moment, and what the page shows of a run. */
import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';

/** Eight files of a small disk, and few reads. */
export const SMALL = 'depth:8,diskBytes:67108864,reads:50';

/** Of one experiment; null = the list of them. */
export function experimentAddress(id: string | null, set?: string): string {
  const parts = new URLSearchParams({ screen: 'experiments' });
  if (id !== null) parts.set('at', id);
  if (set !== undefined) parts.set('set', set);
  return `./#${parts}`;
}

const region = (page: Page, name: string): Locator => page.getByRole('region', { name });
export const measured = (page: Page): Locator => region(page, '3. What was measured');
export const verdict = (page: Page): Locator => region(page, '4. Verdict');
export const takeWith = (page: Page): Locator => region(page, 'Take it with you');
export const onYourChain = (page: Page): Locator => region(page, 'On your chain');
/** In the head of the page. */
export const runButton = (page: Page): Locator =>
  page.getByRole('main').locator('header').getByRole('button', { name: /^Run/ });
export const cancelButton = (page: Page): Locator =>
  page
    .getByRole('main')
    .locator('header')
    .getByRole('button', { name: /^(Cancel|Stopping)$/ });
export const headline = (page: Page): Locator => verdict(page).locator('[aria-live=polite] p').first();

export async function expectVerdict(page: Page): Promise<void> {
  await expect(headline(page)).toBeVisible({ timeout: 45_000 });
  await expect(runButton(page)).toHaveText('Run again');
}

/** Chooses by mouse, runs and waits for the verdict. */
export async function runHere(page: Page): Promise<void> {
  await runButton(page).click();
  await expectVerdict(page);
}

/** Cells of the table with this title, heads and all. */
export function tableCells(page: Page, title: RegExp): Promise<string[][]> {
  return measured(page)
    .getByRole('table', { name: title })
    .locator('tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent.trim())),
    );
}

/** What the page hands out when `act` is done. */
export async function downloaded(
  page: Page,
  act: () => Promise<void>,
): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent('download');
  await act();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Lines of RFC 4180, each by the names of its columns. */
export function csvLines(text: string): Readonly<Record<string, string>>[] {
  const [heads = [], ...lines] = text
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
  return lines.map((cells) => Object.fromEntries(heads.map((head, i) => [head, cells[i] ?? ''])));
}
