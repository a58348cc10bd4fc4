import { beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import type { CommittedVerdict } from '../../../../src/ui/experiments/list/verdicts.ts';
import { expectAccessible } from '../support.ts';
import { experimentPage } from './experimentPage.ts';

beforeEach(() => page.viewport(1280, 800));

const COMMITTED: CommittedVerdict = {
  id: 'two-descendants',
  headline: 'It waits as long as two files read it.',
  claims: [{ holds: 'yes', why: 'No merge began.' }],
  findings: [],
  figures: [{ label: 'merge', text: '4 s at none, never at two' }],
  caption: 'Seconds from the deletion to the end of its merge',
  work: '3 labs of 10 min each',
};

describe('the page of verdicts', () => {
  it('has a row for each question in the order of the claims, with what a run found', async () => {
    const { screen } = await experimentPage({ at: null, verdicts: [COMMITTED] });
    await expect.element(screen.getByRole('row')).toHaveLength(3);
    const [, first, second] = screen.getByRole('row').elements();
    expect(first).toHaveTextContent(/^1\s*Is the read cost proportional.*\[P\].*Not run yet\.$/);
    expect(second).toHaveTextContent(
      /^5\s*Does a checkpoint.*holds A checkpoint.*\[A\].*It waits as long.*merge 4 s at none, never at two/,
    );
    await expectAccessible(document.body);
  });

  it('leads to each, and shows what this session found beside it', async () => {
    const { screen, experiments, session } = await experimentPage({ at: null, verdicts: [COMMITTED] });
    await experiments.named('two-descendants')?.start();
    await expect
      .element(screen.getByRole('row').nth(2))
      .toHaveTextContent(/Yours: It waits: with two descendants nothing was merged in 10 min\.$/);
    await screen.getByRole('link', { name: /^Is the read cost/ }).click();
    expect(session.at).toBe('read-cost');
    expect(location.hash).toBe('#screen=experiments&at=read-cost');
    await expect.element(screen.getByText('Nothing has been run yet.')).toBeVisible();
  });

  it('says so where the address names what is not there', async () => {
    const { screen } = await experimentPage({ at: 'perpetual-motion' });
    await expect.element(screen.getByText(/no experiment called “perpetual-motion”/)).toBeVisible();
    await expect.element(screen.getByRole('row')).toHaveLength(3);
  });
});
