import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { LabExportRequest, LabHash, LabSaved, Outcome, SaveResult } from '../../../../src/engine/api.ts';
import ExportDialog from '../../../../src/ui/lab/share/ExportDialog.svelte';
import FolderDialog from '../../../../src/ui/lab/share/FolderDialog.svelte';
import HashesDialog from '../../../../src/ui/lab/share/HashesDialog.svelte';
import ShareDialog from '../../../../src/ui/lab/share/ShareDialog.svelte';
import { fakeProgress } from '../../../support/fakeMerge.ts';
import { GUIDS, labViewOf } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { openedLab } from './labParts.ts';

const MIB = 2 ** 20;
const FAULT = { code: 'no-space', message: 'The target is full.', remedy: 'Make room.' } as const;
const RESULT: SaveResult = {
  name: 'LAB-WEB01 schema v2.vhd',
  fileBytes: 4096 * MIB,
  writtenBytes: 1476 * MIB,
  virtualSizeBytes: 4096 * MIB,
  addedZeroBytes: 0,
  sha256: '9f2c41d07be65a13'.repeat(4),
  seconds: 12,
};

/** Downloads: name and text of each. */
function downloads(): { readonly names: string[]; readonly texts: string[] } {
  const made = { names: [] as string[], texts: [] as string[] };
  vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
    if (file instanceof Blob) void file.text().then((text) => made.texts.push(text));
    return 'blob:nothing';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    made.names.push(this.download);
  });
  return made;
}

/** A long call that the test ends. */
function held<T>() {
  let end: (outcome: Outcome<T>) => void = () => undefined;
  const outcome = new Promise<Outcome<T>>((resolve) => {
    end = resolve;
  });
  return { outcome, end };
}

function overflows(): boolean {
  const body = document.querySelector('dialog .body');
  return !body || body.scrollWidth > body.clientWidth;
}

const folder = () => navigator.storage.getDirectory();

afterEach(async () => {
  vi.restoreAllMocks();
  await page.viewport(1280, 800);
});

describe('sharing a scenario', () => {
  async function share() {
    const made = await openedLab();
    const onclose = vi.fn();
    const screen = await render(ShareDialog, { labs: made.labs, onclose });
    const button = (name: string) => screen.getByRole('button', { name });
    return { ...made, screen, onclose, button };
  }

  it('gives the whole address, and copies it', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { screen, button } = await share();
    const link = screen.getByRole('textbox', { name: 'As a link' });
    const address = `${location.origin}${location.pathname}#lab=abc`;
    await expect.element(link).toHaveValue(address);
    await button('Copy the link').click();
    expect(write).toHaveBeenCalledWith(address);
    await expect.element(screen.getByText('Copied.')).toBeVisible();
    await expect.element(screen.getByText(/This one has 14 commands/)).toBeVisible();
    await expectAccessible(screen.container);
  });

  it('says so where the clipboard is closed', async () => {
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no', 'NotAllowedError'));
    const { screen, button } = await share();
    await button('Copy the link').click();
    await expect.element(screen.getByText(/select the text instead/)).toBeVisible();
  });

  it('saves the file', async () => {
    const { names, texts } = downloads();
    const { button } = await share();
    await button('Save the file').click();
    await vi.waitFor(() => expect(texts).toEqual(['{}']));
    expect(names).toEqual(['First lab.json']);
  });

  it('warns of a link that mail programs cut', async () => {
    const { lab, labs } = await openedLab();
    lab.labShare = () =>
      Promise.resolve({
        ok: true,
        value: { link: `lab=${'x'.repeat(3000)}`, text: '{}', fileName: 'a.json' },
      });
    const screen = await render(ShareDialog, { labs, onclose: vi.fn() });
    await expect.element(screen.getByText(/Some mail programs cut links that long/)).toBeVisible();
    await page.viewport(390, 844);
    expect(overflows()).toBe(false);
  });

  it('opens another scenario from a file', async () => {
    const { screen, lab, onclose } = await share();
    const input = screen.container.querySelector<HTMLInputElement>('input[type=file]');
    if (!input) throw new Error('no input');
    await userEvent.upload(input, new File(['{"scenario": 2}'], 'other.json'));
    await vi.waitFor(() =>
      expect(lab.started.at(-1)).toEqual({ from: 'text', text: '{"scenario": 2}', storage: 'memory' }),
    );
    await vi.waitFor(() => expect(onclose).toHaveBeenCalled());
  });

  it('says what is wrong with one, and stays', async () => {
    const { screen, lab, onclose } = await share();
    const problem = {
      code: 'bad-request',
      message: '`commands[3].at` is “soon”; a time is expected.',
    } as const;
    lab.labOpen = () => Promise.resolve({ ok: false, error: problem });
    const input = screen.container.querySelector<HTMLInputElement>('input[type=file]');
    if (!input) throw new Error('no input');
    await userEvent.upload(input, new File(['{}'], 'bad.json'));
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/Not opened\. .*commands\[3\]\.at/);
    expect(onclose).not.toHaveBeenCalled();
  });
});

