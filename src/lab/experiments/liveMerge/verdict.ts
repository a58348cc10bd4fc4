/** Whether it stays online, how much slower it is meanwhile, and the longest time for which it stands still. */
import { must } from '../../../base/assert.ts';
import type { FigurePoint, Figures, Verdict } from '../figures.ts';
import { numberText, valueText } from '../valueText.ts';

/** Of the operations without a merge: fewer than this share is slower. */
const HARDLY = 0.9;
/** An operation of so many microseconds is called standing still. */
const STILL_US = 1e6;

interface Slowdown {
  readonly load: number;
  /** Operations with the merge, of those without. */
  readonly share: number;
}

export function verdict(figures: Figures): Verdict {
  const offlineUs = factOf(figures, 'offline, live') ?? 0;
  const longestUs = factOf(figures, 'longest operation, live');
  const slowdowns = slowdownsOf(figures);
  const worst = slowdowns.reduce<Slowdown | null>((least, one) => {
    return least && least.share <= one.share ? least : one;
  }, null);
  const isOnline = offlineUs === 0;
  const isStill = !isOnline || (longestUs ?? 0) >= STILL_US;
  // A guest that wanted nothing tells nothing of how fast it was.
  const isIdle = !worst || longestUs === null;
  const fits =
    isIdle && isOnline ? null : isStill ? 'stops' : worst && worst.share < HARDLY ? 'slower' : 'unnoticed';
  const onlineText = isOnline
    ? 'The machine ran all the time'
    : `The machine was offline for ${valueText(offlineUs, 'us')}`;
  const slowText = worst ? slowdownText(worst) : 'nothing done that could be compared';
  const longestText =
    longestUs === null
      ? 'it wanted nothing while the disk was merged'
      : `the longest operation took ${valueText(longestUs, 'us')}`;
  const answer = `${lower(onlineText)}; its guest got ${slowText}, and ${longestText}.`;
  return {
    headline: `${onlineText}. Meanwhile its guest got ${slowText}; ${longestText}.`,
    findings: [
      offFinding(figures, isOnline),
      ...(isIdle ? [] : [slowFinding(slowdowns), waitFinding(figures, longestUs)]),
    ],
    claims: [claimOf(isOnline, isStill, onlineText, longestText)],
    fits,
    answers: Object.fromEntries(
      ['unnoticed', 'slower', 'stops'].map((id) => [id, `${fits === id ? 'Yes' : 'No'}: ${answer}`]),
    ),
  };
}

function factOf({ facts = {} }: Figures, name: string): number | null {
  return facts[name] ?? null;
}

function pointsOf({ series }: Figures, id: string): readonly FigurePoint[] {
  return must(
    series.find((one) => one.id === id),
    `the series “${id}”`,
  ).points;
}

/** Loads at which the guest did anything without a merge. */
function slowdownsOf(figures: Figures): Slowdown[] {
  const during = pointsOf(figures, 'with');
  return pointsOf(figures, 'without').flatMap(({ x, median }) => {
    const rate = during.find((point) => point.x === x)?.median ?? null;
    return !median || rate === null ? [] : [{ load: x, share: rate / median }];
  });
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function slowdownText({ load, share }: Slowdown): string {
  const percent = `${numberText(100 * share)} % of its operations at ${load} % load`;
  return `${share < HARDLY ? 'as little as' : 'no less than'} ${percent}`;
}

function offFinding(figures: Figures, isOnline: boolean): Verdict['findings'][number] {
  const live = `The live merges took ${spanText(figures, 'live merge')}`;
  const offline = isOnline
    ? '0 s of it offline'
    : `offline for ${valueText(factOf(figures, 'offline, live'), 'us')} in all`;
  return {
    lead: 'Online.',
    text: `${live}, ${offline}. With merges only when it is off the machine was offline for ${spanText(figures, 'offline, when off')}, and its guest’s boot comes on top.`,
  };
}

/** `0.2 s`, `0.2 s to 1.4 s`. */
function spanText(figures: Figures, name: string): string {
  const [least, most] = ['shortest', 'longest'].map((word) =>
    valueText(factOf(figures, `${word} ${name}`), 'us'),
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}

function slowFinding(slowdowns: readonly Slowdown[]): Verdict['findings'][number] {
  const slower = slowdowns.filter(({ share }) => share < HARDLY);
  const list = slowdowns
    .map(({ load, share }) => `${numberText(100 * share)} % at ${load} % load`)
    .join(', ');
  return {
    lead: slower.length > 0 ? 'Slower meanwhile.' : 'Hardly slower.',
    text: `Operations a second, of those without a merge: ${list}.`,
  };
}

function waitFinding(figures: Figures, longestUs: number): Verdict['findings'][number] {
  const fact = (name: string) => valueText(factOf(figures, name), 'us');
  return {
    lead: longestUs >= STILL_US ? 'It stood still.' : 'Short waits.',
    text: `Longest operation: ${valueText(longestUs, 'us')} with the merge, ${fact('longest operation, without a merge')} without. Of 100 operations 99 took ${fact('99 % of operations, live')} or less against ${fact('99 % of operations, without a merge')}.`,
  };
}

function claimOf(
  isOnline: boolean,
  isStill: boolean,
  onlineText: string,
  longestText: string,
): Verdict['claims'][number] {
  if (!isOnline) return { holds: 'no', why: `${onlineText} while its disk was merged.` };
  return isStill
    ? { holds: 'partly', why: `${onlineText}, but it stood still: ${longestText}.` }
    : { holds: 'yes', why: `${onlineText}, at every load, and ${longestText}.` };
}
