/** Whether the pause is noticed and the stall is short, from the times; both against thresholds that are set here. */
import { must } from '../../../base/assert.ts';
import { sizeText } from '../../../base/units.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import type { ExperimentSetup } from '../setup.ts';
import { numberText, timeUsText } from '../valueText.ts';

type Finding = Verdict['findings'][number];

/** A common threshold for what people notice, and one for what is no short stall any more. */
const NOTICED_US = 100_000;
const LONG_US = 1_000_000;
/** Powers of the growth: below the first it is called flat, from the second on proportional. */
const FLAT = 0.2;
const PROPORTIONAL = 0.8;
/** A middle operation longer than without by so much is a stall. */
const STALLED = 1.2;

/** An operation in the middle of all, and what the longest ones come to; at the largest memory. */
interface Stall {
  readonly savingUs: number;
  readonly withoutUs: number;
  /** How long the memory is being saved: so long the stall lasts at most. */
  readonly saveUs: number;
  readonly isFelt: boolean;
  readonly isShort: boolean;
}

export function verdict(figures: Figures, setup: ExperimentSetup): Verdict {
  const pause = pointsOf(figures, 'pause');
  const mostPauseUs = figures.facts?.['most pause'] ?? 0;
  const isNoticed = mostPauseUs >= NOTICED_US;
  const stall = stallOf(figures);
  const fits = growthOf(pause);
  const ends = endsText(pause);
  const answer = (id: string) => `${fits === id ? 'Yes' : 'No'}: ${ends}.`;
  return {
    headline:
      `The machine stands still for ${timeUsText(mostPauseUs)} at most on ${setup.profile.name}, ${isNoticed ? 'above' : 'below'} the ${timeUsText(NOTICED_US)} set for what is noticed. ` +
      `${stallText(stall)}.`,
    findings: [
      { lead: leadOf(fits), text: `${ends.charAt(0).toUpperCase()}${ends.slice(1)}.` },
      diskFinding(figures),
      stallFinding(figures, stall),
      commandFinding(figures),
      {
        lead: 'The thresholds.',
        text: `${timeUsText(NOTICED_US)} for “noticed” and ${timeUsText(LONG_US)} for “short” are set here and are not findings; another reader may set others.`,
      },
    ],
    claims: [claimOf(mostPauseUs, isNoticed, stall)],
    fits,
    answers: {
      flat: answer('flat'),
      'levels-off': answer('levels-off'),
      proportional: answer('proportional'),
    },
  };
}

function stallOf(figures: Figures): Stall {
  const { facts = {} } = figures;
  const savingUs = pointsOf(figures, 'saving').at(-1)?.median ?? 0;
  const withoutUs = pointsOf(figures, 'without').at(-1)?.median ?? 0;
  const saveUs = facts['longest save'] ?? 0;
  const longestUs = facts['longest operation while memory is saved'] ?? 0;
  return {
    savingUs,
    withoutUs,
    saveUs,
    isFelt: savingUs > STALLED * withoutUs,
    isShort: saveUs < LONG_US && longestUs < LONG_US,
  };
}

function stallText({ savingUs, withoutUs, saveUs }: Stall): string {
  return `While its memory is saved, ${timeUsText(saveUs)} at most, the middle operation takes ${timeUsText(savingUs)}, against ${timeUsText(withoutUs)} when none is saved`;
}

function pointsOf({ series }: Figures, id: string): readonly FigurePoint[] {
  return must(
    series.find((one) => one.id === id),
    `the series “${id}”`,
  ).points;
}

function growthOf(points: readonly FigurePoint[]): string | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first?.median || !last?.median || first.x === last.x) return null;
  const power = Math.log(last.median / first.median) / Math.log(last.x / first.x);
  if (power < FLAT) return 'flat';
  return power < PROPORTIONAL ? 'levels-off' : 'proportional';
}

function endsText(points: readonly FigurePoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first.x === last.x)
    return 'with one size of memory how the pause grows cannot be told';
  return `the pause is ${timeUsText(first.median ?? 0)} with ${sizeText(first.x)} of memory and ${timeUsText(last.median ?? 0)} with ${sizeText(last.x)}`;
}

