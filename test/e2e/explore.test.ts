/** One selection, and every panel an answer to it: map, read path, bytes. Compared with the disk as it must be. */
import { chainFiles, type VhdFile, writeFiles } from '../support/vhdFiles.ts';
import { drop } from './support/files.ts';
import { expect, test } from './support/fixtures.ts';
import { expectChain, expectShownBytes, select, treeRow, walkSteps } from './support/screens.ts';

const files = chainFiles({ depth: 3, seed: 7 });
const newestFirst = [...files].reverse();
const leaf = newestFirst[0] as VhdFile;
const SECTORS_PER_BLOCK = 4096;
const sectorCount = leaf.disk.length / 512;

/** Layers that must be asked for a sector, and what each must answer. */
function expectedWalk(
  sector: number,
): { layer: number; answers: ('no block' | 'bit clear' | 'bit set' | 'data')[] }[] {
  const block = Math.floor(sector / SECTORS_PER_BLOCK);
  const walk = [];
  for (const [layer, file] of newestFirst.entries()) {
    const holdsBlock = [...file.sectors.keys()].some(
      (held) => Math.floor(held / SECTORS_PER_BLOCK) === block,
    );
    const isBase = layer === newestFirst.length - 1;
    const answers: ('no block' | 'bit clear' | 'bit set' | 'data')[] = [];
    if (!holdsBlock) answers.push('no block');
    else if (isBase) answers.push('data');
    else answers.push(file.sectors.has(sector) ? 'bit set' : 'bit clear');
    walk.push({ layer, answers });
    if (answers.includes('bit set') || answers.includes('data')) break;
  }
  return walk;
}

/** One sector of each kind: held by each layer, in a block but not held, in no file. */
function probes(): number[] {
  const found = new Map<string, number>();
  for (let sector = 0; sector < sectorCount; sector++) {
    const kind = JSON.stringify(expectedWalk(sector));
    if (!found.has(kind)) found.set(kind, sector);
  }
  return [...found.values(), sectorCount - 1];
}

test.beforeEach(async ({ page, folder }) => {
  await page.goto('./');
  await drop(page, await writeFiles(folder, files));
  await expectChain(
    page,
    newestFirst.map(({ name }) => name),
  );
});

test('the walk asks the right files in the right order, for every kind of sector', async ({ page }) => {
  const sectors = probes();
  expect(sectors.length).toBeGreaterThan(6);
  for (const sector of sectors) {
    await select(page, String(sector));
    await expect(page.getByRole('region', { name: 'Read path' })).toContainText('step 1 of');
    await expect(async () => {
      const steps = await walkSteps(page);
      const walk = expectedWalk(sector);
      const lookups = steps.filter((step) => step.includes('block table'));
      expect(lookups.map((step) => Number(/layer (\d+)/.exec(step)?.[1]))).toEqual(
        walk.map(({ layer }) => layer),
      );
      const answers = steps.flatMap((step) => {
        if (step.includes('does not hold the block')) return ['no block'];
        if (step.includes('says 0')) return ['bit clear'];
        if (step.includes('says 1')) return ['bit set'];
        return [];
      });
      expect(answers).toEqual(walk.flatMap((asked) => asked.answers.filter((answer) => answer !== 'data')));
    }, `sector ${sector}`).toPass({ timeout: 10_000 });
    await expectShownBytes(page, leaf.disk, sector * 512);
  }
});

test('a step of the walk shows its bytes in its file', async ({ page }) => {
  const sector = [...leaf.sectors.keys()][0] as number;
  await select(page, String(sector));
  const path = page.getByRole('region', { name: 'Read path' });
  await expect(path).toContainText('step 1 of 3');
  await path.getByRole('button', { name: 'Next step' }).click();
  await expect(path).toContainText('step 2 of 3');
  const bitmap = /bitmap at 0x([0-9A-F]+)/.exec((await walkSteps(page))[1] ?? '');
  await expectShownBytes(page, leaf.bytes, Number.parseInt(bitmap?.[1] ?? '', 16));
  await page.keyboard.press(']');
  await expect(path).toContainText('step 3 of 3');
  const data = /read at 0x([0-9A-F]+)/.exec((await walkSteps(page))[2] ?? '');
  const at = Number.parseInt(data?.[1] ?? '', 16);
  await expectShownBytes(page, leaf.bytes, at);
  expect(leaf.bytes.subarray(at, at + 512)).toEqual(leaf.sectors.get(sector));
});

