/** The machine whose files are lost and altered: checkpoints, each with changes of its own, and the power off. */
import { must } from '../../../base/assert.ts';
import { Prng } from '../../../base/prng.ts';
import { SECTOR_BYTES } from '../../../base/units.ts';
import type { CoreModule } from '../../../core/core.ts';
import type { TimedCommand } from '../../history/scenario.ts';
import type { Lab } from '../../lab.ts';
import { chainOf, nodesOf } from '../../machine/tree.ts';
import { openPoint } from '../../transfer/openPoint.ts';
import { changedRuns, changedSectors } from '../changedRuns.ts';
import type { ExperimentTools } from '../experiment.ts';
import { PlayedCommands } from '../labRuns.ts';
import type { ExperimentSetup } from '../setup.ts';

export const DISK = 'disk0';
/** The base holds more than each checkpoint adds: a system is installed there. */
const BASE_SHARES = 4;

/** What was done, to be played again. */
export async function buildMachine(
  setup: ExperimentSetup,
  lab: Lab,
  tools: ExperimentTools,
): Promise<readonly TimedCommand[]> {
  const played = new PlayedCommands(lab, tools);
  const sectors = setup.diskBytes / SECTOR_BYTES;
  const random = new Prng(setup.seed);
  const runs = changedRuns(setup, sectors, random);
  const write = async (wanted: number) => {
    for (let written = 0; written < wanted; ) {
      const run = runs.next().value;
      const sectorCount = Math.min(run.sectorCount, wanted - written);
      const seed = random.next();
      await played.do({ do: 'write', disk: DISK, firstSector: run.firstSector, sectorCount, seed });
      written += sectorCount;
    }
  };
  const share = changedSectors(setup, sectors);
  await played.do({ do: 'start' });
  await write(Math.min(sectors, share * BASE_SHARES));
  for (let number = 1; number <= setup.depth; number++) {
    await played.do({ do: 'take', name: `checkpoint ${number}` });
    await write(share);
  }
  await played.do({ do: 'shut-down' });
  return played.commands;
}

/** A file of the machine's chain, with a place in it that the disk reads as it was frozen. */
export interface Victim {
  /** `base`, `AVHD 1` … `Now`. */
  readonly name: string;
  readonly file: string;
  /** Of one sector of its data. */
  readonly offset: number;
}

/** Oldest first; so many at most, the first and the last among them. */
export async function victimsOf(
  lab: Lab,
  module: CoreModule,
  { seed }: ExperimentSetup,
  most: number,
): Promise<Victim[]> {
  const nodes = nodesOf(lab.state);
  const count = Math.min(most, nodes.length);
  const chosen = Array.from({ length: count }, (_, i) =>
    Math.round((i * (nodes.length - 1)) / Math.max(1, count - 1)),
  );
  const random = new Prng(seed);
  const victims: Victim[] = [];
  for (const index of chosen) {
    const chain = chainOf(lab.state, must(nodes[index], 'a node').id, DISK);
    const place = await heldPlace(lab, module, chain, random);
    const name = index === 0 ? 'base' : index === nodes.length - 1 ? 'Now' : `AVHD ${index}`;
    victims.push({ name, file: must(chain[0], 'a node has a file'), offset: place });
  }
  return victims;
}

/** A sector that the newest file of the chain answers itself. */
function heldPlace(lab: Lab, module: CoreModule, chain: readonly string[], random: Prng): Promise<number> {
  return lab.folder.unmetered(async () => {
    const { disk, close } = await openPoint(lab.folder, chain, true, { module });
    try {
      const held = (await disk.extents(0, disk.sectorCount)).filter(
        ({ kind, layer }) => kind === 'data' && layer === 0,
      );
      const run = must(held[random.below(held.length)], 'each file holds something');
      return run.fileOffset + random.below(run.sectorCount) * SECTOR_BYTES;
    } finally {
      await close();
    }
  });
}
