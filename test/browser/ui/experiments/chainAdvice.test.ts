import { beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { mergesOf } from '../../../../src/ui/merge/merges.svelte.ts';
import { READ_ABOUT } from '../../../support/fakeExperiments.ts';
import { expectAccessible } from '../support.ts';
import { experimentPage } from './experimentPage.ts';

beforeEach(() => page.viewport(1280, 800));

describe('on your chain', () => {
  it('is asked only where a chain is in view, and only by experiments about reads', async () => {
    const none = await experimentPage();
    await expect.element(none.screen.getByRole('heading', { name: 'On your chain' })).not.toBeInTheDocument();
    await none.screen.unmount();
    const { screen, session } = await experimentPage({ chain: true });
    await expect
      .element(screen.getByRole('region', { name: 'On your chain' }))
      .toHaveTextContent('SRV-FILE01 has 5 differencing disks.');
    session.show('experiments', 'two-descendants');
    await expect.element(screen.getByRole('heading', { name: 'On your chain' })).not.toBeInTheDocument();
  });

  it('counts what reads cost, and says what each merge would buy', async () => {
    const { screen, button, engine } = await experimentPage({ chain: true });
    await button('Count it').click();
    const panel = screen.getByRole('region', { name: 'On your chain' });
    await expect.element(panel).toHaveTextContent(/a cold 4 KiB read costs 9\.2 lookups, 2\.24 ms\./);
    // The dearest one saved would ruin a sibling: the next is named.
    await expect
      .element(panel)
      .toHaveTextContent(/Merging layers 0–3 would save 61 % for 2\.1 GiB of copying/);
    await expect.element(panel).toHaveTextContent(/by this machine’s clock 94 µs/);
    expect(engine.advised).toEqual([READ_ABOUT.setup]);
    const row = screen.getByRole('row', { name: /layers 0–5/ });
    await expect.element(row).toHaveTextContent(/would be ruined.*1\.8.*420 µs.*81 %.*12\.4 GiB.*52 s/);
    await expect.element(screen.getByRole('row')).toHaveLength(4);
    await expectAccessible(document.body);
  });

  it('leads to the merge screen with that stretch chosen', async () => {
    const { button, session } = await experimentPage({ chain: true });
    await button('Count it').click();
    await button('Plan: merge layers 0–3').click();
    expect(session.screen).toBe('merge');
    expect(mergesOf(session).stretch).toEqual({ first: 0, last: 3 });
  });

  it('can be cancelled, and tells a fault where it happened', async () => {
    const { screen, button, engine } = await experimentPage({ chain: true });
    engine.hold = true;
    await button('Count it').click();
    await expect.element(screen.getByText('Counting: Merging layers 0–3')).toBeVisible();
    await button('Cancel: Counting').click();
    await expect.element(screen.getByText('Cancelled.')).toBeVisible();
    await button('Count it').click();
    engine.end?.({ code: 'io', message: 'The file is gone.' });
    await expect.element(screen.getByRole('alert')).toHaveTextContent('Not counted. The file is gone.');
  });

  it('marks the chain in the plot', async () => {
    const { screen, button } = await experimentPage({ chain: true });
    await button('Run without predicting').click();
    await expect.element(screen.getByText('your chain, 5')).toBeVisible();
  });
});
