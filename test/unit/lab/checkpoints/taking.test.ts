/** CHECKPOINTS, "Taking one": each sentence with its source mark. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { GIB, MIB } from '../../../../src/base/units.ts';
import { ordersOf } from '../../../../src/lab/guest/database.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { Lab } from '../../../../src/lab/lab.ts';
import { MOST_CHECKPOINTS, NOW } from '../../../../src/lab/machine/machine.ts';
import { GuestMemory } from '../../../../src/lab/memory/guestMemory.ts';
import { PAGE_INTERCEPTED, PAGE_WAITS } from '../../../../src/lab/memory/memory.ts';
import { labHost, smallScenario } from '../../../support/labHost.ts';
import { DISK, LabScene, TINY_DISK } from '../../../support/labScene.ts';
import { sameBytes } from '../../../support/openedChain.ts';
import { flatBytes, readState } from '../../../support/savedStates.ts';

const SETTINGS = smallScenario().settings;

describe('the steps', () => {
  it('[A, B] 1. pause the VM, 2. a differencing disk for each virtual hard disk, attached, 3. copy the configuration, 4. resume', async () => {
    const scene = await LabScene.make({ disks: [TINY_DISK, { ...TINY_DISK, type: 'fixed' }] });
    await scene.do({ do: 'start' });
    const before = scene.now;
    await scene.do({ do: 'take', name: 'a' });
    const steps = scene.events('step').map(({ text }) => text.slice('a: '.length, 'a: '.length + 2));
    expect(steps).toEqual(['1.', '2.', '3.', '4.', '5.']);
    const times = scene.events('step').map(({ atUs }) => atUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(scene.node('a').files).toEqual(before.files);
    for (const disk of ['disk0', 'disk1']) {
      expect(scene.file(NOW, disk)).toMatch(/^Snapshots\/[0-9A-F-]{36}(-disk1)?\.avhd$/);
      const child = await scene.image(scene.file(NOW, disk));
      const parent = await scene.image(scene.file('a', disk));
      expect([child.type, child.parent?.id]).toEqual(['differencing', parent.id]);
      expect(child.virtualSizeBytes).toBe(parent.virtualSizeBytes);
    }
    expect(scene.node('a').settings).toEqual(before.settings);
    const copy = JSON.parse(await scene.text(`Snapshots/${scene.id('a')}.json`));
    expect(copy.settings).toEqual(before.settings);
    await scene.write(3000, 5, 1);
    await scene.write(100, 5, 2, 'disk1');
    await scene.expectDisks();
  });

  it('[A, B] 4. the pause is too short to notice: it does not grow with what is saved later, memory least of all', async () => {
    const pauses: number[] = [];
    // As many digits, so that the configuration is as long.
    for (const memoryBytes of [MIB, 8 * MIB]) {
      const scene = await LabScene.make({ settings: { ...SETTINGS, memoryBytes } });
      await scene.do({ do: 'start' });
      await scene.do({ do: 'take', name: 'a' });
      pauses.push(pauseOf(scene.lab));
      expect(scene.lab.view().samples.at(-1)?.pausedUs).toBe(pauseOf(scene.lab));
      const endedUs = scene.lab.nowUs;
      await scene.untilMemoryIsSaved();
      expect(scene.lab.nowUs, 'saving the memory takes longer than the pause').toBeGreaterThan(endedUs);
    }
    const [small = 0, large = 0] = pauses;
    expect(small).toBeGreaterThan(0);
    expect(small).toBeLessThan(50_000);
    expect(large).toBe(small);
  });

  it('[A] 4. the pause does not grow with the size of the disk', async () => {
    const pauses: number[] = [];
    for (const virtualSizeBytes of [GIB, 64 * GIB]) {
      const disks = [{ type: 'dynamic' as const, virtualSizeBytes, blockSizeBytes: 2 * MIB }];
      const lab = await Lab.create(await labHost(), smallScenario({ disks }));
      await lab.do({ do: 'start' });
      await lab.do({ do: 'take', name: 'a' });
      pauses.push(pauseOf(lab));
      await lab.close();
    }
    const [small = 0, large = 0] = pauses;
    expect(large / small).toBeLessThanOrEqual(1.5);
  });

  it('[A, B] 5. while the VM runs its memory is saved: a write to a page not yet saved is intercepted, the old page is saved first, then the write goes through', async () => {
    const scene = await LabScene.make(BUSY);
    const memory = memoryOf(scene);
    await scene.do({ do: 'start' });
    await scene.pass(0.3);
    await scene.do({ do: 'take', name: 'a' });
    const operations = scene.lab.view().guest.figures.operations;
    const atPause = must(memory.atPause);
    let states: Uint8Array = new Uint8Array(0);
    for (let before = scene.lab.pages(); before !== null; before = scene.lab.pages()) {
      states = before;
      await scene.lab.step();
      // A page that was saved stays as it was saved.
      const after = scene.lab.pages() ?? before;
      expect(before.every((state, page) => state === PAGE_WAITS || after[page] === state)).toBe(true);
    }
    const intercepted = [...memory.intercepted];
    expect(intercepted.length).toBeGreaterThan(3);
    expect(memory.touchedTooEarly).toEqual([]);
    for (const page of intercepted) expect(states[page]).toBe(PAGE_INTERCEPTED);
    expect(scene.lab.view().guest.figures.operations, 'the guest went on meanwhile').toBeGreaterThan(
      operations + 3,
    );

    const saved = readState(Buffer.from(await scene.bytes(`Snapshots/${scene.id('a')}.vsv`)));
    expect(sameBytes(saved.memory, atPause), 'the memory at the pause, page by page').toBe(true);
    expect(sameBytes(flatBytes(must(memory.live)), atPause), 'the guest wrote to it since').toBe(false);
    const [event] = scene.events('memory');
    expect(event?.text).toContain(`${intercepted.length} pages intercepted`);
  });

  it('[A, B] 6. the result: configuration, saved state, differencing disks (.avhd), read-only from now on', async () => {
    const scene = await LabScene.make(BUSY);
    await scene.do({ do: 'start' });
    await scene.take('a');
    await scene.pass(0.1);
    await scene.take('b');
    const id = scene.id('b');
    expect(scene.file('b')).toMatch(/^Snapshots\/.*\.avhd$/);
    const result = [`Snapshots/${id}.json`, `Snapshots/${id}.vsv`, scene.file('b'), scene.file('a')];
    const hashes = await scene.fileHashes(result);
    expect(scene.node('b').savedState?.file).toBe(`Snapshots/${id}.vsv`);
    await scene.pass(0.2);
    await scene.write(3000, 9, 1);
    await scene.take('c');
    await scene.do({ do: 'settings', change: { notes: 'changed' } });
    await scene.do({ do: 'shut-down' });
    await scene.do({ do: 'start' });
    await scene.pass(0.1);
    expect(await scene.fileHashes(result)).toEqual(hashes);
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });
});

describe('memory and types', () => {
  it('[T] memory is saved compressed', async () => {
    const scene = await LabScene.make(BUSY);
    await scene.do({ do: 'start' });
    await scene.pass(0.2);
    await scene.take('a');
    const saved = must(scene.node('a').savedState);
    expect(saved.memoryBytes).toBe(BUSY.settings.memoryBytes);
    expect(saved.fileBytes).toBe((await scene.bytes(saved.file)).length);
    expect(saved.fileBytes).toBeLessThan(saved.memoryBytes * 0.9);
    expect(saved.fileBytes).toBeGreaterThan(saved.memoryBytes * 0.05);
  });

  it('[M] a production checkpoint has no memory: it is application-consistent, and applying it leaves the VM off', async () => {
    const scene = await LabScene.make({
      settings: { ...SETTINGS, checkpointType: 'production' },
      guest: { kind: 'database', load: 60 },
    });
    await scene.do({ do: 'start' });
    await scene.pass(1);
    await untilUnwritten(scene);
    await scene.do({ do: 'take', name: 'plain', type: 'standard' });
    await scene.untilMemoryIsSaved();
    await untilUnwritten(scene);
    const { confirmedOrders } = scene.lab.view().guest.figures;
    await scene.do({ do: 'take', name: 'production' });
    const node = scene.node('production');
    expect([node.savedState, node.consistency]).toEqual([null, 'application']);
    expect(scene.has(`Snapshots/${node.id}.vsv`)).toBe(false);
    expect(scene.lab.pages()).toBeNull();
    // Every order that was confirmed before it stands on its disk; on the standard one's some are in its memory only.
    expect(await ordersOn(scene, 'production')).toBeGreaterThanOrEqual(confirmedOrders);
    const plain = readState(Buffer.from(await scene.bytes(must(scene.node('plain').savedState).file)));
    const inMemory: { orders: { confirmed: number } } = JSON.parse(Buffer.from(plain.guest).toString());
    expect(await ordersOn(scene, 'plain')).toBeLessThan(inMemory.orders.confirmed);

    await scene.do({ do: 'apply', checkpoint: 'production', takeFirst: false });
    expect([scene.lab.state.power, scene.now.savedState]).toEqual(['off', null]);
    await scene.do({ do: 'start' });
    expect(scene.lab.view().guest.figures.confirmedOrders).toBeGreaterThanOrEqual(confirmedOrders);
    await scene.expectDisks();
  });

  it('[M] type: disabled', async () => {
    const scene = await LabScene.make({ settings: { ...SETTINGS, checkpointType: 'disabled' } });
    await scene.do({ do: 'start' });
    expect(await scene.refused({ do: 'take' })).toMatch(/disabled/);
    await scene.do({ do: 'settings', change: { checkpointType: 'standard' } });
    await scene.take('a');
    expect(await scene.refused({ do: 'take', type: 'disabled' })).toMatch(/disabled/);
  });

  it('[M] type: standard', async () => {
    const scene = await LabScene.make();
    await scene.take('off');
    await scene.do({ do: 'start' });
    await scene.take('running');
    await scene.do({ do: 'save' });
    await scene.take('saved');
    await scene.do({ do: 'start' });
    await scene.do({ do: 'pause' });
    await scene.take('paused');
    const kept = scene.lab.state.checkpoints.map(({ name, consistency, savedState }) => [
      name,
      consistency,
      savedState !== null,
    ]);
    expect(kept).toEqual([
      ['off', 'off', false],
      ['running', 'memory', true],
      ['saved', 'memory', true],
      ['paused', 'memory', true],
    ]);
    expect(scene.lab.state.power).toBe('paused');
    await scene.expectDisks();
  });

  it('[M] type: production (falls back)', async () => {
    const settings = { ...SETTINGS, checkpointType: 'production' as const, integrationServices: false };
    const scene = await LabScene.make({ settings });
    await scene.do({ do: 'start' });
    await scene.take('a');
    expect(scene.node('a').savedState).not.toBeNull();
    expect(scene.node('a').consistency).toBe('memory');
    expect(scene.events().find(({ severity }) => severity === 'warning')?.text).toMatch(
      /standard checkpoint is taken/,
    );
    await scene.do({ do: 'settings', change: { integrationServices: true } });
    await scene.take('b');
    expect(scene.node('b').consistency).toBe('application');
  });

  it('[M] type: production only (fails)', async () => {
    const settings = { ...SETTINGS, checkpointType: 'production-only' as const, integrationServices: false };
    const scene = await LabScene.make({ settings });
    await scene.do({ do: 'start' });
    expect(await scene.refused({ do: 'take' })).toMatch(/No production checkpoint/);
    await scene.do({ do: 'settings', change: { integrationServices: true } });
    await scene.do({ do: 'pause' });
    expect(await scene.refused({ do: 'take' })).toMatch(/No production checkpoint/);
    await scene.do({ do: 'resume' });
    await scene.take('a');
    expect(scene.node('a').consistency).toBe('application');
  });
});

it('[T] a pass-through disk has no VHD, so a VM that has one cannot be checkpointed: refused, naming the disk', async () => {
  const scene = await LabScene.make();
  await scene.do({ do: 'attach-pass-through', name: 'LUN 7' });
  expect(await scene.refused({ do: 'take' })).toMatch(/“LUN 7” is a pass-through disk/);
  await scene.do({ do: 'start' });
  await scene.do({ do: 'attach-pass-through', name: 'PhysicalDrive3' });
  const words = await scene.refused({ do: 'take', type: 'production' });
  expect(words).toMatch(/“LUN 7” and “PhysicalDrive3” are pass-through disks/);
  await scene.do({ do: 'detach-pass-through', name: 'LUN 7' });
  expect(await scene.refused({ do: 'take' })).not.toContain('LUN 7');
  await scene.do({ do: 'detach-pass-through', name: 'PhysicalDrive3' });
  await scene.take('a');
  expect(scene.names()).toEqual(['a']);
});

it('[M] at most 50 checkpoints a VM ([A]’s 64 is a reader’s remark, not a limit)', async () => {
  const scene = await LabScene.make({ policy: 'when-off' });
  for (let i = 0; i < MOST_CHECKPOINTS; i++) await scene.take(`number ${i}`);
  expect(scene.names()).toHaveLength(50);
  expect(await scene.refused({ do: 'take' })).toMatch(/50 checkpoints, and 50 is the limit/);
  await scene.do({ do: 'start' });
  expect(await scene.refused({ do: 'take' })).toMatch(/50 is the limit/);
  await scene.do({ do: 'delete', checkpoint: 'number 20' });
  await scene.take('one more');
  expect(await scene.refused({ do: 'take' })).toMatch(/50 is the limit/);
  await scene.expectNow();
});

describe('names', () => {
  it('[M] the name is `vm (MM/DD/YYYY - hh:mm:ss AM/PM)` by default', async () => {
    const scene = await LabScene.make({ machineName: 'LAB-WEB01' });
    await scene.do({ do: 'take' });
    await scene.pass(45 * 60 + 7);
    await scene.do({ do: 'take' });
    expect(scene.names()).toHaveLength(2);
    for (const name of scene.names())
      expect(name).toMatch(/^LAB-WEB01 \(\d\d\/\d\d\/\d{4} - \d\d:\d\d:\d\d [AP]M\)$/);
    expect(scene.names()[0]).toBe('LAB-WEB01 (03/02/2026 - 02:00:00 PM)');
    expect(scene.names()[1]).toBe('LAB-WEB01 (03/02/2026 - 02:45:07 PM)');
  });

  it('[M] 1–100 characters', async () => {
    const scene = await LabScene.make();
    expect(await scene.refused({ do: 'take', name: '' })).toMatch(/needs a name/);
    expect(await scene.refused({ do: 'take', name: 'x'.repeat(101) })).toMatch(/101 characters/);
    await scene.do({ do: 'take', name: 'x' });
    await scene.do({ do: 'take', name: 'y'.repeat(100) });
    expect(await scene.refused({ do: 'rename', checkpoint: 'x', name: '' })).toMatch(/needs a name/);
    expect(await scene.refused({ do: 'rename', checkpoint: 'x', name: 'z'.repeat(101) })).toMatch(
      /101 characters/,
    );
    await scene.do({ do: 'rename', checkpoint: 'x', name: 'z'.repeat(100) });
    expect(scene.names()).toEqual(['z'.repeat(100), 'y'.repeat(100)]);
  });

  it('[M] it can be renamed: nothing else of it changes', async () => {
    const scene = await LabScene.make();
    await scene.do({ do: 'start' });
    await scene.take('a');
    await scene.write(3000, 4, 1);
    const before = scene.node('a');
    const frozen = scene.frozenFiles();
    const hashes = await scene.fileHashes(frozen);
    await scene.do({ do: 'rename', checkpoint: 'a', name: 'before the update' });
    expect(scene.node(before.id)).toEqual({ ...before, name: 'before the update' });
    expect(await scene.fileHashes(frozen)).toEqual(hashes);
    await scene.expectDisks();
  });
});

it('[A] settings inside a checkpoint cannot change', async () => {
  const scene = await LabScene.make();
  await scene.take('a');
  const inside = scene.node('a').settings;
  const file = `Snapshots/${scene.id('a')}.json`;
  const hashes = await scene.fileHashes([file]);
  const change = {
    memoryBytes: 2 * MIB,
    processors: 4,
    notes: 'other',
    checkpointType: 'production' as const,
  };
  await scene.do({ do: 'settings', change });
  await scene.do({ do: 'attach-pass-through', name: 'LUN 7' });
  expect(scene.now.settings).toMatchObject(change);
  expect(scene.node('a').settings).toEqual(inside);
  await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
  expect(scene.now.settings).toEqual(inside);
  await scene.do({ do: 'settings', change });
  expect(scene.node('a').settings).toEqual(inside);
  expect(await scene.fileHashes([file])).toEqual(hashes);
});

/** Memory of 1024 pages, and a guest that writes to it all the time. */
const BUSY = {
  settings: { ...SETTINGS, memoryBytes: 4 * MIB },
  guest: { kind: 'file-server', load: 100 },
} as const satisfies Partial<Scenario>;

