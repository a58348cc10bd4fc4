/** A set-up as a piece of a link: what differs from the experiment's own, and nothing else. */
import { MIB } from '../../base/units.ts';
import { PROFILES } from '../../chain/cost/profiles.ts';
import type { StorageProfile } from '../../chain/cost/storageProfile.ts';
import { CONTROLS } from './controls.ts';
import type { ExperimentAbout } from './experiment.ts';
import type { ControlName, ExperimentSetup } from './setup.ts';

/** The edited figures of a profile, in the order of the link; bounds are what the page's fields take. */
export const PROFILE_FIGURES = [
  { name: 'requestUs', least: 0, most: 10e6 },
  { name: 'seekUs', least: 0, most: 10e6 },
  { name: 'bytesPerSecond', least: 1000, most: 1e12 },
  { name: 'flushUs', least: 0, most: 10e6 },
  { name: 'cacheBytes', least: 0, most: 65_536 * MIB },
] as const satisfies readonly {
  readonly name: keyof StorageProfile;
  readonly least: number;
  readonly most: number;
}[];

/** Before edited figures. */
export const CUSTOM = 'custom';
const CUSTOM_PROFILE = { name: 'figures of your own', source: 'Set by hand.' } as const;
export const MOST_SEED = 0xffff_ffff;
/** Longer than any set-up is spelt. */
const LONGEST_TEXT = 2000;

/** `depth:16,seed:7`, `profile:nvme`, `profile:custom~60~20~500000000~400~67108864`; '' where nothing differs. */
export function setupText({ controls, setup: own }: ExperimentAbout, setup: ExperimentSetup): string {
  const parts: string[] = [];
  for (const name of controls) {
    if (name === 'profile') {
      if (!isSameProfile(setup.profile, own.profile)) parts.push(`profile:${profileText(setup.profile)}`);
    } else if (setup[name] !== own[name]) parts.push(`${name}:${setup[name]}`);
  }
  if (setup.seed !== own.seed) parts.push(`seed:${setup.seed}`);
  return parts.join(',');
}

/** What is not known, or out of bounds, is as the experiment has it; of what is said twice the last counts. */
export function parseSetup(about: ExperimentAbout, text: string): ExperimentSetup {
  if (text.length > LONGEST_TEXT) return about.setup;
  return text
    .split(',')
    .reduce((setup, part) => withPart(about, setup, ...splitOnce(part, ':')) ?? setup, about.setup);
}

/** The set-up with one value more; null where the experiment has no such control, or the control no such value. */
export function withPart(
  { controls }: ExperimentAbout,
  setup: ExperimentSetup,
  name: string,
  value: string,
): ExperimentSetup | null {
  if (name === 'seed') {
    const seed = wholeNumber(value);
    return seed !== null && seed <= MOST_SEED ? { ...setup, seed } : null;
  }
  return isControl(name) && controls.includes(name) ? withValue(setup, name, value) : null;
}

function isControl(name: string): name is ControlName {
  return Object.hasOwn(CONTROLS, name);
}

function withValue(setup: ExperimentSetup, name: ControlName, text: string): ExperimentSetup | null {
  const control = CONTROLS[name];
  switch (control.kind) {
    case 'profile': {
      const profile = profileOf(text);
      return profile && { ...setup, profile };
    }
    case 'choice':
      return control.options.some(({ value }) => value === text) ? { ...setup, [name]: text } : null;
    case 'steps': {
      const value = control.steps.find((step) => String(step) === text);
      return value === undefined ? null : { ...setup, [name]: value };
    }
  }
}

function profileText(profile: StorageProfile): string {
  for (const [name, known] of Object.entries(PROFILES)) if (isSameProfile(profile, known)) return name;
  return [CUSTOM, ...PROFILE_FIGURES.map(({ name }) => profile[name])].join('~');
}

function profileOf(text: string): StorageProfile | null {
  for (const [name, known] of Object.entries(PROFILES)) if (name === text) return known;
  const [kind, ...figures] = text.split('~');
  if (kind !== CUSTOM || figures.length !== PROFILE_FIGURES.length) return null;
  const values = PROFILE_FIGURES.map(({ least, most }, i) => {
    const value = plainNumber(figures[i] ?? '');
    return value !== null && value >= least && value <= most ? value : null;
  });
  const [requestUs, seekUs, bytesPerSecond, flushUs, cacheBytes] = values;
  if (requestUs == null || seekUs == null || bytesPerSecond == null || flushUs == null || cacheBytes == null)
    return null;
  const edited = { ...CUSTOM_PROFILE, requestUs, seekUs, bytesPerSecond, flushUs, cacheBytes };
  return Object.values(PROFILES).find((known) => isSameProfile(known, edited)) ?? edited;
}

/** The name and the source are words about the figures. */
function isSameProfile(a: StorageProfile, b: StorageProfile): boolean {
  return PROFILE_FIGURES.every(({ name }) => a[name] === b[name]);
}

/** Digits with a decimal point at most, as numbers of these sizes are spelt. */
function plainNumber(text: string): number | null {
  return /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

function wholeNumber(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** The part before the separator and the part behind it; all of it and '' where there is none. */
export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
