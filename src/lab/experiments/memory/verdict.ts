/** Who is right about the memory, from the orders that were lost. */
import type { Figures, Verdict } from '../figures.ts';
import type { ExperimentSetup } from '../setup.ts';
import { numberText } from '../valueText.ts';

/** Of one way of going back. */
interface Way {
  readonly times: number;
  readonly lossy: number;
  readonly withMemory: number;
  readonly mostLost: number;
}

export function verdict(figures: Figures, _setup: ExperimentSetup): Verdict {
  const memory = wayOf(figures, 'with memory');
  const disk = wayOf(figures, 'without memory');
  const production = wayOf(figures, 'production');
  const fits = fittingOf(memory, disk, production);
  const found = `without the memory ${lossText(disk)}; with it ${lossText(memory)}; from a production checkpoint ${lossText(production)}`;
  return {
    headline: `${sentence(found)}.`,
    findings: [
      finding('Standard, with its memory.', memory, {
        none: 'The orders were in memory, and the memory came back with the disk',
        some: 'The memory did not bring every order back',
      }),
      finding('Only the disk.', disk, {
        none: 'Every order had been written when the checkpoint was taken',
        some: 'The checkpoint’s disk is what it was at the pause, as after a power cut: what the lazy writer had not brought there is gone',
      }),
      finding('Production.', production, {
        none: 'The guest wrote everything before the checkpoint was taken',
        some: 'The guest had not written everything',
      }),
      growthFinding(figures),
    ],
    claims: [claimOfLoss(memory, disk, production), claimOfMemory(memory, production)],
    fits,
    answers: {
      none: `${fits === 'none' ? 'Yes' : 'No'}: ${found}.`,
      always: `${fits === 'always' ? 'Yes' : 'No'}: ${found}.`,
      depends: `${fits === 'depends' ? 'Yes' : 'No'}: ${found}.`,
    },
  };
}

function wayOf({ facts = {} }: Figures, way: string): Way {
  const fact = (name: string) => facts[`${way}: ${name}`] ?? 0;
  return {
    times: fact('gone back'),
    lossy: fact('with orders lost'),
    withMemory: fact('checkpoints with memory'),
    mostLost: fact('most lost'),
  };
}

function fittingOf(...ways: readonly Way[]): string {
  const lossy = ways.filter((way) => way.lossy > 0).length;
  if (lossy === 0) return 'none';
  return lossy === ways.length ? 'always' : 'depends';
}

function lossText({ times, lossy, mostLost }: Way): string {
  if (lossy === 0) return `no order was lost in ${times} times`;
  return `orders were lost ${lossy} times of ${times}, up to ${numberText(mostLost)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function finding(
  lead: string,
  way: Way,
  why: { readonly none: string; readonly some: string },
): Verdict['findings'][number] {
  return { lead, text: `${sentence(lossText(way))}. ${way.lossy === 0 ? why.none : why.some}.` };
}

/** Whether a busier guest loses more without its memory. */
function growthFinding({ series }: Figures): Verdict['findings'][number] {
  const points = series.find(({ id }) => id === 'without memory')?.points ?? [];
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first.x === last.x)
    return { lead: 'One load.', text: 'Whether a busier guest loses more cannot be told from it.' };
  const [least, most] = [first.median ?? 0, last.median ?? 0];
  const text = `Without the memory the middle loss is ${numberText(least)} at ${first.x} % and ${numberText(most)} at ${last.x} %.`;
  return { lead: most > least ? 'The busier, the more.' : 'No more under load.', text };
}

function claimOfLoss(memory: Way, disk: Way, production: Way): Verdict['claims'][number] {
  const hasMemory = memory.withMemory > 0;
  const loses = disk.lossy > 0;
  const contents = hasMemory
    ? `${memory.withMemory} of ${memory.times} standard checkpoints contain the memory, and ${production.withMemory} of ${production.times} production checkpoints`
    : 'none of the checkpoints contains memory';
  if (!hasMemory && loses) return { holds: 'yes', why: `${sentence(contents)}, and ${lossText(disk)}.` };
  if (!loses && memory.lossy === 0)
    return { holds: 'no', why: `${sentence(contents)}; without it ${lossText(disk)}.` };
  return {
    holds: 'partly',
    why: `${sentence(contents)}. Where it is left out of a standard one, ${lossText(disk)}; with it ${lossText(memory)}.`,
  };
}

function claimOfMemory(memory: Way, production: Way): Verdict['claims'][number] {
  if (memory.withMemory === 0) return { holds: 'no', why: 'No checkpoint contains memory.' };
  const standard = `${memory.withMemory} of ${memory.times} standard checkpoints contain it, and with it ${lossText(memory)}`;
  if (memory.withMemory < memory.times || memory.lossy > 0) return { holds: 'partly', why: `${standard}.` };
  if (production.withMemory === production.times) return { holds: 'yes', why: `${standard}.` };
  return {
    holds: 'partly',
    why: `True of standard checkpoints: ${standard}. A production checkpoint has none, by design: ${lossText(production)}.`,
  };
}
