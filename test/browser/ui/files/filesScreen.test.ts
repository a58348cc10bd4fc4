import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import FilesScreen from '../../../../src/ui/files/FilesScreen.svelte';
import { filesOf } from '../../../../src/ui/files/files.svelte.ts';
import { keys } from '../../../../src/ui/keys/keys.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { EXCHANGE_SECTOR, filesSession } from '../../../support/fakeFiles.ts';
import { expectAccessible } from '../support.ts';

async function open(options: Parameters<typeof filesSession>[0] = {}, path = '') {
  const made = await filesSession(options);
  const files = filesOf(made.session);
  const screen = await render(FilesScreen, { session: made.session, onsave: () => {} });
  // The page gives the screen its height.
  if (screen.container instanceof HTMLElement) {
    screen.container.style.cssText = 'display:flex;flex-direction:column;height:734px';
  }
  await expect.element(screen.getByRole('grid')).toBeVisible();
  if (path !== '') {
    files.go(path);
    await vi.waitFor(() => expect(files.rows?.question.path).toBe(path));
  }
  await vi.waitFor(() => expect(files.listing.running).toBe(false));
  return { ...made, state: files, screen, grid: screen.getByRole('grid') };
}

const activeText = (grid: Element) =>
  document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '';

beforeEach(() => page.viewport(1280, 800));

describe('the matrix', () => {
  it('says aloud what the cells show, names volumes that cannot be read, and breaks no rule of axe', async () => {
    const { screen, grid } = await open({}, 'Shares/Finance');
    await expect
      .element(screen.getByText(/14 items, .* MiB; 12 of them changed along the chain, 1 came and went/))
      .toBeVisible();
    await expect.element(grid).toHaveAttribute('aria-rowcount', '16');
    const ledger = screen.getByRole('row', { name: /ledger-2021\.accdb/ });
    await expect.element(ledger.getByRole('gridcell', { name: 'changed in checkpoint 2' })).toBeVisible();
    await expect.element(ledger.getByRole('gridcell', { name: 'added in checkpoint 3' })).toBeVisible();
    await expect.element(ledger.getByRole('gridcell', { name: 'not there in checkpoint 5' })).toBeVisible();
    const gone = screen.getByRole('row', { name: /ledger-2021\.laccdb/ });
    await expect.element(gone.getByRole('gridcell', { name: 'removed in checkpoint 1' })).toBeVisible();
    await expect
      .element(screen.getByRole('option', { name: /BitLocker \(encrypted\).*Encrypted/ }))
      .toHaveAttribute('aria-disabled', 'true');
    await expectAccessible(screen.container);
  });

  it('draws only the rows in sight of 65 000, at the top, in the middle and at the end', async () => {
    const { grid, screen } = await open({ many: 65_000 }, 'Many');
    const drawn = () => grid.element().querySelectorAll('[data-row]').length;
    await expect.element(grid).toHaveAttribute('aria-rowcount', '65001');
    await vi.waitFor(() => expect(drawn()).toBeGreaterThan(10));
    expect(drawn()).toBeLessThan(60);
    grid.element().scrollTop = 32_000 * 27;
    await expect.element(screen.getByRole('row', { name: /record 032005\.dat/ })).toBeVisible();
    grid.element().focus();
    await userEvent.keyboard('{End}');
    await vi.waitFor(() => expect(activeText(grid.element())).toContain('record 064999.dat'));
    expect(drawn()).toBeLessThan(60);
    const active = document.getElementById(grid.element().getAttribute('aria-activedescendant') ?? '');
    const box = grid.element().getBoundingClientRect();
    const own = active?.getBoundingClientRect();
    expect(own?.bottom ?? 0).toBeLessThanOrEqual(box.bottom + 1);
    expect(own?.top ?? 0).toBeGreaterThan(box.top);
  });

  it('shows names of files as text, control characters visibly', async () => {
    const { screen } = await open({}, 'Odd names');
    await expect.element(screen.getByText('line\\u{A}break.txt')).toBeVisible();
    expect(screen.container.querySelector('img')).toBeNull();
    expect(screen.container.textContent).toContain('<img src=x');
    expect(screen.container.textContent).toContain('\\u{202E}gnp.exe');
  });

  it('with 40 points scrolls sideways, the newest in sight first', async () => {
    const { grid } = await open({ layers: 40 }, 'Shares/Finance');
    const element = grid.element();
    expect(element.scrollWidth).toBeGreaterThan(element.clientWidth);
    await vi.waitFor(() => expect(element.scrollLeft).toBeGreaterThan(0));
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(1280);
  });
});

