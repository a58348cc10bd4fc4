import { afterEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { SECTOR_BYTES, TIB } from '../../../../src/base/units.ts';
import { sectorText } from '../../../support/fakeBytes.ts';
import { hexPage } from '../../../support/hexPage.ts';

type Page = Awaited<ReturnType<typeof hexPage>>;
let page: Page;
afterEach(() => page.close());

const DISK = { layers: 4, units: 512, seed: 5 };
const hexOf = (text: string) =>
  [...text].map((char) => char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** A sector that some layer holds, and that the next one does not share with it. */
function heldSector({ fake }: Page, layer: number): number {
  for (let sector = 0; sector < fake.base.sectorCount; sector++)
    if (fake.base.ownerOf(sector) === layer) return sector;
  throw new Error(`no sector of layer ${layer}`);
}

describe('the bytes of the disk', () => {
  it('show the selected sector with the layer that answers it', async () => {
    page = await hexPage(DISK);
    const sector = heldSector(page, 2);
    page.session.selectSectors(sector);
    const offset = (sector * SECTOR_BYTES).toString(16).toUpperCase().padStart(8, '0');
    await vi.waitFor(() => {
      const row = page.rows().find((text) => text.startsWith(offset));
      expect(row).toContain(`2 ${hexOf(sectorText(2, sector).slice(0, 16))}`);
    });
    await expect.element(page.screen.getByText(/answered by/)).toBeVisible();
  });

  it('say of a missing parent that its sectors are unknown, not zero', async () => {
    page = await hexPage({ ...DISK, orphan: true });
    const sector = heldSector(page, 254);
    page.session.selectSectors(sector);
    await vi.waitFor(() => expect(page.rows().join(' ')).toContain('?? ?? ?? ??'));
    await expect.element(page.screen.getByText(/unknown, not zero/)).toBeVisible();
  });

  it('reach the last byte of a 2040 GiB disk with Control End and scroll back with the thumb', async () => {
    page = await hexPage({ layers: 2, units: 1_044_480, seed: 3 });
    const size = 1_044_480 * 4096 * SECTOR_BYTES;
    expect(size).toBe(2040 * (TIB / 1024));
    page.grid.element().focus();
    await userEvent.keyboard('{Control>}{End}{/Control}');
    await vi.waitFor(() =>
      expect(page.rows().at(-1)).toMatch(new RegExp(`^0?${(size - 16).toString(16)}`, 'i')),
    );
    expect(page.session.bytes.offset).toBe(size - 1);
    expect(page.session.selection.firstSector).toBe(size / SECTOR_BYTES - 1);
    const bar = page.screen.getByRole('scrollbar', { includeHidden: true }).element();
    const box = bar.getBoundingClientRect();
    const at = (y: number) => ({ clientX: box.x + 4, clientY: y, button: 0, pointerId: 1, bubbles: true });
    bar.setPointerCapture = () => undefined;
    bar.dispatchEvent(new PointerEvent('pointerdown', at(box.bottom - 2)));
    bar.dispatchEvent(new PointerEvent('pointermove', at(box.top - 50)));
    bar.dispatchEvent(new PointerEvent('pointerup', at(box.top)));
    await vi.waitFor(() => expect(page.rows()[0]).toMatch(/^0{10,12} /));
  });

  it('never ask for pages that were scrolled past, and show those of the last place', async () => {
    page = await hexPage({ layers: 2, units: 65_536, seed: 3 });
    page.grid.element().focus();
    const before = page.fake.asked.readDisk?.length ?? 0;
    for (let i = 0; i < 200; i++)
      page.grid.element().dispatchEvent(new WheelEvent('wheel', { deltaY: 90_000, cancelable: true }));
    await vi.waitFor(() => expect(page.rows()[0]).not.toMatch(/^0{8}/));
    await vi.waitFor(() => expect(page.rows().join(' ')).not.toContain('··'));
    expect((page.fake.asked.readDisk?.length ?? 0) - before).toBeLessThan(20);
  });
});

describe('moving', () => {
  it('by arrows moves the byte cursor, and the selection when a sector ends', async () => {
    page = await hexPage(DISK);
    page.grid.element().focus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}');
    expect(page.session.bytes).toMatchObject({ target: 'disk', offset: 17, lengthBytes: 1 });
    for (let i = 0; i < 31; i++) await userEvent.keyboard('{ArrowDown}');
    expect(page.session.bytes.offset).toBe(17 + 31 * 16);
    expect(page.session.selection.firstSector).toBe(1);
  });

  it('with Shift selects bytes both ways from where it began', async () => {
    page = await hexPage(DISK);
    page.session.goToBytes(4, 0x2008, 1);
    await vi.waitFor(() => expect(page.rows().join(' ')).toContain('00002000'));
    page.grid.element().focus();
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{/Shift}');
    expect(page.session.bytes).toMatchObject({ offset: 0x2008, lengthBytes: 3 });
    await userEvent.keyboard('{Shift>}{ArrowLeft}{ArrowLeft}{ArrowLeft}{/Shift}');
    expect(page.session.bytes).toMatchObject({ offset: 0x2007, lengthBytes: 2 });
  });

  it('by a click lands on the byte under the pointer, in both columns', async () => {
    page = await hexPage(DISK);
    page.session.goToBytes(4, 0, 0);
    await vi.waitFor(() => expect(page.rows()[0]).toContain('63 6F 6E 65 63 74 69 78'));
    const click = (element: Element, ratio: number) => {
      const box = element.getBoundingClientRect();
      const place = { clientX: box.left + box.width * ratio, clientY: box.top + box.height / 2 };
      const grid = page.grid.element();
      grid.setPointerCapture = () => undefined;
      grid.dispatchEvent(
        new PointerEvent('pointerdown', { ...place, button: 0, bubbles: true, pointerType: 'mouse' }),
      );
      grid.dispatchEvent(new PointerEvent('pointerup', { ...place, bubbles: true }));
    };
    const second = page.host.querySelectorAll('.row')[1] as Element;
    click(second.querySelector('.hex') as Element, 0.999);
    expect(page.session.bytes.offset).toBe(31);
    click(second.querySelector('.hex') as Element, 0.001);
    expect(page.session.bytes.offset).toBe(16);
    click(second.querySelector('.text') as Element, 5.5 / 16);
    expect(page.session.bytes.offset).toBe(21);
  });
});

describe('the bytes of a file', () => {
  it('read a BAT entry out and lead to its bitmap and its data', async () => {
    page = await hexPage(DISK);
    const unit = page.fake.base.held[3]?.indexOf(1) ?? 0;
    page.session.goToBytes(4, 0x2000 + unit * 4, 4);
    await expect.element(page.screen.getByText(`BAT entry ${unit}`, { exact: true })).toBeVisible();
    await expect.element(page.screen.getByText('4 bytes, big-endian, at')).toBeVisible();
    await page.screen.getByRole('button', { name: /data, in this file/ }).click();
    expect(page.session.bytes).toMatchObject({
      target: 4,
      offset: page.fake.blockOffset(3, unit) + SECTOR_BYTES,
    });
  });

  it('follow the first link with Enter', async () => {
    page = await hexPage(DISK);
    const unit = page.fake.base.held[3]?.indexOf(1) ?? 0;
    page.session.goToBytes(4, 0x2000 + unit * 4, 4);
    await expect.element(page.screen.getByText(`BAT entry ${unit}`, { exact: true })).toBeVisible();
    page.grid.element().focus();
    await userEvent.keyboard('{Enter}');
    expect(page.session.bytes.offset).toBe(page.fake.blockOffset(3, unit));
  });

  it('underline what means something and leave unused entries faint', async () => {
    page = await hexPage({ ...DISK, baseDensity: 0.2 });
    page.session.goToBytes(4, 0x2000, 0);
    await vi.waitFor(() => expect(page.host.querySelector('.field')).not.toBeNull());
    await vi.waitFor(() => {
      for (const run of page.host.querySelectorAll('.hex span.field'))
        expect(run.textContent).not.toMatch(/^(FF ?)+$/);
      for (const run of page.host.querySelectorAll('.hex span.faint'))
        expect(run.textContent).toMatch(/^((FF|00) *)+$/);
    });
  });

  it('are reached from the disk with v at the same byte, and left again at the same byte', async () => {
    page = await hexPage(DISK);
    const sector = heldSector(page, 1);
    page.session.selectSectors(sector);
    page.session.goToBytes('disk', sector * SECTOR_BYTES + 77, 1);
    await userEvent.keyboard('v');
    await vi.waitFor(() => expect(page.session.bytes.target).toBe(2));
    const unit = Math.floor(sector / 4096);
    expect(page.session.bytes.offset).toBe(
      page.fake.blockOffset(1, unit) + SECTOR_BYTES * (1 + (sector % 4096)) + 77,
    );
    await expect.element(page.screen.getByText(/^, byte/)).toBeVisible();
    await userEvent.keyboard('v');
    await vi.waitFor(() => expect(page.session.bytes.target).toBe('disk'));
    expect(page.session.bytes.offset).toBe(sector * SECTOR_BYTES + 77);
  });

  it('say why where the disk has no byte of its own in any file', async () => {
    page = await hexPage({ ...DISK, baseDensity: 0.05 });
    const sector = heldSector(page, 255);
    page.session.selectSectors(sector);
    await userEvent.keyboard('v');
    await expect.element(page.screen.getByText(/No file holds this sector/)).toBeVisible();
  });

  it('are chosen from every file of the pile', async () => {
    page = await hexPage(DISK);
    page.session.goToBytes(1, 0, 0);
    const choice = page.screen.getByRole('combobox', { name: 'File whose bytes are shown' });
    await expect.element(choice).toBeVisible();
    expect((choice.element() as HTMLSelectElement).options).toHaveLength(4);
    await userEvent.selectOptions(choice, '3');
    expect(page.session.bytes.target).toBe(3);
  });

  it('are divided into parts that lead to them', async () => {
    page = await hexPage(DISK);
    page.session.goToBytes(4, 0, 0);
    await page.screen.getByRole('button', { name: /, Block allocation table, at 0x2000/ }).click();
    expect(page.session.bytes).toMatchObject({ target: 4, offset: 0x2000 });
  });
});

describe('a read that fails', () => {
  it('says so where the bytes would be, with meaning and remedy, and is tried again', async () => {
    page = await hexPage(DISK);
    page.fake.faults.readFile = {
      code: 'changed',
      message: 'disk.vhd is no longer the file that was opened.',
      meaning: 'What was read before may not fit what is there now.',
      remedy: 'Open it again.',
    };
    page.session.goToBytes(4, 0, 0);
    const alert = page.screen.getByRole('alert');
    await expect.element(alert).toHaveTextContent(/no longer the file/);
    await expect.element(alert).toHaveTextContent(/may not fit/);
    await expect.element(alert).toHaveTextContent(/Open it again/);
    delete page.fake.faults.readFile;
    await page.screen.getByRole('button', { name: 'Try again' }).click();
    await vi.waitFor(() => expect(page.rows()[0]).toContain('63 6F 6E 65'));
  });
});

describe('copying', () => {
  it('takes the field under the cursor as hex, and what is selected as text', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    page = await hexPage(DISK);
    page.session.goToBytes(4, 0, 1);
    await expect.element(page.screen.getByText('Hard disk footer (copy), cookie')).toBeVisible();
    await page.screen.getByRole('button', { name: 'Copy hex' }).click();
    await expect.element(page.screen.getByText('8 bytes copied as hex.')).toBeVisible();
    expect(write).toHaveBeenLastCalledWith('63 6F 6E 65 63 74 69 78');
    const sector = heldSector(page, 1);
    page.session.selectSectors(sector);
    page.session.goToBytes('disk', sector * SECTOR_BYTES, 16);
    await page.screen.getByRole('button', { name: 'Copy text' }).click();
    await vi.waitFor(() => expect(write).toHaveBeenLastCalledWith(sectorText(1, sector).slice(0, 16)));
    write.mockRestore();
  });
});