describe('hashes', () => {
  it('come with progress, name their checkpoints, and are copied all at once', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { lab, labs } = await openedLab();
    const { outcome, end } = held<readonly LabHash[]>();
    lab.labHashes = (job) => {
      job.report(fakeProgress(61, 100));
      return outcome;
    };
    labs.run();
    const screen = await render(HashesDialog, { labs, onclose: vi.fn() });
    expect(labs.running).toBe(false);
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '61');
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
    end({
      ok: true,
      value: [
        { node: 'CLEAN', disk: 'disk0', sha256: a, problem: null },
        { node: GUIDS.after, disk: 'disk0', sha256: b, problem: null },
        { node: 'NOW', disk: 'disk0', sha256: b, problem: null },
        { node: GUIDS.load, disk: 'disk0', sha256: null, problem: 'Its parent is not there.' },
      ],
    });
    await expect.element(screen.getByRole('row', { name: `clean install disk0 ${a}` })).toBeVisible();
    await expect.element(screen.getByText('the same as after hotfix')).toBeVisible();
    await expect
      .element(screen.getByRole('row', { name: 'load test disk0 Error: Its parent is not there.' }))
      .toBeVisible();
    await expectAccessible(screen.container);
    await screen.getByRole('button', { name: 'Copy all' }).click();
    expect(write).toHaveBeenCalledWith(
      `${a}  clean install, disk0\n${b}  after hotfix, disk0\n${b}  Now, disk0\nno hash: Its parent is not there.  load test, disk0\n`,
    );
    await page.viewport(390, 844);
    expect(overflows()).toBe(false);
  });

  it('say what went wrong, and can be asked for again', async () => {
    const { lab, labs } = await openedLab();
    const answers = lab.labHashes;
    lab.labHashes = () => Promise.resolve({ ok: false, error: FAULT });
    const screen = await render(HashesDialog, { labs, onclose: vi.fn() });
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/Not hashed\. The target is full/);
    lab.labHashes = answers;
    await screen.getByRole('button', { name: 'Hash again' }).click();
    await expect.element(screen.getByRole('row', { name: /^Now disk0 5{64}/ })).toBeVisible();
  });
});

describe('exporting a checkpoint', () => {
  async function exporting(node: string = GUIDS.schema) {
    const made = await openedLab();
    const { outcome, end } = held<SaveResult>();
    const asked: LabExportRequest[] = [];
    made.lab.labExport = (request, job) => {
      asked.push(request);
      job.report(fakeProgress(25, 100));
      return outcome;
    };
    const onclose = vi.fn();
    const screen = await render(ExportDialog, { labs: made.labs, node, onclose });
    const button = (name: string) => screen.getByRole('button', { name });
    return { ...made, screen, onclose, button, end, asked };
  }

  it('asks for the form and the file, shows how far it is, and gives the hash of the disk', async () => {
    const handle = await (await folder()).getFileHandle('out.vhd', { create: true });
    const pick = vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
    const { screen, button, asked, end } = await exporting();
    await expect.element(screen.getByRole('heading', { name: 'Export schema v2 as one disk' })).toBeVisible();
    await expect.element(screen.getByText(/4 GiB, read through 3 files/)).toBeVisible();
    await screen.getByRole('radio', { name: /Dynamic VHD/ }).click();
    await expectAccessible(screen.container);
    await button('Choose a file and export…').click();
    await vi.waitFor(() =>
      expect(asked).toEqual([
        { node: GUIDS.schema, disk: 'disk0', format: 'dynamic', target: { kind: 'handle', handle } },
      ]),
    );
    expect(pick.mock.calls[0]?.[0]?.suggestedName).toBe('LAB-WEB01 schema v2.vhd');
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
    end({ ok: true, value: RESULT });
    await expect.element(screen.getByText(RESULT.sha256)).toBeVisible();
    await expectAccessible(screen.container);
  });

  it('goes to private storage, and is still there when the dialogue is opened again', async () => {
    const { screen, labs, button, asked, end } = await exporting();
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await button('Export').click();
    await vi.waitFor(() =>
      expect(asked[0]?.target).toEqual({ kind: 'private', name: 'LAB-WEB01 schema v2.img' }),
    );
    await screen.unmount();
    const again = await render(ExportDialog, { labs, node: GUIDS.schema, onclose: vi.fn() });
    await expect.element(again.getByRole('progressbar')).toBeVisible();
    end({ ok: true, value: RESULT });
    await expect.element(again.getByRole('button', { name: /^Download/ })).toBeVisible();
    const other = await render(ExportDialog, { labs, node: GUIDS.after, onclose: vi.fn() });
    await expect
      .element(other.getByRole('heading', { name: 'Export after hotfix as one disk' }))
      .toBeVisible();
  });

  it('says what a running machine’s disk lacks', async () => {
    const { screen } = await exporting('NOW');
    await expect.element(screen.getByText(/taken as after a power cut/)).toBeVisible();
  });

  it('says what went wrong, and starts nothing when the picker is closed', async () => {
    const pick = vi.spyOn(window, 'showSaveFilePicker');
    pick.mockRejectedValue(new DOMException('closed', 'AbortError'));
    const { screen, button, asked, end } = await exporting();
    await button('Choose a file and export…').click();
    await expect.element(button('Choose a file and export…')).toBeEnabled();
    expect(asked).toEqual([]);
    await screen.getByRole('radio', { name: /private storage/ }).click();
    await button('Export').click();
    end({ ok: false, error: FAULT });
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/Not saved\. The target is full/);
    await button('Back').click();
    await expect.element(screen.getByRole('radio', { name: /Raw image/ })).toBeVisible();
  });
});

