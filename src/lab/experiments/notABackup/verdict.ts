/** What is left of the checkpoints, in words. */
import { must } from '../../../base/assert.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import type { ExperimentSetup } from '../setup.ts';
import { numberText } from '../valueText.ts';

type Finding = Verdict['findings'][number];

export function verdict(figures: Figures, setup: ExperimentSetup): Verdict {
  const all = figures.facts?.checkpoints ?? setup.depth;
  const lost = pointsOf(figures, 'lost');
  const altered = pointsOf(figures, 'altered');
  const [baseLost, baseAltered] = [wholeAt(lost[0]), wholeAt(altered[0])];
  const fits = baseLost === 0 ? 'none' : baseLost >= all ? 'all' : 'some';
  const left = `With the base lost, ${leftText(baseLost, all)}`;
  return {
    headline: `${left}; with one sector of it altered, ${leftText(baseAltered, all)}.`,
    findings: [
      upwardsFinding(figures, lost, all),
      silenceFinding(figures),
      idFinding(figures),
      putBackFinding(figures, all),
    ],
    claims: [claimOf(baseLost, baseAltered, all)],
    fits,
    answers: {
      none: `${fits === 'none' ? 'Yes' : 'No'}: ${left.toLowerCase()}.`,
      some: `${fits === 'some' ? 'Yes' : 'No'}: ${left.toLowerCase()}. A checkpoint’s file holds only what changed after it; for every other sector the files below are asked.`,
      all: `${fits === 'all' ? 'Yes' : 'No'}: ${left.toLowerCase()}.`,
    },
  };
}

function pointsOf({ series }: Figures, id: string): readonly FigurePoint[] {
  return must(
    series.find((one) => one.id === id),
    `the series “${id}”`,
  ).points;
}

function wholeAt(point: FigurePoint | undefined): number {
  return point?.median ?? 0;
}

function leftText(count: number, all: number): string {
  const read = count === 1 ? 'reads as before' : 'read as before';
  return count === 0
    ? `none of the ${all} checkpoints reads as before`
    : `${count} of the ${all} checkpoints ${read}`;
}

/** Whether a lost file takes only what stands on it. */
function upwardsFinding({ x }: Figures, lost: readonly FigurePoint[], all: number): Finding {
  const counts = lost.map(wholeAt);
  const isRising = counts.every((count, i) => i === 0 || count > (counts[i - 1] ?? 0));
  const name = (point: FigurePoint) => x.names?.[point.x] ?? numberText(point.x);
  const list = lost.map((point) => `${name(point)} ${wholeAt(point)}`).join(', ');
  return isRising
    ? {
        lead: 'Everything above goes, what is below stays.',
        text: `Checkpoints of ${all} that read whole without each file: ${list}.`,
      }
    : {
        lead: 'It is not only what stands above.',
        text: `Checkpoints of ${all} that read whole without each file: ${list}.`,
      };
}

function silenceFinding({ facts = {} }: Figures): Finding {
  const wrong = facts['altered, wrong without an error'] ?? 0;
  const refused = facts['altered, refused'] ?? 0;
  const read = `Over all files, an altered sector made ${numberText(wrong)} reads of a checkpoint’s disk come out wrong without an error, and ${numberText(refused)} were refused`;
  if (wrong === 0 && refused === 0)
    return { lead: 'Nothing came of it.', text: 'No checkpoint read an altered sector.' };
  if (wrong === 0) return { lead: 'It was noticed.', text: `${read}.` };
  const lead = refused === 0 ? 'Nobody said so.' : 'Not always noticed.';
  return { lead, text: `${read}: the data of a VHD has no checksum.` };
}

function idFinding({ facts = {} }: Figures): Finding {
  const wrong = facts['another id, wrong without an error'] ?? 0;
  const refused = facts['another id, refused'] ?? 0;
  const text = `With another id in one file, over all files ${numberText(refused)} ${refused === 1 ? 'disk of a checkpoint was' : 'disks of checkpoints were'} refused and ${numberText(wrong)} read wrong without an error`;
  return wrong === 0 && refused > 0
    ? { lead: 'Another id is noticed.', text: `${text}, although no data had changed.` }
    : { lead: 'Another id.', text: `${text}.` };
}

function putBackFinding(figures: Figures, all: number): Finding {
  const back = pointsOf(figures, 'put back').map(wholeAt);
  const least = Math.min(...back);
  return least >= all
    ? {
        lead: 'Put back, all is there.',
        text: `With the same file in its place again, all ${all} checkpoints read as before, whichever file it was.`,
      }
    : {
        lead: 'Put back, not all is there.',
        text: `With the same file in its place again, as few as ${least} of ${all} checkpoints read as before.`,
      };
}

function claimOf(lost: number, altered: number, all: number): Verdict['claims'][number] {
  const found = `without the base ${leftText(lost, all)}, with one sector of it altered ${leftText(altered, all)}`;
  if (lost === 0 && altered === 0) return { holds: 'yes', why: `As said: ${found}.` };
  if (lost >= all && altered >= all) return { holds: 'no', why: `Not so: ${found}.` };
  return { holds: 'partly', why: `In part: ${found}.` };
}
