/** Which policies bear the claim out, and from which load on. */
import { must } from '../../../base/assert.ts';
import { listText } from '../../rules/words.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import { valueText } from '../valueText.ts';

type Finding = Verdict['findings'][number];

interface PolicyPoints {
  readonly id: string;
  readonly points: readonly FigurePoint[];
}

export function verdict(figures: Figures): Verdict {
  const idle = pointsOf(figures, 'when-idle');
  const live = pointsOf(figures, 'live');
  const now = pointsOf(figures, 'now');
  const off = pointsOf(figures, 'when-off');
  const underLoad = [idle, live, now, off].map(loaded);
  const neverAtAll = underLoad.every(neverMerges);
  const others = [live, now].map(loaded);
  const isIdleRule = neverMerges(loaded(idle)) && others.every(alwaysMerges);
  const isAlways = [loaded(idle), ...others].every(alwaysMerges);
  const fits = neverAtAll ? 'never' : isIdleRule ? 'idle-rule' : isAlways ? 'always' : null;
  const idleWords = `When idle: ${outcomeText(idle)}`;
  const liveWords = `live: ${outcomeText(live)}`;
  return {
    headline: `${HEADLINES[fits ?? 'mixed']} ${idleWords}; ${liveWords}.`,
    findings: [
      idleFinding(figures, idle),
      { lead: 'Live.', text: `${capital(outcomeText(live))}.` },
      { lead: 'At once.', text: `${capital(outcomeText(now))}.` },
      offFinding(figures, off),
    ],
    claims: [claimOf(idle, live, now)],
    fits,
    answers: {
      never: `${fits === 'never' ? 'Yes' : 'No'}: live ${outcomeText(live)}, and at once ${outcomeText(now)}.`,
      'idle-rule': `${fits === 'idle-rule' ? 'Yes' : 'No'}: when idle ${outcomeText(idle)}; live ${outcomeText(live)}, at once ${outcomeText(now)}.`,
      always: `${fits === 'always' ? 'Yes' : 'No'}: when idle ${outcomeText(idle)}${alwaysMerges(live.points) ? `, and live ${outcomeText(live)}` : ''}. When off ${outcomeText(off)} while the machine ran.`,
    },
  };
}

const HEADLINES = {
  never: 'No policy merged under load.',
  'idle-rule': 'It depends on the policy.',
  always: 'It merges under load, also when it waits for idle disks.',
  mixed: 'It depends on the policy and on the load.',
};

function pointsOf({ series }: Figures, id: string): PolicyPoints {
  const { points } = must(
    series.find((one) => one.id === id),
    `the series “${id}”`,
  );
  return { id, points };
}

function loaded({ points }: PolicyPoints): readonly FigurePoint[] {
  return points.filter(({ x }) => x > 0);
}

function neverMerges(points: readonly FigurePoint[]): boolean {
  return points.every(({ median }) => median === null);
}

function alwaysMerges(points: readonly FigurePoint[]): boolean {
  return points.every(({ median }) => median !== null);
}

function loadsText(points: readonly FigurePoint[]): string {
  return `${listText(
    points.map(({ x }) => String(x)),
    points.length,
  )} %`;
}

/** `merged at every load, after 3.5 s to 24 s`, `merged at 0 % load, after 3.5 s, and not from 1 % on`. */
function outcomeText({ points }: PolicyPoints): string {
  const done = points.filter(({ median }) => median !== null);
  const open = points.filter(({ median }) => median === null);
  if (done.length === 0) return 'not merged at any load';
  const times = done.map(({ median }) => median ?? 0);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => valueText(time, 'seconds'));
  const span = least === most ? `after ${least}` : `after ${least} to ${most}`;
  if (open.length === 0) return `merged at every load, ${span}`;
  const [lightest, heaviestDone] = [open[0]?.x ?? 0, done.at(-1)?.x ?? 0];
  const notAt = lightest > heaviestDone ? `from ${lightest} % on` : `at ${loadsText(open)}`;
  return `merged at ${loadsText(done)} load, ${span}, and not ${notAt}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function idleFinding(figures: Figures, idle: PolicyPoints): Finding {
  const rule = valueText(figures.facts?.['idle rule'] ?? null, 'seconds');
  const ours = `The rule asks for ${rule} without a request; how long is our figure, for the 2007 preview names none.`;
  const open = idle.points.filter(({ median }) => median === null);
  if (open.length === 0) return { lead: 'When idle.', text: `${capital(outcomeText(idle))}. ${ours}` };
  const pauses = pointsOf(figures, 'pause').points.filter(({ x }) => open.some((point) => point.x === x));
  const longest = valueText(Math.max(...pauses.map(({ median }) => median ?? 0)), 'seconds');
  const watch = valueText(figures.facts?.['shortest watch without a merge'] ?? null, 'seconds');
  return {
    lead: 'When idle.',
    text: `${capital(outcomeText(idle))}: there the guest left its disks alone for ${longest} at most, watched for ${watch} or more. ${ours}`,
  };
}

function offFinding(figures: Figures, off: PolicyPoints): Finding {
  const times = pointsOf(figures, 'off').points.flatMap(({ median }) => median ?? []);
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => valueText(time, 'seconds'));
  const after =
    times.length === 0
      ? 'Nor was it merged after shutting down'
      : `From shutting down to the end of the merge it took ${least === most ? least : `${least} to ${most}`}, with the machine off`;
  return { lead: 'When off.', text: `While the machine ran: ${outcomeText(off)}. ${after}.` };
}

function claimOf(idle: PolicyPoints, live: PolicyPoints, now: PolicyPoints): Verdict['claims'][number] {
  const [idleNever, liveNever, nowNever] = [idle, live, now].map((one) => neverMerges(loaded(one)));
  if (idleNever && liveNever && nowNever)
    return {
      holds: 'yes',
      why: 'Under load neither policy that runs beside the guest merged while it was watched.',
    };
  const others = `live ${outcomeText(live)}`;
  if (idleNever)
    return {
      holds: 'partly',
      why: `It holds for merges that wait for idle disks, which is what it was said of: ${outcomeText(idle)}. It does not hold for later policies: ${others}.`,
    };
  const merged = loaded(idle).filter(({ median }) => median !== null);
  if (merged.length < loaded(idle).length)
    return {
      holds: 'partly',
      why: `Waiting for idle disks, it holds from a certain load on: ${outcomeText(idle)}. Of later policies: ${others}.`,
    };
  return { holds: 'no', why: `Even waiting for idle disks: ${outcomeText(idle)}.` };
}
