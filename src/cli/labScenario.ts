/** The scenario that a call names: a file, or a link that somebody was given. */
import fs from 'node:fs';
import path from 'node:path';
import { MOST_SCENARIO_BYTES, scenarioOfBytes } from '../lab/history/parseScenario.ts';
import type { Scenario } from '../lab/history/scenario.ts';
import { scenarioOfLink } from '../lab/history/scenarioLink.ts';
import { NodeFile } from '../storage/nodeFile.ts';
import { UsageError } from './usage.ts';

/** Throws `UsageError` where there is none, and a `DiskError` with the place of what is wrong in it. */
export async function readScenario(given: string): Promise<Scenario> {
  const stat = fs.statSync(given, { throwIfNoEntry: false });
  if (!stat && /(^|[#?&])lab=/.test(given)) return scenarioOfLink(given);
  if (!stat) throw new UsageError(`There is no file “${given}”, or it may not be read.`);
  if (!stat.isFile()) throw new UsageError(`“${given}” is not a file.`);
  const file = new NodeFile(given);
  try {
    // One byte more than there may be is enough to be refused.
    const bytes = new Uint8Array(Math.min(file.sizeBytes, MOST_SCENARIO_BYTES + 1));
    await file.read(0, bytes);
    return scenarioOfBytes(bytes, path.basename(given));
  } finally {
    await file.close();
  }
}
