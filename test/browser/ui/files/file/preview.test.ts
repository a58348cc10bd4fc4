import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { kindOf } from '../../../../../src/engine/api.ts';
import PreviewDialog from '../../../../../src/ui/files/file/PreviewDialog.svelte';
import { decodeText, piecesOf } from '../../../../../src/ui/files/file/preview/decodeText.ts';
import { imageKindOf, pixelSizeOf } from '../../../../../src/ui/files/file/preview/imageKind.ts';
import { expectAccessible } from '../../support.ts';
import { callsOf, folderScene, select } from '../filesPage.ts';

async function png(width: number, height: number): Promise<Uint8Array> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('no picture');
  return new Uint8Array(await blob.arrayBuffer());
}

async function dialog(name: string, bytes?: Uint8Array, path?: string) {
  const made = await folderScene(path);
  const { scene, files } = made;
  if (bytes) {
    scene.files.preview = (place, mostBytes) => {
      scene.files.asked.push({ call: 'preview', args: [place, mostBytes] });
      const value = { bytes: bytes.slice(0, mostBytes), sizeBytes: bytes.length, problem: null };
      return Promise.resolve({ ok: true, value });
    };
  }
  await select(files, name);
  if (!files.focused) throw new Error('nothing is selected');
  files.preview(files.focused);
  if (files.dialog?.kind !== 'preview') throw new Error('no preview');
  const onclose = vi.fn();
  const props = { session: scene.session, files, place: files.dialog.place, onclose };
  const screen = await render(PreviewDialog, props);
  return { ...made, screen, props, onclose };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('the preview of a file', () => {
  it('shows text as text only, with what can’t be seen spelled out', async () => {
    const { screen } = await dialog('tax-notes.txt', bytesOf('<b>bold</b> \u202eabc\u200f\nsecond line'));
    const text = screen.getByRole('region', { name: 'Text of tax-notes.txt' });
    await expect.element(text).toHaveTextContent('<b>bold</b> \\u{202E}abc\\u{200F} second line');
    expect(text.element().querySelector('b')).toBeNull();
    await expect.element(screen.getByText(/Text, UTF-8, 33 bytes/)).toBeVisible();
  });

  it('shows other bytes as bytes, only the rows in sight, and says that it is cut', async () => {
    const bytes = Uint8Array.from({ length: 3 * 2 ** 20 }, (_, i) => (i * 7) & 255);
    const { screen } = await dialog('ledger-2021.accdb', bytes);
    const rows = screen.getByRole('region', { name: 'Bytes of ledger-2021.accdb' });
    await expect.element(rows).toHaveTextContent(/^0+ 00010203|000000 ?00 07 0E 15/);
    await expect.element(screen.getByText(/first 1 MiB of 3 MiB are shown/)).toBeVisible();
    const box = rows.element();
    expect(box.querySelectorAll('.row').length).toBeLessThan(120);
    box.scrollTop = box.scrollHeight;
    await vi.waitFor(() => expect(box.textContent).toContain('0FFFF0'));
    await screen.getByRole('button', { name: 'Text', exact: true }).click();
    await expect.element(screen.getByRole('region', { name: /^Text of/ })).toBeVisible();
  });

  it('draws a picture from its bytes, and reads all of it for that', async () => {
    const picture = await png(60, 20);
    const large = new Uint8Array(2 ** 20 + 500);
    large.set(picture);
    const made = await dialog('ledger-2021.accdb', large);
    const image = made.screen.getByRole('img', { name: 'The contents of ledger-2021.accdb' });
    await vi.waitFor(() => expect((image.element() as HTMLImageElement).naturalWidth).toBe(60));
    expect((image.element() as HTMLImageElement).src).toMatch(/^blob:/);
    expect(callsOf(made, 'preview').map(([, most]) => most)).toEqual([2 ** 20, large.length]);
    await expect.element(made.screen.getByText(/PNG, 60 × 20 pixels/)).toBeVisible();
  });

  it('draws no SVG and no HTML', async () => {
    const { screen } = await dialog('tax-notes.txt', bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    await expect.element(screen.getByRole('region', { name: /^Text of/ })).toBeVisible();
    expect(screen.getByRole('button', { name: 'Picture' }).query()).toBeNull();
  });

  it('says so where a picture is damaged, or says that it is enormous', async () => {
    const damaged = (await png(40, 40)).fill(0x5a, 34);
    const { screen } = await dialog('ledger-2021.accdb', damaged);
    await expect.element(screen.getByText(/can’t draw this picture/)).toBeVisible();
    await screen.unmount();
    const enormous = await png(4, 4);
    new DataView(enormous.buffer).setUint32(16, 100_000);
    new DataView(enormous.buffer).setUint32(20, 100_000);
    const other = await dialog('ledger-2021.accdb', enormous);
    await expect.element(other.screen.getByText(/larger than 120 million pixels/)).toBeVisible();
    expect(other.screen.getByRole('img').query()).toBeNull();
  });

  it('leads to the next file and the one before, past folders', async () => {
    const { files, screen, props } = await dialog('budget-2020.xlsx');
    await expect.element(screen.getByRole('heading', { name: 'budget-2020.xlsx' })).toBeVisible();
    await screen.getByRole('button', { name: /^Next/ }).click();
    const placeNow = () => (files.dialog?.kind === 'preview' ? files.dialog.place : props.place);
    await vi.waitFor(() => expect(placeNow().path).toBe('Shares/Finance/budget-2021.xlsx'));
    await screen.rerender({ ...props, place: placeNow() });
    await expect.element(screen.getByRole('heading', { name: 'budget-2021.xlsx' })).toBeVisible();
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }));
    await vi.waitFor(() => expect(placeNow().path).toBe('Shares/Finance/budget-2020.xlsx'));
    await screen.rerender({ ...props, place: placeNow() });
    await screen.getByRole('button', { name: /^Previous/ }).click();
    await expect.element(screen.getByText('This is the first file of the folder.')).toBeVisible();
  });

  it('says why it could not be read', async () => {
    const made = await folderScene();
    made.scene.files.failing.set('preview', { code: 'io', message: 'A sector could not be read.' });
    const place = { at: 1, volume: made.files.firstSector ?? 0, path: 'Shares/Finance/payroll.kdbx' };
    const props = { session: made.scene.session, files: made.files, place, onclose: () => {} };
    const screen = await render(PreviewDialog, props);
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/sector could not be read/);
  });

  it('is accessible', async () => {
    const { screen } = await dialog('tax-notes.txt');
    await expect.element(screen.getByRole('region', { name: /^Text of/ })).toBeVisible();
    await expectAccessible(screen.container);
  });
});

