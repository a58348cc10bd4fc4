/** What is said of the chain in view. */
import { durationText, sizeText } from '../../../base/units.ts';
import type { ChainAdvice, ExperimentId, Figures, MergeOffer } from '../../../engine/api.ts';

/** Experiments whose question can be asked of any chain. */
const OF_CHAINS: readonly ExperimentId[] = ['read-cost', 'more-io'];

export function asksOfChain(id: ExperimentId): boolean {
  return OF_CHAINS.includes(id);
}

/** `layers 0–3`. */
export function layersText({ first, last }: Pick<MergeOffer, 'first' | 'last'>): string {
  return `layers ${first}–${last}`;
}

/** Share of 1, in whole per cent where there are any. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent !== 0 && Math.abs(percent) < 1 ? percent.toFixed(1) : Math.round(percent)} %`.replace(
    '-',
    '−',
  );
}

/** `1.4 s`, `2 min 10 s`. */
export function secondsText(seconds: number): string {
  return seconds < 10 ? `${Number(seconds.toPrecision(2))} s` : durationText(seconds);
}

/** What saves most of what can be done in place; null where no merge saves anything. */
export function bestOffer({ offers }: ChainAdvice): MergeOffer | null {
  const saving = offers.filter(({ savedShare }) => savedShare > 0);
  return saving.find(({ obstacle }) => obstacle === null) ?? saving[0] ?? null;
}

export function readText({ readBytes }: Pick<ChainAdvice, 'readBytes'>): string {
  return `${sizeText(readBytes)} read`;
}

/** Where the chain in view lies in the plot; null where the plot does not reach it. */
export function chainMark(depth: number | null, { x, series }: Figures): { x: number; label: string } | null {
  if (depth === null || x.names !== null) return null;
  const most = Math.max(...series.flatMap(({ points }) => points.map((point) => point.x)));
  return depth <= most ? { x: depth, label: `your chain, ${depth}` } : null;
}