describe('the machine’s folder', () => {
  async function folderDialog(view = labViewOf()) {
    const made = await openedLab(view);
    const onclose = vi.fn();
    const screen = await render(FolderDialog, { labs: made.labs, onclose });
    const button = (name: string) => screen.getByRole('button', { name });
    return { ...made, screen, onclose, button };
  }

  it('is listed, and saved into a folder of the user’s', async () => {
    const target = await folder();
    const pick = vi.spyOn(window, 'showDirectoryPicker').mockResolvedValue(target);
    const { screen, lab, button } = await folderDialog();
    const { outcome, end } = held<LabSaved>();
    const given: FileSystemDirectoryHandle[] = [];
    lab.labSaveFolder = (handle, job) => {
      given.push(handle);
      job.report(fakeProgress(50, 100));
      return outcome;
    };
    await expect
      .element(screen.getByRole('row', { name: /Virtual Hard Disks\/LAB-WEB01\.vhd 1\.31 GiB/ }))
      .toBeVisible();
    await expectAccessible(screen.container);
    await button('Save into a folder…').click();
    expect(pick).toHaveBeenCalledWith({ mode: 'readwrite' });
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50');
    expect(given).toEqual([target]);
    end({ ok: true, value: { files: 6, bytes: 1627 * MIB, seconds: 9 } });
    await expect.element(screen.getByText(/6 files, 1\.59 GiB, 9 s\./)).toBeVisible();
  });

  it('is packed as a zip among the downloads', async () => {
    const { names, texts } = downloads();
    const { screen, lab, button } = await folderDialog();
    lab.labZip = () => Promise.resolve({ ok: true, value: new File(['packed'], 'LAB-WEB01.zip') });
    await button('Save as a zip').click();
    await vi.waitFor(() => expect(texts).toEqual(['packed']));
    expect(names).toEqual(['LAB-WEB01.zip']);
    await expect.element(screen.getByText(/Packed as/)).toBeVisible();
  });

  it('can be cancelled, and says what is left', async () => {
    vi.spyOn(window, 'showDirectoryPicker').mockResolvedValue(await folder());
    const { screen, lab, button } = await folderDialog();
    const { outcome, end } = held<LabSaved>();
    lab.labSaveFolder = () => outcome;
    await button('Save into a folder…').click();
    await button('Cancel').click();
    await expect.element(button('Stopping')).toBeDisabled();
    end({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
    await expect.element(screen.getByText(/Nothing is left behind/)).toBeVisible();
  });

  it('says why a picker did not open', async () => {
    vi.spyOn(window, 'showDirectoryPicker').mockRejectedValue(new DOMException('not here', 'SecurityError'));
    const { screen, button } = await folderDialog();
    await button('Save into a folder…').click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/did not open its picker: not here\./);
  });

  it('of long names fits a narrow page', async () => {
    const view = labViewOf();
    const files = [
      { name: `Snapshots/${'w'.repeat(200)}.avhd`, sizeBytes: 5, kind: 'disk' as const },
      ...view.files,
    ];
    await folderDialog(labViewOf({ files }));
    await page.viewport(390, 844);
    expect(overflows()).toBe(false);
  });
});
