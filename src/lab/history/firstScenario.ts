/** What somebody sees who opens the lab for the first time: a branch, a merge that waits, and one that runs. */
import { GIB, MIB } from '../../base/units.ts';
import type { LabCommand } from '../commands.ts';
import { US_PER_SECOND } from '../labTime.ts';
import type { Scenario, TimedCommand } from './scenario.ts';

function at(minutes: number, seconds: number, command: LabCommand): TimedCommand {
  return { atUs: (minutes * 60 + seconds) * US_PER_SECOND, command };
}

export const FIRST_SCENARIO: Scenario = {
  name: 'First steps',
  text:
    'A file server is installed, checkpointed and updated. One update is a dead end: it becomes a branch. ' +
    'The checkpoint below both branches is deleted, and its disk stays, because two descendants read through it. ' +
    'The last one has one descendant and merges while the guest works. ' +
    'Ask what happens if schema v2 is deleted, then delete it: the merge that waits starts by itself.',
  seed: 4711,
  machineName: 'LAB-WEB01',
  settings: {
    memoryBytes: 32 * MIB,
    processors: 2,
    notes: '',
    checkpointType: 'standard',
    integrationServices: true,
  },
  disks: [{ type: 'dynamic', virtualSizeBytes: GIB, blockSizeBytes: 2 * MIB }],
  policy: 'live',
  guest: { kind: 'file-server', load: 60 },
  volume: true,
  drive: 'disk',
  commands: [
    at(0, 10, { do: 'take', name: 'clean install' }),
    at(0, 20, { do: 'start' }),
    at(1, 30, { do: 'take', name: 'sysprep' }),
    at(2, 40, { do: 'take', name: 'before hotfix' }),
    at(3, 30, { do: 'delete', checkpoint: 'sysprep' }),
    at(5, 10, { do: 'take', name: 'schema v2', type: 'production' }),
    at(6, 0, { do: 'apply', checkpoint: 'before hotfix', takeFirst: false }),
    at(6, 10, { do: 'start' }),
    at(7, 40, { do: 'take', name: 'after hotfix' }),
    at(8, 50, { do: 'delete', checkpoint: 'before hotfix' }),
    at(10, 10, { do: 'take', name: 'load test' }),
    at(11, 50, { do: 'delete', checkpoint: 'load test' }),
  ],
  endUs: 12 * 60 * US_PER_SECOND,
};
