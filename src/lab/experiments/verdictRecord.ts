/** What is kept of a run of an experiment, for the page of the ten verdicts and for the documents. Plain data. */
import type { Experiment, ExperimentId, ExperimentTools } from './experiment.ts';
import type { ExperimentResult, FigureSeries, Figures, Verdict } from './figures.ts';
import { valueText, xText } from './valueText.ts';

export interface VerdictRecord {
  readonly id: ExperimentId;
  readonly headline: string;
  readonly findings: Verdict['findings'];
  readonly claims: Verdict['claims'];
  /** A line for each series: what it began and ended with. */
  readonly figures: readonly { readonly label: string; readonly text: string }[];
  readonly caption: string;
  readonly work: string;
}

/** With the experiment's own set-up, and without a clock: the same on every machine. */
export async function runForRecord(
  { about, run, verdict }: Experiment,
  tools: Omit<ExperimentTools, 'now' | 'chain'>,
): Promise<ExperimentResult> {
  const figures = await run(about.setup, { ...tools, now: null, chain: null });
  return { figures, verdict: verdict(figures, about.setup) };
}

export function recordOf(id: ExperimentId, { figures, verdict }: ExperimentResult): VerdictRecord {
  const { headline, findings, claims } = verdict;
  return {
    id,
    headline,
    findings,
    claims,
    figures: figures.series.map((series) => ({ label: series.label, text: endsText(figures, series) })),
    caption: figures.caption,
    work: figures.work,
  };
}

function endsText(figures: Figures, { points }: FigureSeries): string {
  const ends = points.length > 1 ? [points[0], points.at(-1)] : points;
  return ends
    .flatMap((point) => (point ? [point] : []))
    .map(({ x, median }) => `${valueText(median, figures.y.unit)} at ${xText(x, figures.x)}`)
    .join(', ');
}
