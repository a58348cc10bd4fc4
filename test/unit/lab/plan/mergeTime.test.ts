/** The time that a plan foretells for a merge, beside the time that the merge then takes with nothing else going on. */
import { expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import { LabHistory } from '../../../../src/lab/history/labHistory.ts';
import { labHost, smallScenario } from '../../../support/labHost.ts';

it.each(['ssd', 'disk'] as const)('is right within a factor of two on the %s', async (drive) => {
  const scenario = smallScenario({
    disks: [{ type: 'dynamic', virtualSizeBytes: 256 * MIB, blockSizeBytes: 2 * MIB }],
    guest: { kind: 'file-server', load: drive === 'ssd' ? 20 : 60 },
    volume: true,
    drive,
  });
  const history = await LabHistory.start(scenario, await labHost());
  await history.do({ do: 'take', name: 'one' });
  await history.do({ do: 'start' });
  await history.advance(drive === 'ssd' ? 10e6 : 60e6, () => true);
  await history.do({ do: 'shut-down' });
  const { merges } = await history.ask({ do: 'delete', checkpoint: 'one' });
  await history.do({ do: 'policy', policy: 'when-idle' });
  const { lab } = history;
  // Nothing else is due while the machine is off: the merge begins with the command that lets it.
  await lab.do({ do: 'delete', checkpoint: 'one' });
  const fromUs = lab.nowUs;
  await lab.do({ do: 'merge-now' });
  const tookSeconds = (lab.nowUs - fromUs) / 1e6;
  const foretold = merges[0]?.seconds ?? 0;
  expect(lab.state.checkpoints).toEqual([]);
  expect(foretold / tookSeconds).toBeGreaterThan(0.5);
  expect(foretold / tookSeconds).toBeLessThan(2);
});

it.each(['ssd', 'disk'] as const)(
  'counts what a merge of one block costs besides, on the %s',
  async (drive) => {
    const history = await LabHistory.start(
      smallScenario({
        disks: [{ type: 'dynamic', virtualSizeBytes: 256 * MIB, blockSizeBytes: 2 * MIB }],
        policy: 'when-off',
        drive,
      }),
      await labHost(),
    );
    await history.do({ do: 'start' });
    for (const name of ['one', 'two', 'three', 'four']) {
      await history.do({ do: 'take', name });
      await history.do({ do: 'write', disk: 'disk0', firstSector: 0, sectorCount: 8, seed: 1 });
    }
    for (const checkpoint of ['one', 'two', 'three']) await history.do({ do: 'delete', checkpoint });
    const { merges } = await history.ask({ do: 'merge-now' });
    expect(merges).toHaveLength(3);
    const { lab } = history;
    const fromUs = lab.nowUs;
    await lab.do({ do: 'merge-now' });
    const foretold = merges.reduce((sum, { seconds }) => sum + seconds, 0);
    const tookSeconds = (lab.nowUs - fromUs) / 1e6;
    expect(foretold / tookSeconds).toBeGreaterThan(0.5);
    expect(foretold / tookSeconds).toBeLessThan(2);
  },
);
