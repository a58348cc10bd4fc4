import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { expectAccessible } from '../support.ts';
import { experimentPage } from './experimentPage.ts';

beforeEach(async () => {
  theme.choose('light');
  await page.viewport(1280, 800);
});

const HEADLINE = 'True while caches are cold. Once the tables are in memory, depth costs almost nothing.';

describe('one experiment', () => {
  it('asks first, runs, and answers the prediction with the claims beside it', async () => {
    const { screen, button, engine, experiments } = await experimentPage();
    await expect.element(screen.getByRole('heading', { level: 1 })).toHaveTextContent(/^Is the read cost/);
    await expect.element(screen.getByText('Nothing has been run yet.')).toBeVisible();
    await expect.element(screen.getByText(/^“The impact on the read performance/)).toBeVisible();
    await expectAccessible(document.body);
    await screen.getByRole('radio', { name: 'flat' }).click();
    await button('Run').click();
    await expect.element(screen.getByText(HEADLINE)).toBeVisible();
    expect(engine.ran).toEqual([{ id: 'read-cost', setup: experiments.all[0]?.about.setup }]);
    await expect
      .element(screen.getByText(/^You predicted/))
      .toHaveTextContent('You predicted flat: it does not fit. Only with cached tables.');
    await expect.element(screen.getByText('holds in part')).toBeVisible();
    await expect.element(screen.getByText('does not hold', { exact: true })).toBeVisible();
    await expect.element(screen.getByText(/^\[P\] Brien Posey, Using live virtual disk merge/)).toBeVisible();
    await expect.element(button('Run again')).toBeVisible();
    expect(document.querySelector('[aria-live=polite]')).toHaveTextContent(HEADLINE);
    await screen.getByText('How it was counted').click();
    await expect.element(screen.getByText(/^Counted requests are made time/)).toBeVisible();
    await expectAccessible(document.body);
  });

  it('runs without a prediction, and says afterwards what one would have been worth', async () => {
    const { screen, button } = await experimentPage();
    await button('Run without predicting').click();
    await expect
      .element(screen.getByText(/^You ran it without a prediction/))
      .toHaveTextContent('The one that fits: proportional.');
    await screen.getByRole('radio', { name: 'explodes' }).click();
    await expect
      .element(screen.getByText(/^Said after the run/))
      .toHaveTextContent('explodes. it does not fit. It grows, but evenly.');
  });

  it('keeps what was predicted apart from what is chosen after the run', async () => {
    const { screen, button } = await experimentPage();
    await screen.getByRole('radio', { name: 'flat' }).click();
    await button('Run').click();
    await screen.getByRole('radio', { name: 'proportional' }).click();
    await expect.element(screen.getByText(/^Had you predicted/)).toHaveTextContent('proportional: it fits.');
    await screen.getByRole('radio', { name: 'flat' }).click();
    await expect.element(screen.getByText(/^You predicted/)).toBeVisible();
  });

  it('shows predictions without a shape as a list', async () => {
    const { screen } = await experimentPage({ at: 'two-descendants' });
    const group = screen.getByRole('radiogroup', { name: '1. Your prediction' });
    await expect.element(group.getByRole('radio')).toHaveLength(2);
    expect(group.element().querySelector('svg')).toBeNull();
  });

  it('shows how far it is, is cancelled, and goes on while another screen is looked at', async () => {
    const { screen, button, engine, session, experiments } = await experimentPage();
    engine.hold = true;
    await button('Run without predicting').click();
    await expect.element(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '62');
    await expect.element(screen.getByText('Reading at depth 16')).toBeVisible();
    expect(session.jobs.list.map(({ title }) => title)).toEqual(['Experiment 1']);
    // The button that took its place has the focus.
    expect(document.activeElement).toHaveTextContent('Cancel');
    await button('Cancel').click();
    await expect.element(screen.getByText('Cancelled. There are no figures of it.')).toBeVisible();
    await button('Run without predicting').click();
    session.show('experiments', 'two-descendants');
    await expect.element(screen.getByRole('radio')).toHaveLength(2);
    engine.end?.(null);
    await vi.waitFor(() => expect(experiments.named('read-cost')?.found).not.toBeNull());
    session.show('experiments', 'read-cost');
    await expect.element(screen.getByText(HEADLINE)).toBeVisible();
  });

  it('tells a fault where it happened', async () => {
    const { screen, button, engine, session } = await experimentPage();
    engine.hold = true;
    await button('Run without predicting').click();
    engine.end?.({ code: 'bad-request', message: 'The disk is too small for 64 layers.' });
    await expect
      .element(screen.getByRole('alert'))
      .toHaveTextContent('Not run to its end. The disk is too small for 64 layers.');
    expect(session.problems).toEqual([]);
  });

  it('goes to the next and the previous one', async () => {
    const { screen, button, session } = await experimentPage();
    await expect.element(button('Previous experiment')).toBeDisabled();
    await button('Next experiment').click();
    expect(session.at).toBe('two-descendants');
    await expect.element(screen.getByRole('heading', { level: 1 })).toHaveTextContent(/two descendants/);
    await expect.element(button('Next experiment')).toBeDisabled();
    await button('All verdicts').click();
    expect(session.at).toBeNull();
  });

  it('is worked by keys alone', async () => {
    const { screen, engine } = await experimentPage();
    await userEvent.tab();
    await userEvent.tab();
    await userEvent.tab();
    expect(document.activeElement).toHaveTextContent('Run without predicting');
    await userEvent.tab();
    expect(document.activeElement).toHaveAttribute('type', 'radio');
    await userEvent.keyboard(' {ArrowRight}');
    await expect.element(screen.getByRole('radio', { name: 'levels off' })).toBeChecked();
    await userEvent.tab();
    expect(document.activeElement).toHaveAttribute('aria-valuetext', '64');
    await userEvent.keyboard('{ArrowLeft}');
    expect(document.activeElement).toHaveAttribute('aria-valuetext', '48');
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toHaveTextContent('As it was');
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toHaveAttribute('type', 'radio');
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toHaveTextContent('Run');
    await userEvent.keyboard('{Enter}');
    await expect.element(screen.getByText(HEADLINE)).toBeVisible();
    expect(engine.ran[0]?.setup.depth).toBe(48);
  });
});
