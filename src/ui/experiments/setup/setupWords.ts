/** The controls of an experiment in words. */
import { grouped, MIB, sizeText } from '../../../base/units.ts';
import {
  CONTROLS,
  type Control,
  type ControlName,
  type ExperimentAbout,
  type ExperimentSetup,
  numberText,
  PROFILES,
  type StorageProfile,
  timeUsText,
} from '../../../engine/api.ts';

type Steps = Extract<Control, { kind: 'steps' }>;

/** What stands beside a slider. */
export function stepText({ unit }: Steps, value: number): string {
  if (unit === 'bytes') return sizeText(value);
  return unit === 'percent' ? `${numberText(value)} %` : grouped(value);
}

/** Where on the slider a value stands: a link can hold one between two steps. */
export function stepIndex({ steps }: Steps, value: number): number {
  let nearest = 0;
  for (const [index, step] of steps.entries()) {
    if (Math.abs(step - value) < Math.abs((steps[nearest] ?? 0) - value)) nearest = index;
  }
  return nearest;
}

export const PROFILE_ENTRIES: readonly (readonly [string, StorageProfile])[] = Object.entries(PROFILES);

/** Key of a profile as the program brings it; null = its figures were edited. */
export function profileKey(profile: StorageProfile): string | null {
  const same = PROFILE_ENTRIES.find(
    ([, one]) =>
      one.requestUs === profile.requestUs &&
      one.seekUs === profile.seekUs &&
      one.bytesPerSecond === profile.bytesPerSecond &&
      one.flushUs === profile.flushUs &&
      one.cacheBytes === profile.cacheBytes,
  );
  return same?.[0] ?? null;
}

/** A figure of a profile as it is typed: in a unit that a reader thinks in. */
export interface ProfileField {
  readonly name: 'requestUs' | 'seekUs' | 'bytesPerSecond' | 'flushUs' | 'cacheBytes';
  readonly label: string;
  readonly unit: string;
  /** Of the unit. */
  readonly size: number;
  /** In the unit. */
  readonly least: number;
  readonly most: number;
}

export const PROFILE_FIELDS: readonly ProfileField[] = [
  { name: 'requestUs', label: 'A request', unit: 'µs', size: 1, least: 0, most: 1e6 },
  { name: 'seekUs', label: 'A seek', unit: 'µs', size: 1, least: 0, most: 1e6 },
  { name: 'bytesPerSecond', label: 'Transfer', unit: 'MB/s', size: 1e6, least: 0.1, most: 1e5 },
  { name: 'flushUs', label: 'A flush', unit: 'µs', size: 1, least: 0, most: 1e7 },
  { name: 'cacheBytes', label: 'Cache', unit: 'MiB', size: MIB, least: 0, most: 65_536 },
];

/** `60 µs a request, 20 µs a seek, 500 MB/s, 64 MiB of cache`. */
export function profileText({ requestUs, seekUs, bytesPerSecond, cacheBytes }: StorageProfile): string {
  const rate = `${numberText(bytesPerSecond / 1e6)} MB/s`;
  return `${timeUsText(requestUs)} a request, ${timeUsText(seekUs)} a seek, ${rate}, ${sizeText(cacheBytes)} of cache`;
}

/** What a control is set to, in words. */
function controlText(name: ControlName, setup: ExperimentSetup): string {
  const control = CONTROLS[name];
  const value = setup[name];
  if (control.kind === 'profile') return setup.profile.name;
  if (control.kind === 'choice') return control.options.find((one) => one.value === value)?.label ?? '';
  return typeof value === 'number' ? stepText(control, value) : '';
}

/** What is set otherwise than the experiment has it: `Depth 16, seed 7`; '' = nothing is. */
export function differenceText({ controls, setup: own }: ExperimentAbout, setup: ExperimentSetup): string {
  const changed = controls
    .filter((name) =>
      name === 'profile'
        ? profileText(own.profile) !== profileText(setup.profile)
        : own[name] !== setup[name],
    )
    .map((name) => `${CONTROLS[name].label} ${controlText(name, setup)}`);
  return [...changed, ...(own.seed === setup.seed ? [] : [`seed ${setup.seed}`])].join(', ');
}
