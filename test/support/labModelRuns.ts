/** Random sequences against the model, shared out among test files so that they run side by side. */
import { expect, it } from 'vitest';
import { LabModel } from './labModel.ts';

/** Ten thousand in all; `LAB_SEQUENCES` for more or fewer, as a search for faults wants it. */
const SEQUENCES = Number(process.env.LAB_SEQUENCES ?? 10_000);
const FILES = 4;
const A_TEST = 250;
const COMMANDS = 8;

export function modelRuns(file: number): void {
  const share = Math.ceil(SEQUENCES / FILES);
  for (let from = 0; from < share; from += A_TEST) {
    const first = file * share + from + 1;
    const last = Math.min(first + A_TEST, (file + 1) * share + 1) - 1;
    it(`seeds ${first} to ${last}: what each point reads, every file, and the rule of merges`, async () => {
      const did = { commands: 0, refused: 0, merges: 0, cuts: 0, failed: 0 };
      for (let seed = first; seed <= last; seed++) {
        const { counts } = await LabModel.run(seed, COMMANDS);
        for (const key of Object.keys(did) as (keyof typeof did)[]) did[key] += counts[key];
      }
      // A run in which nothing merges and no power goes would show nothing.
      expect(did.merges).toBeGreaterThan(0);
      expect(did.cuts).toBeGreaterThan(0);
      expect(did.failed).toBeGreaterThan(0);
    }, 600_000);
  }
}
