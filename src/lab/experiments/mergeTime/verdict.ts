/** What the times of the merges say about the claim. */
import { must } from '../../../base/assert.ts';
import { GIB, sizeText } from '../../../base/units.ts';
import { listText } from '../../rules/words.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import type { ExperimentSetup } from '../setup.ts';
import { numberText, valueText } from '../valueText.ts';
import { eachOfADozen, LARGEST_VHD_BYTES, type MergeRate } from './fortyEightHours.ts';

/** Growth with this power of the number or less is called levelling off, with its inverse or more exploding. */
const PROPORTIONAL = 0.85;
/** Foretold so near is called right. */
const NEAR = 0.25;

interface Storage extends MergeRate {
  readonly name: string;
  /** What each of a dozen checkpoints must have changed for 48 hours: extrapolated. */
  readonly eachBytes: number;
  readonly isPossible: boolean;
}

export function verdict(figures: Figures, setup: ExperimentSetup): Verdict {
  const took = pointsOf(figures, 'took, oldest first');
  const foretold = pointsOf(figures, 'foretold, oldest first');
  const [first, last] = [must(took[0], 'a point'), must(took.at(-1), 'a point')];
  const tookSeconds = last.median ?? 0;
  const foretoldSeconds = foretold.at(-1)?.median ?? 0;
  const fits = growthOf(first, last);
  const storage = storageOf(figures);
  const own = must(
    storage.find(({ name }) => name === setup.profile.name),
    'the set-up’s storage was run',
  );
  const count = last.x;
  return {
    headline:
      `${count} ${count === 1 ? 'merge' : 'merges'} on ${own.name}: foretold ${valueText(foretoldSeconds, 'seconds')}, took ${valueText(tookSeconds, 'seconds')}. ` +
      (own.isPossible
        ? `At that rate a dozen take 48 hours when each has changed ${sizeText(own.eachBytes)}.`
        : `At that rate a dozen would have to have changed ${sizeText(own.eachBytes)} each, more than a VHD can hold.`),
    findings: [
      planFinding(last, foretoldSeconds, own),
      growthFinding(fits, first, last),
      orderFinding(figures, count),
      {
        lead: 'Forty-eight hours, extrapolated.',
        text: storage
          .map(
            ({ name, secondsEach, secondsPerByte, eachBytes, isPossible }) =>
              `${name}: ${valueText(secondsEach, 'seconds')} for each merge and ${valueText(secondsPerByte * GIB, 'seconds')} for each GiB, so ${sizeText(eachBytes)} in each of a dozen${isPossible ? '' : ', which no VHD can hold'}`,
          )
          .join('. ')
          .concat('.'),
      },
    ],
    claims: [claimOf(storage)],
    fits,
    answers: {
      proportional: answer(fits === 'proportional', first, last),
      explodes:
        answer(fits === 'explodes', first, last) +
        (fits === 'explodes' ? '' : ` Deleted newest first, it is another matter: ${orderText(figures)}.`),
      'levels-off': answer(fits === 'levels-off', first, last),
    },
  };
}

function pointsOf({ series }: Figures, id: string): readonly FigurePoint[] {
  return must(
    series.find((one) => one.id === id),
    `the series “${id}”`,
  ).points;
}

function storageOf({ facts = {} }: Figures): Storage[] {
  return Object.entries(facts).flatMap(([fact, secondsEach]) => {
    const [, name] = /^each merge on (.*)$/.exec(fact) ?? [];
    const secondsPerByte = name === undefined ? null : facts[`each byte on ${name}`];
    if (name === undefined || secondsEach === null || !secondsPerByte) return [];
    const eachBytes = eachOfADozen({ secondsEach, secondsPerByte });
    const isPossible = eachBytes <= LARGEST_VHD_BYTES;
    return [{ name, secondsEach, secondsPerByte, eachBytes, isPossible }];
  });
}

