/** Who is right about the cost of a read, and when: from the curves alone. */
import type { PredictionShape } from '../experiment.ts';
import type { Figures, Verdict } from '../figures.ts';
import { type Growth, growthIn, isFlat, predictionOf } from '../growth.ts';
import { WAYS } from '../readStudy.ts';
import type { ExperimentSetup } from '../setup.ts';
import { disksText, numberText, timeUsText } from '../valueText.ts';

/** A hit is minimal where the whole chain adds no more than this share to a read. */
const MINIMAL = 0.1;

export function verdict(figures: Figures, _setup: ExperimentSetup): Verdict {
  const cold = growthIn(figures, 'walk-cold');
  const warm = growthIn(figures, 'walk-warm');
  return {
    headline: `${coldSentence(cold)} ${warmSentence(warm)}`,
    findings: WAYS.flatMap(({ id, label }) => {
      const growth = growthIn(figures, id);
      return growth ? [{ lead: `${capital(label)}:`, text: findingOf(growth) }] : [];
    }),
    claims: [proportionalClaim(cold, warm), minimalClaim(cold, warm)],
    fits: predictionOf(cold),
    answers: {
      proportional: answerTo('proportional', cold, warm),
      'levels-off': answerTo('levels-off', cold, warm),
      flat: answerTo('flat', cold, warm),
      explodes: answerTo('explodes', cold, warm),
    },
  };
}

function coldSentence(cold: Growth | null): string {
  if (!cold) return 'Nothing was read.';
  switch (cold.shape) {
    case 'proportional':
      return `Proportional while caches are cold: ${slopeText(cold)} a layer.`;
    case 'rising':
      return `A line while caches are cold, ${slopeText(cold)} a layer on top of what every read costs.`;
    case 'levels-off':
      return `It grows while caches are cold, and levels off: ${timeUsText(cold.earlySlope ?? 0)} a layer up to ${disksText(cold.middle)}, ${timeUsText(cold.lateSlope ?? 0)} from there on.`;
    case 'explodes':
      return `More than proportional while caches are cold: ${timeUsText(cold.earlySlope ?? 0)} a layer up to ${disksText(cold.middle)}, ${timeUsText(cold.lateSlope ?? 0)} from there on.`;
    case 'flat':
      return 'Not even while caches are cold: the read takes as long at every depth.';
    case 'falls':
      return 'Not here: while caches are cold a read gets cheaper with depth.';
    case 'unclear':
      return 'These figures are too few, or too uneven, for a shape.';
  }
}

function warmSentence(warm: Growth | null): string {
  if (!warm) return '';
  const { first, last } = warm;
  if (last.y === first.y) return 'Once the tables are in memory, depth costs nothing.';
  if (last.y < first.y) return 'Once the tables are in memory, depth costs nothing more.';
  if (isMinimal(warm))
    return `Once the tables are in memory, depth costs almost nothing: ${timeUsText(last.y - first.y)} for ${disksText(last.x - first.x)} more.`;
  return `With what the cache holds, ${disksText(last.x)} still cost ${timesText(warm)} as much as ${disksText(first.x)}.`;
}

/** What the curve does: `levels off`, said of it. */
const DOES: Readonly<Record<Growth['shape'], string>> = {
  proportional: 'is proportional',
  rising: 'is a line above what every read costs',
  'levels-off': 'levels off',
  explodes: 'gets steeper',
  flat: 'is flat',
  falls: 'falls',
  unclear: 'has no clear shape',
};

function findingOf(growth: Growth): string {
  return `${DOES[growth.shape]}: ${figuresOf(growth)}`;
}

function figuresOf(growth: Growth): string {
  const { shape, first, last, line, earlySlope, lateSlope, middle } = growth;
  const ends = `${timeUsText(first.y)} at ${disksText(first.x)}, ${timeUsText(last.y)} at ${numberText(last.x)}`;
  if (!line) return `${ends}; too few depths for a line.`;
  const bounds = `${slopeText(growth)} a layer (${timeUsText(line.slopeLow)} to ${timeUsText(line.slopeHigh)})`;
  switch (shape) {
    case 'flat':
    case 'falls':
      return `${ends}.`;
    case 'proportional':
    case 'unclear':
      return `R² ${line.rSquared.toFixed(3)}, ${bounds}; ${ends}.`;
    case 'rising':
      return `R² ${line.rSquared.toFixed(3)}, ${bounds} on top of ${timeUsText(line.intercept)}; ${ends}.`;
    case 'levels-off':
    case 'explodes':
      return `${timeUsText(earlySlope ?? 0)} a layer up to ${disksText(middle)}, ${timeUsText(lateSlope ?? 0)} from there on; ${ends}. A line through all of it has R² ${line.rSquared.toFixed(3)}.`;
  }
}

