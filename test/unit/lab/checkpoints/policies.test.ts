/** CHECKPOINTS, "When a merge runs": each row of the table and each sentence with its source mark. */
import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import { POLICIES } from '../../../../src/ui/lab/merges/policies.ts';
import { LabScene, sha256, TINY_DISK } from '../../../support/labScene.ts';
import { sameBytes } from '../../../support/openedChain.ts';

const FIRST = 3000;
/** A merge of it takes several steps. */
const DISK_OF_BLOCKS = { ...TINY_DISK, virtualSizeBytes: 8 * MIB };
const FREE = DISK_OF_BLOCKS.virtualSizeBytes / 512 / 2;

/** `a`, `b` and Now, each with many sectors of its own; the machine runs. */
async function scene(change: Partial<Scenario>): Promise<LabScene> {
  const lab = await LabScene.make({ disks: [DISK_OF_BLOCKS], ...change });
  await lab.do({ do: 'start' });
  for (const [i, name] of ['a', 'b'].entries()) {
    await lab.write(FREE, 6000, i + 1);
    await lab.take(name);
  }
  await lab.write(FREE + 100, 6000, 3);
  return lab;
}

function state(lab: LabScene): string | undefined {
  return lab.merges().at(0)?.state;
}

/** Until the merge has copied something and is not done. */
async function untilMidway(lab: LabScene): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const [first] = lab.merges();
    if (first?.state === 'merging' && first.copiedBytes > 0) return;
    await lab.lab.step();
  }
  throw new Error('no merge is under way');
}

describe('when idle (2007 preview)', () => {
  it('[T] only while the VM’s disks are idle …', async () => {
    const lab = await scene({ policy: 'when-idle' });
    await lab.pass(10);
    await lab.do({ do: 'delete', checkpoint: 'a' });
    // An idle system writes a line to its log now and then; between them its disks are idle.
    let writtenUs = 0;
    lab.onWrite = () => {
      writtenUs = lab.lab.nowUs;
    };
    await lab.write(FREE, 10, 5);
    expect(lab.merges()[0]).toMatchObject({
      state: 'waits',
      reason: expect.stringContaining('idle for 1 s'),
    });
    const steps: number[] = [];
    for (let i = 0; i < 500 && state(lab) !== 'done'; i++) {
      const before = lab.merges()[0]?.copiedBytes ?? 0;
      const idleUs = Math.max(0, (lab.lab.nextUs() ?? 0) - writtenUs);
      await lab.lab.step();
      if ((lab.merges()[0]?.copiedBytes ?? 0) > before) steps.push(idleUs);
    }
    expect(steps.length).toBeGreaterThan(1);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(1_000_000);
    await lab.untilMerged();
    expect(lab.tree()).toEqual(['b < -', 'Now < b']);
    await lab.expectDisks();
  });

  it('[T] … also while the VM is paused or off', async () => {
    for (const power of ['pause', 'shut-down'] as const) {
      const lab = await scene({ policy: 'when-idle' });
      await lab.do({ do: power });
      await lab.do({ do: 'delete', checkpoint: 'a' });
      await lab.untilMerged();
      await lab.expectDisks();
    }
  });

  it('[T] … a VM that is always loaded never merges', async () => {
    const lab = await scene({ policy: 'when-idle', guest: { kind: 'file-server', load: 30 } });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    for (let i = 0; i < 3; i++) {
      await lab.pass(0.4);
      expect([state(lab), lab.merges()[0]?.copiedBytes]).toEqual(['waits', 0]);
    }
    expect(lab.has(lab.file('b'))).toBe(true);
    await lab.expectDisks();
  });
});

describe('when off (2008, 2008 R2)', () => {
  it('[B, M] only after shutdown …', async () => {
    const lab = await scene({ policy: 'when-off' });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    await lab.pass(120);
    expect([state(lab), lab.merges()[0]?.reason]).toEqual(['waits', 'Waits until the machine is off.']);
    await lab.do({ do: 'pause' });
    await lab.pass(60);
    expect(state(lab)).toBe('waits');
    await lab.do({ do: 'save' });
    await lab.pass(60);
    expect(state(lab), 'a saved machine is not shut down').toBe('waits');
    await lab.do({ do: 'start' });
    await lab.do({ do: 'shut-down' });
    await lab.untilMerged();
    expect(lab.tree()).toEqual(['b < -', 'Now < b']);
    await lab.expectDisks();
  });

  it('[B, M] … starting the VM cancels the merge and throws its progress away', async () => {
    const lab = await scene({ policy: 'when-off' });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    await lab.do({ do: 'shut-down' });
    await untilMidway(lab);
    const { copiedBytes = 0, key } = lab.merges()[0] ?? {};
    expect(copiedBytes).toBeGreaterThan(0);
    await lab.do({ do: 'start' });
    expect(lab.merges()[0]).toMatchObject({ state: 'waits', key, copiedBytes: 0, nextBlock: 0 });
    expect(lab.merges()[1]).toMatchObject({ state: 'cancelled', key, copiedBytes });
    expect(lab.events('merge').at(-1)?.text).toMatch(/given up: the machine was started.*thrown away/);
    expect(lab.files().filter((file) => file.includes('journal'))).toEqual([]);
    await lab.expectDisks();
    await lab.write(FREE, 50, 9);
    await lab.do({ do: 'shut-down' });
    await untilMidway(lab);
    const again = lab.merges()[0];
    expect(again?.copiedBytes, 'from the beginning').toBeLessThanOrEqual(copiedBytes);
    await lab.untilMerged();
    await lab.expectDisks();
    await lab.expectSoundFiles();
  });
});

