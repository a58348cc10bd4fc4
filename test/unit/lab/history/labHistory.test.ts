/** A lab that went back and was played on is the one that was never left: to the nanosecond, and to the byte. */
import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import type { LabCommand } from '../../../../src/lab/commands.ts';
import type { DriveName } from '../../../../src/lab/drive/driveModel.ts';
import { LabHistory } from '../../../../src/lab/history/labHistory.ts';
import type { Scenario } from '../../../../src/lab/history/scenario.ts';
import { labHost } from '../../../support/labHost.ts';

const SECOND = 1_000_000;

const scenario = (drive: DriveName, commands: readonly (readonly [number, LabCommand])[]): Scenario => ({
  name: 'A small one',
  text: '',
  seed: 11,
  machineName: 'VM',
  settings: {
    memoryBytes: 2 * MIB,
    processors: 1,
    notes: '',
    checkpointType: 'standard',
    integrationServices: true,
  },
  disks: [{ type: 'dynamic', virtualSizeBytes: 64 * MIB, blockSizeBytes: 2 * MIB }],
  policy: 'live',
  guest: { kind: 'file-server', load: 20 },
  volume: true,
  drive,
  commands: commands.map(([seconds, command]) => ({ atUs: seconds * SECOND, command })),
  endUs: 12 * SECOND,
});

const COMMANDS: readonly (readonly [number, LabCommand])[] = [
  [1, { do: 'start' }],
  [4, { do: 'take', name: 'one' }],
  [7, { do: 'take', name: 'two' }],
  [10, { do: 'delete', checkpoint: 'one' }],
];

/** Everything that may not depend on the way here. */
async function stateOf(history: LabHistory) {
  const { events, driveUse, nowUs, steps, machine, usedBytes } = history.lab.view();
  return { events, driveUse, nowUs, steps, machine, usedBytes, hashes: await history.lab.hashes() };
}

describe.each(['ssd', 'disk'] as const)('history over a drive that is a %s', (drive) => {
  it.each([2, 5, 7, 9])(
    'goes back to %i s, and on, and is the same',
    async (seconds) => {
      const history = await LabHistory.start(scenario(drive, COMMANDS), await labHost());
      const before = await stateOf(history);
      await history.seek(seconds * SECOND);
      await history.seek(12 * SECOND);
      expect(await stateOf(history)).toEqual(before);
      await history.close();
    },
    30_000,
  );

  it('what was done by hand is the same when its scenario is played', async () => {
    const history = await LabHistory.start(scenario(drive, COMMANDS.slice(0, 2)), await labHost());
    await history.do({ do: 'take', name: 'by hand' });
    await history.seek(6 * SECOND);
    await history.do({ do: 'take', name: 'after going back' });
    const told = history.lab.log.count;
    await history.toNextEvent(() => true);
    expect(history.lab.log.count).toBeGreaterThan(told);
    await history.settle();
    const again = await LabHistory.start(history.scenario(), await labHost());
    expect(await stateOf(again)).toEqual(await stateOf(history));
    await history.close();
    await again.close();
  }, 30_000);

  it('goes to one event, however the time for it is cut', async () => {
    const history = await LabHistory.start(scenario(drive, COMMANDS.slice(0, 1)), await labHost());
    await history.do({ do: 'take', name: 'one' });
    const told = history.lab.log.count;
    // Each slice ends at once; the last of them finds that something was told, and does nothing.
    for (let slices = 0; slices < 20_000 && history.lab.log.count === told; slices++) {
      let first = true;
      await history.toNextEvent(() => {
        const mayGoOn = first;
        first = false;
        return mayGoOn;
      }, told);
    }
    expect(history.lab.log.count).toBe(told + 1);
    await history.toNextEvent(() => true, told);
    expect(history.lab.log.count).toBe(told + 1);
    await history.close();
  }, 30_000);
});
