/** The Files screen: disks with a history that the tests know, and where things are on the page. */
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import {
  type HistoryName,
  loadHistory,
  loadTable,
  type TrueFile,
  type TrueState,
  type VolumeHistory,
} from '../../support/historyFixtures.ts';
import { sha256 } from '../../support/vhdFiles.ts';
import { buildVolumeChain, movedPieces, type VolumeChain } from '../../support/volumeChain.ts';
import { drop } from './files.ts';

/** Listing is done by a program of its own that is loaded first; other tests may keep the machine busy. */
export const PATIENCE = { timeout: 60_000 };

export interface HistoryDisk {
  readonly chain: VolumeChain;
  readonly history: VolumeHistory;
}

/** One volume, without a partition table. */
export async function historyDisk(name: HistoryName): Promise<HistoryDisk> {
  const history = await loadHistory(name);
  const { sizeBytes: diskBytes, pieces: states } = history;
  return { history, chain: buildVolumeChain({ diskBytes, states, prefix: name }) };
}

/** A GPT with three volumes, each with its history. */
export async function threeVolumes(): Promise<{ chain: VolumeChain; firstSectors: readonly number[] }> {
  const table = await loadTable('gpt');
  const histories = await Promise.all((['ntfs', 'ext4', 'exfat'] as const).map(loadHistory));
  const firstSectors = table.volumes.map(({ firstSector }) => firstSector);
  const stateOf = (state: number) =>
    histories.flatMap(({ pieces }, i) => movedPieces(pieces[state] ?? [], (firstSectors[i] ?? 0) * 512));
  const states = [[...table.pieces, ...stateOf(0)], stateOf(1), stateOf(3)];
  return { chain: buildVolumeChain({ diskBytes: table.diskBytes, states, prefix: 'gpt' }), firstSectors };
}

/** Writes the files of a chain; gives their paths. What was never written is a hole. */
export function writeChain(folder: string, { files }: VolumeChain): Promise<string[]> {
  return Promise.all(
    files.map(async ({ name, file }) => {
      const to = path.join(folder, name);
      const target = await open(to, 'w');
      await target.truncate(file.sizeBytes);
      for (const { offset, bytes } of file.content.held()) {
        const length = Math.min(bytes.length, file.sizeBytes - offset);
        if (length > 0) await target.write(bytes, 0, length, offset);
      }
      await target.close();
      return to;
    }),
  );
}

/** Drops the files on the page and goes to what is in the disk. */
export async function openFiles(page: Page, paths: readonly string[]): Promise<void> {
  await drop(page, paths);
  await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible(PATIENCE);
  await page.getByRole('link', { name: 'Files', exact: true }).click();
}

/** Hands a small disk to the page as files that somebody chose, and waits for its root. */
export async function chooseHistory(page: Page, name: HistoryName): Promise<void> {
  const { chain } = await historyDisk(name);
  const files = chain.files.map(({ name: fileName, file }) => ({
    name: fileName,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(file.bytes()),
  }));
  await page.locator('input[type=file]').first().setInputFiles(files);
  await expect(page.getByRole('main', { name: 'Disk' })).toBeVisible(PATIENCE);
  await page.getByRole('link', { name: 'Files', exact: true }).click();
  await expect(fileRow(page, 'big.log')).toBeVisible(PATIENCE);
}

export const grid = (page: Page): Locator => page.getByRole('grid');
/** The row of a name in the folder in view. */
export const fileRow = (page: Page, name: string): Locator =>
  grid(page)
    .getByRole('row')
    .filter({ has: page.getByTitle(name, { exact: true }) });
export const pathLine = (page: Page): Locator => page.getByRole('navigation', { name: 'Path' });
export const filePanel = (page: Page): Locator =>
  page.getByRole('complementary', { name: 'The selected file' });
export const panelSection = (page: Page, name: string): Locator =>
  filePanel(page).getByRole('region', { name, exact: true });
export const volumeChoice = (page: Page): Locator => page.getByRole('listbox', { name: 'Volumes' });
export const pointChoice = (page: Page): Locator => page.getByRole('listbox', { name: 'Point of the chain' });

/** Names in the order of the rows that are drawn. */
export function rowNames(page: Page): Promise<string[]> {
  return grid(page)
    .locator('[data-row] .name')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('title') ?? ''));
}

/** What each point's cell of a row says, oldest first. */
export function cellNames(page: Page, name: string): Promise<string[]> {
  return fileRow(page, name)
    .getByRole('gridcell', { name: /checkpoint \d+/ })
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label') ?? ''));
}

export async function expectFolder(page: Page, name: string): Promise<void> {
  await expect(pathLine(page).locator('[aria-current=location]')).toHaveText(name, PATIENCE);
}

/** All points are listed: cells say what became of everything. */
export async function expectAllListed(page: Page): Promise<void> {
  await expect(page.getByRole('gridcell', { name: /not listed/ })).toHaveCount(0, PATIENCE);
  await expect(page.getByRole('button', { name: 'Cancel listing' })).toHaveCount(0, PATIENCE);
}

/** Selects a file and waits until it was read. */
export async function selectFile(page: Page, name: string): Promise<void> {
  await fileRow(page, name).click();
  await expect(filePanel(page).getByRole('heading', { name, exact: true })).toBeVisible(PATIENCE);
}

export const saveDialog = (page: Page): Locator => page.getByRole('dialog', { name: /^Save / });

