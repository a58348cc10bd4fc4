import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { CompareView, PileView } from '../../../../src/engine/api.ts';
import CompareScreen from '../../../../src/ui/compare/CompareScreen.svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { pileOf } from '../../../support/pileOf.ts';
import { workSession } from '../make/workEngine.ts';
import { expectAccessible } from '../support.ts';

const HOSTILE = '<img src=x onerror="document.title=`taken`">.vhd';
/** The fake chain's: 64 units of 4096 sectors. */
const SECTORS = 64 * 4096;

const PILE = pileOf([
  { name: 'VM_now.avhd', parent: 'VM_old.avhd' },
  { name: 'VM_old.avhd', parent: 'VM.vhd' },
  { name: 'VM.vhd' },
]);

function found(more: Partial<CompareView> = {}): CompareView {
  const cells = new Uint8Array(1024);
  cells[40] = 12;
  cells[900] = 255;
  return {
    equal: false,
    sectorCounts: [SECTORS, SECTORS],
    differingBytes: 700,
    differingSectors: 3,
    ranges: [
      { firstSector: 40 * 256 + 5, sectorCount: 2 },
      { firstSector: 40 * 256 + 9, sectorCount: 1 },
    ],
    rangeCount: 2,
    unknownSectors: 256,
    sharedSectors: 200_000,
    cells,
    sectorsPerCell: 256,
    seconds: 1.5,
    ...more,
  };
}

async function open(pile: PileView = PILE) {
  const made = await workSession(pile);
  made.session.show('compare');
  const screen = await render(CompareScreen, { session: made.session });
  return { ...made, screen };
}

async function compared(more: Partial<CompareView> = {}) {
  const made = await open();
  await made.screen.getByRole('button', { name: 'Compare', exact: true }).click();
  made.engine.succeed(found(more));
  await expect.element(made.screen.getByRole('application')).toBeVisible();
  return made;
}

beforeEach(() => page.viewport(1280, 800));

describe('comparing', () => {
  it('starts from the leaf and its parent, shows progress, and can be cancelled', async () => {
    const { screen, engine } = await open();
    await expect
      .element(screen.getByRole('heading', { level: 1 }))
      .toHaveTextContent('VM_now.avhd against VM_old.avhd');
    await expectAccessible(screen.container);
    await screen.getByRole('button', { name: 'Compare', exact: true }).click();
    expect(engine.asked.compare?.[0]).toEqual([1, 2]);
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '61');
    await screen.getByRole('button', { name: 'Cancel' }).click();
    await expect.element(screen.getByText(/Cancelled: what was compared/)).toBeVisible();
  });

  it('says in one sentence what differs, and what was not read or not known', async () => {
    const { screen } = await compared();
    await expect
      .element(screen.getByText(/700 bytes differ, in 3 sectors and 2 ranges\. 256 sectors.*can’t be/))
      .toBeVisible();
    await expect.element(screen.getByText(/97\.7 MiB were not read/)).toBeVisible();
    await expectAccessible(screen.container);
    await screen.getByRole('button', { name: 'Table' }).click();
    await expectAccessible(screen.container);
  });

  it('says equal only when it is', async () => {
    const { screen } = await compared({
      equal: true,
      differingBytes: 0,
      differingSectors: 0,
      ranges: [],
      rangeCount: 0,
      unknownSectors: 0,
      cells: new Uint8Array(1024),
    });
    await expect.element(screen.getByText('Equal.')).toBeVisible();
    await expect.element(screen.getByText('No sector was found that reads differently.')).toBeVisible();
  });

  it('fails in words', async () => {
    const { screen, engine } = await open();
    await screen.getByRole('button', { name: 'Compare', exact: true }).click();
    engine.end?.({
      ok: false,
      error: { code: 'vanished', message: 'VM.vhd is gone.', remedy: 'Open it again.' },
    });
    await expect.element(screen.getByRole('alert')).toHaveTextContent(/Not compared.*gone.*Open it again/);
  });

  it('takes any two files, but not the same twice', async () => {
    const { screen, engine } = await open();
    await screen.getByRole('radio', { name: 'B: VM_now.avhd' }).click();
    await expect.element(screen.getByRole('button', { name: 'Compare', exact: true })).toBeDisabled();
    await screen.getByRole('radio', { name: 'A: VM.vhd' }).click();
    await screen.getByRole('button', { name: 'Swap A and B' }).click();
    await screen.getByRole('button', { name: 'Compare', exact: true }).click();
    expect(engine.asked.compare?.[0]).toEqual([1, 3]);
  });
});

