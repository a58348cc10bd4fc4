import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import FilePanel from '../../../../../src/ui/files/file/FilePanel.svelte';
import { pointName } from '../../../../../src/ui/files/file/pointNames.ts';
import { firstByteSector } from '../../../../../src/ui/files/file/showSectors.ts';
import { expectAccessible } from '../../support.ts';
import { callsOf, folderScene, select } from '../filesPage.ts';

async function panel(path?: string) {
  const made = await folderScene(path);
  const { scene, files } = made;
  const screen = await render(FilePanel, { session: scene.session, files });
  const text = () => screen.container.textContent?.replace(/\s+/g, ' ') ?? '';
  return { ...made, screen, text };
}

describe('the panel of a file', () => {
  it('says what the file is, once it was read', async () => {
    const { files, screen, text } = await panel();
    await expect.element(screen.getByText(/Select a file/)).toBeVisible();
    await select(files, 'ledger-2021.accdb');
    await expect.element(screen.getByRole('heading', { name: 'ledger-2021.accdb' })).toBeVisible();
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    expect(text()).toContain('41 MiB, 42 991 616 bytes');
    expect(text()).toContain('24 Nov 2021 00:00 UTC');
    expect(text()).toMatch(/SHA-256 ?([0-9a-f]{8})\1{7}/);
    await expect
      .element(screen.getByRole('region', { name: 'First bytes' }))
      .toHaveTextContent(/0000 00 01 02 03/);
  });

  it('shows where its bytes live, layer by layer', async () => {
    const { files, screen, scene, text } = await panel();
    await select(files, 'ledger-2021.accdb');
    await expect.element(screen.getByText(/from \d files? of the chain/)).toBeVisible();
    const outcome = await scene.files.inspectFile(
      { at: 1, volume: files.firstSector ?? 0, path: 'Shares/Finance/ledger-2021.accdb' },
      { id: 9, report: () => {} },
    );
    if (!outcome.ok) throw new Error('not read');
    const { shares } = outcome.value;
    const rows = screen.getByRole('table', { name: /Bytes by the file/ });
    expect(rows.element().querySelectorAll('tr')).toHaveLength(shares.length);
    for (const { layer } of shares) expect(text()).toContain(pointName(scene.session, layer));
  });

  it('says what it does not tell of a file in very many pieces', async () => {
    const { files, screen, scene } = await panel();
    const inspect = scene.files.inspectFile;
    scene.files.inspectFile = async (place, job) => {
      const outcome = await inspect(place, job);
      return outcome.ok ? { ...outcome, value: { ...outcome.value, leftOutBytes: 3072 } } : outcome;
    };
    await select(files, 'ledger-2021.accdb');
    await expect
      .element(screen.getByText('3 KiB more lie in further pieces, which are not told.'))
      .toBeVisible();
  });

  it('leads to the read path and to the map', async () => {
    const { files, screen, scene } = await panel();
    await select(files, 'ledger-2021.accdb');
    await screen.getByRole('button', { name: 'Show on the map' }).click();
    await vi.waitFor(() => expect(scene.session.screen).toBe('explore'));
    const { firstSector, sectorCount } = scene.session.selection;
    expect(firstSector).toBeGreaterThan(19_999);
    expect(sectorCount).toBeGreaterThan(1);
  });

  it('never shows what belongs to the file before', async () => {
    const { files, screen, scene, text } = await panel();
    await select(files, 'ledger-2021.accdb');
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    const release = scene.files.hold('inspect');
    await select(files, 'payroll.kdbx');
    await expect.element(screen.getByRole('heading', { name: 'payroll.kdbx' })).toBeVisible();
    expect(text()).not.toContain('MFT');
    expect(text()).not.toContain('SHA-256');
    expect(screen.getByRole('region', { name: 'First bytes' }).query()).toBeNull();
    release();
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    // Read before: it is there at once.
    await select(files, 'ledger-2021.accdb');
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    expect(scene.files.asked.filter(({ call }) => call === 'inspectFile')).toHaveLength(2);
  });

  it('passes over files on which the reader does not rest', async () => {
    const made = await panel();
    const { files, screen } = made;
    for (const name of ['budget-2020.xlsx', 'budget-2021.xlsx', 'payroll.kdbx']) await select(files, name);
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    expect(callsOf(made, 'inspectFile')).toHaveLength(1);
  });

  it('stops reading a large file when another one is selected', async () => {
    const { files, screen, scene } = await panel();
    const release = scene.files.hold('inspect');
    const cancelled = vi.spyOn(scene.files, 'cancelJob');
    await select(files, 'ledger-2021.accdb');
    await expect.element(screen.getByRole('progressbar')).toBeVisible();
    await select(files, 'tax-notes.txt');
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
    release();
  });

  it('asks before it reads more than 64 MiB, and shows the first bytes all the same', async () => {
    const made = await panel();
    const { files, screen } = made;
    await select(files, 'vat-returns.zip');
    const button = screen.getByRole('button', { name: 'Read 112 MiB' });
    await expect.element(button).toBeVisible();
    await expect.element(screen.getByRole('region', { name: 'First bytes' })).toBeVisible();
    expect(callsOf(made, 'inspectFile')).toHaveLength(0);
    expect(callsOf(made, 'preview')[0]?.[1]).toBe(4096);
    await button.click();
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
  });

  it('can be told to stop reading, and to begin again', async () => {
    const { files, screen, scene } = await panel();
    const release = scene.files.hold('inspect');
    await select(files, 'ledger-2021.accdb');
    await screen.getByRole('button', { name: 'Cancel: Reading the file' }).click();
    await expect.element(screen.getByText(/Stopped\./)).toBeVisible();
    release();
    await screen.getByRole('button', { name: 'Read 41 MiB' }).click();
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
  });

  it('says why a file could not be read, and tries again', async () => {
    const { files, screen, scene } = await panel();
    scene.files.failing.set('inspect', { code: 'corrupt', message: 'Its extents contradict one another.' });
    await select(files, 'payroll.kdbx');
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/contradict one another/);
    await screen.getByRole('button', { name: 'Try again' }).click();
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    expect(screen.getByRole('alert').query()).toBeNull();
  });

  it('lists its versions, each with its way out and to the folder as it was', async () => {
    const { files, screen } = await panel();
    await select(files, 'ledger-2021.accdb');
    const rows = () => [...screen.container.querySelectorAll('.versions tbody tr')];
    await vi.waitFor(() => expect(rows()).toHaveLength(3));
    expect(rows().map((row) => row.querySelector('th')?.textContent?.trim().charAt(0))).toEqual([
      '0',
      '2',
      '3',
    ]);
    expect(rows()[0]?.classList.contains('seen')).toBe(true);
    await screen.getByRole('button', { name: /^Save the version of 2/ }).click();
    expect(files.dialog).toEqual({
      kind: 'save',
      volume: { at: 3, volume: files.firstSector },
      paths: ['Shares/Finance/ledger-2021.accdb'],
    });
    await screen.getByRole('button', { name: /^See the folder at 2/ }).click();
    await vi.waitFor(() => expect(files.layer).toBe(2));
    await vi.waitFor(() => expect(rows()[1]?.classList.contains('seen')).toBe(true));
  });

  it('compares the contents of its versions when it is told to', async () => {
    const made = await panel();
    const { files, screen } = made;
    await select(files, 'ledger-2021.accdb');
    await screen.getByRole('button', { name: 'Compare contents' }).click();
    await expect.element(screen.getByText(/Compared: read at 1 point/)).toBeVisible();
    expect(callsOf(made, 'compareContents')[0]?.[1]).toBe('Shares/Finance/ledger-2021.accdb');
    expect(files.version).toBeGreaterThan(0);
  });

  it('of a file that is gone shows the version that was last there', async () => {
    const { files, screen, text } = await panel();
    await select(files, 'ledger-2021.laccdb');
    await expect.element(screen.getByText(/not in the folder at this point/)).toBeVisible();
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    expect(text()).toContain('removed here');
    await screen.getByRole('button', { name: 'See the folder at that point' }).click();
    await vi.waitFor(() => expect(files.layer).toBe(2));
    await vi.waitFor(() => expect(text()).not.toContain('not in the folder'));
  });

  it('of a folder counts what lies in it, and reads it only when told to', async () => {
    const made = await panel('Shares');
    const { files, screen } = made;
    await select(files, 'Finance');
    await expect.element(screen.getByText(/in all 14 files, 1 folder/)).toBeVisible();
    expect(callsOf(made, 'inspectFolder')).toHaveLength(0);
    await screen.getByRole('button', { name: /^Read \d/ }).click();
    await expect.element(screen.getByText(/as they lie\s+on the disk/)).toBeVisible();
  });

  it('of several says how many and how much', async () => {
    const { files, screen } = await panel();
    await files.selection.selectAll();
    await expect.element(screen.getByRole('heading', { name: '15 items selected' })).toBeVisible();
    await expect.element(screen.getByText(/1 item that this point does not have/)).toBeVisible();
    await screen.getByRole('button', { name: /^Save .*MiB…/ }).click();
    expect(files.dialog?.kind).toBe('save');
  });

  it('shows names as text, and what can’t be seen spelled out', async () => {
    const { files, screen } = await panel('Odd names');
    await select(files, '\u202egnp.exe');
    await expect.element(screen.getByRole('heading', { level: 2, name: '\\u{202E}gnp.exe' })).toBeVisible();
    await select(files, '<img src=x onerror="document.title=`taken`">.txt');
    await expect.element(screen.getByRole('heading', { level: 2, name: /^<img src=x/ })).toBeVisible();
    expect(screen.container.querySelector('img')).toBeNull();
    await select(files, 'way out');
    await expect.element(screen.getByText('../../etc/passwd')).toBeVisible();
    await expect.element(screen.getByRole('button', { name: 'Save…' })).toBeDisabled();
  });

  it('is accessible', async () => {
    const { files, screen } = await panel();
    await select(files, 'ledger-2021.accdb');
    await expect.element(screen.getByText('MFT 118 402')).toBeVisible();
    await expectAccessible(screen.container);
  });
});