/** Files under a folder of this computer by their way from it, `/` between, with their hashes; folders end with `/`. */
export async function filesUnder(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const full = path.join(entry.parentPath, entry.name);
    const way = path.relative(folder, full).replaceAll(path.sep, '/');
    if (entry.isDirectory()) found.set(`${way}/`, '');
    else found.set(way, sha256(await readFile(full)));
  }
  return found;
}

export function stateOf({ states }: VolumeHistory, state: number): TrueState {
  const found = states[state];
  if (!found) throw new Error(`no state ${state}`);
  return found;
}

/** The file of the volume, as it is in that state. */
export function trueFile({ states }: VolumeHistory, state: number, name: string): TrueFile {
  const found = states[state]?.files.get(name);
  if (!found) throw new Error(`no ${name} in state ${state}`);
  return found;
}

/** What the cells of an entry must say, oldest first: told by sizes, times and names, as listings tell. */
export function trueCells({ states }: VolumeHistory, entry: string): string[] {
  const prints = states.map(({ files, folders }) => {
    const under = [...files].filter(([one]) => one === entry || one.startsWith(`${entry}/`));
    const below = [...folders].filter((one) => one.startsWith(`${entry}/`));
    const isThere = under.length > 0 || folders.has(entry);
    const facts = under.map(([one, { sizeBytes, modifiedMs }]) => [one, sizeBytes, modifiedMs]);
    return isThere ? JSON.stringify([facts.sort(), below.sort()]) : null;
  });
  return prints.map((print, state) => {
    const layer = states.length - 1 - state;
    const before = prints[state - 1] ?? null;
    if (state === 0 && print !== null) return `there in checkpoint ${layer}, the oldest listed`;
    if (print === null) return `${before === null ? 'not there' : 'removed'} in checkpoint ${layer}`;
    if (before === null) return `added in checkpoint ${layer}`;
    return `${print === before ? 'unchanged' : 'changed'} in checkpoint ${layer}`;
  });
}

/** Names in the root, or in a folder, at any point. */
export function everIn({ states }: VolumeHistory, folder: string): string[] {
  const names = new Set<string>();
  const prefix = folder === '' ? '' : `${folder}/`;
  for (const { files, folders } of states) {
    for (const one of [...files.keys(), ...folders])
      if (one.startsWith(prefix)) names.add(one.slice(prefix.length).split('/')[0] ?? '');
  }
  return [...names];
}

/** Changes of files between two states, told by contents too: path and what happened, in order. */
export function trueChanges(history: VolumeHistory, before: number, after: number): [string, string][] {
  const [old, now] = [stateOf(history, before), stateOf(history, after)];
  const changes: [string, string][] = [];
  for (const name of new Set([...old.files.keys(), ...now.files.keys()])) {
    const [was, is] = [old.files.get(name), now.files.get(name)];
    if (!was) changes.push([name, 'added']);
    else if (!is) changes.push([name, 'removed']);
    else if (was.sha256 !== is.sha256 || was.modifiedMs !== is.modifiedMs) changes.push([name, 'changed']);
  }
  for (const name of old.folders) if (!now.folders.has(name)) changes.push([name, 'removed']);
  for (const name of now.folders) if (!old.folders.has(name)) changes.push([name, 'added']);
  return changes.sort();
}

/** The names that a report says were changed, by their paths in the volume. */
export async function renamedIn(dialog: Locator): Promise<Map<string, string>> {
  const rows = await dialog
    .getByRole('list', { name: /^renamed/ })
    .getByRole('listitem')
    .evaluateAll((items) =>
      items.map((item) => [...item.querySelectorAll('.mono')].map((name) => name.textContent)),
    );
  return new Map(rows.map(([from = '', to = '']) => [from, to]));
}

/** Where a path of the volume went: the report names entries one by one, each with its whole way. */
export function movedTo(name: string, renamed: ReadonlyMap<string, string>): string {
  const own = renamed.get(name);
  if (own !== undefined) return own;
  const at = name.lastIndexOf('/');
  return at < 0 ? name : `${movedTo(name.slice(0, at), renamed)}${name.slice(at)}`;
}

/** Every entry under these paths is in the ZIP with its bytes, and nothing else is. */
export function expectZip(
  bytes: Uint8Array,
  { files, folders }: TrueState,
  tops: readonly string[],
  renamed: ReadonlyMap<string, string>,
): void {
  const isIn = (name: string) => tops.some((top) => name === top || name.startsWith(`${top}/`));
  const truth = new Map<string, string>();
  for (const name of folders) if (isIn(name)) truth.set(`${movedTo(name, renamed)}/`, '');
  for (const [name, file] of files) if (isIn(name)) truth.set(movedTo(name, renamed), file.sha256);
  const found = Object.entries(unzipSync(bytes)).map(
    ([name, content]) => [name, name.endsWith('/') ? '' : sha256(content)] as const,
  );
  expect(found.sort()).toEqual([...truth].sort());
}

/** What a dialogue offers to download. */
export async function downloaded(page: Page, dialog: Locator): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: /^Download/ }).click();
  return readFile(await (await download).path());
}

/** The bytes that are drawn, as hex without gaps. */
export async function hexOf(bytes: Locator): Promise<string> {
  const rows = await bytes.locator('.row .hex').allTextContents();
  return rows.join('').replace(/\s/g, '').toLowerCase();
}

/** The page takes a click and shows what it asks for, while something else runs. */
export async function expectAnswers(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'View' }).click();
  const view = page.getByRole('dialog', { name: 'View' });
  await expect(view).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(view).toHaveCount(0);
}
