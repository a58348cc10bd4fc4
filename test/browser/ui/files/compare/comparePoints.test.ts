import { afterEach, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { CompareRequest, FileChange } from '../../../../../src/engine/api.ts';
import ChangeRows from '../../../../../src/ui/files/compare/ChangeRows.svelte';
import ComparePointsDialog from '../../../../../src/ui/files/compare/ComparePointsDialog.svelte';
import { changesCsv, changesJson, changesShown } from '../../../../../src/ui/files/compare/changeText.ts';
import { expectAccessible } from '../../support.ts';
import { callsOf, folderScene } from '../filesPage.ts';

async function dialog(path = 'Shares/Finance') {
  const made = await folderScene(path);
  const { scene, files } = made;
  const onclose = vi.fn();
  const props = { session: scene.session, files, volume: files.firstSector ?? 0, path, onclose };
  const screen = await render(ComparePointsDialog, props);
  const request = () => callsOf(made, 'compareFiles').at(-1)?.[0] as CompareRequest;
  const rows = () => [...screen.container.querySelectorAll('tbody tr')];
  const compare = () => screen.getByRole('button', { name: 'Compare', exact: true }).click();
  return { ...made, screen, request, rows, compare, onclose, props };
}

afterEach(() => vi.restoreAllMocks());

describe('comparing two points', () => {
  it('asks about the folder between the point in view and the next older one', async () => {
    const { screen, request, rows, compare, props } = await dialog();
    await expect.element(screen.getByText(/at most 234 MiB twice/)).toBeVisible();
    await compare();
    await expect.element(screen.getByText(/^0 added, 0 removed, \d+ changed;$/)).toBeVisible();
    const { volume } = props;
    expect(request()).toEqual({
      before: { at: 2, volume },
      after: { at: 1, volume },
      path: 'Shares/Finance',
      contents: false,
    });
    expect(rows().some((row) => row.textContent?.includes('ledger-2021.accdb'))).toBe(true);
    await expect.element(screen.getByText(/contents were not read/)).toBeVisible();
  });

  it('takes other points, the whole volume, and contents', async () => {
    const { screen, request, compare } = await dialog();
    await screen.getByRole('combobox', { name: 'From' }).selectOptions(['6']);
    await screen.getByRole('button', { name: 'Whole volume' }).click();
    await screen.getByRole('checkbox', { name: /Contents too/ }).click();
    await compare();
    await vi.waitFor(() =>
      expect(request()).toMatchObject({ before: { at: 6 }, after: { at: 1 }, path: '', contents: true }),
    );
    await expect.element(screen.getByText(/proven by the maps of the layers/)).toBeVisible();
  });

  it('does not compare a point with itself', async () => {
    const { screen } = await dialog();
    await screen.getByRole('combobox', { name: 'From' }).selectOptions(['1']);
    await expect.element(screen.getByText('They are the same point.')).toBeVisible();
    await expect.element(screen.getByRole('button', { name: 'Compare', exact: true })).toBeDisabled();
  });

  it('filters by kind of change and by path', async () => {
    const { screen, rows, compare } = await dialog();
    await screen.getByRole('combobox', { name: 'From' }).selectOptions(['6']);
    await compare();
    await screen.getByRole('button', { name: /^Added/ }).click();
    await vi.waitFor(() => expect(rows().length).toBeGreaterThan(0));
    expect(rows().every((row) => row.textContent?.includes('added'))).toBe(true);
    await screen.getByRole('searchbox', { name: 'Filter by path' }).fill('vat-');
    await vi.waitFor(() => expect(rows()).toHaveLength(1));
  });

  it('leads to a file, at the point that has it', async () => {
    const { screen, files, compare, onclose } = await dialog();
    await screen.getByRole('combobox', { name: 'To' }).selectOptions(['2']);
    await screen.getByRole('combobox', { name: 'From' }).selectOptions(['3']);
    await compare();
    await screen.getByRole('button', { name: 'ledger-2021.laccdb' }).click();
    await vi.waitFor(() => expect(onclose).toHaveBeenCalled());
    // Removed on the way from 2 to 1: it is seen where it was.
    expect(files.point).toBe(3);
    await vi.waitFor(() => expect(files.focused?.path).toBe('Shares/Finance/ledger-2021.laccdb'));
  });

  it('can be cancelled, and says what went wrong', async () => {
    const { screen, scene, compare } = await dialog();
    const release = scene.files.hold('compare');
    await compare();
    await screen.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect.element(screen.getByText(/^Cancelled\./)).toBeVisible();
    release();
    await screen.getByRole('button', { name: 'Compare others…' }).click();
    scene.files.failing.set('compare', { code: 'corrupt', message: 'The older listing is damaged.' });
    await compare();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/older listing is damaged/);
  });

  it('keeps what it found when it is closed', async () => {
    const { screen, compare, props } = await dialog();
    await compare();
    await expect.element(screen.getByText(/unchanged/)).toBeVisible();
    await screen.unmount();
    const again = await render(ComparePointsDialog, props);
    await expect.element(again.getByText(/unchanged/)).toBeVisible();
  });

  it('is accessible', async () => {
    const { screen, compare } = await dialog();
    await expectAccessible(screen.container);
    await compare();
    await expect.element(screen.getByText(/unchanged/)).toBeVisible();
    await expectAccessible(screen.container);
  });
});

