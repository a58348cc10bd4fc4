/** The ten verdicts as a document. */
import { claimText, HOLDS_WORDS, sourceText } from './claimText.ts';
import type { ExperimentAbout } from './experiment.ts';
import type { ExperimentResult, Figures } from './figures.ts';
import { mediansTable } from './medians.ts';
import { SOURCES } from './sources.ts';

export function experimentMarkdown(about: ExperimentAbout, { figures, verdict }: ExperimentResult): string {
  const claims = about.claims.map((claim, i) => {
    const judged = verdict.claims[i];
    return `- ${claimText(claim)} [${claim.sources.join(', ')}] – **${judged ? HOLDS_WORDS[judged.holds] : 'not judged'}**: ${judged?.why ?? ''}`;
  });
  return [
    `## ${about.number}. ${about.question}`,
    `**${verdict.headline}**`,
    claims.join('\n'),
    ...verdict.findings.map(({ lead, text }) => `**${lead}** ${text}`),
    medians(figures),
    ...figures.tables.map(({ title, columns, rows }) => `${title}:\n\n${table(columns, rows)}`),
    `${figures.caption.replace(/\.$/, '')}. ${figures.work}.`,
    about.method.map((sentence) => `- ${sentence}`).join('\n'),
  ].join('\n\n');
}

export function sourcesMarkdown(): string {
  return Object.values(SOURCES)
    .map((source) => `- ${sourceText(source)}`)
    .join('\n');
}

function medians(figures: Figures): string {
  const { columns, rows } = mediansTable(figures);
  return table(columns, rows);
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
