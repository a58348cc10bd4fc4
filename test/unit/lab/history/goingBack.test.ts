/** Undo, fork and going another way from the past; and that looking at a lab does not change its run. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { MIB } from '../../../../src/base/units.ts';
import type { LabCommand } from '../../../../src/lab/commands.ts';
import { LabHistory } from '../../../../src/lab/history/labHistory.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { labHost, smallScenario } from '../../../support/labHost.ts';

const SECOND = 1e6;

function scenario(seed: number): Scenario {
  return smallScenario({
    seed,
    disks: [{ type: 'dynamic', virtualSizeBytes: 40 * MIB, blockSizeBytes: 512 * 1024 }],
    volume: true,
    guest: { kind: 'build', load: 30 },
  });
}

const STORY: readonly LabCommand[] = [
  { do: 'start' },
  { do: 'take', name: 'one' },
  { do: 'write', disk: 'disk0', firstSector: 70_000, sectorCount: 9, seed: 5 },
  { do: 'take', name: 'two' },
  { do: 'guest', kind: 'database', load: 60 },
  { do: 'take', name: 'three' },
  { do: 'delete', checkpoint: 'two' },
];

/** Plays the story by hand: time passes in pieces of any length, as a page's timer cuts it. */
async function tell(seed: number, story: readonly LabCommand[] = STORY): Promise<LabHistory> {
  const cut = new Prng(seed);
  const history = await LabHistory.start(scenario(seed), await labHost());
  for (const command of story) {
    await history.do(command);
    const untilUs = history.lab.nowUs + SECOND;
    while (history.lab.nowUs < untilUs) {
      let steps = cut.below(40);
      await history.advance(untilUs, () => steps-- > 0);
    }
  }
  return history;
}

describe('history', () => {
  let history: LabHistory;

  beforeEach(async () => {
    history = await tell(7);
  });

  it('takes the last command back, and with it what followed', async () => {
    await history.settle();
    const { commands } = history.view().history;
    const { nowUs } = history.lab;
    const hashes = await history.lab.hashes();
    await history.do({ do: 'take', name: 'a mistake' });
    await history.advance(nowUs + 3 * SECOND, () => true);
    await history.undo();
    expect(history.lab.nowUs).toBe(nowUs);
    expect(await history.lab.hashes()).toEqual(hashes);
    expect(history.view().history).toMatchObject({ commands, done: commands, endUs: nowUs });
  });

  it('can be taken back wholly, one command after the other', async () => {
    while (history.view().history.done > 0) await history.undo();
    expect(history.lab.state.checkpoints).toEqual([]);
    expect(history.lab.state.power).toBe('off');
    await expect(history.undo()).rejects.toThrow('There is no command to take back.');
  });

  it('goes another way from the past: what was to come is dropped when something is done', async () => {
    await history.seek(3.5 * SECOND);
    const { done, commands } = history.view().history;
    expect(done).toBeLessThan(commands);
    await history.do({ do: 'take', name: 'another way' });
    expect(history.view().history).toMatchObject({ commands: done + 1, done: done + 1 });
    const played = await playScenario(history.scenario(), await labHost());
    expect(await played.hashes()).toEqual(await history.lab.hashes());
  });

  it('forks: nothing comes after now', async () => {
    await history.seek(3.5 * SECOND);
    history.fork();
    const { done, commands, endUs } = history.view().history;
    expect(commands).toBe(done);
    expect(endUs).toBe(history.lab.nowUs);
    await history.advance(endUs + 10 * SECOND, () => true);
    expect(history.view().history.done).toBe(done);
  });

  it('does not keep what was refused', async () => {
    const { commands } = history.view().history;
    await expect(history.do({ do: 'resume' })).rejects.toThrow('paused');
    expect(history.view().history.commands).toBe(commands);
  });
});

describe('looking', () => {
  it('does not change the run: hashes and plans take no time and move no head', async () => {
    const run = async (look: boolean) => {
      const history = await LabHistory.start(scenario(8), await labHost());
      for (const command of STORY) {
        await history.do(command);
        if (look) {
          await history.lab.hashes();
          await history.ask({ do: 'take' });
        }
        await history.advance(history.lab.nowUs + SECOND, () => true);
      }
      const { machine, files, events, nowUs, samples, driveUse } = history.view();
      return { hashes: await history.lab.hashes(), machine, files, events, nowUs, samples, driveUse };
    };
    expect(await run(true)).toEqual(await run(false));
  });
});
