import { afterEach, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { PileView, RepairPlan } from '../../../../src/engine/api.ts';
import CheckScreen from '../../../../src/ui/check/CheckScreen.svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { CheckEngine, emptyPlan } from '../../../support/checkEngine.ts';
import { FakeClient } from '../../../support/fakeEngine.ts';
import { findingOf, pileOf } from '../../../support/pileOf.ts';
import { expectAccessible } from '../support.ts';

const HOSTILE = '<img src=x onerror="document.title=`taken`">';
const CHECKSUM = findingOf('header-checksum', 'error');

const PLAN: RepairPlan = {
  ...emptyPlan('a.vhd'),
  sizeAfter: 8_430_592,
  steps: [
    {
      rule: 'header-checksum',
      title: 'Fill in the header’s checksum',
      why: 'Only the sum is wrong.',
      changes: [
        {
          field: 'Header · checksum',
          offset: 0x224,
          before: Uint8Array.of(0xff, 0xff, 0xe6, 0xc3),
          after: Uint8Array.of(0xff, 0xff, 0xe6, 0xc1),
        },
        {
          field: 'Footer',
          offset: 8_430_080,
          before: new Uint8Array(512),
          after: new Uint8Array(512).fill(0x41),
        },
      ],
      loses: { sectorCount: 4096, ranges: [{ firstSector: 8192, sectorCount: 4096 }] },
      lossText: 'They read the parent.',
    },
  ],
  choices: [
    {
      id: 'overlap-3',
      rule: 'blocks-overlap',
      question: 'Whose are the bytes?',
      chosen: null,
      options: [
        {
          id: 'three',
          title: 'Block 3’s',
          meaning: 'Block 5 is lost.',
          preview: [
            { label: 'Block 3 would begin', offset: 0x400, bytes: Uint8Array.of(0x4e, 0x54, 0x46, 0x53) },
          ],
        },
        {
          id: 'five',
          title: 'Block 5’s',
          meaning: 'Block 3 is lost.',
          preview: [{ label: 'Block 5 would begin', offset: 0x600, bytes: Uint8Array.of(0, 1) }],
        },
      ],
    },
  ],
  left: [{ finding: findingOf('parent-missing', 'error', { message: HOSTILE }), why: 'Only you know it.' }],
};

function pile(storage: 'user' | 'private' = 'user'): PileView {
  const more = { storage } as const;
  return pileOf([
    { name: 'a.vhd', parent: 'base.vhd', findings: [CHECKSUM], more },
    { name: 'base.vhd', more },
    { name: 'other.vhd', more: { ...more, rawId: 'ff', virtualSizeBytes: 2 ** 20 } },
  ]);
}

async function screenOf(view: PileView, plan = PLAN) {
  history.replaceState(null, '', '#');
  await page.viewport(1280, 800);
  const engine = new CheckEngine(view);
  engine.plan = plan;
  const client = new FakeClient(engine.api);
  const session = new Session(client);
  await session.openSample();
  session.show('check');
  const { container } = await render(CheckScreen, { session });
  await userEvent.click(page.getByRole('option', { name: /a\.vhd/ }));
  return { engine, session, client, container };
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const radio = (name: RegExp) => page.getByRole('radio', { name });
const planIt = async () => {
  await userEvent.click(button('Plan a repair…'));
  await expect.element(page.getByRole('heading', { level: 2, name: /Plan a repair: a\.vhd/ })).toHaveFocus();
};

afterEach(() => vi.restoreAllMocks());

it('shows every byte before and after, why, what is lost, and what stays', async () => {
  const { container, engine, session } = await screenOf(pile());
  await planIt();
  await expect.element(page.getByRole('heading', { name: 'Fill in the header’s checksum' })).toBeVisible();
  await expect
    .element(page.getByText(/4.096 sectors \(2 MiB\) of the disk will read differently\./))
    .toBeVisible();
  await expect.element(page.getByText('They read the parent.')).toBeVisible();
  await expect.element(page.getByText(/grows by 512 B/)).toBeVisible();
  expect(container.querySelector('.changed.after')?.textContent).toBe('C1');
  await expect.element(page.getByText('checksum', { exact: true })).toBeVisible();
  await userEvent.click(button('28 more rows change'));
  await expect.poll(() => container.querySelectorAll('.rows p').length).toBe(32);
  await expect.element(page.getByText(HOSTILE)).toBeVisible();
  expect(container.querySelector('img')).toBe(null);
  await expectAccessible(container);
  expect(engine.repaired).toEqual([]);
  await userEvent.click(button(/^0x224/));
  expect(session.bytes).toEqual({ target: 1, offset: 0x224, lengthBytes: 4 });
});

it('guesses nothing: leaves it until a reading is chosen, and plans anew then', async () => {
  const { engine } = await screenOf(pile());
  await planIt();
  await expect.element(radio(/Leave it as it is/)).toBeChecked();
  await expect.element(page.getByText(/4E 54 46 53/)).toBeVisible();
  await userEvent.click(radio(/Block 5’s/));
  await expect.poll(() => engine.planned.at(-1)?.choices).toEqual({ 'overlap-3': 'five' });
  await userEvent.click(radio(/Leave it as it is/));
  await expect.poll(() => engine.planned.at(-1)?.choices).toEqual({});
});

it('writes a copy where the picker says, never into the user’s own file', async () => {
  const handle = await (await navigator.storage.getDirectory()).getFileHandle('copy.vhd', { create: true });
  const pick = vi.spyOn(window, 'showSaveFilePicker').mockResolvedValue(handle);
  const { engine } = await screenOf(pile());
  await planIt();
  await expect.element(page.getByText(/Not in place: the browser replaces/)).toBeVisible();
  expect(radio(/This file, in private storage/).query()).toBe(null);
  await userEvent.click(button('Write a repaired copy…'));
  await expect.element(page.getByText(/A check of it finds nothing/)).toBeVisible();
  expect(pick.mock.calls[0]?.[0]?.suggestedName).toBe('a repaired.vhd');
  expect(engine.repaired).toEqual([
    { request: { file: 1, choices: {}, parent: null }, target: { kind: 'handle', handle } },
  ]);
});

it('writes a copy into private storage, says what a check of it finds, and opens it', async () => {
  const { engine, container } = await screenOf(pile());
  engine.foundAfter = [findingOf('space-leaked', 'note', { message: HOSTILE })];
  await planIt();
  await userEvent.click(radio(/private storage, then a download/));
  await userEvent.click(button('Write a repaired copy'));
  await expect.element(page.getByText(/A check of it finds 1 note/)).toBeVisible();
  await expect
    .element(page.getByRole('list', { name: 'What is found in it now' }))
    .toHaveTextContent(HOSTILE);
  await expectAccessible(container);
  await userEvent.click(button('Open the repaired copy'));
  await expect.poll(() => engine.opened).toEqual([{ kind: 'private', name: 'a repaired.vhd' }]);
});

it('repairs in place only after an explicit yes, with the focus on the safe choice, and takes it back', async () => {
  const { engine, session } = await screenOf(pile('private'));
  await planIt();
  await userEvent.click(radio(/This file, in private storage/));
  await userEvent.click(button('Repair in private storage…'));
  const dialog = page.getByRole('dialog');
  await expect.element(dialog).toHaveTextContent(/513 bytes of the file.*will read differently.*undo file/);
  await expect.element(dialog.getByRole('button', { name: 'Leave it as it is' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  expect(engine.repaired).toEqual([]);
  await userEvent.click(button('Repair in private storage…'));
  await userEvent.click(dialog.getByRole('button', { name: 'Write 513 bytes into the file' }));
  await expect.element(page.getByText(/Repaired in place/)).toBeVisible();
  expect(session.screen).toBe('check');
  expect(engine.repaired[0]?.target).toEqual({ kind: 'in-place' });
  await userEvent.click(button('Undo the change'));
  await expect.element(page.getByText(/Taken back: a\.vhd is as it was before/)).toBeVisible();
  expect(engine.undone).toEqual(['a.vhd.1.undo']);
});

it('takes back a change in place of an earlier session, as long as its undo file is there', async () => {
  const { engine } = await screenOf(pile('private'));
  expect(button('Undo the last change…').query()).toBe(null);
  engine.privateFiles = ['disks/a.vhd.undo'];
  await userEvent.click(page.getByRole('option', { name: /base\.vhd/ }));
  await userEvent.click(page.getByRole('option', { name: /a\.vhd/ }));
  await userEvent.click(button('Undo the last change…'));
  expect(engine.undone).toEqual([]);
  await userEvent.click(button('Undo the change'));
  await expect.element(page.getByText(/Taken back: a\.vhd/)).toBeVisible();
  expect(engine.undone).toEqual(['disks/a.vhd.undo']);
});

it('says so where there is nothing to write', async () => {
  await screenOf(pile(), emptyPlan('a.vhd'));
  await planIt();
  await expect.element(page.getByText('Nothing in this file needs a repair.')).toBeVisible();
  await expect.element(button('Write a repaired copy…')).toBeDisabled();
});

it('names another parent in a copy, with paths that can be changed or left out', async () => {
  const { engine, container } = await screenOf(pile());
  await userEvent.click(button('Point at another parent…'));
  await expect.element(page.getByLabelText('Relative path')).toHaveValue('.\\base.vhd');
  expect(engine.planned).toEqual([]);
  await userEvent.selectOptions(page.getByLabelText('Parent', { exact: true }), 'other.vhd');
  await expect.element(page.getByLabelText('Relative path')).toHaveValue('.\\other.vhd');
  await expect.element(page.getByText(/Windows refuses such a pair/)).toBeVisible();
  await userEvent.fill(page.getByLabelText('Folder in Windows'), 'D:\\VMs');
  await userEvent.tab();
  await expect.element(page.getByLabelText('Absolute path')).toHaveValue('D:\\VMs\\other.vhd');
  await userEvent.fill(page.getByLabelText('Relative path'), '');
  await expectAccessible(container);
  await userEvent.click(button('Plan this link'));
  await expect.element(page.getByRole('heading', { name: /What is written/ })).toBeVisible();
  expect(engine.planned.at(-1)).toEqual({
    file: 1,
    choices: {},
    parent: { parent: 3, absolutePath: 'D:\\VMs\\other.vhd', relativePath: null },
  });
});

it('comes back to the findings, and keeps a plan when another file was looked at', async () => {
  await screenOf(pile());
  await planIt();
  await userEvent.click(page.getByRole('option', { name: /base\.vhd/ }));
  await expect.element(page.getByRole('heading', { level: 2, name: 'base.vhd' })).toBeVisible();
  await userEvent.click(page.getByRole('option', { name: /a\.vhd/ }));
  await expect.element(page.getByRole('heading', { level: 2, name: /Plan a repair/ })).toBeVisible();
  await userEvent.click(button('Back to the findings'));
  await expect.element(page.getByRole('heading', { level: 2, name: 'a.vhd' })).toBeVisible();
});