describe('where a file begins', () => {
  const run = (firstSector: number) => ({ firstSector, sectorCount: 4, layer: 0 });

  /** Every sector of the disk is filled with its own number. */
  async function numbered() {
    const { scene } = await folderScene();
    const asked: number[] = [];
    Object.assign(scene.engine, {
      readDisk: (firstSector: number) => {
        asked.push(firstSector);
        const bytes = new Uint8Array(512).fill(firstSector);
        return Promise.resolve({ ok: true, value: { firstSector, bytes, owners: new Uint8Array(1) } });
      },
    });
    return { session: scene.session, asked };
  }

  it('is the place that holds its first bytes, wherever that lies on the disk', async () => {
    const { session } = await numbered();
    const runs = [run(10), run(30), run(90)];
    expect(await firstByteSector(session, { runs, head: new Uint8Array(600).fill(90) })).toBe(90);
    expect(await firstByteSector(session, { runs, head: new Uint8Array(100).fill(30) })).toBe(30);
  });

  it('is its first place where no other is known to be, and of one place that one', async () => {
    const { session, asked } = await numbered();
    expect(await firstByteSector(session, { runs: [run(10)], head: new Uint8Array(9) })).toBe(10);
    expect(asked).toEqual([]);
    expect(await firstByteSector(session, { runs: [run(10), run(30)], head: new Uint8Array(9) })).toBe(10);
    expect(await firstByteSector(session, { runs: [], head: new Uint8Array(9) })).toBeNull();
  });
});