describe('keys', () => {
  it('move, open, go up, select, jump to a name, read cells', async () => {
    const { grid, state } = await open();
    const element = grid.element();
    element.focus();
    await userEvent.keyboard('{Home}s');
    await vi.waitFor(() => expect(activeText(element)).toContain('Shares'));
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(state.rows?.question.path).toBe('Shares'));
    await userEvent.keyboard('fi');
    await vi.waitFor(() => expect(state.focused?.name).toBe('Finance'));
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(state.rows?.question.path).toBe('Shares/Finance'));
    await userEvent.keyboard('{ArrowDown}{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    await vi.waitFor(() => expect(state.selection.rows.size).toBe(3));
    await userEvent.keyboard('{Control>}{ArrowDown}{ArrowDown}{/Control} ');
    await vi.waitFor(() => expect(state.selection.rows.size).toBe(4));
    await userEvent.keyboard('{Control>}a{/Control}');
    await vi.waitFor(() => expect(state.selection.rows.size).toBe(15));
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{ArrowRight}');
    const cell = () => document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
    await vi.waitFor(() => expect(cell()?.getAttribute('aria-label')).toMatch(/in checkpoint 5/));
    expect(document.activeElement).toBe(element);
    await userEvent.keyboard('{Backspace}');
    await vi.waitFor(() => expect(state.focused?.path).toBe('Shares/Finance'));
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await vi.waitFor(() => expect(state.path).toBe(''));
  });

  it('are in the list of keys while the screen is there', async () => {
    const { screen } = await open();
    const titles = () => keys.groups.map(({ title }) => title);
    expect(titles()).toContain('Files');
    await screen.unmount();
    expect(titles()).not.toContain('Files');
  });

  it('the filter narrows while typing, and Escape drops it, then leads to the rows', async () => {
    const { screen, state, grid } = await open({}, 'Shares/Finance');
    const field = screen.getByRole('searchbox', { name: 'Filter by name' });
    await field.fill('ledger');
    await vi.waitFor(() => expect(state.rows?.total).toBe(3));
    await expect.element(screen.getByText('3 names match')).toBeVisible();
    await field.fill('nothing at all');
    await expect.element(screen.getByRole('heading', { name: 'No name matches' })).toBeVisible();
    await expectAccessible(screen.container);
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(state.rows?.total).toBe(15));
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(document.activeElement).toBe(grid.element()));
  });

  it('a head sorts, and once more the other way round', async () => {
    const { screen, state } = await open({}, 'Shares/Finance');
    await screen.getByRole('button', { name: 'Size' }).click();
    await vi.waitFor(() => expect(state.rows?.at(0)?.name).toBe('vat-returns.zip'));
    await expect
      .element(screen.getByRole('columnheader', { name: 'Size' }))
      .toHaveAttribute('aria-sort', 'descending');
    await screen.getByRole('button', { name: 'Size' }).click();
    await expect
      .element(screen.getByRole('columnheader', { name: 'Size' }))
      .toHaveAttribute('aria-sort', 'ascending');
  });
});

describe('states', () => {
  it('listing shows a count and can be cancelled, then begun again', async () => {
    const made = await filesSession();
    const release = made.files.hold('openVolume');
    const screen = await render(FilesScreen, { session: made.session, onsave: () => {} });
    await expect.element(screen.getByRole('heading', { name: 'Listing System' })).toBeVisible();
    await expect.element(screen.getByText(/\d+ files$/)).toBeVisible();
    await expectAccessible(screen.container);
    await screen.getByRole('button', { name: 'Cancel' }).click();
    release();
    await screen.getByRole('button', { name: 'List it again' }).click();
    await expect.element(screen.getByRole('grid')).toBeVisible();
  });

  it('a point without the volume says so and leads back', async () => {
    const { screen, state } = await open();
    state.chooseVolume(EXCHANGE_SECTOR);
    await vi.waitFor(() => expect(state.listing.results.size).toBe(6));
    await screen.getByRole('option', { name: /^5 / }).click();
    await expect.element(screen.getByRole('heading', { name: 'No such volume at point 5' })).toBeVisible();
    await expectAccessible(screen.container);
    await screen.getByRole('button', { name: 'See it at point 0' }).click();
    await expect.element(screen.getByRole('row', { name: /minutes\.txt/ })).toBeVisible();
  });

  it('a disk without readable files says what is there by name', async () => {
    const made = await filesSession();
    made.files.disk.splice(0, 2);
    made.files.disk.splice(1, 1);
    const screen = await render(FilesScreen, { session: made.session, onsave: () => {} });
    await expect.element(screen.getByRole('heading', { name: 'No files that can be read' })).toBeVisible();
    await expect
      .element(screen.getByRole('listitem'))
      .toHaveTextContent(/BitLocker \(encrypted\)\. Encrypted/);
    await expectAccessible(screen.container);
    await screen.getByRole('button', { name: 'Look at its sectors' }).click();
    expect(made.session.screen).toBe('explore');
  });

  it('an empty folder keeps the focus near, and says that it is empty', async () => {
    const { screen, state, grid } = await open();
    grid.element().focus();
    state.go('Shares/Empty');
    await expect.element(screen.getByRole('heading', { name: 'Empty', exact: true })).toBeVisible();
    expect(document.activeElement).not.toBe(document.body);
  });

  it('asks before it lists what takes long, and says about how long', async () => {
    const { screen, state } = await open({ seconds: 8 });
    await expect.element(screen.getByText('about 40 s')).toBeVisible();
    await screen.getByRole('button', { name: 'List the other 5 points' }).click();
    await vi.waitFor(() => expect(state.unlisted).toEqual([]));
  });

  it('without a disk in view offers one', async () => {
    const made = await filesSession();
    made.session.leaveView();
    const screen = await render(FilesScreen, { session: made.session, onsave: () => {} });
    await screen.getByRole('button', { name: /See the disk from/ }).click();
    await expect.element(screen.getByRole('grid')).toBeVisible();
  });
});

it('fits a narrow page', async () => {
  await page.viewport(390, 844);
  const { screen } = await open({}, 'Shares/Finance');
  await expect.element(screen.getByRole('grid')).toBeVisible();
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  await expectAccessible(screen.container);
});
