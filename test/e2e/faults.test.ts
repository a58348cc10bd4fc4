/** Bad input and bad luck: what is wrong is said, and the rest stays usable. */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chainFiles, idOf, type VhdFile, vhdBytes, writeFiles } from '../support/vhdFiles.ts';
import { drop } from './support/files.ts';
import { expect, test } from './support/fixtures.ts';
import { expectChain, expectShownBytes, openSample, select, treeRow, walkSteps } from './support/screens.ts';

const files = chainFiles({ depth: 2, seed: 11 });
const newestFirst = [...files].reverse();
const leaf = newestFirst[0] as VhdFile;
const chain = newestFirst.map(({ name }) => name);

const content = {
  sizeBytes: 4 * 2 ** 20,
  blockSizeBytes: 2 ** 21,
  sectors: new Map([[7, Buffer.alloc(512, 'x')]]),
};

test('junk, truncated files, orphans and cycles beside a sound chain are named, and the chain reads', async ({
  page,
  folder,
}) => {
  const seven = { id: idOf('seven'), name: 'seven.avhd' };
  const eight = { id: idOf('eight'), name: 'eight.avhd' };
  const bad = [
    { name: 'junk.vhd', bytes: Buffer.from('this is no disk '.repeat(1000)) },
    { name: 'empty.vhd', bytes: Buffer.alloc(0) },
    { name: 'cut.vhd', bytes: vhdBytes({ ...content, id: idOf('cut'), parent: null }).subarray(0, 9000) },
    {
      name: 'orphan.avhd',
      bytes: vhdBytes({ ...content, id: idOf('orphan'), parent: { id: idOf('nobody'), name: 'nobody.vhd' } }),
    },
    { name: 'seven.avhd', bytes: vhdBytes({ ...content, id: seven.id, parent: eight }) },
    { name: 'eight.avhd', bytes: vhdBytes({ ...content, id: eight.id, parent: seven }) },
  ];
  await page.goto('./');
  await drop(page, await writeFiles(folder, [...bad, ...files]));
  await expect(treeRow(page, 'orphan.avhd')).toHaveAccessibleName(/parent not found/);
  await expect(treeRow(page, 'seven.avhd')).toHaveAccessibleName(/part of a cycle/);
  await expect(treeRow(page, 'eight.avhd')).toHaveAccessibleName(/part of a cycle/);
  const findings = page.getByRole('region', { name: 'Findings' });
  await expect(findings).toContainText('0xC03A000D');
  await expect(findings).toContainText('0xC03A0018');
  await page.getByRole('button', { name: /other files? (is|are) not/ }).click();
  const others = page.getByRole('dialog', { name: 'Files that are not disks' });
  await expect(others).toContainText('junk.vhd');
  await expect(others).toContainText('empty.vhd');
  await page.keyboard.press('Escape');
  await treeRow(page, leaf.name).dblclick();
  await expectChain(page, chain);
  const [held = 0] = leaf.sectors.keys();
  await select(page, String(held));
  await expectShownBytes(page, leaf.disk, held * 512);
});

test('an orphan shows what is missing as unknown, not as zeros', async ({ page, folder }) => {
  await page.goto('./');
  await drop(page, await writeFiles(folder, [leaf]));
  const [held = 0] = leaf.sectors.keys();
  await select(page, String(held));
  const path = page.getByRole('region', { name: 'Read path' });
  await expect(path).toContainText(/1 of 3/);
  let absent = 0;
  while (leaf.sectors.has(absent)) absent++;
  await select(page, String(absent));
  await expect(page.getByRole('form', { name: 'Selection' })).toContainText(/unknown/);
  await expect(page.getByRole('region', { name: 'Bytes', exact: true })).toContainText('??');
  await expect(path).toContainText('which is not here');
});

/** A sector of the base that no panel has asked for yet. */
function farSector(file: VhdFile, from: readonly VhdFile[]): number {
  const last = file.disk.length / 512 - 1;
  for (let sector = last; sector > 0; sector--) {
    if (file.sectors.has(sector) && !from.some((newer) => newer.sectors.has(sector))) return sector;
  }
  throw new Error('the base holds something');
}

for (const [what, code, spoil] of [
  ['changes', /no longer the one that was opened/, (file: string) => appendFile(file, 'more')],
  ['vanishes', /is not there|no longer the one/, (file: string) => rm(file)],
] as const) {
  test(`a file that ${what} while it is open is named, and the others stay usable`, async ({
    page,
    folder,
  }) => {
    const base = files[0] as VhdFile;
    const paths = await writeFiles(folder, files);
    await page.goto('./');
    await drop(page, paths);
    await expectChain(page, chain);
    await expect(page.getByRole('status')).toHaveCount(0);
    await spoil(path.join(folder, base.name));
    await select(page, String(farSector(base, files.slice(1))));
    const words = page.getByText(code).first();
    await expect(words).toBeVisible();
    await expect(page.getByText(base.name).first()).toBeVisible();
    const [held = 0] = leaf.sectors.keys();
    await select(page, String(held));
    await expect
      .poll(async () => (await walkSteps(page)).at(-1))
      .toContain(`layer 0, ${leaf.name}: 512 B are read`);
    const hex = page.getByRole('region', { name: 'Bytes', exact: true });
    await hex.getByRole('button', { name: 'File', exact: true }).click();
    await treeRow(page, leaf.name).click();
    await hex.getByRole('application').press('Control+Home');
    await expectShownBytes(page, leaf.bytes, 0);
  });
}

test('an engine that dies is offered a restart, which brings everything back', async ({ page, folder }) => {
  await page.goto('./');
  await drop(page, await writeFiles(folder, files));
  await expectChain(page, chain);
  await select(page, '1234');
  const [worker] = page.workers();
  if (!worker) throw new Error('the engine runs in a worker');
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('planted');
    });
  });
  const alert = page.getByRole('alert').filter({ hasText: 'planted' });
  await expect(alert).toBeVisible();
  await alert.getByRole('button', { name: 'Restart the engine' }).click();
  await expect(alert).toHaveCount(0);
  await expectChain(page, chain);
  await expectShownBytes(page, leaf.disk, 1234 * 512);
});

test('names and texts in files are shown as text', async ({ page, folder, guard }) => {
  const name = '<img src=x onerror=alert(1)>.avhd';
  const parent = { id: idOf('p'), name: '<script>document.title="broken"</script><b>bold</b>' };
  await writeFile(path.join(folder, name), vhdBytes({ ...content, id: idOf('c'), parent }));
  await page.goto('./');
  await drop(page, [path.join(folder, name)]);
  await expect(treeRow(page, name)).toBeVisible();
  await expect(page.getByText('<b>bold</b>').first()).toBeVisible();
  expect(await page.title()).not.toBe('broken');
  expect(guard.faults).toEqual([]);
});

test('a folder without disks says what to do next', async ({ page, folder }) => {
  await page.goto('./');
  await drop(page, await writeFiles(folder, [{ name: 'readme.txt', bytes: Buffer.from('hello') }]));
  await expect(page.getByText('No disk among these files')).toBeVisible();
  await page.getByRole('button', { name: 'Open other files' }).click();
  await openSample(page);
});
