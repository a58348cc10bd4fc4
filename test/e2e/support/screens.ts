/** Where things are on the screen, by role and accessible name. */
import { expect, type Locator, type Page } from '@playwright/test';

/** A file's row in the tree, by its whole name: what is shown drops what all files share. */
export function treeRow(page: Page, name: string): Locator {
  return page.locator(`[role=treeitem][data-file=${JSON.stringify(name)}]`);
}

/** The chain in view, newest first. */
export async function expectChain(page: Page, names: readonly string[]): Promise<void> {
  for (const [layer, name] of names.entries()) {
    await expect(treeRow(page, name)).toHaveAccessibleName(new RegExp(`\\blayer ${layer}\\b`));
  }
}

/** Selects a sector, byte offset, range or block through the selection line. */
export async function select(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'First sector, byte or range' });
  await field.fill(text);
  await field.press('Enter');
}

export const openButton = (page: Page) => page.getByRole('button', { name: /^Open files/ });
export const folderButton = (page: Page) => page.getByRole('button', { name: /^Open folder/ });

/** Opens the sample and waits for its disk. */
export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the sample chain' }).click();
  await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible();
}

/** The bytes that the hex view shows now: where it begins, and the bytes from there. */
export async function shownBytes(page: Page): Promise<{ offset: number; bytes: number[] }> {
  const rows = await page
    .getByRole('application', { name: /^Bytes of/ })
    .locator('.row')
    .evaluateAll((elements) =>
      elements.map((row) => ({
        offset: row.querySelector('.offset')?.textContent ?? '',
        hex: row.querySelector('.hex')?.textContent ?? '',
      })),
    );
  const digits = rows.map(({ hex }) => hex.replace(/\s/g, '')).join('');
  return {
    offset: Number.parseInt(rows[0]?.offset.replace(/[^0-9a-f]/gi, '') ?? '', 16),
    bytes: (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  };
}

/** Waits until the hex view shows these bytes somewhere, and nothing that `source` does not have there. */
export async function expectShownBytes(page: Page, source: Uint8Array, around: number): Promise<void> {
  await expect(async () => {
    const { offset, bytes } = await shownBytes(page);
    expect(bytes.length).toBeGreaterThan(0);
    expect(around).toBeGreaterThanOrEqual(offset);
    expect(around).toBeLessThan(offset + bytes.length);
    expect(bytes).toEqual([...source.subarray(offset, offset + bytes.length)]);
  }).toPass({ timeout: 10_000 });
}

/** The walk as the list behind its drawing tells it, newest file first. */
export function walkSteps(page: Page): Promise<string[]> {
  const list = page.getByRole('region', { name: 'Read path' }).getByRole('listitem');
  return list.allTextContents();
}
