/** Experiments in the page, on the real engine: by keyboard, stopped, in the lab, and on a chain that is open. */
import verdicts from '../../src/ui/experiments/verdicts.json' with { type: 'json' };
import {
  cancelButton,
  csvLines,
  downloaded,
  expectVerdict,
  experimentAddress,
  headline,
  measured,
  onYourChain,
  runButton,
  runHere,
  SMALL,
  tableCells,
  takeWith,
  verdict,
} from './support/experiments.ts';
import { expect, test } from './support/fixtures.ts';
import { pressOn, tabTo } from './support/keyboard.ts';
import { button, expectOpen, row } from './support/lab.ts';
import { openSample } from './support/screens.ts';

const QUESTION = 'Is the read cost proportional to the number of differencing disks?';
/** Differencing disks of the sample. */
const SAMPLE_DEPTH = 4;
const MEDIANS = /^Medians/;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HOLDS: Readonly<Record<string, string>> = {
  yes: 'holds',
  no: 'does not hold',
  partly: 'holds in part',
};
/** Microseconds of the units that the table is headed with. */
const UNITS: Readonly<Record<string, number>> = { µs: 1, ms: 1000, s: 1_000_000 };

test('an experiment by keyboard alone, and its figures to take along', async ({ page, context }) => {
  await page.goto('./');
  await pressOn(page, page.getByRole('link', { name: 'Experiments', exact: true }));
  await expect(page.getByRole('heading', { level: 1 })).toContainText('What is said of checkpoints');
  await pressOn(page, page.getByRole('link', { name: QUESTION }));
  await expect(page.getByRole('heading', { level: 1, name: QUESTION })).toBeVisible();
  await expect(runButton(page)).toHaveText('Run without predicting');

  // A prediction, then less of everything.
  await pressOn(page, page.getByRole('radio', { name: 'proportional' }), 'Space');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'levels off' })).toBeChecked();
  for (const [name, steps, shown] of [
    ['Depth', 3, '8'],
    ['Disk size', 0, '64 MiB'],
    ['Reads', 0, '50'],
  ] as const) {
    const slider = page.getByRole('slider', { name, exact: true });
    await pressOn(page, slider, 'Home');
    for (let step = 0; step < steps; step++) await page.keyboard.press('ArrowRight');
    await expect(slider).toHaveAttribute('aria-valuetext', shown);
  }
  await expect(page).toHaveURL(/set=depth%3A8%2CdiskBytes%3A67108864%2Creads%3A50/);

  // Progress may be over before it can be asked for: the page keeps that it was there.
  await page.evaluate(() => {
    const note = () => {
      if (document.querySelector('main [role=progressbar]')) document.documentElement.dataset.progress = '';
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true });
  });
  await tabTo(page, runButton(page));
  await expect(runButton(page)).toHaveText('Run');
  await page.keyboard.press('Enter');
  await expectVerdict(page);
  await expect(page.locator('html[data-progress]')).toHaveCount(1);
  await expect(runButton(page)).toBeFocused();
  await expect(verdict(page)).toContainText('You predicted levels off:');
  await expect(page.getByRole('img', { name: /differencing disks/ })).toBeVisible();

  // The points, one by one.
  const points = page.getByRole('slider', { name: 'Point of the plot' });
  await pressOn(page, points, 'ArrowRight');
  await expect(points).not.toHaveAttribute('aria-valuetext', 'none chosen');

  const take = (kind: string) =>
    downloaded(page, () =>
      pressOn(page, takeWith(page).getByRole('button', { name: new RegExp(`^${kind}`) })),
    );

  const csv = await take('CSV');
  expect(csv.name).toBe('disklab read-cost seed 4711.csv');
  const lines = csvLines(csv.bytes.toString());
  const [heads = [], ...rows] = await tableCells(page, MEDIANS);
  const per = UNITS[heads[0]?.split(',')[0] ?? ''];
  if (per === undefined) throw new Error(`The table has no unit: ${heads[0]}`);
  const places = heads.slice(1).filter((head) => /^\d+$/.test(head));
  expect(places).toContain('8');
  expect(lines.length).toBe(rows.length * places.length);
  for (const [series = '', ...cells] of rows) {
    for (const [i, place] of places.entries()) {
      const line = lines.find((one) => one.series === series && one.x === place);
      expect(line, `${series} at ${place}`).toMatchObject({ unit: 'us', count: '50', seed: '4711' });
      // The table rounds to three digits.
      const [shown, kept] = [Number(cells[i]?.replace(/\s/g, '')) * per, Number(line?.median)];
      expect(Math.abs(shown - kept), `${series} at ${place}`).toBeLessThanOrEqual(0.006 * Math.abs(kept));
    }
  }

  const json = JSON.parse((await take('JSON')).bytes.toString());
  expect(json.setup).toMatchObject({ depth: 8, reads: 50, diskBytes: 2 ** 26, seed: 4711 });
  expect(json.verdict.headline).toBe(await headline(page).textContent());
  expect(json.figures.series.map(({ label }: { label: string }) => label)).toEqual(
    rows.map(([name]) => name),
  );

  const svg = (await take('SVG')).bytes.toString();
  const drawn = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    return {
      root: parsed.documentElement.localName,
      faults: parsed.querySelectorAll('parsererror').length,
      marks: parsed.querySelectorAll('path, circle, rect').length,
      words: parsed.documentElement.textContent,
    };
  }, svg);
  expect(drawn).toMatchObject({ root: 'svg', faults: 0 });
  expect(drawn.marks).toBeGreaterThan(rows.length);
  expect(drawn.words).toContain('differencing disks');

  const png = (await take('PNG')).bytes;
  expect(png.subarray(0, 8)).toEqual(PNG);
  expect(png.readUInt32BE(16)).toBeGreaterThan(400);
  expect(png.readUInt32BE(20)).toBeGreaterThan(200);

  // The link is the set-up, and the set-up gives the figures.
  await pressOn(page, takeWith(page).getByRole('button', { name: 'Link' }));
  const link = await takeWith(page).getByRole('textbox', { name: 'Link to this set-up' }).inputValue();
  const other = await context.newPage();
  await other.goto(link);
  for (const [name, shown] of [
    ['Depth', '8'],
    ['Disk size', '64 MiB'],
    ['Reads', '50'],
  ] as const) {
    const slider = other.getByRole('slider', { name, exact: true });
    await expect(slider).toHaveAttribute('aria-valuetext', shown);
  }
  await other.keyboard.press('r');
  await expectVerdict(other);
  expect(await tableCells(other, MEDIANS)).toEqual([heads, ...rows]);
  expect(await tableCells(other, /^Asked for a read/)).toEqual(await tableCells(page, /^Asked for a read/));
  await expect(headline(other)).toHaveText((await headline(page).textContent()) ?? '');
});

