import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import SelectionLine from '../../../../src/ui/selection/SelectionLine.svelte';
import type { Session } from '../../../../src/ui/state/session.svelte.ts';
import { pileOf } from '../../../support/pileOf.ts';
import { expectAccessible, openSession } from '../support.ts';

const chain = () =>
  pileOf([{ name: 'a.avhd', parent: 'b.avhd' }, { name: 'b.avhd', parent: 'c.vhd' }, { name: 'c.vhd' }]);
const field = () => page.getByRole('textbox', { name: 'First sector, byte or range' });

async function type(text: string): Promise<void> {
  await userEvent.fill(field(), text);
  await userEvent.keyboard('{Enter}');
}

async function shown(): Promise<{ session: Session; container: HTMLElement }> {
  const { session } = await openSession(chain());
  const { container } = await render(SelectionLine, { session });
  return { session, container };
}

it.each([
  ['5000', 5000, 1],
  ['0x200000', 4096, 1],
  ['100-199', 100, 100],
  ['block 2', 8192, 4096],
])('%s selects', async (typed, firstSector, sectorCount) => {
  const { session, container } = await shown();
  await type(typed);
  expect(session.selection).toEqual({ firstSector, sectorCount });
  await expect.element(field()).toHaveValue(String(firstSector).replace(/\B(?=(\d{3})+$)/g, '\u202f'));
  await expect.poll(() => container.textContent).toMatch(/answered|in no file/);
  await expectAccessible(container);
});

it('explains what it cannot take and keeps the selection', async () => {
  const { session } = await shown();
  await type('everything');
  await expect.element(page.getByRole('alert')).toHaveTextContent('Type a sector');
  expect(session.selection.firstSector).toBe(0);
  await userEvent.keyboard('{Escape}');
  await expect.element(field()).toHaveValue('0');
});

it('takes a count', async () => {
  const { session } = await shown();
  await userEvent.fill(page.getByRole('textbox', { name: 'Sector count' }), '16');
  await userEvent.keyboard('{Enter}');
  expect(session.selection).toEqual({ firstSector: 0, sectorCount: 16 });
});

it('names the answering layer as the oracle does, and leads to its bytes', async () => {
  const { session } = await openSession(chain());
  const { container } = await render(SelectionLine, { session });
  const { api } = session.client;
  for (let sector = 0; sector < 200_000; sector += 17_389) {
    session.selectSectors(sector);
    await expect.poll(() => session.traceIsCurrent).toBe(true);
    const trace = await api.trace(sector, 1);
    const extent = trace.ok ? trace.value.extents[0] : undefined;
    await expect
      .poll(() => container.textContent)
      .toContain(extent && extent.layer >= 0 ? `answered by ${extent.layer} ` : 'in no file');
  }
});
