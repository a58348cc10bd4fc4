import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/ui/App.svelte';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { Shell } from '../../../../src/ui/state/shell.svelte.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { FakeLab } from '../../../support/fakeLab.ts';
import { expectAccessible } from '../support.ts';

beforeEach(async () => {
  theme.choose('light');
  await page.viewport(1280, 800);
});

async function appAt(hash: string) {
  history.replaceState(null, '', hash);
  const engine = new FakeEngine({ layers: 3, units: 64, seed: 7 });
  const lab = new FakeLab();
  engine.lab = lab;
  const session = new Session(new FakeClient(engine));
  const screen = await render(App, { session, shell: new Shell() });
  return { lab, session, screen };
}

describe('the lab in the page', () => {
  it('is there without files, has a title and a status line of its own, and stays when another screen is shown', async () => {
    const { screen, lab } = await appAt('#');
    await screen.getByRole('link', { name: 'Lab', exact: true }).click();
    await screen.getByRole('button', { name: 'New lab' }).click();
    await expect.element(screen.getByRole('tree')).toBeVisible();
    expect(document.title).toBe('LAB-WEB01 · Checkpoint lab · Disklab');
    const status = document.querySelector('footer')?.textContent?.replace(/\s+/g, ' ');
    expect(status).toMatch(/Guest checked 1 904 882 reads, 0 wrong/);
    expect(status).toMatch(/7 files in memory, 1\.59 GiB/);
    expect(status).toMatch(/same seed and commands give the same run/);
    expect(document.documentElement.scrollHeight).toBeLessThanOrEqual(800);
    await expectAccessible(document.body);
    await screen.getByRole('link', { name: 'Make', exact: true }).click();
    await expect.element(screen.getByRole('tree')).not.toBeInTheDocument();
    await screen.getByRole('link', { name: 'Lab', exact: true }).click();
    await expect.element(screen.getByRole('tree')).toBeVisible();
    expect(lab.started).toHaveLength(1);
  });

  it('opens the scenario of a link', async () => {
    const { screen, lab } = await appAt('#lab=q1bKS8x');
    await expect.element(screen.getByRole('tree')).toBeVisible();
    expect(lab.started).toEqual([{ from: 'link', link: 'lab=q1bKS8x', storage: 'memory' }]);
  });

  it('opens the scenario of a link that is followed while a disk is still being opened', async () => {
    history.replaceState(null, '', '#');
    const engine = new FakeEngine({ layers: 3, units: 64, seed: 7 });
    const lab = new FakeLab();
    engine.lab = lab;
    const view = engine.viewFrom.bind(engine);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    engine.viewFrom = async (...args) => {
      await held;
      return view(...args);
    };
    const session = new Session(new FakeClient(engine));
    const screen = await render(App, { session, shell: new Shell() });
    const opened = session.openSample();
    await vi.waitFor(() => expect(session.screen).toBe('explore'));
    history.pushState(null, '', '#lab=q1bKS8x');
    dispatchEvent(new PopStateEvent('popstate'));
    goOn();
    await opened;
    await expect.element(screen.getByRole('tree', { name: /^Checkpoints/ })).toBeVisible();
    expect(lab.started).toEqual([{ from: 'link', link: 'lab=q1bKS8x', storage: 'memory' }]);
    expect(session.screen).toBe('lab');
  });

  it('runs and pauses by the space bar, and says so in the list of keys', async () => {
    const { screen, lab } = await appAt('#lab=q1bKS8x');
    await expect.element(screen.getByRole('tree')).toBeVisible();
    document.querySelector<HTMLElement>('main')?.focus();
    await userEvent.keyboard(' ');
    await vi.waitFor(() => expect(lab.calls.advance).toBeGreaterThan(0));
    await expect.element(screen.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
    document.querySelector<HTMLElement>('main')?.focus();
    await userEvent.keyboard(' ');
    await expect.element(screen.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
    await userEvent.keyboard('?');
    await expect
      .element(screen.getByRole('dialog'))
      .toHaveTextContent(/Lab.*Run, and pause.*One event on.*Fork here/);
  });

  it('is no wider than a phone', async () => {
    await page.viewport(390, 844);
    await appAt('#lab=q1bKS8x');
    await expect.element(page.getByRole('tree')).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    const nav = document.querySelector('.top nav');
    expect(nav?.scrollWidth).toBe(nav?.clientWidth);
  });
});
