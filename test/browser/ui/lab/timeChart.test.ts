import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import GuestChart from '../../../../src/ui/lab/time/GuestChart.svelte';
import { theme } from '../../../../src/ui/state/theme.svelte.ts';
import { labViewOf, samplesOf, us } from '../../../support/labViews.ts';
import { expectAccessible } from '../support.ts';
import { hostOf, openedLab, overflowOf } from './labParts.ts';

const NOW = us('14:32:07.250');

async function chart(view = labViewOf(), width = 872, height = 300) {
  const made = await openedLab(view);
  const host = hostOf(width, height);
  const screen = await render(GuestChart, { target: host, props: { labs: made.labs } });
  const bar = screen.getByRole('slider', { name: 'Time of the lab' });
  await vi.waitFor(() => expect(host.querySelector('canvas')).not.toBe(null));
  const close = async () => {
    await screen.unmount();
    host.remove();
  };
  return { ...made, host, screen, bar, close };
}

/** Pixels of the drawing, as words of red, green and blue; `left` and `top` in CSS pixels. */
function pixels(host: HTMLElement): (left: number, top: number) => string {
  const canvas = host.querySelector('canvas');
  const context = canvas?.getContext('2d');
  if (!canvas || !context) throw new Error('nothing was drawn');
  const ratio = canvas.width / canvas.getBoundingClientRect().width;
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
  return (left, top) => {
    const at = (Math.round(top * ratio) * width + Math.round(left * ratio)) * 4;
    return [...data.slice(at, at + 3)].join(' ');
  };
}

function token(name: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => Number.parseInt(value.slice(at, at + 2), 16)).join(' ');
}

/** Where a time stands, CSS pixels from the left of the drawing; the picture shows 14:00 to 14:34. */
function xOf(host: HTMLElement, atUs: number): number {
  const over = host.querySelector<HTMLElement>('.u-over');
  const plot = host.querySelector<HTMLElement>('.plot');
  if (!over || !plot) throw new Error('nothing was drawn');
  const box = over.getBoundingClientRect();
  return box.left - plot.getBoundingClientRect().left + (box.width * atUs) / us('14:34:00');
}

afterEach(() => {
  theme.choose('light');
  theme.chooseSize('normal');
});

