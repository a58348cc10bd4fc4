import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../../src/base/units.ts';
import { CONTROLS, PROFILES } from '../../../../src/engine/api.ts';
import {
  differenceText,
  PROFILE_FIELDS,
  profileKey,
  stepIndex,
  stepText,
} from '../../../../src/ui/experiments/setup/setupWords.ts';
import { READ_ABOUT } from '../../../support/fakeExperiments.ts';

const THIN = '\u202f';

function stepsOf(name: keyof typeof CONTROLS) {
  const control = CONTROLS[name];
  if (control.kind !== 'steps') throw new Error(`${name} has no steps`);
  return control;
}

describe('controls in words', () => {
  it('spells a step with its unit', () => {
    expect(stepText(stepsOf('runBytes'), 16 * KIB)).toBe('16 KiB');
    expect(stepText(stepsOf('changedPercent'), 0.3)).toBe('0.3 %');
    expect(stepText(stepsOf('reads'), 2000)).toBe(`2${THIN}000`);
  });

  it('stands where the value is, and at the nearest step where it is between two', () => {
    const depth = stepsOf('depth');
    for (const [index, step] of depth.steps.entries()) expect(stepIndex(depth, step)).toBe(index);
    expect(stepIndex(depth, 0)).toBe(0);
    expect(stepIndex(depth, 45)).toBe(depth.steps.indexOf(48));
    expect(stepIndex(depth, 1e9)).toBe(depth.steps.length - 1);
  });

  it('knows a profile by its figures, and an edited one as nobody’s', () => {
    for (const [key, profile] of Object.entries(PROFILES)) expect(profileKey({ ...profile })).toBe(key);
    for (const { name } of PROFILE_FIELDS)
      expect(profileKey({ ...PROFILES.ssd, [name]: PROFILES.ssd[name] + 1 })).toBeNull();
  });

  it('brings only figures that its own fields accept', () => {
    for (const profile of Object.values(PROFILES))
      for (const { name, size, least, most } of PROFILE_FIELDS) {
        expect(profile[name] / size).toBeGreaterThanOrEqual(least);
        expect(profile[name] / size).toBeLessThanOrEqual(most);
      }
  });

  it('says what is set otherwise, and nothing where nothing is', () => {
    const own = READ_ABOUT.setup;
    expect(differenceText(READ_ABOUT, { ...own, profile: { ...own.profile } })).toBe('');
    // What this experiment has no control for makes no difference to it.
    expect(differenceText(READ_ABOUT, { ...own, memoryBytes: 64 * MIB })).toBe('');
    expect(
      differenceText(READ_ABOUT, { ...own, depth: 16, disk: 'sample', profile: PROFILES.disk, seed: 7 }),
    ).toBe(`Depth 16, Disk the sample chain, Storage ${PROFILES.disk.name}, seed 7`);
  });
});
