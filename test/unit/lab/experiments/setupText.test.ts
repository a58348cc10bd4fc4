/** Set-ups in links: they come back as they were, and whatever a link says, a set-up is one that can be chosen. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/base/prng.ts';
import { PROFILES } from '../../../../src/chain/cost/profiles.ts';
import { CONTROLS } from '../../../../src/lab/experiments/controls.ts';
import { ABOUT } from '../../../../src/lab/experiments/readCost/about.ts';
import type { ControlName, ExperimentSetup } from '../../../../src/lab/experiments/setup.ts';
import { parseSetup, setupText } from '../../../../src/lab/experiments/setupText.ts';

/** All of its controls, in any order. */
const ALL = { ...ABOUT, controls: Object.keys(CONTROLS) as ControlName[] };

const FIGURES = ['requestUs', 'seekUs', 'bytesPerSecond', 'flushUs', 'cacheBytes'] as const;

function anySetup(prng: Prng): ExperimentSetup {
  const setup: Record<string, unknown> = { ...ABOUT.setup };
  if (prng.below(2)) setup.seed = prng.next();
  for (const [name, control] of Object.entries(CONTROLS)) {
    if (prng.below(2)) continue;
    if (control.kind === 'steps') setup[name] = control.steps[prng.below(control.steps.length)];
    else if (control.kind === 'choice')
      setup[name] = control.options[prng.below(control.options.length)]?.value;
    else if (prng.below(2)) setup[name] = Object.values(PROFILES)[prng.below(Object.keys(PROFILES).length)];
    else
      setup[name] = {
        ...ABOUT.setup.profile,
        requestUs: prng.below(100_000) / 4,
        seekUs: prng.below(20_000),
        bytesPerSecond: 1000 + prng.below(1e9),
        flushUs: prng.below(9000),
        cacheBytes: prng.below(2 ** 28),
      };
  }
  return setup as unknown as ExperimentSetup;
}

/** Names and sources are words about the figures. */
const plain = ({ profile, ...rest }: ExperimentSetup) => ({
  ...rest,
  profile: FIGURES.map((name) => profile[name]),
});

describe('a set-up in a link', () => {
  it('comes back as it was, for any set-up', () => {
    const prng = new Prng(3);
    for (let i = 0; i < 150; i++) {
      const setup = anySetup(prng);
      expect(plain(parseSetup(ALL, setupText(ALL, setup)))).toEqual(plain(setup));
    }
  });

  it('says only what differs', () => {
    expect(setupText(ALL, ALL.setup)).toBe('');
    expect(parseSetup(ALL, '')).toEqual(ALL.setup);
    expect(setupText(ALL, { ...ALL.setup, depth: 16, seed: 7 })).toBe('depth:16,seed:7');
    expect(setupText(ALL, { ...ALL.setup, profile: PROFILES.nvme })).toBe('profile:nvme');
    const profile = { ...PROFILES.ssd, requestUs: 61.5 };
    expect(setupText(ALL, { ...ALL.setup, profile })).toBe('profile:custom~61.5~20~500000000~400~67108864');
  });

  it('keeps to the controls that the experiment has', () => {
    expect(setupText(ABOUT, { ...ABOUT.setup, policy: 'now', depth: 4 })).toBe('depth:4');
    expect(parseSetup(ABOUT, 'policy:now,depth:4')).toEqual({ ...ABOUT.setup, depth: 4 });
  });

  it.each([
    'depth:3',
    'depth:1e1',
    'depth:',
    'depth',
    'depth:16 ',
    'depth:NaN',
    'depth:-1',
    'changedPercent:Infinity',
    'spread:nowhere',
    'disk:__proto__',
    '__proto__:1',
    'constructor:x',
    'toString:x',
    'seed:-1',
    'seed:4294967296',
    'seed:1.5',
    'seed:0x10',
    'seed:',
    'profile:floppy',
    'profile:__proto__',
    'profile:custom',
    'profile:custom~60~20~500000000~400',
    'profile:custom~60~20~500000000~400~67108864~1',
    'profile:custom~60~20~0~400~67108864',
    'profile:custom~60~20~NaN~400~67108864',
    'profile:custom~-60~20~500000000~400~67108864',
    'profile:custom~60~20~500000000~400~999999999999999',
    'profile:custom~1e3~20~500000000~400~67108864',
    `depth:16${','.repeat(3000)}`,
    ',,,:::,~~~',
  ])('as the experiment has it where a link says %s', (text) => {
    expect(parseSetup(ALL, text)).toEqual(ALL.setup);
  });

  it('takes the rest of a link of which one part is wrong, and any seed of 32 bits', () => {
    expect(parseSetup(ALL, 'depth:5,spread:places,seed:4294967295,load:x,depth:8')).toEqual({
      ...ALL.setup,
      spread: 'places',
      seed: 4294967295,
      depth: 8,
    });
  });

  it('is one that can be chosen whatever noise a link is', () => {
    const prng = new Prng(11);
    const letters = 'depth:profile~custom,seed0123456789.-+eE%\u0000spread:places';
    for (let i = 0; i < 150; i++) {
      const text = Array.from({ length: prng.below(60) }, () => letters[prng.below(letters.length)]).join('');
      const setup = parseSetup(ALL, text);
      for (const [name, control] of Object.entries(CONTROLS)) {
        const value: unknown = setup[name as ControlName];
        if (control.kind === 'steps') expect(control.steps).toContain(value);
        if (control.kind === 'choice') expect(control.options.map((option) => option.value)).toContain(value);
      }
      for (const name of FIGURES) expect(Number.isFinite(setup.profile[name])).toBe(true);
      expect(setup.profile.bytesPerSecond).toBeGreaterThan(0);
      expect(setup.seed).toBe(setup.seed >>> 0);
    }
  });
});
