import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../../src/ui/look/base.css';
import '../../../../src/ui/look/tokens.css';
import TreePanel from '../../../../src/ui/tree/TreePanel.svelte';
import { findingOf, pileOf } from '../../../support/pileOf.ts';
import { expectAccessible, openSession } from '../support.ts';

const lost = { id: 'F'.repeat(32), idText: 'FFFF-LOST', modified: null, name: 'lost.vhd', paths: [] };
const branched = () =>
  pileOf([
    { name: 'VM_now.avhd', parent: 'VM_old.avhd' },
    { name: 'VM_side.avhd', parent: 'VM_old.avhd', findings: [findingOf('footer-lost', 'warning')] },
    { name: 'VM_old.avhd', parent: 'VM.vhd' },
    { name: 'VM.vhd' },
    {
      name: 'VM_orphan.avhd',
      findings: [findingOf('parent-missing', 'error', { code: '0xC03A000D', file: 'disks/VM_orphan.avhd' })],
      more: {
        link: 'orphan',
        type: 'differencing',
        seeks: lost,
        candidates: [{ file: 4, score: 2, reasons: ['The disk has the same size.'] }],
      },
    },
  ]);

const items = () => [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];
const selected = () =>
  document.querySelector('[role=treeitem][aria-selected=true]')?.getAttribute('data-file');

describe('the tree of files', () => {
  it('shows every file newest first, with its layer where it is in the chain in view', async () => {
    const { session } = await openSession(branched());
    const { container } = await render(TreePanel, { session, onsave: () => {} });
    expect(items().map((item) => item.dataset.file)).toEqual([
      'VM_now.avhd',
      'VM_side.avhd',
      'VM_old.avhd',
      'VM.vhd',
      'VM_orphan.avhd',
    ]);
    expect(items().map((item) => item.querySelector('.n')?.textContent)).toEqual(['0', '', '1', '2', '']);
    expect(items()[0]?.textContent).toContain('seen from here');
    expect(items()[1]?.textContent).toContain('footer lost');
    await expectAccessible(container);
  });

  it('is one tab stop with arrows inside; Enter sees the disk from the file', async () => {
    const { session } = await openSession(branched());
    await render(TreePanel, { session, onsave: () => {} });
    expect(items().filter((item) => item.tabIndex === 0)).toHaveLength(1);
    items()[0]?.focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(selected()).toBe('VM_side.avhd');
    expect(document.activeElement).toBe(items()[1]);
    expect(items().filter((item) => item.tabIndex === 0)).toEqual([items()[1]]);
    await userEvent.keyboard('{End}');
    expect(selected()).toBe('VM_orphan.avhd');
    await userEvent.keyboard('{Home}{ArrowDown}{Enter}');
    await expect.poll(() => session.chain?.layers).toEqual([2, 3, 4]);
  });

  it('puts the layer under the pointer in the spotlight', async () => {
    const { session } = await openSession(branched());
    await render(TreePanel, { session, onsave: () => {} });
    await userEvent.hover(items()[2] as HTMLElement);
    expect(session.spotlight).toBe(1);
    await userEvent.hover(items()[1] as HTMLElement);
    expect(session.spotlight).toBe(null);
  });

  it('tells the facts of the selected file and saves the disk as seen from it', async () => {
    const { session } = await openSession(branched());
    const saved: string[] = [];
    await render(TreePanel, { session, onsave: (file: { name: string }) => saved.push(file.name) });
    await userEvent.click(items()[2] as HTMLElement);
    await expect.element(page.getByRole('heading', { name: '1 VM_old.avhd' })).toBeVisible();
    await userEvent.click(page.getByRole('button', { name: 'Save disk as…' }));
    expect(saved).toEqual(['VM_old.avhd']);
    await userEvent.click(page.getByRole('button', { name: 'See the disk from here' }));
    await expect.poll(() => session.chain?.layers[0]).toBe(3);
  });

  it('lets an orphan be pointed at a parent, the likely one first and the mismatch said', async () => {
    const { session, engine } = await openSession(branched());
    await render(TreePanel, { session, onsave: () => {} });
    await userEvent.click(page.getByRole('button', { name: 'Point at a file…' }));
    const dialog = page.getByRole('dialog');
    await expect.element(dialog.getByText('FFFF-LOST')).toBeVisible();
    await expect.element(dialog.getByRole('radio', { name: 'VM.vhd' })).toBeChecked();
    await expect.element(dialog.getByText('The disk has the same size.')).toBeVisible();
    await expect.element(dialog.getByText(/The id differs/)).toBeVisible();
    expect(document.activeElement?.textContent).toBe('Cancel');
    await expectAccessible(document.querySelector('dialog') as Element);
    await userEvent.click(dialog.getByRole('button', { name: 'Join them' }));
    expect(engine.pointed).toEqual([[5, 4]]);
  });

  it('folds a chain of 64 to a few rows and unfolds it on demand', async () => {
    const { session } = await openSession(
      pileOf(
        Array.from({ length: 64 }, (_, i) => ({
          name: `VM_${i}.avhd`,
          ...(i < 63 ? { parent: `VM_${i + 1}.avhd` } : {}),
        })),
      ),
    );
    await render(TreePanel, { session, onsave: () => {} });
    expect(items()).toHaveLength(3);
    expect(items()[1]?.textContent).toContain('layers 1–62');
    await userEvent.click(items()[1] as HTMLElement);
    expect(items()).toHaveLength(64);
    items()[5]?.focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(items().length).toBeLessThan(6);
  });
});
