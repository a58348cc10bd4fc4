import { afterEach, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { ExtractRequest } from '../../../../../src/engine/api.ts';
import { freeName, plainName } from '../../../../../src/ui/files/save/outPlan.ts';
import SaveFilesDialog from '../../../../../src/ui/files/save/SaveFilesDialog.svelte';
import { expectAccessible } from '../../support.ts';
import { callsOf, folderScene } from '../filesPage.ts';

const LEDGER = 'Shares/Finance/ledger-2021.accdb';

async function dialog(paths: readonly string[] = [LEDGER], layer = 0) {
  const made = await folderScene();
  const { scene, files } = made;
  const onclose = vi.fn();
  const volume = { at: layer + 1, volume: files.firstSector ?? 0 };
  const props = { session: scene.session, files, volume, paths, onclose };
  const screen = await render(SaveFilesDialog, props);
  const text = () => screen.container.textContent?.replace(/\s+/g, ' ') ?? '';
  const request = () => callsOf(made, 'extract').at(-1)?.[0] as ExtractRequest;
  await expect.element(screen.getByText(/^(one file|\d+ files?.*)$/)).toBeVisible();
  return { ...made, screen, text, request, onclose, props };
}

async function root(): Promise<FileSystemDirectoryHandle> {
  return navigator.storage.getDirectory();
}

afterEach(() => vi.restoreAllMocks());

describe('saving files out of a disk', () => {
  it('of one file says its size, and gives the picked file to the engine', async () => {
    const handle = await (await root()).getFileHandle('ledger.accdb', { create: true });
    const pick = vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    const { screen, text, request, scene } = await dialog();
    expect(text()).toContain('41 MiB, 42 991 616 bytes');
    const release = scene.files.hold('extract');
    await screen.getByRole('button', { name: 'Choose a file and save…' }).click();
    expect(pick.mock.calls[0]?.[0]?.suggestedName).toBe('ledger-2021.accdb');
    await expect.element(screen.getByText(/takes its name only when all of it is written/)).toBeVisible();
    await expect.element(screen.getByRole('progressbar')).toBeVisible();
    release();
    await expect.element(screen.getByText('ab'.repeat(32))).toBeVisible();
    expect(request()).toEqual({
      at: 1,
      volume: request().volume,
      paths: [LEDGER],
      target: { kind: 'file', target: { kind: 'handle', handle } },
    });
  });

  it('of an older version takes that point', async () => {
    const { screen, request, text } = await dialog([LEDGER], 2);
    expect(text()).toContain('35.1 MiB');
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await vi.waitFor(() => expect(request().at).toBe(3));
  });

  it('of a folder counts all in it, and writes into the folder that was picked', async () => {
    const handle = await root();
    vi.spyOn(window, 'showDirectoryPicker').mockResolvedValue(handle);
    const { screen, text, request } = await dialog(['Shares/Finance']);
    expect(text()).toContain('14 files in 2 folders');
    await screen.getByRole('button', { name: 'Choose a folder and save…' }).click();
    await vi.waitFor(() => expect(request().target).toEqual({ kind: 'folder', handle }));
    await expect.element(screen.getByText(/Saved into/)).toBeVisible();
  });

  it('shows what was renamed, passed over and not saved', async () => {
    const { screen, scene } = await dialog(['Odd names']);
    const extract = scene.files.extract;
    scene.files.extract = async (...args) => {
      const outcome = await extract(...args);
      if (!outcome.ok) return outcome;
      const problem = { code: 'corrupt', message: 'Its second extent lies past the end.' } as const;
      return {
        ok: true,
        value: { ...outcome.value, failed: [{ path: 'Odd names/line\nbreak.txt', problem }] },
      };
    };
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await expect
      .element(screen.getByRole('list', { name: 'not saved' }))
      .toHaveTextContent(/line\\u\{A\}break\.txt.*past the end/);
    await expect
      .element(screen.getByRole('list', { name: /^renamed/ }))
      .toHaveTextContent(/con is now .*con_/);
    await expect.element(screen.getByRole('list', { name: /^passed over/ })).toHaveTextContent(/way out/);
  });

  it('starts nothing when the picker is closed', async () => {
    vi.spyOn(window, 'showSaveFilePicker').mockRejectedValue(new DOMException('closed', 'AbortError'));
    const { screen, request } = await dialog();
    await screen.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect.element(screen.getByRole('button', { name: 'Choose a file and save…' })).toBeVisible();
    expect(request()).toBeUndefined();
    expect(screen.getByRole('alert').query()).toBeNull();
  });

  it('refuses the name of a file that the disk is read from', async () => {
    const { screen, scene, request } = await dialog();
    const name = scene.session.pile?.files[0]?.name ?? '';
    const handle = await (await root()).getFileHandle(name, { create: true });
    vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    await screen.getByRole('button', { name: 'Choose a file and save…' }).click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/is open here/);
    expect(request()).toBeUndefined();
  });

  it('goes to the private storage where there are no pickers', async () => {
    vi.stubGlobal('showSaveFilePicker', undefined);
    vi.stubGlobal('showDirectoryPicker', undefined);
    const { screen, request } = await dialog(['Shares/Finance', 'readme.txt']);
    vi.unstubAllGlobals();
    expect(screen.getByRole('radio').elements()).toHaveLength(1);
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await vi.waitFor(() =>
      expect(request().target).toEqual({ kind: 'zip', target: { kind: 'private', name: 'Finance.zip' } }),
    );
  });

  it('can be cancelled, and says what is left behind', async () => {
    vi.spyOn(window, 'showDirectoryPicker').mockResolvedValue(await root());
    const { screen, scene } = await dialog(['Shares/Finance']);
    scene.files.hold('extract');
    await screen.getByRole('button', { name: 'Choose a folder and save…' }).click();
    await screen.getByRole('button', { name: 'Cancel the save' }).click();
    await expect.element(screen.getByText('Cancelled', { exact: true })).toBeVisible();
    await expect.element(screen.getByText(/complete stay in the folder/)).toBeVisible();
  });

  it('runs on when the dialogue is closed, and is there when it opens again', async () => {
    const { screen, scene, props } = await dialog();
    const release = scene.files.hold('extract');
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await vi.waitFor(() => expect(scene.session.jobs.list).toHaveLength(1));
    await screen.unmount();
    const again = await render(SaveFilesDialog, props);
    await expect.element(again.getByRole('progressbar')).toBeVisible();
    release();
    await expect.element(again.getByText(/Saved as/)).toBeVisible();
  });

  it('says what went wrong', async () => {
    const { screen, scene } = await dialog();
    scene.files.failing.set('extract', {
      code: 'no-space',
      message: 'The target is full.',
      remedy: 'Make room.',
    });
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await screen.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/The target is full.*Make room/);
  });

  it('is accessible', async () => {
    const { screen } = await dialog(['Shares/Finance']);
    await expectAccessible(screen.container);
  });
});

describe('names', () => {
  it('are made such as pickers take', () => {
    expect(plainName('a/b:c*.txt', 'x')).toBe('a_b_c_.txt');
    expect(plainName('..', 'files')).toBe('files');
    expect(plainName('\u202egnp.exe', 'x')).toBe('_gnp.exe');
    expect(plainName('y'.repeat(300), 'x')).toHaveLength(120);
  });

  it('get a number where they are taken', () => {
    expect(freeName('a.zip', [])).toBe('a.zip');
    expect(freeName('a.zip', ['A.ZIP', 'a (2).zip'])).toBe('a (3).zip');
    expect(freeName('a', ['a'])).toBe('a (2)');
  });
});