function change(path: string, more: Partial<FileChange> = {}): FileChange {
  const side = { sizeBytes: 5, modifiedMs: Date.UTC(2021, 10, 24), sha256: null };
  return { path, kind: 'file', change: 'changed', why: ['time'], before: side, after: side, ...more };
}

describe('the rows of changes', () => {
  it('are made only where they are in sight', async () => {
    const changes = Array.from({ length: 100_000 }, (_, i) => change(`folder/file ${i}`));
    const onjump = vi.fn();
    const screen = await render(ChangeRows, { changes, folder: 'folder', onjump });
    const box = screen.container.querySelector('.rows');
    if (!box) throw new Error('no rows');
    await vi.waitFor(() => expect(box.querySelectorAll('tbody tr').length).toBeGreaterThan(3));
    expect(box.querySelectorAll('tbody tr').length).toBeLessThan(80);
    box.scrollTop = box.scrollHeight;
    await screen.getByRole('button', { name: 'file 99999' }).click();
    expect(onjump).toHaveBeenCalledWith(changes[99_999]);
    expect(box.querySelector('tbody tr:last-child')?.getAttribute('aria-rowindex')).toBe('100001');
  });
});

describe('changes to take along', () => {
  it('as CSV quote what needs it, and hold no formula', () => {
    const csv = changesCsv([
      change('a "b", c.txt'),
      change('=cmd()', { change: 'added', why: [], before: null }),
    ]);
    const lines = csv.split('\r\n');
    expect(lines[0]).toMatch(/^change,why,kind,path,bytes before/);
    expect(lines[1]).toBe(
      'changed,time,file,"a ""b"", c.txt",5,5,2021-11-24T00:00:00.000Z,2021-11-24T00:00:00.000Z,,',
    );
    expect(lines[2]).toBe("added,,file,'=cmd(),,5,,2021-11-24T00:00:00.000Z,,");
  });

  it('as JSON hold everything as it is', () => {
    const changes = [change('line\nbreak')];
    const points = { before: 'a', after: 'b', volume: 2048, path: '', contents: true };
    expect(JSON.parse(changesJson(points, changes))).toEqual({ ...points, changes });
  });

  it('are those that the filters leave', () => {
    const changes = [change('A'), change('b', { change: 'added' })];
    expect(changesShown(changes, 'all', '')).toBe(changes);
    expect(changesShown(changes, 'added', '')).toEqual([changes[1]]);
    expect(changesShown(changes, 'all', 'a')).toEqual([changes[0]]);
  });
});
