import { expect, it } from 'vitest';
import type { LabCommand } from '../../../../src/lab/commands.ts';
import { LabHistory } from '../../../../src/lab/history/labHistory.ts';
import { US_PER_SECOND } from '../../../../src/lab/labTime.ts';
import { labHost, smallScenario } from '../../../support/labHost.ts';

const BASE = 'Virtual Hard Disks/VM.vhd';

/** A guest with a volume that works on a chain of two. */
async function running(volume: boolean): Promise<LabHistory> {
  const scenario = smallScenario({
    disks: [{ type: 'dynamic', virtualSizeBytes: 64 * 2 ** 20, blockSizeBytes: 2 ** 19 }],
    drive: 'disk',
    volume,
    guest: { kind: 'file-server', load: 2 },
    commands: [
      { atUs: 1000, command: { do: 'take', name: 'one' } },
      { atUs: US_PER_SECOND, command: { do: 'start' } },
    ],
    endUs: 3 * US_PER_SECOND,
  });
  return LabHistory.start(scenario, await labHost());
}

const FAULTS: readonly LabCommand[] = [
  { do: 'lose-file', file: BASE },
  { do: 'change-id', file: BASE },
  { do: 'alter-file', file: BASE, offset: 0, lengthBytes: 4096 },
];

it.each(
  FAULTS.flatMap((fault) => [
    { fault, volume: true },
    { fault, volume: false },
  ]),
)('what was done after a fault is taken back: $fault.do, volume $volume', async ({ fault, volume }) => {
  const history = await running(volume);
  await history.do(fault);
  await history.advance(history.lab.nowUs + US_PER_SECOND, () => true);
  const before = history.view();
  await history.do({ do: 'guest', kind: 'idle', load: 0 });
  await history.undo();
  expect(history.view()).toEqual({ ...before, history: { ...before.history, endUs: before.nowUs } });
  await history.undo();
  expect(history.view()).toMatchObject({ status: 'Running', nowUs: 3 * US_PER_SECOND });
  await history.advance(history.lab.nowUs + US_PER_SECOND, () => true);
  expect(history.view()).toMatchObject({ status: 'Running', guest: { wrongReads: 0 } });
  await history.close();
});
