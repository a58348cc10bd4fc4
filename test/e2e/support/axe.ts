/** Runs axe-core in the page as it is shown now. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations as `rule: what (first places)`; an empty list is what a test wants. */
export async function axe(page: Page): Promise<string[]> {
  // Through the debugger, not a <script>: the page's policy allows no script but its own.
  await page.evaluate(SOURCE);
  const results = await page.evaluate(() => {
    const { axe } = window as { axe?: { run: (what: Document) => Promise<AxeResults> } };
    return axe?.run(document);
  });
  if (!results) throw new Error('axe-core did not load.');
  return results.violations.map(({ id, help, nodes }) => {
    const places = nodes
      .slice(0, 4)
      .map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary ?? ''}`);
    return `${id}: ${help} (${nodes.length}): ${places.join(' | ')}`;
  });
}
