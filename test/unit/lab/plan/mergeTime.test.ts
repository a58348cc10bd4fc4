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