describe('the chart of the guest', () => {
  it('shades stretches with a merge, draws the playhead in the accent, and cuts nothing silently', async () => {
    theme.choose('light');
    const { host, screen, close } = await chart();
    await vi.waitFor(() => {
      const at = pixels(host);
      const middle = 110;
      const merging = (us('14:30:06') + NOW) / 2;
      expect(at(xOf(host, merging), middle)).toBe(token('--selected'));
      expect(at(xOf(host, us('14:29:30')), middle)).not.toBe(token('--selected'));
      expect(at(xOf(host, NOW), 200)).toBe(token('--accent'));
    });
    await expect
      .element(screen.getByText(/operations\/s, latency .* ms, 99 % below .* a merge runs/))
      .toBeVisible();
    await expectAccessible(host);
    await close();
  });

  it('is drawn anew in the colours of the other theme, and in the size for the projector', async () => {
    theme.choose('light');
    const { host, close } = await chart();
    await vi.waitFor(() => expect(pixels(host)(xOf(host, NOW), 200)).toBe(token('--accent')));
    const light = token('--accent');
    theme.choose('dark');
    await vi.waitFor(() => {
      expect(token('--accent')).not.toBe(light);
      expect(pixels(host)(xOf(host, NOW), 200)).toBe(token('--accent'));
    });
    expect(host.querySelectorAll('canvas')).toHaveLength(1);
    const narrow = xOf(host, 0);
    theme.chooseSize('projector');
    await vi.waitFor(() => expect(Math.abs(xOf(host, 0) - narrow * 1.25)).toBeLessThanOrEqual(1));
    await close();
  });

  it('is the seek bar: a press shows where to, letting go goes there', async () => {
    const { host, bar, lab, labs, close } = await chart();
    const target = us('14:10:00');
    const left = xOf(host, target);
    await bar.click({ position: { x: left, y: 120 } });
    await vi.waitFor(() => expect(labs.view?.nowUs).toBeLessThan(us('14:11:00')));
    expect(lab.sought).toHaveLength(1);
    expect(Math.abs((lab.sought[0] ?? 0) - target)).toBeLessThan(5e6);
    await close();
  });

  it('is moved by keys, and goes there once when they rest', async () => {
    const { bar, lab, close } = await chart();
    bar.element().focus();
    await userEvent.keyboard('{PageUp}{PageUp}');
    await vi.waitFor(() => expect(lab.sought).toEqual([us('14:27:31')]));
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}');
    await vi.waitFor(() => expect(lab.sought).toHaveLength(2));
    expect(lab.sought[1]).toBe(us('14:27:31') - 3 * 20e6);
    await userEvent.keyboard('{Home}');
    await vi.waitFor(() => expect(lab.sought.at(-1)).toBe(0));
    await expect.element(bar).toHaveAttribute('aria-valuenow', '0');
    await close();
  });

  it('goes nowhere with Escape, and says so to a screen reader', async () => {
    const { bar, lab, close } = await chart();
    await expect
      .element(bar)
      .toHaveAttribute('aria-valuetext', expect.stringMatching(/^14:32:07, \d+ operations/));
    bar.element().focus();
    await userEvent.keyboard('{Home}{Escape}');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(lab.sought).toEqual([]);
    await expect.element(bar).toHaveAttribute('aria-valuetext', expect.stringMatching(/^14:32:07/));
    await close();
  });

  it('of a machine that was found in storage cannot be moved', async () => {
    const history = { commands: 0, done: 0, endUs: NOW, canSeek: false };
    const { host, bar, lab, close } = await chart(labViewOf({ history }));
    await expect.element(bar).toHaveAttribute('aria-disabled', 'true');
    bar.element().focus();
    await userEvent.keyboard('{Home}');
    await bar.click({ position: { x: xOf(host, 0) + 100, y: 120 }, force: true });
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(lab.sought).toEqual([]);
    await close();
  });

  it('has a table behind it with every operation and every mark', async () => {
    const { screen, host, close } = await chart();
    const table = screen.getByRole('region', { name: 'The chart as tables' });
    await expect.element(table.getByText('before hotfix')).toBeInTheDocument();
    const button = screen.getByRole('button', { name: 'Table' });
    await expect.element(button).toHaveAttribute('aria-pressed', 'false');
    await button.click();
    await expect.element(table).toHaveAttribute('tabindex', '0');
    expect(host.querySelectorAll('tbody')[0]?.querySelectorAll('tr').length).toBeLessThanOrEqual(24);
    expect(host.querySelectorAll('tbody')[1]?.querySelectorAll('tr').length).toBe(7);
    await expectAccessible(host);
    await close();
  });

  it('shows a young lab: nothing yet, then one second', async () => {
    const young = {
      nowUs: 0,
      samples: [],
      marks: [],
      history: { commands: 1, done: 0, endUs: 0, canSeek: true },
    };
    const { host, screen, labs, close } = await chart(labViewOf(young));
    await expect.element(screen.getByText('nothing measured')).toBeVisible();
    const ink = token('--ink');
    const inked = () => {
      const at = pixels(host);
      const box = host.querySelector('.u-over')?.getBoundingClientRect();
      const plot = host.querySelector('.plot')?.getBoundingClientRect();
      if (!box || !plot) throw new Error('nothing was drawn');
      for (let y = box.top - plot.top; y < box.bottom - plot.top; y++) {
        if (at(box.left - plot.left + box.width * 0.04, y) === ink) return true;
      }
      return false;
    };
    expect(inked()).toBe(false);
    labs.view = labViewOf({ ...young, nowUs: 1e6, samples: samplesOf(0, 1e6, 1e9) });
    await vi.waitFor(() => expect(inked()).toBe(true));
    expect(host.querySelector('.figures')?.textContent).toMatch(/14:00:01\s+\d+ operations\/s, latency/);
    await close();
  });

  it('shows the last minute where it is told to', async () => {
    const { host, screen, close } = await chart();
    await screen.getByRole('button', { name: '1 min' }).click();
    const merging = token('--selected');
    await vi.waitFor(() => expect(pixels(host)(xOf(host, us('14:05:00')), 110)).toBe(merging));
    await close();
  });

  it('fits a narrow page', async () => {
    await page.viewport(390, 844);
    const { host, close } = await chart(labViewOf(), 366, 300);
    await page.viewport(390, 844);
    await vi.waitFor(() => expect(overflowOf(host)).toEqual([]));
    await close();
    await page.viewport(1280, 800);
  });
});
