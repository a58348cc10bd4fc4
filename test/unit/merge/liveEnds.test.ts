/** How a live merge ends: switched however fast the guest writes, given up, stopped, refused, or by a fault. */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { LiveMerge } from '../../../src/merge/liveMerge.ts';
import type { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import {
  builtScene,
  copyOf,
  expectDisk,
  expectFiles,
  Guest,
  type LiveScene,
  liveScene,
  namesAfter,
  SMALL_CACHES,
  stepToEnd,
} from '../../support/liveScene.ts';
import { recoverIn, stretchIn } from '../../support/mergeFolder.ts';

const module = await loadCore();
const BLOCK_BYTES = 2 ** 14;
const TOOLS = { module, batchBytes: BLOCK_BYTES, caches: SMALL_CACHES };
const RECOVERY = {
  module,
  prove: false,
  createHasher: () => {
    throw new Error('no proof was asked for');
  },
};

/** Some twenty blocks; one a step. */
function scene(seed: number, first: number, last: number): LiveScene {
  const virtualSizeBytes = 20 * BLOCK_BYTES - 1024;
  return liveScene(seed, first, last, { blockSizes: [BLOCK_BYTES], base: 'dynamic', virtualSizeBytes });
}

async function finish(merge: LiveMerge, guest: Guest, { folder, request }: LiveScene, label: string) {
  await guest.expectAll();
  await guest.write();
  await guest.expectAll();
  await merge.close();
  await expectFiles(module, folder, namesAfter(request), guest.truth, label);
}

describe('a guest that writes faster than the merge copies', () => {
  it('everything, all the time: it is slowed, and the merge ends', async () => {
    for (const seed of [1, 2]) {
      const here = scene(seed, 0, 2);
      const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
      const guest = new Guest(merge, here.truth, seed, `seed ${seed}`);
      const steps = await stepToEnd(merge, () => guest.write([0, guest.sectorCount]), 100);
      const last = steps.at(-1);
      expect(last).toMatchObject({ state: 'switched', writer: 'slowed', dirtyBlocks: 0 });
      expect(last?.waits).toBeGreaterThan(10);
      // One pass over everything, one step a block against a writer that keeps pace, and the switch.
      expect(steps.length).toBeLessThanOrEqual(42);
      await finish(merge, guest, here, `seed ${seed}`);
    }
  });

  it('many small writes asked for at once between any two steps', async () => {
    const here = scene(3, 0, 1);
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    const guest = new Guest(merge, here.truth, 3, 'flood');
    const flood = () => Promise.all(Array.from({ length: 30 }, () => guest.write()));
    const steps = await stepToEnd(merge, flood, 100);
    expect(steps.at(-1)?.writer).toBe('slowed');
    await finish(merge, guest, here, 'flood');
  });

  it('one that pauses is not slowed: what it wrote is copied again', async () => {
    const here = scene(4, 0, 1);
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    const guest = new Guest(merge, here.truth, 4, 'pause');
    let written = false;
    const steps = await stepToEnd(merge, async ({ state }) => {
      if (state !== 'catching up' || written) return;
      written = true;
      await guest.write([0, 5 * (BLOCK_BYTES / 512)]);
    });
    expect(steps.at(-1)).toMatchObject({ writer: 'free', waits: 0, pass: 2 });
    expect(steps.some(({ dirtyBlocks }) => dirtyBlocks > 1)).toBe(true);
    await finish(merge, guest, here, 'pause');
  });

  it('above the stretch nothing gets dirty, whatever it writes', async () => {
    const here = scene(5, 1, 2);
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    const guest = new Guest(merge, here.truth, 5, 'above');
    const steps = await stepToEnd(merge, () => guest.write([0, guest.sectorCount]));
    expect(steps.every(({ dirtyBlocks, writer }) => dirtyBlocks === 0 && writer === 'free')).toBe(true);
    await finish(merge, guest, here, 'above');
  });
});

describe('a live merge that ends early, after every number of steps', () => {
  for (const [first, last] of [
    [0, 2],
    [1, 3],
  ] as const) {
    const whole = scene(6, first, last);

    async function early(
      end: (merge: LiveMerge) => Promise<void>,
      after: (here: LiveScene, guest: Guest, label: string) => Promise<void>,
    ) {
      let cases = 0;
      for (let steps = 0; ; steps++) {
        const here = copyOf(whole);
        const label = `after ${steps} steps`;
        const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
        const guest = new Guest(merge, here.truth, steps, label);
        for (let i = 0; i < steps; i++) {
          await guest.write();
          await merge.step();
        }
        if (merge.progress.state === 'switched') break;
        await guest.write();
        await end(merge);
        await guest.expectAll();
        await guest.write();
        await guest.expectAll();
        await merge.close();
        await after(here, guest, label);
        cases++;
      }
      expect(cases).toBeGreaterThan(3);
      return cases;
    }

    it(`given up: the disk of layers ${first} to ${last} is as it was, and goes on`, async () => {
      const cases = await early(
        (merge) => merge.abandon(),
        ({ folder, request }, guest, label) => expectFiles(module, folder, request.names, guest.truth, label),
      );
      console.log(`layers ${first} to ${last} given up: ${cases} cases`);
    });

    it(`stopped: the guest goes on above layers ${first} to ${last}, and the merge is finished without it`, async () => {
      const cases = await early(
        (merge) => merge.stop(),
        async ({ folder, request }, guest, label) => {
          await expectDisk(module, folder, request.names, guest.truth, label);
          await recoverIn(folder, RECOVERY);
          await expectFiles(module, folder, namesAfter(request), guest.truth, label);
        },
      );
      console.log(`layers ${first} to ${last} stopped: ${cases} cases`);
    });
  }

  it('closed in the middle it can be finished', async () => {
    const here = scene(7, 0, 2);
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    const guest = new Guest(merge, here.truth, 7, 'closed');
    await merge.step();
    await guest.write();
    await merge.close();
    await expectDisk(module, here.folder, here.request.names, guest.truth, 'closed');
    await recoverIn(here.folder, RECOVERY);
    await expectFiles(module, here.folder, namesAfter(here.request), guest.truth, 'closed');
  });
});

/** Writes to one file fail, or removing does. */
class TroubledFolder extends MemoryFolder {
  full: string | null = null;
  /** Writes that still go well. */
  room = 0;
  locked: string | null = null;

  override async open(name: string, access: 'read-only' | 'read-write'): Promise<MemoryFile> {
    const file = await super.open(name, access);
    const write = file.write.bind(file);
    file.write = async (offset, source) => {
      if (name === this.full && this.room-- <= 0) throw fault('no-space');
      return write(offset, source);
    };
    return file;
  }

  override async remove(name: string): Promise<void> {
    if (name === this.locked) throw fault('busy');
    return super.remove(name);
  }
}

function fault(code: 'no-space' | 'busy'): DiskError {
  return new DiskError({ code, message: `made to fail: ${code}` });
}

function troubled({ folder, request, truth }: LiveScene) {
  const copy = new TroubledFolder();
  for (const name of request.names) copy.put(name, folder.bytes(name));
  return { folder: copy, request, truth, target: request.names[request.last] ?? '' };
}

describe('a fault in a live merge', () => {
  it('of copying leaves the guest alone, wherever it strikes; the step is made again', async () => {
    let faults = 0;
    for (let room = 0; room < 40; room += 3) {
      const here = troubled(scene(8, 0, 2));
      const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
      const guest = new Guest(merge, here.truth, room, `room for ${room}`);
      here.folder.full = here.target;
      here.folder.room = room;
      for (let i = 0; merge.progress.state !== 'switched' && i < 200; i++) {
        await guest.write();
        await merge.step().catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'no-space' });
          expect(merge.progress.state).not.toBe('switched');
          faults++;
          here.folder.full = null;
        });
        await guest.expectAll();
      }
      here.folder.full = null;
      await finish(merge, guest, here, `room for ${room}`);
    }
    expect(faults).toBeGreaterThan(5);
  });

  it('in a batch that a write waits for is told by the next step, not by the write', async () => {
    const here = troubled(scene(9, 0, 1));
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    const guest = new Guest(merge, here.truth, 9, 'waits');
    const everything = () => guest.write([0, guest.sectorCount]);
    while (merge.progress.writer === 'free') {
      await everything();
      await merge.step();
    }
    here.folder.full = here.target;
    await everything();
    await guest.expectAll();
    await expect(merge.step()).rejects.toMatchObject({ code: 'no-space' });
    here.folder.full = null;
    await stepToEnd(merge, everything, 60);
    await finish(merge, guest, here, 'waits');
  });

  it('of the switch closes the disk until the merge is finished', async () => {
    for (const first of [0, 1]) {
      const here = troubled(scene(10, first, 2));
      const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
      const guest = new Guest(merge, here.truth, 10, 'switch');
      await guest.write();
      here.folder.locked = here.request.names[first] ?? '';
      await expect(stepToEnd(merge)).rejects.toMatchObject({ code: 'busy' });
      expect(merge.progress.state).toBe('failed');
      const sector = new Uint8Array(512);
      const refused = { code: 'busy', problem: { remedy: expect.stringContaining('Finish the merge') } };
      await expect(merge.write(0, sector)).rejects.toMatchObject(refused);
      await expect(merge.read(0, sector)).rejects.toMatchObject(refused);
      await expect(merge.flush()).rejects.toMatchObject(refused);
      await merge.close();
      here.folder.locked = null;
      await recoverIn(here.folder, RECOVERY);
      await expectFiles(module, here.folder, namesAfter(here.request), guest.truth, 'switch');
    }
  });

  it('a cancel stops it between two steps; the guest goes on', async () => {
    const here = scene(11, 0, 2);
    const controller = new AbortController();
    const merge = await LiveMerge.start(here.folder, here.request, { ...TOOLS, signal: controller.signal });
    const guest = new Guest(merge, here.truth, 11, 'cancel');
    await merge.step();
    controller.abort(new Error('cancelled by the test'));
    await expect(merge.step()).rejects.toThrow('cancelled by the test');
    await guest.write();
    await guest.expectAll();
    await merge.stop();
    await guest.write();
    await guest.expectAll();
    await merge.close();
    await expectDisk(module, here.folder, here.request.names, guest.truth, 'cancel');
  });
});

