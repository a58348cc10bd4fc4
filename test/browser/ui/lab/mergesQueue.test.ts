import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import MergeQueue from '../../../../src/ui/lab/merges/MergeQueue.svelte';
import { GUIDS, labViewOf, MERGES, mergeOf, us } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { hostOf, openedLab, overflowOf } from './labParts.ts';

const MIB = 2 ** 20;

async function queue(view = labViewOf(), width = 344) {
  const made = await openedLab(view);
  const host = hostOf(width);
  const screen = await render(MergeQueue, { target: host, props: { labs: made.labs } });
  const button = (name: string | RegExp) => screen.getByRole('button', { name });
  const close = async () => {
    await screen.unmount();
    host.remove();
  };
  return { ...made, host, screen, button, close };
}

describe('the merge queue', () => {
  it('shows what runs, what waits and for what, and what ended when', async () => {
    const { screen, host, close } = await queue();
    const [running, waits, done] = [...host.querySelectorAll('li')].map((row) =>
      row.textContent?.replace(/\s+/g, ' '),
    );
    expect(running).toMatch(/load test 38 % Cancel 5C3A91E0\.avhd into 9B17C4D2\.avhd/);
    expect(running).toMatch(
      /34\.6 MiB of 91 MiB, 29\d KiB\/s, 3 min \d+ s left\. 3 blocks written meanwhile are copied again\./,
    );
    expect(waits).toMatch(
      /before hotfix waits .*2 still read through its disk: after hotfix and schema v2\./,
    );
    expect(done).toMatch(/sysprep 14:12:48 .*212 MiB in 31 s; LAB-WEB01\.vhd stays\./);
    await expect
      .element(screen.getByRole('progressbar', { name: 'Merge of load test' }))
      .toHaveAttribute('aria-valuenow', '38');
    await expectAccessible(host);
    await close();
  });

  it('changes the policy, and says its rule and where it comes from', async () => {
    const { screen, button, lab, close } = await queue();
    await expect
      .element(screen.getByText(/Hyper-V since 2012; the article on it says 2012 R2/))
      .toBeVisible();
    await button('when off').click();
    await vi.waitFor(() => expect(lab.commands).toEqual([{ do: 'policy', policy: 'when-off' }]));
    await expect
      .element(screen.getByText(/throws its progress away\. Hyper-V 2008 and 2008 R2/))
      .toBeVisible();
    await expect.element(button('when off')).toHaveAttribute('aria-pressed', 'true');
    await button('when idle').click();
    await expect.element(screen.getByText(/always loaded never merges\. Preview of 2007/)).toBeVisible();
    await close();
  });

  it('cancels the merge that runs, and merges now, by keyboard too', async () => {
    const { button, lab, close } = await queue();
    await button('Cancel the merge of load test').click();
    await vi.waitFor(() => expect(lab.commands).toEqual([{ do: 'cancel-merge' }]));
    button('Merge now').element().focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(lab.commands.at(-1)).toEqual({ do: 'merge-now' }));
    await close();
  });

  it('has nothing to merge now where everything waits for a descendant to go', async () => {
    const { screen, button, close } = await queue(labViewOf({ merges: MERGES.slice(1) }));
    await expect.element(button('Merge now')).toBeDisabled();
    await expect.element(screen.getByText(/what waits has two descendants or more/)).toBeVisible();
    await close();
  });

  it('says so where there is nothing at all', async () => {
    const { screen, host, close } = await queue(labViewOf({ merges: [] }));
    await expect.element(screen.getByText(/Nothing to merge/)).toBeVisible();
    expect(host.querySelector('ul')).toBe(null);
    await close();
  });

  it('tells a screen reader what ended, once, and nothing of what goes on', async () => {
    const { screen, labs, close } = await queue();
    const status = screen.getByRole('status');
    const later = { nowUs: us('14:33:00') };
    labs.view = labViewOf({ ...later, merges: [mergeOf({ copiedBytes: 50 * MIB }), ...MERGES.slice(1)] });
    await expect.element(screen.getByText('54 %')).toBeVisible();
    expect(status.element().textContent).toBe('');
    const done = mergeOf({ state: 'done', endedUs: us('14:33:10'), copiedBytes: 91 * MIB });
    labs.view = labViewOf({ nowUs: us('14:33:10'), merges: [...MERGES.slice(1), done] });
    await expect.element(status).toHaveTextContent('Merge of load test finished.');
    // Back in time: it runs again, and nothing ended.
    labs.view = labViewOf();
    await expect.element(screen.getByText('38 %')).toBeVisible();
    expect(status.element().textContent).toBe('Merge of load test finished.');
    await close();
  });

  it('says that a failed one will be retried, and names the disk where there are two', async () => {
    const view = labViewOf({
      merges: [mergeOf({ state: 'failed', reason: 'Failed; tried again in 42 s.' })],
    });
    const now = view.machine.now;
    if (!now) throw new Error('the machine is there');
    const disks = [
      { kind: 'vhd', id: 'disk0' },
      { kind: 'vhd', id: 'disk1' },
    ] as const;
    const machine = { ...view.machine, now: { ...now, settings: { ...now.settings, disks } } };
    const { host, screen, close } = await queue({ ...view, machine });
    await expect.element(screen.getByText('failed, will be retried')).toBeVisible();
    await expect.element(screen.getByText('Failed; tried again in 42 s.')).toBeVisible();
    await expect.element(screen.getByText('disk0')).toBeVisible();
    expect(host.querySelector('li .mark.error')).not.toBe(null);
    expect(host.querySelector('[role=progressbar]')).toBe(null);
    await close();
  });

  it('shows names as text, whatever is in them, and fits a narrow page', async () => {
    const hostile = `<img src=x onerror="document.title='taken'">${'w'.repeat(90)}`;
    const merges = [
      mergeOf({ nodeName: hostile }),
      mergeOf({
        key: GUIDS.after,
        nodeName: hostile,
        state: 'waits',
        reason: `${hostile} still reads through it.`,
      }),
    ];
    const { host, close } = await queue(labViewOf({ merges }), 366);
    await page.viewport(390, 844);
    expect(host.querySelector('img')).toBe(null);
    expect(overflowOf(host)).toEqual([]);
    await page.viewport(1280, 800);
    expect(overflowOf(host)).toEqual([]);
    await close();
  });
});