describe('text in pieces', () => {
  it('is the whole text, cut at ends of lines', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `line ${i}`).join('\n');
    const pieces = piecesOf(text);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('\n')).toBe(text);
    expect(piecesOf('a\nb\n')).toEqual(['a\nb\n']);
    expect(piecesOf('')).toEqual([]);
  });

  it('cuts one endless line too, and no character in two', () => {
    const text = `x${'\u{1F600}'.repeat(100_000)}`;
    const pieces = piecesOf(text);
    expect(pieces.join('')).toBe(text);
    for (const piece of pieces) expect(() => encodeURIComponent(piece)).not.toThrow();
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(32_768);
  });

  it('keeps tabs, makes every end of line one, and drops the byte order mark', () => {
    expect(decodeText(bytesOf('\ufeffa\tb\r\nc\rd'), 'utf-8')).toBe('a\tb\nc\nd');
    expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x41, 0, 0xac, 0x20), 'utf-16le')).toBe('A€');
  });
});

describe('kinds of pictures', () => {
  const zeros = (length: number, head: readonly number[]) => {
    const bytes = new Uint8Array(length);
    bytes.set(head);
    return bytes;
  };

  it.each([
    ['GIF', zeros(10, [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 7, 0, 5, 0]), { width: 7, height: 5 }],
    [
      'JPEG',
      zeros(30, [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0, 5, 0, 7]),
      { width: 7, height: 5 },
    ],
    [
      'BMP',
      zeros(26, [0x42, 0x4d, 26, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0, 0]),
      { width: 7, height: 5 },
    ],
  ] as const)('%s says its size', (name, head, size) => {
    const kind = imageKindOf(kindOf(head, 'a'));
    expect(kind?.name).toBe(name);
    if (kind) expect(pixelSizeOf(head, kind)).toEqual(size);
  });

  it('a head that ends too soon says none', () => {
    const head = zeros(12, [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
    const kind = imageKindOf(kindOf(head, 'a'));
    expect(kind?.name).toBe('PNG');
    if (kind) expect(pixelSizeOf(head, kind)).toBeNull();
  });

  it('markup is none', () => {
    for (const text of ['<svg', '<!doctype html><html>', '<?xml version="1.0"?><svg>', ''])
      expect(imageKindOf(kindOf(bytesOf(text), 'a.svg'))).toBeNull();
  });
});