describe('a live merge is refused', () => {
  const unchanged = async (here: LiveScene, request: LiveScene['request'], code: string) => {
    const before = new Map((await here.folder.list()).map(({ name }) => [name, here.folder.bytes(name)]));
    await expect(LiveMerge.start(here.folder, request, TOOLS)).rejects.toMatchObject({ code });
    const after = await here.folder.list();
    expect(after.map(({ name }) => name)).toEqual([...before.keys()]);
    for (const { name } of after)
      expect(Buffer.compare(here.folder.bytes(name), before.get(name) ?? new Uint8Array(0))).toBe(0);
  };

  it('where another file stands on one of the stretch', async () => {
    const here = scene(12, 0, 2);
    const { images } = await openedStretch(here);
    const image = images[0];
    if (!image) throw new Error('a chain has a leaf');
    await unchanged(
      here,
      { ...here.request, children: [{ name: 'other.vhd', image, of: 1 }] },
      'bad-request',
    );
  });

  it('where the disks are of different sizes', async () => {
    const here = liveScene(13, 0, 1, { sizesDiffer: true, base: 'dynamic', layers: 2 });
    await unchanged(here, here.request, 'bad-request');
  });

  it('where the guest could not go on in the target, but not where it need not', async () => {
    const held = [[1], [2], [3, 4], [5]];
    const noCopy = (first: number) => builtScene(held, first, 3, 16, { footerCopy: false });
    await unchanged(noCopy(0), noCopy(0).request, 'corrupt');
    const here = noCopy(1);
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    await stepToEnd(merge);
    await merge.close();
    await expectDisk(module, here.folder, namesAfter(here.request), here.truth, 'no copy of the footer');
  });

  it('where a merge waits already', async () => {
    const here = scene(14, 0, 1);
    const merge = await LiveMerge.start(here.folder, here.request, TOOLS);
    await merge.step();
    await merge.close();
    await unchanged(here, here.request, 'busy');
  });

  it('where a file is not there', async () => {
    const here = scene(15, 0, 1);
    await unchanged(here, { ...here.request, names: [...here.request.names, 'gone.vhd'] }, 'vanished');
  });
});

function openedStretch({ folder, request }: LiveScene) {
  return stretchIn(folder, request.names, request.first, request.last);
}
