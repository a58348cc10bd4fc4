/** Labs that experiments play: on the set-up's storage, and so that what was played can be played again. */
import { expect, it } from 'vitest';
import { KIB, MIB } from '../../../../src/base/units.ts';
import { PROFILES } from '../../../../src/chain/cost/profiles.ts';
import { USUAL_SETUP } from '../../../../src/lab/experiments/controls.ts';
import {
  advanceTo,
  advanceUntil,
  driveNamed,
  labScenario,
  openable,
  PlayedCommands,
  withLab,
} from '../../../../src/lab/experiments/labRuns.ts';
import type { ExperimentSetup } from '../../../../src/lab/experiments/setup.ts';
import { parseScenario } from '../../../../src/lab/history/parseScenario.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import { scenarioText } from '../../../../src/lab/history/scenarioText.ts';
import { Lab } from '../../../../src/lab/lab.ts';
import { experimentTools } from '../../../support/experimentTools.ts';

const SETUP: ExperimentSetup = {
  ...USUAL_SETUP,
  diskBytes: 4 * MIB,
  blockSizeBytes: 512 * KIB,
  memoryBytes: 64 * KIB,
  load: 40,
  policy: 'live',
};
const FILL = { do: 'write', disk: 'disk0', firstSector: 4096, sectorCount: 3000, seed: 1 } as const;

it('the drive costs what the profile says, whichever drive the scenario names', async () => {
  const tools = await experimentTools();
  const costs = { ...PROFILES.ssd, name: 'a slow one', requestUs: 5000 };
  const busyUs = (profile: typeof costs) =>
    withLab(tools, labScenario({ ...SETUP, profile }, {}), profile, async (lab) => {
      const [, before] = [await lab.do({ do: 'start' }), lab.folder.use];
      await lab.do(FILL);
      const { busyUs, reads, writes, others } = lab.folder.use;
      return {
        busyUs: busyUs - before.busyUs,
        requests: reads + writes + others - before.reads - before.writes - before.others,
        name: lab.view().drive.name,
      };
    });
  const [slow, usual] = [await busyUs(costs), await busyUs({ ...PROFILES.ssd, requestUs: 60 })];
  expect([slow.name, usual.name]).toEqual(['a slow one', 'SSD']);
  expect(slow.busyUs - usual.busyUs).toBe(usual.requests * (5000 - PROFILES.ssd.requestUs));
});

it('a profile is named by its figures alone, and only what can be named is opened in the lab', () => {
  for (const name of ['ssd', 'disk', 'nvme', 'share', 'object'] as const)
    expect(driveNamed({ ...PROFILES[name], name: 'mine' })).toBe(name);
  const edited = { ...PROFILES.disk, seekUs: 8301 };
  expect(driveNamed(edited)).toBeNull();
  const list = [{ label: 'one', scenario: labScenario(SETUP, {}) }];
  expect(openable({ ...SETUP, profile: PROFILES.disk }, list)).toBe(list);
  expect(openable({ ...SETUP, profile: edited }, list)).toEqual([]);
});

it('what was played while the lab was busy comes out the same from its scenario, also from its text', async () => {
  const tools = await experimentTools();
  const beginning = labScenario(SETUP, { name: 'played' });
  const first = await withLab(tools, beginning, SETUP.profile, async (lab) => {
    const played = new PlayedCommands(lab, tools);
    await played.do({ do: 'take', name: 'a' });
    await played.do({ do: 'start' });
    await played.do(FILL);
    await played.at(500_000, { do: 'take', name: 'b' });
    // In the middle of a memory save and of a merge.
    await played.do({ do: 'delete', checkpoint: 'a' });
    const isMerging = () => lab.log.events.some(({ text }) => text.startsWith('Merge started'));
    expect(await advanceUntil(lab, isMerging, 1e6, tools)).toBe(true);
    await played.do({ ...FILL, seed: 2 });
    await played.wait(300_000);
    return { scenario: played.scenario(beginning), events: lab.log.events, view: lab.view() };
  });
  const parsed = parseScenario(scenarioText(first.scenario), 'played.json');
  for (const scenario of [first.scenario, parsed]) {
    const lab = await playScenario(scenario, tools.labHost());
    expect(lab.log.events).toEqual(first.events);
    expect(lab.view().driveUse).toEqual(first.view.driveUse);
    expect(lab.view().guest).toEqual(first.view.guest);
    expect(lab.nowUs).toBe(first.view.nowUs);
    await lab.close();
  }
});

it('time passes until something is so, or no longer than is said; a cancel is heard', async () => {
  const tools = await experimentTools();
  await withLab(tools, labScenario(SETUP, {}), SETUP.profile, async (lab) => {
    await advanceTo(lab, 1000, tools);
    await lab.do({ do: 'start' });
    const before = lab.nowUs;
    const done = () => lab.view().guest.figures.operations >= 20;
    expect(await advanceUntil(lab, done, 60e6, tools)).toBe(true);
    expect(lab.nowUs).toBeLessThan(before + 60e6);
    const from = lab.nowUs;
    expect(await advanceUntil(lab, () => false, 10_000, tools)).toBe(false);
    expect(lab.nowUs).toBeGreaterThanOrEqual(from + 10_000);
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(advanceTo(lab, lab.nowUs + 600e6, { ...tools, signal: stop })).rejects.toThrow('enough');
  });
});

it('a lab that is kept and gone on with keeps the drive of its host', async () => {
  const tools = await experimentTools();
  const drive = { ...PROFILES.disk, name: 'mine', seekUs: 9000 };
  const host = { ...tools.labHost(), drive };
  const lab = await Lab.create(host, labScenario(SETUP, {}));
  const kept = lab.snapshot();
  if (!kept) throw new Error('nothing runs');
  const again = await Lab.restore(host, kept);
  expect([lab.view().drive.seekUs, again.view().drive.seekUs]).toEqual([9000, 9000]);
  await lab.close();
  await again.close();
});