test('a run that is cancelled half-way leaves a page that goes on', async ({ page }) => {
  await page.goto(experimentAddress('read-cost', 'diskBytes:4294967296,reads:5000,changedPercent:10'));
  await runButton(page).click();
  const bar = measured(page).getByRole('progressbar');
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  // Other screens are there meanwhile, and the run goes on.
  await page.getByRole('link', { name: 'Lessons', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Lessons' })).toBeVisible();
  await page.goBack();
  await expect(bar).toBeVisible();
  await cancelButton(page).click();
  await expect(measured(page).getByText('Cancelled. There are no figures of it.')).toBeVisible();
  await expect(headline(page)).toHaveCount(0);
  await page.goto(experimentAddress('read-cost', SMALL));
  await runHere(page);
  await expect(verdict(page)).toContainText('You ran it without a prediction.');
});

test('an experiment of the lab, and one of its runs in the lab', async ({ page }) => {
  await page.goto(experimentAddress('two-descendants', 'diskBytes:67108864'));
  await page.getByRole('radio', { name: 'It waits until one descendant is left' }).check();
  await runHere(page);
  await expect(verdict(page)).toContainText('You predicted It waits until one descendant is left:');
  const [, ...rows] = await tableCells(page, MEDIANS);
  expect(rows.length).toBeGreaterThan(0);
  const open = takeWith(page)
    .getByRole('button', { name: /^Open in the lab/ })
    .last();
  const [, what = ''] =
    /Open in the lab: (deleted with .* on it)/.exec((await open.textContent()) ?? '') ?? [];
  expect(what).not.toBe('');
  await open.click();
  await expectOpen(page);
  await expect(page).toHaveURL(/screen=lab/);
  await expect(row(page, /^first/)).toBeVisible();
  // The log names the scenario that the machine comes from.
  const log = await downloaded(page, () => button(page, 'Save as text').click());
  expect(log.bytes.toString().toLowerCase()).toContain(`: ${what.toLowerCase()}, seed`);
  // Back to the figures: they are still there.
  await page.goBack();
  await expect(headline(page)).toBeVisible();
});

test('on the chain that is open: what each merge would buy, and its plan', async ({ page }) => {
  await page.goto('./');
  await openSample(page);
  await page.getByRole('link', { name: 'Experiments', exact: true }).click();
  await page.getByRole('link', { name: QUESTION }).click();
  await expect(onYourChain(page)).toContainText(`${SAMPLE_DEPTH} differencing disks`);
  await onYourChain(page).getByRole('button', { name: 'Count it' }).click();
  const offers = page.getByRole('region', { name: 'What each merge would buy' });
  await expect(offers.getByRole('table')).toBeVisible({ timeout: 30_000 });
  const said = onYourChain(page).getByText(/^Merging layers/);
  const [, first = '', last = '', share = ''] =
    /layers (\d+)–(\d+) would save (\S+ %)/.exec(((await said.textContent()) ?? '').replace(/\s+/g, ' ')) ??
    [];
  expect(share).not.toBe('');
  const best = offers.getByRole('row', { name: `layers ${first}–${last}` });
  await expect(best).toContainText(share.replace(/\D/g, ''));
  await onYourChain(page).getByRole('button', { name: 'See the plan' }).click();
  await expect(page).toHaveURL(/screen=merge/);
  await expect(page.getByRole('combobox', { name: 'From layer' })).toHaveValue(first);
  await expect(page.getByRole('combobox', { name: 'down to layer' })).toHaveValue(last);
});

test('the chain that is open is studied itself, and only read', async ({ page }) => {
  await page.goto('./');
  await openSample(page);
  await page.getByRole('link', { name: 'Experiments', exact: true }).click();
  await page.getByRole('link', { name: QUESTION }).click();
  await page.getByRole('combobox', { name: 'Disk', exact: true }).selectOption('the chain in view');
  await runHere(page);
  const [heads = []] = await tableCells(page, MEDIANS);
  expect(heads).toContain(String(SAMPLE_DEPTH));
  expect(heads).not.toContain(String(SAMPLE_DEPTH + 1));
});

test('ten verdicts, each with the figures of a run that went into the program', async ({ page }) => {
  await page.goto(experimentAddress(null));
  const rows = page.getByRole('table').locator('tbody tr');
  await expect(rows).toHaveCount(10);
  expect(verdicts.length).toBe(10);
  for (const [i, { headline: said }] of verdicts.entries()) {
    await expect(rows.nth(i)).toContainText(said);
    await expect(rows.nth(i).locator('.judgement').first()).toBeVisible();
  }
  await expect(page.getByText('Not run yet.')).toHaveCount(0);
});

// The list's figures were made elsewhere: the same set-up and seed give the same words in this browser.
for (const { id, headline: said, claims } of verdicts) {
  test(`${id}, as it is set, gives here the verdict that stands in the list`, async ({ page }) => {
    await page.goto(experimentAddress(id));
    await runHere(page);
    await expect(headline(page)).toHaveText(said);
    const judged = page.getByRole('region', { name: 'Who said what' }).locator('.judgement');
    await expect(judged).toHaveText(claims.map(({ holds }) => HOLDS[holds] ?? holds));
  });
}
