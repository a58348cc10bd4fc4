/** A scenario for tests, of a machine as small as it can be; for Node and browsers. */
import { KIB, MIB } from '../../src/base/units.ts';
import type { Scenario } from '../../src/lab/history/scenario.ts';

/** A small disk without a volume, an idle guest, sixteen pages of memory. */
export function smallScenario(change: Partial<Scenario> = {}): Scenario {
  return {
    name: 'a test',
    text: '',
    seed: 1,
    machineName: 'VM',
    settings: {
      memoryBytes: 64 * KIB,
      processors: 1,
      notes: '',
      checkpointType: 'standard',
      integrationServices: true,
    },
    disks: [{ type: 'dynamic', virtualSizeBytes: 4 * MIB, blockSizeBytes: 512 * KIB }],
    policy: 'live',
    guest: { kind: 'idle', load: 0 },
    volume: false,
    drive: 'ssd',
    commands: [],
    endUs: 0,
    ...change,
  };
}