type ClaimVerdict = Verdict['claims'][number];

function proportionalClaim(cold: Growth | null, warm: Growth | null): ClaimVerdict {
  const both = cold?.shape === 'proportional' && warm?.shape === 'proportional';
  if (both)
    return {
      holds: 'yes',
      why: `In proportion, cold and warm: ${slopeText(cold)} and ${slopeText(warm)} a layer.`,
    };
  const warmPart = warm && isFlat(warm) ? ' With the tables in memory it does not grow.' : '';
  switch (cold?.shape) {
    case 'proportional':
      return {
        holds: 'partly',
        why: `While caches are cold: R² ${cold.line?.rSquared.toFixed(3)}.${warmPart}`,
      };
    case 'rising':
      return {
        holds: 'partly',
        why: `While caches are cold each layer adds the same, on top of ${timeUsText(cold.line?.intercept ?? 0)} that is not in proportion.${warmPart}`,
      };
    case 'levels-off':
      return {
        holds: 'partly',
        why: `While caches are cold it grows, but the upper half of the depths adds ${timeUsText(cold.lateSlope ?? 0)} a layer instead of ${timeUsText(cold.earlySlope ?? 0)}.${warmPart}`,
      };
    case 'explodes':
      return {
        holds: 'no',
        why: `While caches are cold it is worse than that: later layers cost more than earlier ones.${warmPart}`,
      };
    case 'flat':
    case 'falls':
      return { holds: 'no', why: 'It does not grow with depth, not even while caches are cold.' };
    default:
      return { holds: 'partly', why: 'These figures bear no shape out.' };
  }
}

function minimalClaim(cold: Growth | null, warm: Growth | null): ClaimVerdict {
  const parts = [
    ...(cold ? [`${addedText(cold)} while caches are cold`] : []),
    ...(warm ? [`${addedText(warm)} with the tables in memory`] : []),
  ];
  const why = `The whole chain adds ${parts.join(', ')}.`;
  const small = [cold, warm].filter((growth) => growth && isMinimal(growth)).length;
  return { holds: small === 2 ? 'yes' : small === 1 ? 'partly' : 'no', why };
}

const GUESSED: Readonly<Record<PredictionShape, string>> = {
  proportional: 'A line',
  'levels-off': 'A curve that levels off',
  flat: 'A flat line',
  explodes: 'A curve that explodes',
};

function answerTo(guess: PredictionShape, cold: Growth | null, warm: Growth | null): string {
  if (!cold) return 'Nothing was read.';
  const fits = predictionOf(cold) === guess;
  const coldText = fits
    ? `Your prediction fits the cold walk. It ${findingOf(cold)}`
    : `${GUESSED[guess]} does not fit the cold walk. It ${findingOf(cold)}`;
  return [coldText, ...warmAnswer(guess, fits, cold, warm)].join(' ');
}

function warmAnswer(guess: PredictionShape, fits: boolean, cold: Growth, warm: Growth | null): string[] {
  if (!warm) return [];
  if (predictionOf(warm) === guess)
    return [`It fits the walk with warm caches${fits ? ' too' : ''}: that ${findingOf(warm)}`];
  const times = warm.last.y > 0 ? cold.last.y / warm.last.y : 0;
  if (!fits || times <= 1) return [];
  return [
    `For a server with the tables in memory it would be ${numberText(times)} × too high at ${disksText(warm.last.x)}.`,
  ];
}

function isMinimal({ first, last }: Growth): boolean {
  return last.y - first.y <= MINIMAL * first.y;
}

/** `1 240 % to a read`, `nothing`. */
function addedText({ first, last }: Growth): string {
  if (last.y <= first.y) return 'nothing';
  const share = first.y === 0 ? timeUsText(last.y) : `${numberText(((last.y - first.y) / first.y) * 100)} %`;
  return `${share} to a read`;
}

function timesText({ first, last, times }: Growth): string {
  return times === null ? timeUsText(last.y - first.y) : `${numberText(times)} ×`;
}

function slopeText({ line }: Growth): string {
  return timeUsText(line?.slope ?? 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