function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('it is there');
  return value;
}

/** From the steps' own times. */
function pauseOf({ log }: Lab): number {
  const at = (step: string) => must(log.events.find(({ text }) => text.startsWith(`a: ${step}`))).atUs;
  return at('4. ') - at('1. ');
}

/** Listens to the guest's memory: what it held at the pause, and what was written to while it was being saved. */
function memoryOf(scene: LabScene) {
  const found = {
    live: null as GuestMemory | null,
    atPause: null as Uint8Array | null,
    intercepted: new Set<number>(),
    touchedTooEarly: [] as number[],
  };
  const touch = GuestMemory.prototype.touch;
  const spy = vi.spyOn(GuestMemory.prototype, 'touch').mockImplementation(function (this: GuestMemory, page) {
    found.live = this;
    const state = scene.lab.pages()?.[page];
    if (state === PAGE_WAITS) found.touchedTooEarly.push(page);
    if (state === PAGE_INTERCEPTED) found.intercepted.add(page);
    touch.call(this, page);
  });
  scene.lab.log.onEvent = ({ text }) => {
    if (text.includes('1. The machine is paused')) found.atPause = flatBytes(must(found.live));
  };
  onTestFinished(() => spy.mockRestore());
  return found;
}

/** Until orders are confirmed that only the guest's memory holds. */
async function untilUnwritten(scene: LabScene): Promise<void> {
  const figures = () => scene.lab.view().guest.figures;
  for (let i = 0; i < 5000; i++) {
    if (figures().confirmedOrders >= figures().writtenOrders + 3) return;
    await scene.lab.step();
  }
  throw new Error('the database writes everything at once');
}

/** Orders that the header of the database on this disk states: it begins in the second quarter. */
async function ordersOn(scene: LabScene, wanted: string): Promise<number> {
  const disk = await scene.read(wanted, DISK);
  return ordersOf(disk.subarray(disk.length / 4, disk.length / 4 + 512));
}
