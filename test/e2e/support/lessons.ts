/** The lessons' screen, and the panel of the lesson under way. */
import { expect, type Locator, type Page } from '@playwright/test';

/** A lesson, the glossary, the teacher's page; null = the list. */
export function lessonAddress(at: string | null): string {
  const parts = new URLSearchParams({ screen: 'lessons' });
  if (at !== null) parts.set('at', at);
  return `./#${parts}`;
}

export const panel = (page: Page): Locator => page.getByRole('complementary', { name: /^Lesson \d/ });
export const task = (page: Page): Locator => panel(page).getByRole('region', { name: 'Task' });
/** What is said to a screen reader of the step as a whole. */
export const spoken = (page: Page): Locator => panel(page).locator(':scope > [role=status]');
/** A lesson's line in the list. */
export const lessonLine = (page: Page, title: string): Locator =>
  page
    .getByRole('main', { name: 'Lessons' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: title, exact: true }) });

export async function expectStep(page: Page, number: number): Promise<void> {
  await expect(panel(page)).toContainText(`step ${number} of`);
}

export async function expectDone(page: Page): Promise<void> {
  await expect(task(page)).toContainText('Task done', { timeout: 30_000 });
}

export async function beginLesson(page: Page, id: string): Promise<void> {
  await page.goto(lessonAddress(id));
  await page.getByRole('button', { name: /^Begin/ }).click();
  await expect(panel(page)).toBeVisible({ timeout: 45_000 });
  await expectStep(page, 1);
}

/** The step done for the reader. */
export async function doStep(page: Page): Promise<void> {
  await task(page).getByRole('button', { name: 'Do it for me' }).click();
  await expectDone(page);
}

export const nextButton = (page: Page): Locator =>
  panel(page).getByRole('button', { name: 'Next', exact: true });