describe('live (2012 and later)', () => {
  it('[P] while the VM runs', async () => {
    const lab = await scene({ policy: 'live', guest: { kind: 'file-server', load: 60 } });
    await lab.do({ do: 'delete', checkpoint: 'b' });
    const { operations } = lab.lab.view().guest.figures;
    await lab.untilMerged();
    expect(lab.lab.state.power).toBe('running');
    expect(lab.lab.view().guest.figures.operations, 'the guest worked meanwhile').toBeGreaterThan(
      operations + 3,
    );
    expect(lab.tree()).toEqual(['a < -', 'Now < a']);
    await lab.expectDisks();
    await lab.expectSoundFiles();
  });

  it('[P] the article dates it to 2012 R2, Microsoft shipped it in 2012: the lab says both', () => {
    const live = POLICIES.find(({ value }) => value === 'live');
    expect(live?.from).toMatch(/since 2012;/);
    expect(live?.from).toMatch(/2012 R2/);
  });

  it('how Hyper-V routes guest writes during a live merge is not public: ours is described as ours', async () => {
    expect(POLICIES.find(({ value }) => value === 'live')?.from).toMatch(/not public: this way is ours/);
    // Ours: whatever the guest writes on the way is in the merged disk, where the merge was already and where it was not.
    const lab = await scene({ policy: 'live' });
    await lab.do({ do: 'delete', checkpoint: 'b' });
    await untilMidway(lab);
    for (let i = 0; i < 12; i++) {
      await lab.write(FREE + ((i * 977) % 6000), 30, 40 + i);
      await lab.expectNow();
      await lab.lab.step();
    }
    await lab.untilMerged();
    await lab.expectDisks();
  });
});

describe('merge now', () => {
  it('[T] the button that [T]’s readers asked for: at once, whatever the policy', async () => {
    for (const policy of ['when-off', 'when-idle'] as const) {
      const lab = await scene({ policy, guest: { kind: 'file-server', load: 80 } });
      await lab.do({ do: 'delete', checkpoint: 'a' });
      await lab.pass(0.2);
      expect(state(lab)).toBe('waits');
      await lab.do({ do: 'merge-now' });
      expect(lab.tree()).toEqual(['b < -', 'Now < b']);
      expect(lab.merges().map((merge) => merge.state)).toEqual(['done']);
      expect([lab.lab.state.power, lab.lab.state.policy]).toEqual(['running', policy]);
      await lab.expectDisks();
    }
  });

  it('[T] … as a policy: whatever the VM does', async () => {
    const lab = await scene({ policy: 'now', guest: { kind: 'file-server', load: 100 } });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    await lab.do({ do: 'delete', checkpoint: 'b' });
    await lab.untilMerged();
    expect(lab.tree()).toEqual(['Now < -']);
    await lab.expectDisks();
  });
});

