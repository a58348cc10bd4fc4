import { afterEach, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { SaveRequest } from '../../../../src/engine/api.ts';
import SaveDialog from '../../../../src/ui/save/SaveDialog.svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import type { FakeDisk } from '../../../support/fakeEngine.ts';
import { sessionOf } from '../../../support/hexPage.ts';

const DISK = { layers: 3, units: 64, seed: 5 };

async function dialog(disk: FakeDisk = DISK) {
  const made = await sessionOf(disk);
  const file = made.session.fileOf(1);
  if (!file) throw new Error('no file');
  const onclose = vi.fn();
  const screen = await render(SaveDialog, { session: made.session, file, onclose });
  const request = () => made.fake.asked.save?.at(-1)?.[0] as SaveRequest;
  return { ...made, file, screen, onclose, request };
}

async function pickedHandle(name: string): Promise<FileSystemFileHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getFileHandle(name, { create: true });
}

afterEach(() => vi.restoreAllMocks());

describe('saving a disk', () => {
  it('offers three forms with the size of each, and puts the focus on the chosen one', async () => {
    const { screen } = await dialog();
    await expect.element(screen.getByRole('radio', { name: /Raw image/ })).toHaveFocus();
    const table = screen.getByRole('table').element().textContent?.replace(/\s+/g, ' ');
    expect(table).toContain('128 MiB');
    expect(table).toContain('about');
  });

  it('asks for the file in the click and gives its handle to the engine', async () => {
    const handle = await pickedHandle('out.vhd');
    const pick = vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    const { screen, request, fake, file } = await dialog();
    await screen.getByRole('radio', { name: /Fixed VHD/ }).click();
    await screen.getByRole('button', { name: 'Choose a file and save…' }).click();
    await vi.waitFor(() =>
      expect(request()).toEqual({ file: file.id, format: 'fixed', target: { kind: 'handle', handle } }),
    );
    expect(pick.mock.calls[0]?.[0]?.suggestedName).toMatch(/ whole\.vhd$/);
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '61');
    await expect.element(screen.getByText(/If it stops now/)).toBeVisible();
    fake.finish?.();
    await expect.element(screen.getByText('9f2c41d07be65a13'.repeat(4))).toBeVisible();
    await expect.element(screen.getByText(/57 s, 2.24 MiB.s of the disk/)).toBeVisible();
  });

  it('starts nothing when the picker is closed', async () => {
    vi.spyOn(window, 'showSaveFilePicker').mockRejectedValue(new DOMException('closed', 'AbortError'));
    const { screen, fake } = await dialog();
    await screen.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect.element(screen.getByRole('button', { name: 'Choose a file and save…' })).toBeVisible();
    expect(fake.asked.save).toBeUndefined();
    expect(screen.getByRole('alert').query()).toBeNull();
  });

  it('refuses the name of a file that is open', async () => {
    const { screen, fake, file } = await dialog();
    vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(await pickedHandle(file.name));
    await screen.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/is open here/);
    expect(fake.asked.save).toBeUndefined();
  });

  it('goes to the private storage and then to the downloads where it is told to', async () => {
    const { screen, request, fake, client } = await dialog();
    await screen.getByRole('radio', { name: /private storage, then a download/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await vi.waitFor(() => expect(request().target.kind).toBe('private'));
    fake.finish?.();
    await screen.getByRole('button', { name: /^Download/ }).click();
    const { target } = request();
    expect(client.downloads).toEqual([target.kind === 'private' ? target.name : '']);
  });

  it('can be cancelled, and says that nothing is left behind', async () => {
    const { screen } = await dialog();
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await screen.getByRole('button', { name: 'Cancel the save' }).click();
    await expect.element(screen.getByText('Cancelled', { exact: true })).toBeVisible();
    await expect.element(screen.getByText(/No file is left behind/)).toBeVisible();
  });

  it('runs on when the dialogue is closed, and is there when it opens again', async () => {
    const { screen, session, file, fake } = await dialog();
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await vi.waitFor(() => expect(session.jobs.list).toHaveLength(1));
    await screen.unmount();
    expect(session.jobs.list).toHaveLength(1);
    const again = await render(SaveDialog, { session, file, onclose: () => {} });
    await expect.element(again.getByRole('progressbar')).toBeVisible();
    fake.finish?.();
    await expect.element(again.getByText(/Saved as/)).toBeVisible();
  });

  it('says what went wrong and what to do', async () => {
    const { screen, fake } = await dialog();
    fake.faults.save = {
      code: 'no-space',
      message: 'The target is full.',
      meaning: 'The disk was not saved.',
      remedy: 'Make room.',
    };
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    const alert = screen.getByRole('alert');
    await expect.element(alert).toHaveTextContent(/The target is full/);
    await expect.element(alert).toHaveTextContent(/Make room/);
    await expect.element(alert).toHaveTextContent(/No file is left behind/);
  });

  it('of a chain without its base is refused at once, with the reason', async () => {
    const { screen } = await dialog({ ...DISK, orphan: true });
    await expect.element(screen.getByText(/can’t be saved whole/)).toBeVisible();
    await expect.element(screen.getByText(/SRV-FILE01_D40B7E52.avhd/)).toBeVisible();
    expect(screen.getByRole('button', { name: /save/i }).query()).toBeNull();
  });
});
