/** One run of the lab: checkpoints with changes between them, all deleted, and their merges timed. */
import { DiskError } from '../../../base/errors.ts';
import { Prng } from '../../../base/prng.ts';
import { GIB, SECTOR_BYTES, sizeText } from '../../../base/units.ts';
import type { DriveCosts } from '../../../chain/cost/storageProfile.ts';
import { MOST_COMMANDS } from '../../history/parseScenario.ts';
import type { Scenario } from '../../history/scenario.ts';
import { US_PER_SECOND } from '../../labTime.ts';
import { changedRuns, changedSectors } from '../changedRuns.ts';
import type { ExperimentTools } from '../experiment.ts';
import { advanceUntil, labScenario, PlayedCommands, withLab } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

export type DeletionOrder = 'oldest first' | 'newest first';

export interface TimedMerges {
  readonly foretoldSeconds: number;
  readonly tookSeconds: number;
  readonly copiedBytes: number;
  readonly scenario: Scenario;
}

const DISK = 'disk0';
/** The longest that is waited for merges: a year. */
const MOST_US = 366 * 24 * 3600 * US_PER_SECOND;
/** All of it lies in memory. */
const MOST_CHANGED_BYTES = 2 * GIB;

export function checkSize(setup: ExperimentSetup): void {
  const sectors = changedSectors(setup, setup.diskBytes / SECTOR_BYTES) * setup.depth;
  const commands = (sectors * SECTOR_BYTES) / setup.runBytes;
  if (sectors * SECTOR_BYTES <= MOST_CHANGED_BYTES && commands <= MOST_COMMANDS) return;
  throw new DiskError({
    code: 'bad-request',
    message: `${setup.depth} checkpoints would change ${sizeText(sectors * SECTOR_BYTES)} in about ${Math.ceil(commands)} runs; ${sizeText(MOST_CHANGED_BYTES)} in ${MOST_COMMANDS} runs is the most that is played here.`,
    meaning: 'Nothing was run.',
    remedy: 'Choose fewer checkpoints, a smaller disk, a smaller share, or longer runs.',
  });
}

export async function timeMerges(
  setup: ExperimentSetup,
  costs: DriveCosts,
  { count, order }: { readonly count: number; readonly order: DeletionOrder },
  tools: ExperimentTools,
): Promise<TimedMerges> {
  const scenario = labScenario(setup, {
    name: `${count} merges, ${order}`,
    text: 'Every checkpoint is deleted while the machine runs; when it is off, they merge one after the other.',
    // No memory is saved, so that nothing but the merges takes time.
    settings: { ...labScenario(setup, {}).settings, checkpointType: 'production' },
  });
  return withLab(tools, scenario, costs, async (lab) => {
    const played = new PlayedCommands(lab, tools);
    const names = await buildChain(setup, played, count);
    for (const checkpoint of order === 'oldest first' ? names : names.toReversed())
      await played.do({ do: 'delete', checkpoint });
    await played.do({ do: 'shut-down' });
    const plan = await lab.ask({ do: 'merge-now' });
    const foretoldSeconds = plan.merges.reduce((sum, { seconds }) => sum + seconds, 0);
    const fromUs = lab.nowUs;
    let copiedBytes = 0;
    const merged = new Set<string>();
    await advanceUntil(
      lab,
      () => {
        for (const { key, state, copiedBytes: bytes } of lab.view().merges) {
          if (state !== 'done' || merged.has(key)) continue;
          merged.add(key);
          copiedBytes += bytes;
        }
        return lab.state.checkpoints.length === 0;
      },
      MOST_US,
      tools,
    );
    const tookSeconds = (lab.nowUs - fromUs) / US_PER_SECOND;
    const whole = { ...scenario, commands: played.commands, endUs: lab.nowUs };
    return { foretoldSeconds, tookSeconds, copiedBytes, scenario: whole };
  });
}

/** Names, oldest first. */
async function buildChain(setup: ExperimentSetup, played: PlayedCommands, count: number): Promise<string[]> {
  const sectorCount = setup.diskBytes / SECTOR_BYTES;
  const wanted = changedSectors(setup, sectorCount);
  const random = new Prng(setup.seed);
  const runs = changedRuns(setup, sectorCount, random);
  await played.do({ do: 'start' });
  const names: string[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `checkpoint ${number}`;
    names.push(name);
    await played.do({ do: 'take', name });
    for (let sectors = 0; sectors < wanted; ) {
      const run = runs.next().value;
      const sectorCount = Math.min(run.sectorCount, wanted - sectors);
      const seed = random.next();
      await played.do({ do: 'write', disk: DISK, firstSector: run.firstSector, sectorCount, seed });
      sectors += sectorCount;
    }
  }
  return names;
}
