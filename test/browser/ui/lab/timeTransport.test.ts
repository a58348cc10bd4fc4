import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Transport from '../../../../src/ui/lab/time/Transport.svelte';
import { labViewOf, us } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { hostOf, openedLab, overflowOf } from './labParts.ts';

async function transport(view = labViewOf(), width = 872) {
  const made = await openedLab(view);
  const host = hostOf(width);
  const screen = await render(Transport, { target: host, props: { labs: made.labs } });
  const button = (name: string) => screen.getByRole('button', { name, exact: true });
  const close = async () => {
    made.labs.pause();
    await screen.unmount();
    host.remove();
  };
  return { ...made, host, screen, button, close };
}

describe('the transport', () => {
  it('shows the machine’s clock and how much history there is', async () => {
    const { screen, host, close } = await transport();
    await expect.element(screen.getByText('14:32:07.250')).toBeVisible();
    await expect.element(screen.getByText(/simulated, 32 min of history, step 48.213/)).toBeVisible();
    await expectAccessible(host);
    await close();
  });

  it('runs and pauses, at the speed that is chosen', async () => {
    const { button, labs, lab, close } = await transport();
    await button('Run').click();
    await vi.waitFor(() => expect(lab.calls.advance).toBeGreaterThan(1));
    await button('Pause').click();
    expect(labs.running).toBe(false);
    await button('100×').click();
    expect(labs.speed).toBe(100);
    await expect.element(button('100×')).toHaveAttribute('aria-pressed', 'true');
    await expect.element(button('Run')).toBeVisible();
    await close();
  });

  it('says where the engine does not keep up', async () => {
    const { button, screen, lab, close } = await transport();
    lab.reach = 0.2;
    await button('Run').click();
    await expect.element(screen.getByText(/^Reaches \d/)).toBeVisible();
    await button('Pause').click();
    await expect.element(screen.getByText(/^Reaches \d/)).not.toBeInTheDocument();
    await close();
  });

  it('goes to the start, and back and on by one event', async () => {
    const { button, lab, labs, close } = await transport();
    await button('One event back').click();
    await vi.waitFor(() => expect(lab.sought).toEqual([us('14:30:06')]));
    await button('One event on').click();
    await vi.waitFor(() => expect(labs.view?.nowUs).toBe(us('14:30:07')));
    await button('To start').click();
    await vi.waitFor(() => expect(labs.view?.nowUs).toBe(0));
    await expect.element(button('To start')).toBeDisabled();
    await expect.element(button('One event back')).toBeDisabled();
    await close();
  });

  it('offers to fork only where commands lie after now, and says how many', async () => {
    const { button, screen, lab, labs, close } = await transport();
    await expect.element(button('Fork here')).toBeDisabled();
    await labs.seek(us('14:20:00'));
    await expect
      .element(screen.getByText('11 commands lie after now; a new one takes their place.'))
      .toBeVisible();
    await button('Fork here').click();
    await vi.waitFor(() => expect(lab.calls.fork).toBe(1));
    await expect.element(button('Fork here')).toBeDisabled();
    await expect.element(screen.getByText(/lie after now/)).not.toBeInTheDocument();
    await close();
  });

  it('undoes by keyboard', async () => {
    const { button, lab, close } = await transport();
    button('Undo').element().focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(lab.calls.undo).toBe(1));
    await close();
  });

  it('of a machine that was found in storage only goes on', async () => {
    const history = { commands: 0, done: 0, endUs: us('14:32:07'), canSeek: false };
    const { button, screen, close } = await transport(labViewOf({ history }));
    for (const name of ['To start', 'One event back', 'Undo', 'Fork here']) {
      await expect.element(button(name)).toBeDisabled();
    }
    await expect.element(button('One event on')).toBeEnabled();
    await expect.element(screen.getByText(/can’t be played again/)).toBeVisible();
    await close();
  });

  it('fits a narrow page', async () => {
    const { host, close } = await transport(labViewOf(), 366);
    await page.viewport(390, 844);
    expect(overflowOf(host)).toEqual([]);
    await page.viewport(1280, 800);
    await close();
  });
});
