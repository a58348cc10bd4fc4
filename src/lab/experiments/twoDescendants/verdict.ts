/** Whether the number of descendants decides, and whether Now counts as one. */
import { must } from '../../../base/assert.ts';
import { listText } from '../../rules/words.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import { valueText } from '../valueText.ts';

export function verdict(figures: Figures): Verdict {
  const withNow = pointsOf(figures, 'deleted with Now');
  const without = pointsOf(figures, 'deleted');
  const deleted = [...withNow, ...without];
  const down = [...pointsOf(figures, 'down with Now'), ...pointsOf(figures, 'down')];
  const several = deleted.filter(({ x }) => x >= 2);
  const single = deleted.filter(({ x }) => x === 1);
  const early = figures.facts?.['merged while two or more were left'] ?? 0;
  const allWait = several.every(isOpen) && early === 0;
  const noneWaits = !several.some(isOpen);
  const endsDown = down.length > 0 && !down.some(isOpen);
  const fits = noneWaits
    ? 'at-once'
    : !allWait
      ? null
      : endsDown
        ? 'waits'
        : // Where one descendant waits too, something else keeps the merge waiting.
          down.every(isOpen) && !single.some(isOpen)
          ? 'for-ever'
          : null;
  const severalText = outcomeText('two or more', several);
  const singleText = outcomeText('one', single);
  const downText = `After one was left, ${down.length - down.filter(isOpen).length} of ${down.length} merged${spanText(down)}`;
  return {
    headline: `${severalText}; ${singleText}. ${downText}.`,
    findings: [
      { lead: 'Two or more.', text: `${severalText}.` },
      { lead: 'One is left.', text: `${downText}, without another command.` },
      noneFinding(without),
      nowFinding(withNow, without),
    ],
    claims: [claimOf(several, single, early)],
    fits,
    answers: {
      waits: `${fits === 'waits' ? 'Yes' : 'No'}: ${lower(severalText)}. ${downText}.`,
      'at-once': `${fits === 'at-once' ? 'Yes' : 'No'}: ${lower(severalText)}; ${singleText}.`,
      'for-ever': `${fits === 'for-ever' ? 'Yes' : 'No'}: ${lower(severalText)}. ${downText}.`,
    },
  };
}

function pointsOf({ series }: Figures, id: string): readonly FigurePoint[] {
  return must(
    series.find((one) => one.id === id),
    `the series “${id}”`,
  ).points;
}

function isOpen({ median }: FigurePoint): boolean {
  return median === null;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** ` after 0.2 s`, ` after 0.2 s to 0.4 s`; nothing where none was merged. */
function spanText(points: readonly FigurePoint[]): string {
  const times = points.flatMap(({ median }) => median ?? []);
  if (times.length === 0) return '';
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => valueText(time, 'seconds'));
  return least === most ? ` after ${least}` : ` after ${least} to ${most}`;
}

/** `With two or more descendants 6 of 6 disks waited`, `with one …`. */
function outcomeText(number: string, points: readonly FigurePoint[]): string {
  const waited = points.filter(isOpen).length;
  const name = number === 'one' ? 'one descendant' : `${number} descendants`;
  const start = `${number === 'one' ? 'with' : 'With'} ${name}`;
  const merged = points.length - waited;
  if (merged === 0) return `${start} the disk waited in ${waited} of ${points.length} cases`;
  const mergedText = `${start} the disk was merged in ${merged} of ${points.length} cases,${spanText(points)}`;
  return waited === 0 ? mergedText : `${mergedText}, and waited in ${waited}`;
}

function noneFinding(without: readonly FigurePoint[]): Verdict['findings'][number] {
  const none = without.find(({ x }) => x === 0);
  const time = none?.median ?? null;
  return {
    lead: 'None.',
    text:
      time === null
        ? 'Without a descendant its file was still there when the watch ended.'
        : `Without a descendant nothing is merged: its file was gone after ${valueText(time, 'seconds')}.`,
  };
}

/** With Now and without, the same number must come to the same. */
function nowFinding(
  withNow: readonly FigurePoint[],
  without: readonly FigurePoint[],
): Verdict['findings'][number] {
  const differing = withNow.filter((point) => {
    const other = without.find(({ x }) => x === point.x);
    return other !== undefined && isOpen(other) !== isOpen(point);
  });
  return differing.length === 0
    ? {
        lead: 'Now counts as one.',
        text: 'Whether Now was among the descendants or stood elsewhere made no difference to what waited.',
      }
    : {
        lead: 'Now does not count as one.',
        text: `With Now among them it came out otherwise at ${listText(differing.map(({ x }) => String(x)))}.`,
      };
}

function claimOf(
  several: readonly FigurePoint[],
  single: readonly FigurePoint[],
  early: number,
): Verdict['claims'][number] {
  const two = several.filter(({ x }) => x === 2);
  if (two.length === 0) return { holds: 'partly', why: 'Two descendants were not tried.' };
  const waited = two.filter(isOpen).length;
  const words = `With two descendants the disk waited in ${waited} of ${two.length} cases`;
  const isContrast = !single.some(isOpen);
  if (waited === 0) return { holds: 'no', why: `${words}: it was merged${spanText(two)}.` };
  if (waited < two.length || early > 0)
    return { holds: 'partly', why: `${words}; ${early} were merged before one was left.` };
  return isContrast
    ? { holds: 'yes', why: `${words}, and with one it was merged${spanText(single)}.` }
    : { holds: 'partly', why: `${words}, but so it did with one: the number is not what decides.` };
}
