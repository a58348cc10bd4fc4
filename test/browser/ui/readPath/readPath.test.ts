import { afterEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { keys } from '../../../../src/ui/keys/keys.ts';
import ReadPathPanel from '../../../../src/ui/readPath/ReadPathPanel.svelte';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, type FakeDisk, FakeEngine } from '../../../support/fakeEngine.ts';

const DISK: FakeDisk = { layers: 5, units: 4096, seed: 3 };
const handleKeys = (event: KeyboardEvent) => keys.handle(event);

function sectorOf(engine: FakeEngine, layer: number): number {
  for (let sector = 12; sector < engine.sectorCount; sector += 64)
    if (engine.ownerOf(sector) === layer) return sector;
  throw new Error(`layer ${layer} answers nothing`);
}

async function shown(disk: FakeDisk, select: (engine: FakeEngine) => [number, number?]) {
  const engine = new FakeEngine(disk);
  // A session takes its first selection from the address, where the test before left its own.
  history.replaceState(null, '', '#');
  const session = new Session(new FakeClient(engine));
  await session.openSample();
  session.selectSectors(...select(engine));
  await expect
    .poll(() => session.traceIsCurrent && session.trace?.sectorCount === session.selection.sectorCount)
    .toBe(true);
  const { container } = await render(ReadPathPanel, { session });
  addEventListener('keydown', handleKeys);
  const texts = (selector: string) =>
    [...container.querySelectorAll(selector)].map(
      (element) => element.textContent?.replace(/\s+/g, ' ').trim() ?? '',
    );
  return { engine, session, container, texts };
}

afterEach(async () => {
  removeEventListener('keydown', handleKeys);
  await page.viewport(414, 896);
});

