/** CHECKPOINTS, "Applying one": each sentence with its source mark. */
import { describe, expect, it } from 'vitest';
import { NOW } from '../../../../src/lab/machine/machine.ts';
import type { GuestMemory } from '../../../../src/lab/memory/guestMemory.ts';
import { smallScenario } from '../../../support/labHost.ts';
import { LabScene } from '../../../support/labScene.ts';
import { sameBytes } from '../../../support/openedChain.ts';
import { flatBytes, readState } from '../../../support/savedStates.ts';

const FIRST = 3000;

/** `a` with memory, then writes and other settings; `b` above it, and Now has written since. */
async function running(): Promise<LabScene> {
  const scene = await LabScene.make({ guest: { kind: 'file-server', load: 30 } });
  await scene.do({ do: 'start' });
  await scene.pass(0.2);
  await scene.write(FIRST, 8, 1);
  await scene.take('a');
  await scene.write(FIRST + 4, 8, 2);
  await scene.do({ do: 'settings', change: { notes: 'later' } });
  await scene.pass(0.2);
  await scene.take('b');
  await scene.write(FIRST + 6, 8, 3);
  return scene;
}

describe('[A, M] applying', () => {
  it('[A, M] the VM gets the checkpoint’s configuration', async () => {
    const scene = await running();
    expect(scene.now.settings.notes).toBe('later');
    await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
    expect(scene.now.settings).toEqual(scene.node('a').settings);
    expect(scene.now.settings.notes).toBe('');
  });

  it('[A, M] … a new differencing disk under the checkpoint’s disks', async () => {
    const scene = await running();
    const known = scene.files();
    const frozen = scene.frozenFiles();
    const hashes = await scene.fileHashes(frozen);
    await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
    const leaf = scene.file(NOW);
    expect(known).not.toContain(leaf);
    const [image, parent] = [await scene.image(leaf), await scene.image(scene.file('a'))];
    expect([image.type, image.parent?.id]).toEqual(['differencing', parent.id]);
    await scene.expectDisks();
    expect(sameBytes(await scene.read(NOW), scene.flat('a'))).toBe(true);
    await scene.do({ do: 'start' });
    await scene.write(FIRST, 2, 9);
    expect(await scene.fileHashes(frozen)).toEqual(hashes);
    await scene.expectDisks();
  });

  it('[A, M] … and starts from (a copy of) its saved state', async () => {
    const scene = await running();
    const saved = scene.node('a').savedState?.file ?? '';
    const state = await scene.bytes(saved);
    for (const times of [1, 2]) {
      await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
      const copy = scene.now.savedState?.file ?? '';
      expect(copy).not.toBe(saved);
      expect(sameBytes(await scene.bytes(copy), state), `copy ${times}`).toBe(true);
      await scene.do({ do: 'start' });
      const { memory, guest } = readState(Buffer.from(state));
      const live = scene.lab.snapshot();
      expect(sameBytes(flatBytes(memoryOf(live?.guest.memory)), memory), `memory, time ${times}`).toBe(true);
      expect(scene.lab.view().guest.figures.operations).toBe(operationsOf(guest) + 1);
      expect(scene.has(copy), 'the copy is used up').toBe(false);
      await scene.pass(0.2);
      await scene.write(FIRST, 2, 20 + times);
    }
    expect(sameBytes(await scene.bytes(saved), state), 'the checkpoint keeps its own').toBe(true);
    await scene.expectDisks();
  });

  it('[A, M] the old Now is lost …', async () => {
    const scene = await running();
    const old = scene.file(NOW);
    const lost = scene.flat(NOW).slice();
    await scene.do({ do: 'apply', checkpoint: 'b', takeFirst: false });
    expect(scene.has(old)).toBe(false);
    expect(scene.names()).toEqual(['a', 'b']);
    for (const node of ['a', 'b', NOW]) expect(sameBytes(await scene.read(node), lost)).toBe(false);
    await scene.expectDisks();
  });

  it('[A, M] … unless “take a checkpoint and apply” is chosen', async () => {
    const scene = await running();
    const old = scene.file(NOW);
    const kept = scene.flat(NOW).slice();
    await scene.do({ do: 'apply', checkpoint: 'b', takeFirst: true });
    const [, , taken] = scene.lab.state.checkpoints;
    expect(scene.names()).toHaveLength(3);
    expect(taken?.files.disk0).toBe(old);
    expect(taken?.parent).toBe(scene.id('b'));
    // What a busy guest had under way is ended first: nothing is lost of what it was told is written.
    expect(scene.flat(taken?.id ?? '').subarray(FIRST * 512, (FIRST + 14) * 512)).toEqual(
      kept.subarray(FIRST * 512, (FIRST + 14) * 512),
    );
    await scene.expectDisks();
  });

  it('[A, M] other checkpoints stay: the next one starts a branch', async () => {
    const scene = await running();
    const before = [scene.flat('a').slice(), scene.flat('b').slice()];
    await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'Now < a']);
    await scene.do({ do: 'start' });
    await scene.write(FIRST, 3, 5);
    await scene.take('c');
    expect(scene.tree()).toEqual(['a < -', 'b < a', 'c < a', 'Now < c']);
    await scene.write(FIRST, 3, 6);
    await scene.expectReads('a', before[0] ?? new Uint8Array(0));
    await scene.expectReads('b', before[1] ?? new Uint8Array(0));
    await scene.expectDisks();
    await scene.expectSoundFiles();
  });

  it('[A, M] standard checkpoint taken while running → VM in saved state', async () => {
    const scene = await running();
    for (const power of ['start', null, 'shut-down', null] as const) {
      if (power === 'start' || scene.lab.state.power === 'saved') {
        if (scene.lab.state.power === 'saved') await scene.do({ do: 'start' });
      } else if (power) await scene.do({ do: power });
      await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
      expect([scene.lab.state.power, scene.lab.view().status]).toEqual(['saved', 'Saved']);
    }
  });

  it('[A, M] … production → off (and one that was taken while the VM was off, too)', async () => {
    const scene = await LabScene.make();
    await scene.take('while off');
    await scene.do({ do: 'start' });
    await scene.do({ do: 'take', name: 'production', type: 'production' });
    for (const checkpoint of ['production', 'while off']) {
      await scene.do({ do: 'apply', checkpoint, takeFirst: false });
      expect([scene.lab.state.power, scene.now.savedState]).toEqual(['off', null]);
      await scene.do({ do: 'start' });
      expect(scene.events('machine').at(-1)?.text).toContain('boots');
    }
    await scene.expectDisks();
  });
});

