/** An experiment as the terminal prints it: question, medians, verdict, claims, and the work behind it. */
import { claimText, HOLDS_WORDS, sourceText } from '../lab/experiments/claimText.ts';
import type { Claim, ExperimentAbout } from '../lab/experiments/experiment.ts';
import type { ExperimentResult, FigureTable, Verdict } from '../lab/experiments/figures.ts';
import { mediansTable } from '../lab/experiments/medians.ts';
import type { ExperimentSetup } from '../lab/experiments/setup.ts';
import { setupText } from '../lab/experiments/setupText.ts';
import { SOURCES } from '../lab/experiments/sources.ts';
import { printable, table } from './text.ts';

export function experimentLines(
  about: ExperimentAbout,
  setup: ExperimentSetup,
  { figures, verdict }: ExperimentResult,
): string[] {
  const set = setupText(about, setup);
  return [
    `${about.number}. ${about.question}`,
    ...(set === '' ? [] : [`set: ${set}`]),
    '',
    ...tableLines(mediansTable(figures)),
    figures.caption,
    ...figures.tables.flatMap((one) => ['', one.title, ...tableLines(one)]),
    '',
    verdict.headline,
    ...verdict.findings.map(({ lead, text }) => `  ${lead} ${text}`),
    '',
    ...about.claims.flatMap((claim, i) => claimLines(claim, verdict.claims[i])),
    '',
    `${figures.work}.`,
  ].map(printable);
}

/** Figures stand to the right; where a table has words in its cells, all of it stands to the left. */
function tableLines({ columns, rows }: FigureTable): string[] {
  const isFigures = rows.every((row) => row.slice(1).every((cell) => /^([\d−–]|never$|$)/.test(cell)));
  return table([columns, ...rows], isFigures ? 1 : undefined);
}

function claimLines(claim: Claim, judged: Verdict['claims'][number] | undefined): string[] {
  const sources = claim.sources.map((mark) => `  ${sourceText(SOURCES[mark])}`);
  return [claimText(claim), ...sources, ...(judged ? [`  ${HOLDS_WORDS[judged.holds]}: ${judged.why}`] : [])];
}
