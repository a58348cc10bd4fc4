import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import EventLog from '../../../../src/ui/lab/log/EventLog.svelte';
import { eventOf, labViewOf, us } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { hostOf, openedLab, overflowOf } from './labParts.ts';

async function log(view = labViewOf(), width = 344) {
  const made = await openedLab(view);
  const host = hostOf(width);
  const screen = await render(EventLog, { target: host, props: { labs: made.labs } });
  const button = (name: string | RegExp) => screen.getByRole('button', { name });
  const rows = () =>
    [...host.querySelectorAll('tr')].map((row) => row.textContent?.replace(/\s+/g, ' ').trim());
  const close = async () => {
    await screen.unmount();
    host.remove();
  };
  return { ...made, host, screen, button, rows, close };
}

afterEach(() => vi.restoreAllMocks());

describe('the event log', () => {
  it('is newest first, with Hyper-V’s numbers, and errors marked by shape and word', async () => {
    const { rows, host, close } = await log();
    expect(rows()[0]).toBe('14:30:06 Merge started: load test, live');
    expect(rows()[7]).toBe('14:12:48 Merge finished: sysprep event 19080');
    expect(rows()[8]).toMatch(/^14:12:02 Error: Merge failed.* event 19100, 0x80070070$/);
    expect(host.querySelectorAll('.mark.error')).toHaveLength(1);
    expect(host.querySelectorAll('.mark.warn')).toHaveLength(1);
    await expectAccessible(host);
    await close();
  });

  it('is filtered by kind, and says that it is', async () => {
    const { button, screen, rows, host, close } = await log();
    const merges = screen.getByRole('checkbox', { name: 'merges 3' });
    await expect.element(merges).not.toBeInTheDocument();
    await button('Filter').click();
    await merges.click();
    expect(rows()).toHaveLength(6);
    await expect.element(button('Filter: 8 of 9 kinds')).toHaveAttribute('aria-expanded', 'true');
    await expectAccessible(host);
    await button('Show all').click();
    expect(rows()).toHaveLength(9);
    await close();
  });

  it('goes to an event', async () => {
    const { button, lab, close } = await log();
    button('Go to 14:20:00').element().focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(lab.sought).toEqual([us('14:20:00')]));
    await close();
  });

  it('of a machine that was found in storage has no way back', async () => {
    const history = { commands: 0, done: 0, endUs: us('14:32:07'), canSeek: false };
    const { button, rows, close } = await log(labViewOf({ history }));
    expect(rows()).toHaveLength(9);
    await expect.element(button(/^Go to/)).not.toBeInTheDocument();
    await close();
  });

  it('is saved as text', async () => {
    const saved: string[] = [];
    const names: string[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      if (file instanceof Blob) void file.text().then((text) => saved.push(text));
      return 'blob:nothing';
    });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      names.push(this.download);
    });
    const { button, close } = await log();
    await button('Save as text').click();
    await vi.waitFor(() => expect(saved).toHaveLength(1));
    expect(names).toEqual(['LAB-WEB01 event log.txt']);
    expect(saved[0]).toContain('14:12:48.000  merge       Merge finished: sysprep (event 19080)');
    await close();
  });

  it('shows 200 of a long run, and scrolls by keyboard in a frame of its own', async () => {
    const events = Array.from({ length: 500 }, (_, i) =>
      eventOf(i, '14:00:01', { kind: 'guest', text: `Event ${i}` }),
    );
    const { screen, rows, host, close } = await log(labViewOf({ events }));
    expect(rows()).toHaveLength(200);
    expect(rows()[0]).toContain('Event 499');
    await expect.element(screen.getByText(/^300 older ones/)).toBeInTheDocument();
    await expect
      .element(screen.getByRole('region', { name: 'Events, newest first' }))
      .toHaveAttribute('tabindex', '0');
    expect(host.scrollHeight).toBeLessThan(600);
    await close();
  });

  it('says so where nothing has happened, or the filter leaves none', async () => {
    const { screen, button, labs, close } = await log(labViewOf({ events: [] }));
    await expect.element(screen.getByText('Nothing has happened yet.')).toBeVisible();
    await expect.element(button('Save as text')).toBeDisabled();
    labs.view = labViewOf({ events: [eventOf(0, '14:00:01', { kind: 'host', text: 'Power is back' })] });
    await button('Filter').click();
    await screen.getByRole('checkbox', { name: 'host 1' }).click();
    await expect.element(screen.getByText('The filter leaves none.')).toBeVisible();
    await close();
  });

  it('shows text as text, and fits a narrow page', async () => {
    const text = `<img src=x onerror="document.title='taken'">${'Snapshots/'.repeat(20)}`;
    const { host, button, close } = await log(labViewOf({ events: [eventOf(0, '14:00:01', { text })] }), 366);
    await page.viewport(390, 844);
    await button('Filter').click();
    expect(host.querySelector('img')).toBe(null);
    expect(host.textContent).toContain('<img src=x');
    expect(overflowOf(host)).toEqual([]);
    await page.viewport(1280, 800);
    await close();
  });
});
