/** The words behind `experiment` and `cost`: set-ups, taken strictly. What a link would pass over is an error here. */
import { grouped, KIB, MIB, SECTOR_BYTES, sizeText } from '../base/units.ts';
import { PROFILES, type ProfileName } from '../chain/cost/profiles.ts';
import { CONTROLS, USUAL_SETUP } from '../lab/experiments/controls.ts';
import { EXPERIMENT_IDS, type ExperimentAbout, type ExperimentId } from '../lab/experiments/experiment.ts';
import { EXPERIMENTS } from '../lab/experiments/experiments.ts';
import type { ExperimentSetup, ReadPattern } from '../lab/experiments/setup.ts';
import { CUSTOM, MOST_SEED, PROFILE_FIGURES, splitOnce, withPart } from '../lab/experiments/setupText.ts';
import type { CostCall, ExperimentCall } from './call.ts';
import { UsageError } from './usage.ts';
import { bytesOf, didYouMean, type OptionName, oneOf, textOf, textsOf, type Words } from './words.ts';

/** Throws `UsageError`. */
export function experimentOf(words: Words, operands: readonly string[]): ExperimentCall {
  const [id, file = null] = operands;
  const has = (name: OptionName) => words.values.has(name);
  const parts = textsOf(words, 'set');
  const [csv, measure] = [has('csv'), has('measure')];
  if (csv && has('json')) throw new UsageError('Only one of --csv and --json can be.');
  if (id === undefined) {
    const [option] = (['set', 'csv', 'measure', 'with', 'parent', 'raw'] as const).filter(has);
    if (option) throw new UsageError(`--${option}: of which experiment?`, 'disklab experiment lists them.');
    return { command: 'experiment', chosen: null, file: null, csv, measure };
  }
  if (!isExperiment(id)) {
    throw new UsageError(
      `There is no experiment “${id}”.`,
      didYouMean(id, EXPERIMENT_IDS, 'disklab experiment lists them.'),
    );
  }
  const setup = setupOf(EXPERIMENTS[id].about, parts);
  if (setup.disk === 'open' && file === null) {
    throw new UsageError(
      'disk:open: the chain of which file?',
      `disklab experiment ${id} --set disk:open FILE`,
    );
  }
  if (setup.disk !== 'open') {
    if (file !== null) throw new UsageError(`“${file}” is read with --set disk:open only.`);
    const [option] = (['with', 'parent', 'raw'] as const).filter(has);
    if (option) throw new UsageError(`--${option} is for --set disk:open FILE.`);
  }
  return { command: 'experiment', chosen: { id, setup }, file, csv, measure };
}

/** Of `key:value,…`. Throws `UsageError` for what the experiment does not take. */
function setupOf(about: ExperimentAbout, texts: readonly string[]): ExperimentSetup {
  let { setup } = about;
  const given = new Set<string>();
  for (const part of texts.flatMap((text) => text.split(','))) {
    const [name, value] = splitOnce(part, ':');
    if (given.has(name)) throw new UsageError(`--set: ${name} is given twice.`);
    given.add(name);
    const next = withPart(about, setup, name, value);
    if (!next) throw notTaken(about, name, value);
    setup = next;
  }
  return setup;
}

function notTaken({ id, controls }: ExperimentAbout, name: string, value: string): UsageError {
  const known = controls.find((control) => control === name) ?? (name === 'seed' ? name : undefined);
  if (known === undefined) {
    const all = [...controls, 'seed'].join(', ');
    return new UsageError(`--set: “${id}” has no “${name}”.`, `There is ${all}; written as key:value,…`);
  }
  return new UsageError(`--set: ${known} cannot be “${value}”.`, `It is ${valuesText(known)}.`);
}

function valuesText(name: keyof ExperimentSetup): string {
  if (name === 'seed') return `a whole number, ${MOST_SEED} at most`;
  const control = CONTROLS[name];
  switch (control.kind) {
    case 'steps':
      return `one of ${control.steps.join(', ')}`;
    case 'choice':
      return `one of ${control.options.map(({ value }) => value).join(', ')}`;
    case 'profile': {
      const figures = PROFILE_FIGURES.map((figure) => `${figure.name} (${figure.least} to ${figure.most})`);
      return `one of ${Object.keys(PROFILES).join(', ')}, or ${[CUSTOM, ...figures].join('~')}`;
    }
  }
}

function isExperiment(id: string): id is ExperimentId {
  return EXPERIMENT_IDS.some((known) => known === id);
}

/** More would not change the means, and each is kept with its walk. */
const MOST_READS = 5000;
const LARGEST_READ = MIB;
const PATTERNS = ['random', 'sequential', 'hot'] as const satisfies readonly ReadPattern[];
const PROFILE_NAMES = ['disk', 'ssd', 'nvme', 'share', 'object'] as const satisfies readonly ProfileName[];

/** Throws `UsageError`. */
export function costOf(words: Words, file: string): CostCall {
  const { reads, readBytes, pattern, seed } = USUAL_SETUP;
  const profile = PROFILES[oneOf(words, 'profile', PROFILE_NAMES, 'ssd')];
  const setup: ExperimentSetup = {
    ...USUAL_SETUP,
    reads: wholeOf(words, 'reads', 1, MOST_READS) ?? reads,
    readBytes: readBytesOf(words) ?? readBytes,
    pattern: oneOf(words, 'pattern', PATTERNS, pattern),
    seed: wholeOf(words, 'seed', 0, MOST_SEED) ?? seed,
    profile,
  };
  return { command: 'cost', file, setup, measure: words.values.has('measure') };
}

function readBytesOf(words: Words): number | null {
  const text = textOf(words, 'size');
  if (text === null) return null;
  const bytes = bytesOf('--size', text);
  if (bytes > 0 && bytes <= LARGEST_READ && bytes % SECTOR_BYTES === 0) return bytes;
  throw new UsageError(
    `--size “${text}”: a read is whole sectors of ${SECTOR_BYTES} bytes, ${sizeText(LARGEST_READ)} at most.`,
    `For example ${sizeText(4 * KIB).replace(' ', '')}.`,
  );
}

function wholeOf(words: Words, name: OptionName, least: number, most: number): number | null {
  const text = textOf(words, name);
  if (text === null) return null;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name} “${text}” is not a whole number from ${least} to ${grouped(most)}.`);
}