describe('the read path', () => {
  test('has a lane for each file that is asked, and says which are not', async () => {
    const { session, texts } = await shown(DISK, (engine) => [sectorOf(engine, 2)]);
    const lanes = texts('.lane:not(.names)');
    expect(lanes.length).toBe(5);
    expect(lanes.slice(3).every((lane) => lane.endsWith('not asked'))).toBe(true);
    expect(lanes[2]).toMatch(/512 B 0x[0-9A-F]+/);
    expect(texts('ol li').length).toBe(session.trace?.steps.length);
  });

  test('draws one dot a question, filled where the answer is yes, and a square where the data is', async () => {
    const { container, session } = await shown(DISK, (engine) => [sectorOf(engine, 2)]);
    const steps = session.trace?.steps ?? [];
    const lookups = steps.filter((step) => step.action.endsWith('lookup'));
    const yes = lookups.filter((step) =>
      step.action === 'bat-lookup'
        ? step.entry !== 0xffffffff
        : step.action === 'bitmap-lookup' && step.present,
    );
    await expect.poll(() => container.querySelectorAll('svg circle:not(.now)').length).toBe(lookups.length);
    expect(container.querySelectorAll('svg circle.yes').length).toBe(yes.length);
    expect(container.querySelectorAll('svg rect').length).toBe(1);
    expect(container.querySelectorAll('svg path').length).toBe(2);
  });

  test('brackets step, mark the cell and show the bytes of the step', async () => {
    const { session, container, texts } = await shown(DISK, (engine) => [sectorOf(engine, 2)]);
    await userEvent.keyboard(']');
    await userEvent.keyboard(']');
    expect(session.step).toBe(2);
    const step = session.trace?.steps[2];
    expect(step?.action).toBe('bat-lookup');
    if (step?.action !== 'bat-lookup') return;
    expect(session.bytes).toEqual({
      target: session.chain?.layers[step.layer],
      offset: step.entryOffset,
      lengthBytes: 4,
    });
    await expect
      .poll(() => container.querySelector('.here')?.textContent)
      .toContain(`0x${step.entryOffset.toString(16).toUpperCase()}`);
    expect(texts('ol li[aria-current=step]').length).toBe(1);
    await userEvent.keyboard('[[');
    expect(session.step).toBe(1);
  });

  test('Space plays to the end and stops there; Space again pauses', async () => {
    const { session, texts } = await shown(DISK, (engine) => [sectorOf(engine, 0)]);
    const last = (session.trace?.steps.length ?? 0) - 1;
    await userEvent.keyboard(' ');
    await expect.poll(() => texts('.play')[0]).toBe('Pause');
    await userEvent.keyboard(' ');
    await expect.poll(() => texts('.play')[0]).toBe('Play');
    await userEvent.keyboard(' ');
    await expect.poll(() => session.step, { timeout: 4000 }).toBe(last);
    await expect.poll(() => texts('.play')[0]).toBe('Play');
  });

  test('the microseconds of the lanes add up to the total below, cold and as cached', async () => {
    const { session, container, texts } = await shown(DISK, (engine) => [sectorOf(engine, 4)]);
    await expect.poll(() => session.costs !== null, { timeout: 3000 }).toBe(true);
    const sum = () =>
      texts('.lane:not(.names) > .n').reduce((all, text) => all + Number(text.replace(/\u202f/g, '')), 0);
    const total = () => Number(texts('.totals td.strong')[0]?.replace(/\s/g, ''));
    await expect.poll(() => total() > 100).toBe(true);
    expect(sum()).toBeCloseTo(total(), 5);
    const cached = [...container.querySelectorAll('button')].find(
      (button) => button.textContent?.trim() === 'As cached',
    );
    cached?.click();
    await expect.poll(() => total() < 100).toBe(true);
    expect(sum()).toBeCloseTo(total(), 5);
  });

  test('a walk into a parent that is not here says what is sought', async () => {
    const { texts } = await shown({ ...DISK, orphan: true, baseDensity: 0.02 }, (engine) => [
      sectorOf(engine, 254),
    ]);
    expect(texts('.lost')[0]).toMatch(
      /the parent is not here sought: SRV-FILE01_D40B7E52\.avhd, id 6C0FA2D1/,
    );
    expect(texts('ol li').at(-1)).toMatch(/which is not here/);
  });

  test('64 files fold where they say the same, and unfold', async () => {
    const { container, texts } = await shown({ layers: 64, units: 4096, seed: 5 }, (engine) => {
      for (let sector = 0; sector < engine.sectorCount; sector += 4096)
        if (engine.ownerOf(sector) > 40) return [sector];
      throw new Error('an old layer answers something');
    });
    const before = texts('.lane:not(.names)').length;
    expect(before).toBeLessThan(40);
    expect(texts('.fold')[0]).toMatch(/none × \d+/);
    container.querySelector<HTMLButtonElement>('.fold button')?.click();
    await expect.poll(() => texts('.lane:not(.names)').length).toBeGreaterThan(before);
  });

  test('a longer selection lists its pieces; choosing one with the arrows shows its walk', async () => {
    const { engine, session, container, texts } = await shown(DISK, (fake) => [sectorOf(fake, 1) - 12, 4096]);
    expect(texts('.names')[0]).toContain(`${session.trace?.extents.length} pieces`);
    const list = container.querySelector<HTMLElement>('[role=listbox]');
    list?.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    const extent = session.trace?.extents[2];
    const step = session.trace?.steps[session.step];
    expect(step && step.block * engine.unitSectors + step.sectorInBlock).toBe(extent?.firstSector);
    await expect.poll(() => container.querySelectorAll('[role=option]').length).toBeLessThan(12);
    expect(container.querySelector('[role=option][aria-selected=true]')?.textContent?.trim()).toMatch(
      /^piece 3:/,
    );
    await userEvent.keyboard('{Enter}');
    const answer = session.trace?.extents[2];
    if (answer && answer.fileOffset >= 0) expect(session.bytes.offset).toBe(answer.fileOffset);
  });

  test('stepping past a piece turns to the walk of the next', async () => {
    const { session, container } = await shown(DISK, (fake) => [sectorOf(fake, 1) - 12, 4096]);
    const first =
      session.trace?.steps.findIndex((step) => step.action === 'read-data' || step.action === 'fill-zero') ??
      0;
    session.stepTo(first + 1);
    await expect
      .poll(() => container.querySelector('[role=option][aria-selected=true]')?.textContent?.trim())
      .toMatch(/^piece 2:/);
  });

  test('the lane of the current step is in view while the steps go through a long walk', async () => {
    await page.viewport(1280, 800);
    const { session, container } = await shown({ layers: 40, units: 4096, seed: 5 }, (engine) => [
      sectorOf(engine, 39),
    ]);
    const panel = container.querySelector<HTMLElement>('.read-path');
    if (panel) panel.style.height = '300px';
    for (;;) {
      const more = container.querySelector<HTMLButtonElement>('.fold button');
      if (!more) break;
      more.click();
      await new Promise((done) => setTimeout(done, 20));
    }
    const steps = session.trace?.steps ?? [];
    for (const step of [steps.length - 1, 20, 0]) {
      session.stepTo(step);
      await new Promise((done) => setTimeout(done, 50));
      const box = container.querySelector('.scroll')?.getBoundingClientRect();
      const here = container.querySelector('.here')?.getBoundingClientRect();
      if (!here) throw new Error('the step of a look-up has a cell');
      expect(here.top).toBeGreaterThanOrEqual((box?.top ?? 0) - 1);
      expect(here.bottom).toBeLessThanOrEqual((box?.bottom ?? 0) + 1);
    }
  });

  test('the pointer on a lane puts its layer in the spotlight', async () => {
    const { session, container } = await shown(DISK, (engine) => [sectorOf(engine, 2)]);
    const lane = container.querySelectorAll('.lane:not(.names)')[1];
    lane?.dispatchEvent(new PointerEvent('pointerenter'));
    expect(session.spotlight).toBe(1);
    lane?.dispatchEvent(new PointerEvent('pointerleave'));
    expect(session.spotlight).toBeNull();
  });
});