function planFinding(
  { x: count, median }: FigurePoint,
  foretoldSeconds: number,
  { secondsEach }: Storage,
): Verdict['findings'][number] {
  const tookSeconds = median ?? 0;
  const share = `What was foretold before the first merge began came to ${numberText((100 * foretoldSeconds) / tookSeconds)} % of what it took`;
  const missingSeconds = tookSeconds - foretoldSeconds;
  if (Math.abs(missingSeconds) <= NEAR * tookSeconds)
    return { lead: 'The plan was right.', text: `${share}.` };
  if (missingSeconds < 0)
    return {
      lead: 'The plan said too much.',
      text: `${share}: where two files hold the same sectors it counts both.`,
    };
  const ends = `beginning and ending ${count} ${count === 1 ? 'merge' : 'merges'}`;
  const why =
    secondsEach > 0
      ? `. It counts what is copied; ${ends} goes beside that with ${valueText(secondsEach * count, 'seconds')} of the ${valueText(missingSeconds, 'seconds')} that are missing`
      : '';
  return { lead: 'The plan said too little.', text: `${share}${why}.` };
}

function growthOf(first: FigurePoint, last: FigurePoint): string | null {
  if (first.x === last.x || !first.median || !last.median) return null;
  const power = Math.log(last.median / first.median) / Math.log(last.x / first.x);
  if (power <= PROPORTIONAL) return 'levels-off';
  return power < 1 / PROPORTIONAL ? 'proportional' : 'explodes';
}

function timesText(first: FigurePoint, last: FigurePoint): string {
  return `${last.x} took ${numberText((last.median ?? 0) / (first.median ?? 1))} times as long as ${first.x}`;
}

function growthFinding(
  fits: string | null,
  first: FigurePoint,
  last: FigurePoint,
): Verdict['findings'][number] {
  const leads: Readonly<Record<string, string>> = {
    proportional: 'In proportion.',
    explodes: 'More than in proportion.',
    'levels-off': 'Less than in proportion.',
  };
  if (fits === null)
    return { lead: 'One number of checkpoints.', text: 'How the time grows cannot be told from it.' };
  return { lead: leads[fits] ?? '', text: `Deleted oldest first, ${timesText(first, last)}.` };
}

function orderText({ facts = {}, ...figures }: Figures): string {
  const last = (id: string) => pointsOf(figures, id).at(-1)?.median ?? 0;
  const copies = (facts['copied, newest first'] ?? 0) / (facts['copied, oldest first'] ?? 1);
  const times = last('took, newest first') / last('took, oldest first');
  return `the same ${pointsOf(figures, 'took, newest first').at(-1)?.x ?? 0} copied ${numberText(copies)} times as much and took ${numberText(times)} times as long`;
}

function orderFinding(figures: Figures, count: number): Verdict['findings'][number] {
  if (count === 1) return { lead: 'One checkpoint.', text: 'There is only one order to delete it in.' };
  const { facts = {} } = figures;
  const isDearer = (facts['copied, newest first'] ?? 0) > (facts['copied, oldest first'] ?? 0);
  return {
    lead: isDearer ? 'The order counts.' : 'The order does not count.',
    text: `Deleted newest first, ${orderText(figures)}${isDearer ? ': each merge copies again what the ones before have gathered' : ''}.`,
  };
}

function claimOf(storage: readonly Storage[]): Verdict['claims'][number] {
  const possible = storage.filter(({ isPossible }) => isPossible);
  const impossible = storage.filter(({ isPossible }) => !isPossible);
  const names = (list: readonly Storage[]) => listText(list.map(({ name }) => name));
  const least = possible.reduce((bytes, { eachBytes }) => Math.min(bytes, eachBytes), LARGEST_VHD_BYTES);
  if (possible.length === 0)
    return {
      holds: 'no',
      why: `On ${names(impossible)} a dozen checkpoints cannot have changed enough for 48 hours: no VHD holds so much.`,
    };
  const why = `Possible on ${names(possible)}: from ${sizeText(least)} of such changes in each checkpoint on, extrapolated from what was merged here.`;
  if (impossible.length === 0) return { holds: 'yes', why };
  return { holds: 'partly', why: `${why} Not on ${names(impossible)}: no VHD holds enough.` };
}

function answer(isRight: boolean, first: FigurePoint, last: FigurePoint): string {
  if (first.x === last.x) return 'With one number of checkpoints nothing can be said.';
  return `${isRight ? 'Yes' : 'No'}: ${timesText(first, last)}.`;
}