describe('[A, M] reverting', () => {
  it('[A, M] revert = apply the parent of Now', async () => {
    const outcomes = [];
    for (const command of [
      { do: 'revert', takeFirst: false },
      { do: 'apply', checkpoint: 'b', takeFirst: false },
    ] as const) {
      const scene = await running();
      await scene.do(command);
      await scene.expectDisks();
      outcomes.push({ state: scene.lab.state, files: await scene.fileHashes() });
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('[A, M] … on the branch that Now stands on, with or without taking one first', async () => {
    const scene = await running();
    await scene.do({ do: 'apply', checkpoint: 'a', takeFirst: false });
    await scene.do({ do: 'start' });
    await scene.write(FIRST, 5, 8);
    await scene.do({ do: 'revert', takeFirst: true });
    expect(scene.tree().at(-1)).toBe('Now < a');
    expect(scene.names()).toHaveLength(3);
    expect(sameBytes(scene.flat(NOW), scene.flat('a'))).toBe(true);
    await scene.expectDisks();
  });

  it('[A, M] … where Now has a parent', async () => {
    const scene = await LabScene.make({ settings: smallScenario().settings });
    expect(await scene.refused({ do: 'revert', takeFirst: false })).toMatch(/no checkpoint above Now/);
  });
});

function memoryOf(memory: GuestMemory | null | undefined): GuestMemory {
  if (!memory) throw new Error('a running machine has memory');
  return memory;
}

/** Of the guest as it was saved. */
function operationsOf(guest: Uint8Array): number {
  const saved: { operations: number } = JSON.parse(Buffer.from(guest).toString());
  return saved.operations;
}
