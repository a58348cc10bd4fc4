import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/ui/App.svelte';
import { experimentsOf } from '../../../../src/ui/experiments/experiments.svelte.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { Shell } from '../../../../src/ui/state/shell.svelte.ts';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { FAKE_ABOUTS } from '../../../support/fakeExperiments.ts';
import { expectAccessible } from '../support.ts';
import { AbortingClient, experimentEngine } from './experimentPage.ts';

beforeEach(async () => {
  theme.choose('light');
  await page.viewport(1280, 800);
});

async function appAt(hash: string, chain = false) {
  history.replaceState(null, '', '#');
  const { engine } = experimentEngine();
  const session = new Session(new AbortingClient(engine));
  experimentsOf(session, FAKE_ABOUTS);
  if (chain) await session.openSample();
  history.replaceState(null, '', hash);
  const screen = await render(App, { session, shell: new Shell() });
  await expect.element(screen.getByRole('heading', { level: 1 })).toBeVisible();
  return { session, screen, engine };
}

const ONE = '#screen=experiments&at=read-cost';

describe('the experiments in the page', () => {
  it('is run and left by single keys, which the list of keys names', async () => {
    const { session, screen } = await appAt(ONE);
    await expect.element(screen.getByText('Nothing has been run yet.')).toBeVisible();
    await userEvent.keyboard('r');
    const status = document.querySelector('footer');
    await vi.waitFor(() => expect(status).toHaveTextContent(/500 reads × 10 depths × 3 ways in [\d.]+ s/));
    expect(status).toHaveTextContent(/counts made time by the storage’s figures \(SSD\).*seed 4711/);
    await userEvent.keyboard('n');
    await vi.waitFor(() => expect(session.at).toBe('two-descendants'));
    await userEvent.keyboard('p');
    await vi.waitFor(() => expect(session.at).toBe('read-cost'));
    await userEvent.keyboard('?');
    await expect
      .element(screen.getByRole('dialog'))
      .toHaveTextContent(/Experiments.*Run the experiment.*Next experiment.*Previous experiment/);
  });

  it('shows a run in the status line of every screen', async () => {
    const { screen, engine } = await appAt(ONE);
    engine.hold = true;
    await screen.getByRole('button', { name: 'Run without predicting' }).click();
    await screen.getByRole('link', { name: 'Make', exact: true }).click();
    await expect
      .element(screen.getByRole('contentinfo'))
      .toHaveTextContent(/Experiment 1: Reading at depth 16 62 %/);
    await screen.getByRole('button', { name: 'Cancel: Experiment 1' }).click();
    await screen.getByRole('link', { name: 'Experiments', exact: true }).click();
    await screen.getByRole('link', { name: /^Is the read cost/ }).click();
    await expect.element(screen.getByText(/^Cancelled\./)).toBeVisible();
  });

  it.each([390, 800, 1280])('is no wider than %i px, with everything on it', async (width) => {
    await page.viewport(width, 800);
    const { session, screen } = await appAt(ONE, true);
    await userEvent.keyboard('r');
    await expect.element(screen.getByText(/^You ran it without/)).toBeVisible();
    await screen.getByRole('button', { name: 'Count it' }).click();
    await expect.element(screen.getByRole('row', { name: /layers 0–5/ })).toBeVisible();
    await screen.getByRole('button', { name: 'Edit the figures' }).click();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    await expectAccessible(document.body);
    session.show('experiments');
    await expect.element(screen.getByText(/^Yours:/)).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    await expectAccessible(document.body);
  });

  it('has no fault of axe in the dark', async () => {
    theme.choose('dark');
    const { screen } = await appAt(ONE, true);
    await userEvent.keyboard('r');
    await expect.element(screen.getByText(/^You ran it without/)).toBeVisible();
    await expectAccessible(document.body);
  });
});