function leadOf(fits: string | null): string {
  if (fits === null) return 'One size of memory.';
  if (fits === 'flat') return 'Memory makes no difference to the pause.';
  return fits === 'proportional'
    ? 'The pause grows with the memory.'
    : 'The pause grows, but less than the memory.';
}

function diskFinding({ facts = {} }: Figures): Finding {
  const fact = (name: string) => facts[name] ?? 0;
  const [least, most] = [fact('least pause by disk'), fact('most pause by disk')];
  const sizes = `from ${sizeText(fact('smallest disk bytes'))} to ${sizeText(fact('largest disk bytes'))}`;
  const [small, large] = [fact('command at the smallest disk'), fact('command at the largest disk')];
  const prepared =
    large > 1.5 * small
      ? `What is prepared before it grows: the command as a whole takes ${timeUsText(small)} and ${timeUsText(large)}`
      : `The command as a whole takes ${timeUsText(small)} and ${timeUsText(large)}`;
  const isFlat = most <= 1.5 * least;
  return {
    lead: isFlat ? 'Nor does the size of the disk.' : 'The size of the disk does.',
    text: `With disks ${sizes} the pause is ${timeUsText(least)} to ${timeUsText(most)}. ${prepared}.`,
  };
}

function stallFinding({ facts = {} }: Figures, stall: Stall): Finding {
  const fact = (name: string) => timeUsText(facts[name] ?? 0);
  const times =
    stall.withoutUs === 0 ? '' : `, ${numberText(stall.savingUs / stall.withoutUs)} times as long`;
  const text =
    `The middle operation takes ${timeUsText(stall.savingUs)} while memory is saved and ${timeUsText(stall.withoutUs)} without${times}. ` +
    `The longest took ${fact('longest operation while memory is saved')} and ${fact('longest operation, none saved')}. ` +
    `${numberText(facts['intercepted pages'] ?? 0)} pages were intercepted, and saving took ${timeUsText(stall.saveUs)} at most`;
  if (!stall.isFelt) return { lead: 'Saving the memory is hardly felt.', text: `${text}.` };
  return { lead: stall.isShort ? 'A short stall.' : 'A long stall.', text: `${text}.` };
}

/** What the guest waits is more than the pause: files are laid out first. */
function commandFinding(figures: Figures): Finding {
  const last = (id: string) => pointsOf(figures, id).at(-1)?.median ?? 0;
  const [pauseUs, commandUs] = [last('pause'), last('command')];
  return commandUs > pauseUs
    ? {
        lead: 'The pause is not all.',
        text: `The whole command takes ${timeUsText(commandUs)}, of which the pause is ${timeUsText(pauseUs)}: before it the new files are laid out, and in the lab the guest waits for that too.`,
      }
    : {
        lead: 'The pause is all.',
        text: `The whole command takes no more than the pause of ${timeUsText(pauseUs)}.`,
      };
}

function claimOf(mostPauseUs: number, isNoticed: boolean, stall: Stall): Verdict['claims'][number] {
  const pause = `the pause of ${timeUsText(mostPauseUs)} is ${isNoticed ? 'above' : 'below'} the ${timeUsText(NOTICED_US)} set for what is noticed`;
  const times = `${timeUsText(stall.savingUs)} instead of ${timeUsText(stall.withoutUs)}`;
  const copy = stall.isFelt
    ? `the memory copy makes the middle operation ${times} for ${timeUsText(stall.saveUs)} at most, ${stall.isShort ? 'below' : 'above'} the ${timeUsText(LONG_US)} set for a short stall`
    : `the memory copy costs no stall that stands out: ${times} in the middle`;
  const why = `In the lab ${pause}; ${copy}.`;
  const isShortStall = stall.isFelt && stall.isShort;
  if (!isNoticed && isShortStall) return { holds: 'yes', why };
  return { holds: isNoticed && !isShortStall ? 'no' : 'partly', why };
}