test('measured costs appear for the walk and the index', async ({ page }) => {
  await select(page, String(sectorCount - 1));
  const costs = page.getByRole('region', { name: 'Read path' }).getByRole('table');
  for (const name of [/walk/, /index/]) {
    const row = costs.getByRole('row', { name });
    await expect(async () => {
      const figures = (await row.getByRole('cell').allTextContents()).filter((text) => text.trim() !== '');
      expect(Number(figures.at(-1)?.replace(/\s/g, ''))).toBeGreaterThan(0);
    }).toPass({ timeout: 20_000 });
  }
});

test('sectors, byte offsets, ranges and blocks can be typed, and nonsense is refused in words', async ({
  page,
}) => {
  const field = page.getByRole('textbox', { name: 'First sector, byte or range' });
  const count = page.getByRole('textbox', { name: 'Sector count' });
  const plain = async (box: typeof field) => (await box.inputValue()).replace(/\D/g, '');
  for (const [typed, first, sectors] of [
    ['1000', '1000', '1'],
    ['0x10000', '128', '1'],
    ['2000-2009', '2000', '10'],
    ['block 3', String(3 * SECTORS_PER_BLOCK), String(SECTORS_PER_BLOCK)],
  ] as const) {
    await select(page, typed);
    await field.blur();
    await expect.poll(() => plain(field)).toBe(first);
    await expect.poll(() => plain(count)).toBe(sectors);
  }
  await select(page, String(sectorCount));
  await expect(page.getByRole('alert')).toContainText('The disk ends at sector');
});

test('the map shows every layer, and its table says what the files hold', async ({ page }) => {
  const map = page.getByRole('region', { name: 'Block map', exact: true });
  const canvas = map.getByRole('application', { name: /^Block map/ });
  const colours = () =>
    canvas.locator('canvas').evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement) || element.width === 0) return 0;
      const image = element.getContext('2d')?.getImageData(0, 0, element.width, element.height);
      return new Set(new Uint32Array(image?.data.buffer ?? new ArrayBuffer(0))).size;
    });
  await expect.poll(colours).toBeGreaterThanOrEqual(newestFirst.length);
  await map.getByRole('button', { name: 'Table' }).click();
  const table = map.getByRole('region', { name: 'Block map as a table' });
  await expect(table).toBeVisible();
  for (const [layer, { name }] of newestFirst.entries()) {
    await expect(table.getByText(`answered by ${layer} ${name}`).first()).toBeVisible();
  }
});

test('a click on the map selects a sector of what was clicked; arrows and zoom work from the keyboard', async ({
  page,
}) => {
  const canvas = page.getByRole('application', { name: /^Block map/ });
  const field = page.getByRole('textbox', { name: 'First sector, byte or range' });
  const box = await canvas.boundingBox();
  if (!box) throw new Error('the map has a place');
  await canvas.click({ position: { x: box.width / 2, y: box.height / 2 } });
  const sector = async () => Number((await field.inputValue()).replace(/\D/g, ''));
  await expect.poll(sector).toBeGreaterThan(0);
  const clicked = await sector();
  await canvas.press('ArrowRight');
  await expect.poll(sector).toBe(clicked + 1);
  await canvas.press('ArrowDown');
  await expect.poll(sector).toBe(clicked + 1 + 2 ** 20 / 512);
  await canvas.press('+');
  await canvas.press('+');
  await expect(page.getByRole('button', { name: /^Whole disk/ })).toBeVisible();
  await canvas.press('w');
  await expect(page.getByRole('button', { name: /^Whole disk/ })).toHaveCount(0);
});

test('the bytes of every file can be read, with their structures named', async ({ page }) => {
  const hex = page.getByRole('region', { name: 'Bytes', exact: true });
  await hex.getByRole('button', { name: 'File', exact: true }).click();
  for (const { name, bytes } of newestFirst) {
    await treeRow(page, name).click();
    await hex.getByRole('application', { name: /^Bytes of/ }).press('Control+Home');
    await expectShownBytes(page, bytes, 0);
    await expect(hex).toContainText(/footer/i);
  }
});

test('text is found in the disk, in pieces of any layer', async ({ page }) => {
  await page.keyboard.press('/');
  const needle = page.getByRole('textbox', { name: 'Text to find in the disk' });
  await needle.fill('the last sector ');
  await page.getByRole('button', { name: 'From the start' }).click();
  await expect(page.getByRole('search')).toContainText(/32 hits/);
  await expectShownBytes(page, leaf.disk, (sectorCount - 1) * 512);
});

test('the selection is in the address, and Back goes through selections', async ({ page }) => {
  const field = page.getByRole('textbox', { name: 'First sector, byte or range' });
  await select(page, '1000');
  await expect(page).toHaveURL(/sector=1000/);
  await page.waitForTimeout(800);
  await select(page, '2000');
  await expect(page).toHaveURL(/sector=2000/);
  await page.goBack();
  await expect.poll(async () => (await field.inputValue()).replace(/\D/g, '')).toBe('1000');
});
