/** The lab's screen: small scenarios, and what the page shows of them. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { LabCommand } from '../../../src/lab/commands.ts';
import type { Scenario } from '../../../src/lab/history/scenario.ts';
import { scenarioLink } from '../../../src/lab/history/scenarioLink.ts';
import { scenarioText } from '../../../src/lab/history/scenarioText.ts';

const MIB = 2 ** 20;
const US_PER_SECOND = 1_000_000;

export interface SmallScenario {
  readonly seed?: number;
  /** Per cent. */
  readonly load?: number;
  /** Seconds and what is done then. */
  readonly commands: readonly (readonly [number, LabCommand])[];
  readonly endSeconds: number;
}

/** A disk of 64 MiB with a volume and a machine with 2 MiB of memory: everything about it is done in a moment. */
export function smallScenario({ seed = 4, load = 40, commands, endSeconds }: SmallScenario): Scenario {
  return {
    name: 'A small one',
    text: '',
    seed,
    machineName: 'LAB-E2E',
    settings: {
      memoryBytes: 2 * MIB,
      processors: 1,
      notes: '',
      checkpointType: 'standard',
      integrationServices: true,
    },
    disks: [{ type: 'dynamic', virtualSizeBytes: 64 * MIB, blockSizeBytes: 2 * MIB }],
    policy: 'live',
    guest: { kind: 'file-server', load },
    volume: true,
    drive: 'ssd',
    commands: commands.map(([seconds, command]) => ({ atUs: seconds * US_PER_SECOND, command })),
    endUs: endSeconds * US_PER_SECOND,
  };
}

export const addressOf = (scenario: Scenario) => `./#${scenarioLink(scenario)}`;

/** Hands the scenario to the start screen, as a file that somebody chose. */
export async function openScenarioFile(page: Page, scenario: Scenario): Promise<void> {
  const buffer = Buffer.from(scenarioText(scenario));
  await page
    .locator('input[data-input=scenario]')
    .setInputFiles({ name: 'small.json', mimeType: 'application/json', buffer });
  await expectOpen(page);
}

export async function expectOpen(page: Page): Promise<void> {
  await expect(tree(page)).toBeVisible({ timeout: 45_000 });
}

export const tree = (page: Page): Locator => page.getByRole('tree', { name: /^Checkpoints/ });
/** A checkpoint by the beginning of its row. */
export const row = (page: Page, name: string | RegExp): Locator => tree(page).getByRole('treeitem', { name });
export const log = (page: Page): Locator => page.getByRole('region', { name: 'Events, newest first' });
export const plan = (page: Page): Locator => page.getByRole('region', { name: 'What would happen' });
export const status = (page: Page): Locator =>
  page.getByRole('region', { name: 'Virtual machine' }).getByRole('status');
export const clock = (page: Page): Locator =>
  page.getByRole('group', { name: 'Time', exact: true }).locator('.clock');
/** The chart. */
export const seekBar = (page: Page): Locator => page.getByRole('slider', { name: 'Time of the lab' });
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

export async function chooseMore(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More to do with the machine' }).click();
  await page
    .getByRole('dialog', { name: 'More to do with the machine' })
    .getByRole('button', { name })
    .click();
}

/** What each point reads, by its name; Now among them. The dialogue is closed again. */
export async function hashes(page: Page): Promise<Readonly<Record<string, string>>> {
  await chooseMore(page, 'Hashes…');
  const dialog = page.getByRole('dialog', { name: 'Hashes of every checkpoint' });
  await expect(dialog.getByRole('table')).toBeVisible({ timeout: 30_000 });
  const rows = await dialog
    .locator('tbody tr')
    .evaluateAll((elements) =>
      elements.map((row) => [
        row.querySelector('th')?.textContent.trim() ?? '',
        row.querySelector('.hash')?.textContent.trim() ?? '',
      ]),
    );
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toHaveCount(0);
  const found: Record<string, string> = Object.fromEntries(rows);
  expect(Object.keys(found).length).toBe(rows.length);
  for (const hash of Object.values(found)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  return found;
}

/** Steps from event to event until the log tells this; time stands still before and after. */
export async function stepUntil(page: Page, text: string | RegExp): Promise<void> {
  const told = log(page).getByRole('row').filter({ hasText: text });
  const on = button(page, 'One event on');
  for (let steps = 0; steps < 40; steps++) {
    await expect(on).toBeEnabled();
    if ((await told.count()) > 0) return;
    await on.click();
  }
  throw new Error(`The log does not come to tell ${text}.`);
}

/** Lets time pass until the log tells this, so many times. */
export async function runUntil(page: Page, text: string | RegExp, times = 1): Promise<void> {
  await button(page, 'Run').click();
  await expect(log(page).getByRole('row').filter({ hasText: text })).toHaveCount(times, { timeout: 90_000 });
  await button(page, 'Pause').click();
  await expect(button(page, 'Run')).toBeVisible();
}

/** Reads that the guest checked, and those that were wrong. */
export async function checkedReads(page: Page): Promise<{ checked: number; wrong: number }> {
  const text = (await page.getByText(/^Guest checked/).textContent()) ?? '';
  const [checked = Number.NaN, wrong = Number.NaN] = text
    .split(/reads,/)
    .map((part) => Number(part.replace(/\D/g, '')));
  return { checked, wrong };
}
