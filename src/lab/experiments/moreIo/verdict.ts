/** Whether more differencing disks mean more requests, and how often a read takes data from two files: from the curves. */
import type { PredictionShape } from '../experiment.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import { type Growth, growthIn, isFlat, predictionOf } from '../growth.ts';
import { WAYS } from '../readStudy.ts';
import type { ExperimentSetup } from '../setup.ts';
import { disksText, numberText } from '../valueText.ts';

export function verdict(figures: Figures, _setup: ExperimentSetup): Verdict {
  const cold = growthIn(figures, 'walk-cold');
  const warm = growthIn(figures, 'walk-warm');
  const several = lastPoint(figures, 'two-or-more');
  return {
    headline: `${headlineOf(cold, warm)} ${severalSentence(several)}`,
    findings: [
      ...WAYS.flatMap(({ id, label }) => {
        const growth = growthIn(figures, id);
        return growth
          ? [{ lead: `${label.charAt(0).toUpperCase()}${label.slice(1)}:`, text: findingOf(growth) }]
          : [];
      }),
      { lead: 'Files with data:', text: filesFinding(figures, several) },
    ],
    claims: [moreClaim(cold, warm), twoClaim(several)],
    fits: predictionOf(cold),
    answers: {
      proportional: answerTo('proportional', cold, warm),
      'levels-off': answerTo('levels-off', cold, warm),
      flat: answerTo('flat', cold, warm),
      explodes: answerTo('explodes', cold, warm),
    },
  };
}

/** Of the deepest chain; null where nothing was read. */
function lastPoint(figures: Figures, id: string): FigurePoint | null {
  const points = figures.series.find((series) => series.id === id)?.points ?? [];
  return points.reduce<FigurePoint | null>((last, point) => (last && last.x > point.x ? last : point), null);
}

function grows(growth: Growth | null): boolean {
  return growth !== null && !isFlat(growth) && growth.last.y > growth.first.y;
}

function headlineOf(cold: Growth | null, warm: Growth | null): string {
  if (!cold || !warm) return 'Nothing was read.';
  const coldEnds = `${numberText(cold.first.y)} requests with ${disksText(cold.first.x)}, ${numberText(cold.last.y)} with ${numberText(cold.last.x)}`;
  const warmEnds = `${numberText(warm.first.y)} and ${numberText(warm.last.y)}`;
  if (grows(cold) && grows(warm)) return `More I/O, cold or warm: ${coldEnds}; with warm caches ${warmEnds}.`;
  if (grows(cold))
    return `More I/O while caches are cold: ${coldEnds}. With warm caches it stays at ${numberText(warm.last.y)}.`;
  if (grows(warm)) return `More I/O with warm caches only: ${warmEnds}.`;
  return `No more I/O: ${coldEnds}; with warm caches ${warmEnds}.`;
}

function severalSentence(several: FigurePoint | null): string {
  const share = several?.median ?? null;
  if (several === null || share === null) return '';
  if (share === 0) return `With ${disksText(several.x)} no read takes data from two files.`;
  return `With ${disksText(several.x)}, ${percentText(share)} of the reads take data from two files or more.`;
}

const DOES: Readonly<Record<Growth['shape'], string>> = {
  proportional: 'in proportion',
  rising: 'a line above what every read asks',
  'levels-off': 'levels off',
  explodes: 'gets steeper',
  flat: 'flat',
  falls: 'falls',
  unclear: 'no clear shape',
};

function findingOf(growth: Growth): string {
  const { shape, first, last, line, earlySlope, lateSlope, middle } = growth;
  const ends = `${numberText(first.y)} with ${disksText(first.x)}, ${numberText(last.y)} with ${numberText(last.x)}`;
  const isBent = shape === 'levels-off' || shape === 'explodes';
  const bent = `; ${numberText(earlySlope ?? 0)} a layer up to ${disksText(middle)}, ${numberText(lateSlope ?? 0)} from there on`;
  const straight =
    line && !isFlat(growth) ? `; ${numberText(line.slope)} a layer, R² ${line.rSquared.toFixed(3)}` : '';
  return `${DOES[shape]}: ${ends}${isBent ? bent : straight}.`;
}

function filesFinding(figures: Figures, several: FigurePoint | null): string {
  const files = lastPoint(figures, 'files-with-data');
  if (!files || files.median === null || several?.median == null) return 'nothing was read.';
  const span =
    files.low === files.high
      ? `${numberText(files.median)} for nearly every read`
      : `${numberText(files.median)} in the median, ${numberText(files.low ?? 0)} to ${numberText(files.high ?? 0)} for most reads`;
  return `${span} with ${disksText(files.x)}; two or more for ${percentText(several.median)} of them.`;
}

type ClaimVerdict = Verdict['claims'][number];

function moreClaim(cold: Growth | null, warm: Growth | null): ClaimVerdict {
  if (!cold || !warm) return { holds: 'partly', why: 'Nothing was read.' };
  const ends = ({ first, last }: Growth) =>
    `${numberText(first.y)} a read with ${disksText(first.x)}, ${numberText(last.y)} with ${numberText(last.x)}`;
  if (grows(cold) && grows(warm)) return { holds: 'yes', why: `Cold, ${ends(cold)}; warm, ${ends(warm)}.` };
  if (grows(cold))
    return {
      holds: 'partly',
      why: `While caches are cold: ${ends(cold)}. With warm caches it does not grow.`,
    };
  if (grows(warm)) return { holds: 'partly', why: `With warm caches: ${ends(warm)}. Cold it does not grow.` };
  return { holds: 'no', why: `Neither cold nor warm: ${ends(cold)}, and ${ends(warm)}.` };
}

function twoClaim(several: FigurePoint | null): ClaimVerdict {
  const share = several?.median ?? null;
  if (several === null || share === null) return { holds: 'partly', why: 'Nothing was read.' };
  if (share === 0)
    return { holds: 'no', why: `None of these reads took data from two files, at ${disksText(several.x)}.` };
  return { holds: 'yes', why: `It may: ${percentText(share)} of the reads did, at ${disksText(several.x)}.` };
}

const GUESSED: Readonly<Record<PredictionShape, string>> = {
  proportional: 'That each adds the same',
  'levels-off': 'That it levels off',
  flat: 'That it stays as it was',
  explodes: 'That each adds more than the last',
};

function answerTo(guess: PredictionShape, cold: Growth | null, warm: Growth | null): string {
  if (!cold) return 'Nothing was read.';
  const fits = predictionOf(cold) === guess;
  const first = `${GUESSED[guess]} ${fits ? 'fits' : 'does not fit'} the walk with cold caches, ${findingOf(cold)}`;
  if (!warm || predictionOf(warm) !== guess) return first;
  return `${first} It fits ${fits ? 'warm caches too' : 'warm caches'}, ${findingOf(warm)}`;
}

function percentText(share: number): string {
  return `${numberText(share * 100)} %`;
}
