import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { PrivateFile } from '../../../../src/engine/api.ts';
import PrivateStorage from '../../../../src/ui/privateStorage/PrivateStorage.svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { sessionOf } from '../../../support/hexPage.ts';

const GIB = 2 ** 30;

async function page({ more = [] }: { more?: readonly PrivateFile[] } = {}) {
  const made = await sessionOf({ layers: 3, units: 64, seed: 5 });
  made.fake.privateFiles = [
    { name: 'whole.img', sizeBytes: 3 * GIB, modifiedMs: Date.UTC(2021, 10, 5), open: false },
    { name: 'leaf.avhd', sizeBytes: GIB, modifiedMs: null, open: true },
    ...more,
  ];
  const screen = await render(PrivateStorage, { session: made.session });
  await expect.element(screen.getByText('whole.img')).toBeVisible();
  return { ...made, screen };
}

describe('the private storage', () => {
  it('lists its files with sizes, and says that the grant is a hint', async () => {
    const { screen } = await page();
    await expect.element(screen.getByRole('heading', { name: '2 files' })).toBeVisible();
    await expect.element(screen.getByText(/4 GiB used; .* 64 GiB, a hint and no promise/)).toBeVisible();
    await expect
      .element(screen.getByRole('row', { name: /whole.img 3 GiB 5 Nov 2021 not open/ }))
      .toBeVisible();
  });

  it('removes a file only after a word, with the focus on keeping it', async () => {
    const { screen, fake } = await page();
    await screen.getByRole('button', { name: 'Remove whole.img' }).click();
    await expect.element(screen.getByText('This can’t be undone.')).toBeVisible();
    await expect.element(screen.getByRole('button', { name: 'Keep it', exact: true })).toHaveFocus();
    await screen.getByRole('button', { name: 'Keep it', exact: true }).click();
    expect(fake.asked.removePrivate).toBeUndefined();
    await screen.getByRole('button', { name: 'Remove whole.img' }).click();
    await screen.getByRole('button', { name: 'Remove 3 GiB for good' }).click();
    await vi.waitFor(() => expect(fake.asked.removePrivate).toEqual([['whole.img']]));
    await expect.element(screen.getByRole('heading', { name: '1 file' })).toBeVisible();
  });

  it('does not remove what the pile holds open', async () => {
    const { screen } = await page();
    await expect.element(screen.getByRole('button', { name: 'Remove leaf.avhd' })).toBeDisabled();
  });

  it('opens at once everything that is not open, and no leavings of a stopped write', async () => {
    const { screen, session } = await page({
      more: [
        { name: 'base.vhd', sizeBytes: GIB, modifiedMs: null, open: false },
        { name: 'half.img.part', sizeBytes: GIB, modifiedMs: null, open: false },
      ],
    });
    const openSources = vi.spyOn(session, 'openSources').mockResolvedValue(true);
    await screen.getByRole('button', { name: 'Open all 2' }).click();
    expect(openSources).toHaveBeenCalledWith([
      { kind: 'private', name: 'whole.img' },
      { kind: 'private', name: 'base.vhd' },
    ]);
  });

  it('gives a file to the downloads', async () => {
    const { screen, client } = await page();
    await screen.getByRole('button', { name: 'Download whole.img' }).click();
    expect(client.downloads).toEqual(['whole.img']);
  });

  it('writes a file to where the user picked, byte for byte', async () => {
    const { screen } = await page();
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('exported.img', { create: true });
    const pick = vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    await screen.getByRole('button', { name: 'Export whole.img' }).click();
    await expect.element(screen.getByText('whole.img was exported as exported.img.')).toBeVisible();
    expect(await (await handle.getFile()).text()).toBe('bytes of whole.img');
    pick.mockRestore();
  });

  it('takes the chain in with progress, and can be cancelled', async () => {
    const { screen, fake } = await page();
    await screen.getByRole('button', { name: /^Take .* in$/ }).click();
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
    expect(fake.asked.takePrivate?.[0]?.[0]).toEqual([1, 2, 3]);
    await screen.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect.element(screen.getByText(/half copied was removed/)).toBeVisible();
  });

  it('says when it can’t be listed', async () => {
    const { screen, fake, session } = await page();
    fake.faults.listPrivate = {
      code: 'permission',
      message: 'The browser refused its storage.',
      remedy: 'Allow site data.',
    };
    await session.openSample();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/refused its storage.*Allow site data/);
  });
});