describe('removing the VM', () => {
  it('[T, M] merges every checkpoint on the path of Now into its disk at once, synchronously, and leaves one VHD that holds everything', async () => {
    const disks = [TINY_DISK, { ...TINY_DISK, type: 'fixed' as const }];
    const lab = await LabScene.make({ disks, policy: 'when-off' });
    await lab.do({ do: 'start' });
    await lab.write(FIRST, 40, 1);
    await lab.write(9, 40, 1, 'disk1');
    await lab.take('a');
    await lab.write(FIRST + 20, 40, 2);
    await lab.take('b');
    await lab.take('on another branch');
    await lab.do({ do: 'apply', checkpoint: 'b', takeFirst: false });
    await lab.do({ do: 'start' });
    await lab.write(FIRST + 30, 5, 3);
    await lab.write(700, 50, 4, 'disk1');
    await lab.do({ do: 'shut-down' });
    const flats = [lab.flat(NOW, 'disk0').slice(), lab.flat(NOW, 'disk1').slice()];
    await lab.do({ do: 'remove-machine' });
    expect(lab.files()).toEqual(['Virtual Hard Disks/VM-disk1.vhd', 'Virtual Hard Disks/VM.vhd']);
    expect(lab.lab.state).toMatchObject({
      now: null,
      checkpoints: [],
      left: ['Virtual Hard Disks/VM.vhd', 'Virtual Hard Disks/VM-disk1.vhd'],
    });
    expect(lab.lab.nextUs(), 'nothing is left to be done').toBeNull();
    for (const [i, file] of lab.lab.state.left.entries()) {
      expect((await lab.image(file)).type).not.toBe('differencing');
      expect(sameBytes(await lab.readFile(file), flats[i] ?? new Uint8Array(0)), file).toBe(true);
    }
    await lab.expectSoundFiles();
  });

  it('[T, M] … the old way to force a merge: deferred ones too', async () => {
    const lab = await scene({ policy: 'when-off' });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    await lab.do({ do: 'delete', checkpoint: 'b' });
    await lab.do({ do: 'turn-off' });
    const flat = lab.flat(NOW).slice();
    await lab.do({ do: 'remove-machine' });
    expect(lab.files()).toEqual(['Virtual Hard Disks/VM.vhd']);
    expect(sha256(await lab.readFile('Virtual Hard Disks/VM.vhd'))).toBe(sha256(flat));
  });
});

describe('visible states', () => {
  it('[M] `disk_merge_pending` in the configuration', async () => {
    const lab = await scene({ policy: 'when-off' });
    const file = `Virtual Machines/${lab.lab.state.id}.json`;
    const pending = async () => JSON.parse(await lab.text(file)).disk_merge_pending;
    expect(await pending()).toBe(false);
    await lab.do({ do: 'delete', checkpoint: 'a' });
    expect(await pending()).toBe(true);
    await lab.do({ do: 'merge-now' });
    expect(await pending()).toBe(false);
  });

  it('[M] VM status “Merging”', async () => {
    const lab = await scene({ policy: 'live' });
    expect(lab.lab.view().status).toBe('Running');
    await lab.do({ do: 'delete', checkpoint: 'b' });
    await untilMidway(lab);
    expect(lab.lab.view().status).toBe('Running, merging');
    await lab.untilMerged();
    expect(lab.lab.view().status).toBe('Running');
    await lab.do({ do: 'policy', policy: 'when-off' });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    expect(lab.lab.view().status, 'one that waits is not under way').toBe('Running');
    await lab.do({ do: 'shut-down' });
    await untilMidway(lab);
    expect(lab.lab.view().status).toBe('Off, merging');
  });

  it('[M] event 19080 (merge finished)', async () => {
    const lab = await scene({ policy: 'live' });
    await lab.do({ do: 'delete', checkpoint: 'a' });
    expect(lab.events('merge').map(({ code }) => code)).not.toContain('19080');
    await lab.untilMerged();
    const finished = lab.events('merge').filter(({ code }) => code === '19080');
    expect(finished.map(({ severity, text }) => [severity, text.slice(0, 14)])).toEqual([
      ['note', 'Merge finished'],
    ]);
  });

  it('[M] event 19100 (merge failed, will be retried): the drive is full, and when there is room again it is finished', async () => {
    const lab = await scene({ policy: 'when-off' });
    // The base has no room for these yet.
    await lab.write(2048, 3000, 7);
    await lab.do({ do: 'shut-down' });
    await lab.do({ do: 'delete', checkpoint: 'b' });
    await lab.do({ do: 'drive-size', bytes: lab.lab.view().usedBytes + 256 * 1024 });
    await lab.pass(100);
    const failed = lab.events('merge').filter(({ code }) => code?.startsWith('19100'));
    expect(failed.length).toBeGreaterThanOrEqual(2);
    expect(failed[0]).toMatchObject({ severity: 'error', code: '19100, 0x80070070' });
    expect(failed[0]?.text).toMatch(
      /^Merge failed, will be retried: b\..*There is not enough space on the disk/,
    );
    expect(lab.merges()[0]).toMatchObject({ state: 'failed' });
    expect(lab.merges()[0]?.reason).toMatch(/tried again in \d+ s/);
    await lab.expectNow();

    await lab.do({ do: 'drive-size', bytes: null });
    await lab.pass(120);
    expect(lab.merges()[0]).toMatchObject({ state: 'done' });
    expect(lab.events('merge').at(-1)?.code).toBe('19080');
    expect(lab.tree()).toEqual(['a < -', 'Now < a']);
    await lab.expectDisks();
    await lab.expectSoundFiles();
  });
});
