import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { keys } from '../../../../src/ui/keys/keys.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { FakeLab } from '../../../support/fakeLab.ts';
import { expectAccessible } from '../support.ts';
import { labPage } from './labPage.ts';

beforeEach(async () => {
  theme.choose('light');
  await page.viewport(1280, 800);
});

const press = (key: string) => keys.handle(new KeyboardEvent('keydown', { key }));

describe('time', () => {
  it('goes on while it runs, at its speed, and stands still when it is paused', async () => {
    const { labs, lab } = await labPage();
    const beginUs = labs.view?.nowUs ?? 0;
    labs.chooseSpeed(100);
    press(' ');
    expect(labs.running).toBe(true);
    await vi.waitFor(() => expect(lab.calls.advance).toBeGreaterThan(1));
    expect((labs.view?.nowUs ?? 0) - beginUs).toBeGreaterThan(10_000_000);
    expect(labs.reachedSpeed).toBeCloseTo(100, 0);
    press(' ');
    expect(labs.running).toBe(false);
    const { advance } = lab.calls;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(lab.calls.advance).toBeLessThanOrEqual(advance + 1);
  });

  it('says what it reached where the engine can’t keep up', async () => {
    const { labs, lab } = await labPage();
    lab.reach = 0.25;
    labs.run();
    await vi.waitFor(() => expect(labs.reachedSpeed).not.toBeNull());
    expect(labs.reachedSpeed).toBeCloseTo(2.5, 1);
    labs.pause();
  });

  it('asks what the files hold no more than four times a second, and only when something was written', async () => {
    const { labs, lab } = await labPage();
    await vi.waitFor(() => expect(lab.calls.holdings).toBe(1));
    labs.select('CLEAN');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(lab.calls.holdings).toBe(1);
    for (let i = 0; i < 20; i++) await labs.nextEvent();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lab.calls.holdings).toBeGreaterThan(1);
    expect(lab.calls.holdings).toBeLessThan(6);
  });

  it('is stepped by keys, event by event, and forked', async () => {
    const { labs, lab } = await labPage();
    const before = labs.view?.nowUs ?? 0;
    press('.');
    await vi.waitFor(() => expect(labs.view?.nowUs).toBe(before + 1_000_000));
    press(',');
    await vi.waitFor(() => expect(lab.sought).toHaveLength(1));
    expect(lab.sought[0]).toBe(labs.view?.events.at(-2)?.atUs);
    expect(labs.inThePast).toBe(true);
    press('f');
    await vi.waitFor(() => expect(labs.inThePast).toBe(false));
  });

  it('lets no command in between two steps', async () => {
    const { labs, lab } = await labPage();
    const order: string[] = [];
    const { labAdvance, labDo } = lab;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    lab.labAdvance = async (advance) => {
      order.push('advance');
      await held;
      order.push('advanced');
      return labAdvance(advance);
    };
    lab.labDo = (command) => {
      order.push(command.do);
      return labDo(command);
    };
    const step = labs.nextEvent();
    const command = labs.do({ do: 'take' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(order).toEqual(['advance']);
    release();
    await Promise.all([step, command]);
    expect(order).toEqual(['advance', 'advanced', 'take']);
  });

  it('stops when the engine dies, and the lab is gone', async () => {
    const { labs, lab, screen } = await labPage();
    lab.labAdvance = () =>
      Promise.resolve({ ok: false, error: { code: 'engine-failed', message: 'It stopped.' } });
    labs.run();
    await vi.waitFor(() => expect(labs.view).toBeNull());
    expect(labs.running).toBe(false);
    await expect.element(screen.getByRole('heading', { name: 'Checkpoint lab' })).toBeVisible();
  });
});

describe('the ways into a lab', () => {
  it('begin with one click', async () => {
    const { screen, button, lab } = await labPage(null);
    await expect.element(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Checkpoint lab');
    await expectAccessible(screen.container);
    await button('New lab').click();
    expect(lab.started).toEqual([{ from: 'scenario', scenario: null, storage: 'memory' }]);
    await expect.element(screen.getByRole('tree')).toBeVisible();
  });

  it('go on with the machine in private storage, or remove it', async () => {
    const lab = new FakeLab();
    lab.stored = { machineName: 'LAB-WEB01', checkpoints: 3, bytes: 2 ** 30 };
    const opened = await labPage(null, lab);
    await expect.element(opened.screen.getByText(/3 checkpoints, 1 GiB/)).toBeVisible();
    await opened.button('in private storage').click();
    await expect.element(opened.button('New lab, in the place of LAB-WEB01')).toBeVisible();
    await opened.button('Remove LAB-WEB01 for good').click();
    await expect.element(opened.button('New lab')).toBeVisible();
    lab.stored = { machineName: 'LAB-WEB01', checkpoints: 3, bytes: 2 ** 30 };
    await opened.labs.lookForStored();
    await opened.button('Go on').click();
    expect(lab.started).toEqual([{ from: 'private' }]);
  });

  it('take the chain that is open', async () => {
    const { session, button, lab } = await labPage(null);
    await session.openSample();
    session.show('lab');
    await button('Take it into the lab').click();
    expect(lab.started).toEqual([{ from: 'chain', leaf: 1, storage: 'memory' }]);
  });

  it('open a scenario file, and refuse one that is far too long', async () => {
    const { lab, screen } = await labPage(null);
    const input = document.querySelector<HTMLInputElement>('[data-input=scenario]');
    const give = (file: File) => {
      const picked = new DataTransfer();
      picked.items.add(file);
      if (input) input.files = picked.files;
      input?.dispatchEvent(new Event('change', { bubbles: true }));
    };
    give(new File([new Uint8Array(5 * 2 ** 20)], 'big.json'));
    await expect.element(screen.getByText(/big\.json has 5 MiB/)).toBeVisible();
    expect(lab.started).toEqual([]);
    give(new File(['{"name":"x"}'], 'lesson.json'));
    await vi.waitFor(() =>
      expect(lab.started).toEqual([{ from: 'text', text: '{"name":"x"}', storage: 'memory' }]),
    );
  });

  it('import a folder in three ways', async () => {
    const { lab, screen } = await labPage(null);
    await screen.getByRole('radio', { name: /Restore/ }).click();
    const picked = new DataTransfer();
    picked.items.add(new File(['{}'], 'A.json'));
    const input = document.querySelector<HTMLInputElement>('[data-input=lab-folder]');
    if (input) input.files = picked.files;
    input?.dispatchEvent(new Event('change', { bubbles: true }));
    await vi.waitFor(() => expect(lab.started).toHaveLength(1));
    expect(lab.started[0]).toMatchObject({
      from: 'folder',
      how: 'restore',
      files: [{ kind: 'blob', path: 'A.json' }],
    });
  });

  it('open the scenario that the address names, once', async () => {
    const { session, labs, lab, screen } = await labPage(null);
    history.replaceState(null, '', '#lab=q1bKS8x');
    const stop = session.followAddress();
    await expect.element(screen.getByRole('tree')).toBeVisible();
    expect(lab.started).toEqual([{ from: 'link', link: 'lab=q1bKS8x', storage: 'memory' }]);
    // Coming back to the same address goes on with the lab that is open.
    dispatchEvent(new PopStateEvent('popstate'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lab.started).toHaveLength(1);
    expect(session.screen).toBe('lab');
    await labs.start({ from: 'scenario', scenario: null, storage: 'memory' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lab.started).toHaveLength(2);
    stop();
    history.replaceState(null, '', '#');
  });
});
