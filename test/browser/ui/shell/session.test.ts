import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../src/base/errors.ts';
import type { EngineClient } from '../../../../src/ui/state/engineClient.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { pileOf } from '../../../support/pileOf.ts';
import { openSession } from '../support.ts';

const disk = { layers: 4, units: 128, seed: 11 };
const chain = () =>
  pileOf([{ name: 'a.avhd', parent: 'b.avhd' }, { name: 'b.avhd', parent: 'c.vhd' }, { name: 'c.vhd' }]);

async function opened(): Promise<Session> {
  history.replaceState(null, '', '#');
  const session = new Session(new FakeClient(new FakeEngine(disk)));
  await session.openSample();
  await expect.poll(() => session.trace).not.toBe(null);
  return session;
}

describe('the one selection', () => {
  it('moves trace, answer, block and bytes together', async () => {
    const session = await opened();
    session.selectSectors(3 * 4096 + 5);
    expect(session.block).toBe(3);
    expect(session.sectorInBlock).toBe(5);
    expect(session.bytes).toEqual({ target: 'disk', offset: (3 * 4096 + 5) * 512, lengthBytes: 512 });
    await expect.poll(() => session.traceIsCurrent).toBe(true);
    expect(session.answer?.firstSector).toBe(3 * 4096 + 5);
    await expect.poll(() => session.costs?.walk.lookups).toBeGreaterThan(0);
  });

  it('shows the last of many quick selections, whatever order the answers come in', async () => {
    const session = await opened();
    for (let sector = 1; sector <= 50; sector++) session.selectSectors(sector * 999);
    await expect.poll(() => session.trace?.firstSector).toBe(50 * 999);
    await new Promise((rested) => setTimeout(rested, 50));
    expect(session.trace?.firstSector).toBe(50 * 999);
  });

  it('never leaves the disk', async () => {
    const session = await opened();
    session.selectSectors(-5, 3);
    expect(session.selection.firstSector).toBe(0);
    session.selectSectors(1e12, 1e12);
    expect(session.selection).toEqual({ firstSector: 128 * 4096 - 1, sectorCount: 1 });
  });

  it('keeps the sector when bytes move, and marks the step’s bytes in its file', async () => {
    const session = await opened();
    session.selectSectors(4096);
    await expect.poll(() => session.traceIsCurrent).toBe(true);
    session.stepTo(0);
    const step = session.trace?.steps[0];
    expect(step?.action).toBe('bat-lookup');
    expect(session.bytes).toMatchObject({ target: 1, lengthBytes: 4 });
    session.goToBytes(3, 0x400, 8);
    expect(session.selection.firstSector).toBe(4096);
    expect(session.selectedFile).toBe(3);
    session.showDiskBytes();
    expect(session.bytes).toEqual({ target: 'disk', offset: 4096 * 512, lengthBytes: 512 });
  });

  it('stands in the address, and back goes back', async () => {
    const session = await opened();
    const stop = session.followAddress();
    session.selectSectors(1000);
    expect(location.hash).toContain('sector=1000');
    await new Promise((passed) => setTimeout(passed, 800));
    session.selectSectors(2000, 4);
    expect(location.hash).toContain('sector=2000&count=4');
    history.back();
    await expect.poll(() => session.selection).toEqual({ firstSector: 1000, sectorCount: 1 });
    await expect.poll(() => session.trace?.firstSector).toBe(1000);
    history.forward();
    await expect.poll(() => session.selection.firstSector).toBe(2000);
    stop();
  });

  it('opens at the place that the address names', async () => {
    history.replaceState(null, '', '#sector=777&from=disks%2Fb.avhd&file=disks%2Fc.vhd&offset=0x200');
    const engine = (await openSession(chain())).engine;
    history.replaceState(null, '', '#sector=777&from=disks%2Fb.avhd&file=disks%2Fc.vhd&offset=0x200');
    const session = new Session(new FakeClient(engine));
    await session.openSample();
    expect(session.chain?.layers).toEqual([2, 3]);
    expect(session.selection.firstSector).toBe(777);
    expect(session.bytes).toEqual({ target: 3, offset: 0x200, lengthBytes: 0 });
  });
});

describe('faults', () => {
  const problem: Problem = { code: 'vanished', message: 'a.vhd is gone.' };

  it('stand until dismissed, one for each cause; a cancel is none', async () => {
    const session = await opened();
    expect(session.take({ ok: false, error: problem }, 'open')).toBe(null);
    expect(session.take({ ok: false, error: { code: 'cancelled', message: 'Cancelled.' } }, 'view')).toBe(
      null,
    );
    session.take({ ok: false, error: { ...problem, message: 'b.vhd is gone.' } }, 'open');
    expect(session.problems.map((standing) => standing.problem.message)).toEqual(['b.vhd is gone.']);
    session.dismiss('open');
    expect(session.problems).toEqual([]);
  });

  it('brings files, view and selection back after the engine died', async () => {
    let die: (problem: Problem) => void = () => {};
    let restarts = 0;
    const alive = new FakeClient(new FakeEngine(disk));
    const mortal: EngineClient = {
      api: alive.api,
      run: (call, options) => alive.run(call, options),
      downloadPrivate: () => alive.downloadPrivate(),
      onDeath: (listener) => {
        die = listener;
        return () => true;
      },
      restart: () => {
        restarts++;
        return Promise.resolve();
      },
    };
    history.replaceState(null, '', '#');
    const session = new Session(mortal);
    await session.openSample();
    await session.viewFrom(2);
    session.selectSectors(5000, 2);
    die({ code: 'engine-failed', message: 'The engine stopped.' });
    expect(session.death?.code).toBe('engine-failed');
    await session.restart();
    expect(restarts).toBe(1);
    expect(session.death).toBe(null);
    expect(session.chain?.layers[0]).toBe(2);
    expect(session.selection).toEqual({ firstSector: 5000, sectorCount: 2 });
  });

  it('closes: nothing is left in view', async () => {
    const session = await opened();
    await session.close();
    expect([session.pile, session.chain, session.trace, session.survey]).toEqual([null, null, null, null]);
    expect(session.screen).toBe('open');
  });
});
