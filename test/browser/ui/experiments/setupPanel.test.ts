import { beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { PROFILES, parseSetup, setupText } from '../../../../src/engine/api.ts';
import { READ_ABOUT } from '../../../support/fakeExperiments.ts';
import { experimentPage } from './experimentPage.ts';

beforeEach(() => page.viewport(1280, 800));

const OWN = READ_ABOUT.setup;

/** One step to the left of where the slider stands. */
async function back(slider: HTMLElement): Promise<void> {
  slider.focus();
  await userEvent.keyboard('{ArrowLeft}');
}

describe('the set-up', () => {
  it('is what the experiment runs with, and goes back to what it was', async () => {
    const { screen, button, engine } = await experimentPage();
    await expect.element(button('As it was')).not.toBeInTheDocument();
    const slider = screen.getByRole('slider', { name: 'Run length' });
    await expect.element(slider).toHaveAttribute('aria-valuetext', '16 KiB');
    await back(slider.element() as HTMLElement);
    await screen.getByRole('combobox', { name: 'Pattern' }).selectOptions('one after the other');
    await screen.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await userEvent.tab();
    await button('Run without predicting').click();
    await expect.element(button('Run again')).toBeVisible();
    expect(engine.ran[0]?.setup).toEqual({ ...OWN, runBytes: 4096, pattern: 'sequential', seed: 7 });
    await button('As it was').click();
    await expect.element(slider).toHaveAttribute('aria-valuetext', '16 KiB');
    await expect
      .element(screen.getByText(/another set-up: Run length 4 KiB, Pattern one after the other, seed 7\.$/))
      .toBeVisible();
  });

  it('takes figures of storage of the reader’s own, and refuses what is none', async () => {
    const { screen, button, experiments } = await experimentPage();
    await button('Edit the figures').click();
    const seek = screen.getByRole('spinbutton', { name: 'A seek' });
    await seek.fill('-3');
    await userEvent.tab();
    await expect.element(seek).toHaveAttribute('aria-invalid', 'true');
    expect(experiments.shown?.setup.profile).toEqual(OWN.profile);
    await seek.fill('250');
    await userEvent.tab();
    await expect.element(seek).toHaveAttribute('aria-invalid', 'false');
    expect(experiments.shown?.setup.profile).toMatchObject({
      requestUs: OWN.profile.requestUs,
      seekUs: 250,
    });
    await expect.element(screen.getByRole('combobox', { name: 'Storage' })).toHaveDisplayValue('custom');
    await expect.element(screen.getByText('Set by hand.')).toBeVisible();
    const { text, setup } = experiments.shown ?? { text: '', setup: OWN };
    expect(parseSetup(READ_ABOUT, text)).toEqual(setup);
    await screen.getByRole('combobox', { name: 'Storage' }).selectOptions(PROFILES.nvme.name);
    expect(experiments.shown?.setup.profile).toEqual(PROFILES.nvme);
  });

  it('offers the chain in view only where there is one, and says why not', async () => {
    const without = await experimentPage();
    const disk = without.screen.getByRole('combobox', { name: 'Disk' });
    await expect.element(disk).toHaveAccessibleDescription(/No chain is in view/);
    expect([...disk.element().querySelectorAll('option')].map(({ disabled }) => disabled)).toEqual([
      false,
      false,
      true,
    ]);
    await without.screen.unmount();
    const { screen, button } = await experimentPage({ chain: true });
    await screen.getByRole('combobox', { name: 'Disk' }).selectOptions('the chain in view');
    await expect.element(screen.getByText('In view: SRV-FILE01, 5 differencing disks.')).toBeVisible();
    await expect.element(button('Run without predicting')).toBeEnabled();
  });

  it('does not run on a chain that is not there', async () => {
    const { screen, button, experiments } = await experimentPage();
    experiments.shown?.change({ disk: 'open' });
    await expect.element(button('Run without predicting')).toBeDisabled();
    await expect.element(screen.getByText(/^No chain is in view: open one/)).toBeVisible();
  });

  it('stands in the address, and follows it', async () => {
    const { screen, session, experiments } = await experimentPage();
    const set = setupText(READ_ABOUT, { ...OWN, depth: 8, seed: 99 });
    expect(set).not.toBe('');
    session.show('experiments', 'read-cost', set);
    await expect
      .element(screen.getByRole('slider', { name: 'Depth' }))
      .toHaveAttribute('aria-valuetext', '8');
    await expect.element(screen.getByRole('spinbutton', { name: 'Seed' })).toHaveValue(99);
    const slider = screen.getByRole('slider', { name: 'Depth' });
    await back(slider.element() as HTMLElement);
    expect(session.set).toBe(setupText(READ_ABOUT, { ...OWN, depth: 4, seed: 99 }));
    session.show('experiments', 'read-cost', null);
    await expect.element(slider).toHaveAttribute('aria-valuetext', '64');
    expect(experiments.shown?.isOwn).toBe(true);
  });
});
