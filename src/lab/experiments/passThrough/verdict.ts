/** Whether a pass-through disk stands in the way of a checkpoint, from what was taken and refused. */
import type { Figures, Verdict } from '../figures.ts';
import type { ExperimentSetup } from '../setup.ts';

interface Taken {
  readonly taken: number;
  readonly tried: number;
}

export function verdict(figures: Figures, _setup: ExperimentSetup): Verdict {
  const { vhds, kept } = groupsOf(figures);
  const of = (group: readonly number[]) => takenOf(figures, group);
  const [plain, blocked] = [of(vhds), of(kept)];
  const fits = fittingOf(figures, kept);
  const found = `with a pass-through disk ${takenText(blocked)}, with VHDs only ${takenText(plain)}`;
  return {
    headline: `W${found.slice(1)}.`,
    findings: [
      fileFinding(plain, blocked),
      changeFinding(figures),
      wayOutFinding(figures),
      {
        lead: 'A rule of the lab.',
        text: 'The lab refuses because there is no file that could be frozen; it has no physical disk on which Hyper-V itself could be tried.',
      },
    ],
    claims: [claimOf(blocked, found)],
    fits,
    answers: {
      refused: `${fits === 'refused' ? 'Yes' : 'No'}: ${found}.`,
      'vhd-only': `${fits === 'vhd-only' ? 'Yes' : 'No'}: ${found}.`,
      production: `${fits === 'production' ? 'Yes' : 'No'}: ${typesText(figures, kept)}.`,
    },
  };
}

/** Places of x: machines with VHDs only, and those whose pass-through disks stay attached. */
function groupsOf({ facts = {} }: Figures) {
  const vhdCount = facts['machines with VHDs only'] ?? 0;
  const keptCount = facts['machines with a pass-through disk'] ?? 0;
  const places = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
  return { vhds: places(0, vhdCount), kept: places(vhdCount, keptCount) };
}

function takenOf({ series, facts = {} }: Figures, places: readonly number[], type?: string): Taken {
  const chosen = series
    .filter(({ id }) => type === undefined || id === type)
    .flatMap(({ points }) => points.filter(({ x }) => places.includes(x)));
  const taken = chosen.reduce((sum, { median }) => sum + (median ?? 0), 0);
  return { taken, tried: chosen.length * (facts.tried ?? 0) };
}

function takenText({ taken, tried }: Taken): string {
  if (taken === 0) return `none of ${tried} checkpoints was taken`;
  return taken === tried
    ? `all ${tried} checkpoints were taken`
    : `${taken} of ${tried} checkpoints were taken`;
}

function fittingOf(figures: Figures, kept: readonly number[]): string | null {
  const all = takenOf(figures, kept);
  if (all.taken === 0) return 'refused';
  if (all.taken === all.tried) return 'vhd-only';
  const standard = takenOf(figures, kept, 'standard');
  const production = takenOf(figures, kept, 'production');
  return standard.taken === 0 && production.taken > 0 ? 'production' : null;
}

function typesText(figures: Figures, kept: readonly number[]): string {
  return `with a pass-through disk ${figures.series
    .map(({ id, label }) => {
      const { taken, tried } = takenOf(figures, kept, id);
      return `${label} ${taken} of ${tried}`;
    })
    .join(', ')}`;
}

function fileFinding(plain: Taken, blocked: Taken): Verdict['findings'][number] {
  if (plain.taken === plain.tried && blocked.taken === 0)
    return {
      lead: 'It is the disk without a file.',
      text: `The kind of VHD makes no difference: ${takenText(plain)}. One pass-through disk is enough: ${takenText(blocked)}, and so the VHD beside it has none either.`,
    };
  return {
    lead: 'It is not that disk alone.',
    text: `With VHDs only ${takenText(plain)}, with a pass-through disk ${takenText(blocked)}.`,
  };
}

function changeFinding({ facts = {} }: Figures): Verdict['findings'][number] {
  const changed = facts['changed though refused'] ?? 0;
  return changed === 0
    ? {
        lead: 'A refusal changes nothing.',
        text: 'After each refusal every file and the machine’s state were as before.',
      }
    : {
        lead: 'A refusal left traces.',
        text: `After ${changed} refusals a file or the machine’s state was another.`,
      };
}

function wayOutFinding({ series, facts = {} }: Figures): Verdict['findings'][number] {
  const tried = facts['way out, tried'] ?? 0;
  const taken = series.reduce((sum, { points }) => sum + (points.at(-1)?.median ?? 0), 0);
  const again = facts['way out, attached again'] ?? 0;
  const applied = facts['way out, attached after the checkpoint was applied'] ?? 0;
  if (taken === 0)
    return { lead: 'No way out.', text: `Detached for it, none of ${tried} checkpoints was taken.` };
  const after =
    applied === 0
      ? 'Applied, such a checkpoint brings its settings back, and the machine is without that disk'
      : `Applied, the machine has that disk ${applied} times of ${taken}`;
  return {
    lead: 'The way out.',
    text: `Detached for it, ${takenText({ taken, tried })}, and the disk was attached again ${again} times. ${after}; what is on the disk does not go back in time.`,
  };
}

function claimOf(blocked: Taken, found: string): Verdict['claims'][number] {
  const why = `In the lab ${found}.`;
  if (blocked.taken === 0) return { holds: 'yes', why };
  return { holds: blocked.taken === blocked.tried ? 'no' : 'partly', why };
}
