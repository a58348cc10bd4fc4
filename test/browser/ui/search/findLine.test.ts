import { afterEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { SearchQuery } from '../../../../src/engine/api.ts';
import { hexPage } from '../../../support/hexPage.ts';

let page: Awaited<ReturnType<typeof hexPage>>;
afterEach(() => page.close());

const DISK = { layers: 3, units: 256, seed: 5 };
const lastQuery = () => page.fake.asked.search?.at(-1)?.[0] as SearchQuery;

async function findFor(text: string): Promise<void> {
  await userEvent.keyboard('/');
  await vi.waitFor(() => expect(document.activeElement).toBeInstanceOf(HTMLInputElement));
  await userEvent.keyboard(text);
}

describe('the find line', () => {
  it('opens with a slash, seeks both spellings of a text, and steps through the hits', async () => {
    page = await hexPage(DISK);
    await findFor('boot{Enter}');
    await expect.element(page.screen.getByText('1 KiB/s')).toBeVisible();
    await expect.element(page.screen.getByText(/2 s left/)).toBeVisible();
    expect(lastQuery()).toMatchObject({ target: 'disk', fromOffset: 0, limit: 1000 });
    expect(new TextDecoder('utf-16le').decode(lastQuery().alternative ?? new Uint8Array())).toBe('boot');
    page.fake.finish?.();
    await expect.element(page.screen.getByText(/1 of 3 hits between 0x0 and 0x100000/)).toBeVisible();
    expect(page.session.bytes.offset).toBe(0x1234);
    await userEvent.keyboard('{Enter}');
    expect(page.session.bytes.offset).toBe(0x2468);
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
    expect(page.session.bytes.offset).toBe(0x1234);
    await vi.waitFor(() => expect(page.host.querySelector('.hex .current')).not.toBeNull());
  });

  it('takes F3 from the bytes, and Escape closes it and gives the focus back', async () => {
    page = await hexPage(DISK);
    await findFor('x{Enter}');
    page.fake.finish?.();
    await expect.element(page.screen.getByText(/1 of 3 hits/)).toBeVisible();
    page.grid.element().focus();
    await userEvent.keyboard('{F3}');
    expect(page.session.bytes.offset).toBe(0x2468);
    await userEvent.click(page.screen.getByRole('textbox'));
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement).toBe(page.grid.element());
    expect(page.host.querySelector('.hit')).toBeNull();
  });

  it('refuses what is no hex and says what is wrong', async () => {
    page = await hexPage(DISK);
    await userEvent.keyboard('/');
    await page.screen.getByRole('button', { name: 'Hex', exact: true }).click();
    const field = page.screen.getByRole('textbox');
    await userEvent.fill(field, 'EB 5');
    await expect.element(page.screen.getByText(/one is missing/)).toBeVisible();
    await expect.element(page.screen.getByRole('button', { name: 'From here' })).toBeDisabled();
    await userEvent.fill(field, 'EB 52');
    await page.screen.getByRole('button', { name: 'From here' }).click();
    expect(lastQuery()).toMatchObject({ needle: Uint8Array.of(0xeb, 0x52), alternative: null });
    page.fake.finish?.();
  });

  it('can be cancelled, says where it stopped, and goes on from there', async () => {
    page = await hexPage(DISK);
    await findFor('boot{Enter}');
    await page.screen.getByRole('button', { name: 'Cancel' }).click();
    await expect
      .element(page.screen.getByText(/Not found between 0x0 and 0x400. Stopped there./))
      .toBeVisible();
    await page.screen.getByRole('button', { name: 'Go on from 0x400' }).click();
    expect(lastQuery().fromOffset).toBe(0x400);
    page.fake.finish?.();
  });

  it('seeks in the file that is shown', async () => {
    page = await hexPage(DISK);
    page.session.goToBytes(2, 0x100, 1);
    await findFor('a{Enter}');
    expect(lastQuery()).toMatchObject({ target: 2, fromOffset: 0x100 });
    page.fake.finish?.();
  });
});