describe('a result', () => {
  it('leads from a range to its sectors, on either disk', async () => {
    const { screen, session } = await compared();
    await screen.getByRole('button', { name: /^B\s*: VM_old\.avhd, 2\s+sectors at/ }).click();
    await vi.waitFor(() => expect(session.screen).toBe('explore'));
    expect(session.chain?.layers[0]).toBe(2);
    expect(session.selection).toEqual({ firstSector: 40 * 256 + 5, sectorCount: 2 });
  });

  it('stays when the screen changes, and says when the files have changed since', async () => {
    const { screen, session } = await compared();
    await screen.unmount();
    const again = await render(CompareScreen, { session });
    await expect.element(again.getByText(/700 bytes differ/)).toBeVisible();
    session.pile = { ...PILE };
    await expect.element(again.getByText(/700 bytes differ/)).toBeVisible();
    expect(again.getByText(/have changed since/).query()).toBeNull();
    const [first, ...rest] = PILE.files;
    if (first) session.pile = { ...PILE, files: [{ ...first, sizeBytes: first.sizeBytes + 512 }, ...rest] };
    await expect.element(again.getByText(/have changed since/)).toBeVisible();
    await expectAccessible(again.container);
  });

  it('is walked on the map by keys and spoken where it rests', async () => {
    const { screen, session } = await compared();
    const map = screen.getByRole('application');
    map.element().focus();
    await expect
      .element(map.getByText(/sectors 10.240–10.495, at 0x500000: 5 % of it differs/))
      .toBeInTheDocument();
    await userEvent.keyboard('n');
    await expect.element(map.getByText(/unknown, a parent is not here/)).toBeInTheDocument();
    await userEvent.keyboard('p{ArrowRight}');
    await expect.element(map.getByText(/at 0x520000: equal/)).toBeInTheDocument();
    await userEvent.keyboard('{ArrowLeft}{Enter}');
    await vi.waitFor(() => expect(session.screen).toBe('explore'));
    expect(session.selection).toEqual({ firstSector: 40 * 256, sectorCount: 256 });
  });

  it('draws equal, differing and unknown differently', async () => {
    const { screen } = await compared();
    const canvas = screen.container.querySelector('canvas');
    await vi.waitFor(() => {
      const context = canvas?.getContext('2d');
      if (!canvas || !context || canvas.width < 100) throw new Error('not drawn yet');
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set(new Uint32Array(data.buffer));
      // Grey, one share of the accent, the hatch, and paper.
      expect(colours.size).toBe(4);
    });
  });

  it('with thousands of ranges shows 200, a count, and more when asked', async () => {
    const ranges = Array.from({ length: 1000 }, (_, i) => ({ firstSector: i * 4, sectorCount: 1 }));
    const { screen } = await compared({ ranges, rangeCount: 54_321, differingSectors: 54_321 });
    const rows = () =>
      screen.container.querySelectorAll('section[aria-label="Ranges that differ"] tbody tr').length;
    expect(rows()).toBe(200);
    await screen.getByRole('button', { name: 'Show 200 more' }).click();
    expect(rows()).toBe(400);
  });
});

it('asks for a second disk where there is one alone', async () => {
  const { screen } = await open(pileOf([{ name: 'a.vhd' }]));
  await expect.element(screen.getByText(/Only one disk is open/)).toBeVisible();
  await expectAccessible(screen.container);
});

it('shows names of files as text, on a narrow page as well', async () => {
  await page.viewport(390, 844);
  const { screen, engine } = await open(pileOf([{ name: HOSTILE }, { name: 'other.vhd' }]));
  await screen.getByRole('button', { name: 'Compare', exact: true }).click();
  engine.succeed(found());
  await expect.element(screen.getByRole('application')).toBeVisible();
  await expectAccessible(screen.container);
  expect(screen.container.querySelector('img')).toBeNull();
  expect(screen.container.textContent).toContain('<img src=x');
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
});
