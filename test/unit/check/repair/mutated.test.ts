/**
 * Mutated images through check, plan and repair: nothing crashes, the changes fit the file, what is mended is not found
 * again, and a second plan has nothing left to do. Also with every choice taken.
 */
import { expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { mutated, soundImages } from '../../../support/mutations.ts';
import { type Repaired, repaired, rulesOf, troubles } from './repairing.ts';

const SEED = 11_031;
const CASES = 250;

it('mutated images are repaired once and for all', async () => {
  console.log(`seed ${SEED}, ${CASES} cases`);
  const prng = new Prng(SEED);
  const sound = soundImages();
  let steps = 0;
  let choices = 0;
  for (let i = 0; i < CASES; i++) {
    const image = sound[i % sound.length];
    if (!image) throw new Error('no sound image');
    const bytes = mutated(prng, image);
    try {
      const first = await repaired(bytes);
      expectMended(first);
      const asked = Object.fromEntries(
        first.plan.choices.map(({ id, options }) => [id, options[0]?.id ?? '']),
      );
      steps += first.plan.steps.length;
      choices += first.plan.choices.length;
      if (first.plan.choices.length > 0) expectMended(await repaired(bytes, { choices: asked }));
      const second = await repaired(first.bytes);
      expect(second.plan.steps.map(({ title }) => title)).toEqual([]);
      expect(second.bytes.length).toBe(first.bytes.length);
    } catch (error) {
      throw new Error(`case ${i} of seed ${SEED} (${image.name})`, { cause: error });
    }
  }
  console.log(`${steps} steps, ${choices} choices`);
  expect(steps).toBeGreaterThan(CASES / 4);
});

/** What is found afterwards was told to be left, or asked, or is new; what a step is for is not found at all. */
function expectMended({ plan, before, after }: Repaired): void {
  const open = plan.choices.filter(({ chosen }) => chosen === null).map(({ rule }) => rule);
  const told = new Set([...plan.left.map(({ finding }) => finding.rule), ...open]);
  const mended = new Set(plan.steps.map(({ rule }) => rule));
  const known = new Set(troubles(before));
  const untold = rulesOf(after).filter((rule) => !told.has(rule) && mended.has(rule));
  const forgotten = troubles(after).filter((rule) => !told.has(rule) && known.has(rule));
  expect([...untold, ...forgotten]).toEqual([]);
}
