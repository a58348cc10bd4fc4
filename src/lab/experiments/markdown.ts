/** The ten verdicts as a document. */
import type { Claim, ExperimentAbout } from './experiment.ts';
import type { ExperimentResult, Figures } from './figures.ts';
import { mediansTable } from './medians.ts';
import { SOURCES, type Source } from './sources.ts';

export const HOLDS = { yes: 'holds', no: 'does not hold', partly: 'holds in part' } as const;

export function experimentMarkdown(about: ExperimentAbout, { figures, verdict }: ExperimentResult): string {
  const claims = about.claims.map((claim, i) => {
    const judged = verdict.claims[i];
    return `- ${claimText(claim)} [${claim.sources.join(', ')}] – **${judged ? HOLDS[judged.holds] : 'not judged'}**: ${judged?.why ?? ''}`;
  });
  return [
    `## ${about.number}. ${about.question}`,
    `**${verdict.headline}**`,
    claims.join('\n'),
    ...verdict.findings.map(({ lead, text }) => `**${lead}** ${text}`),
    medians(figures),
    ...figures.tables.map(({ title, columns, rows }) => `${title}:\n\n${table(columns, rows)}`),
    `${figures.caption} ${figures.work}.`,
    about.method.map((sentence) => `- ${sentence}`).join('\n'),
  ].join('\n\n');
}

/** With its marks where it is a quotation. */
export function claimText({ text, isQuote }: Claim): string {
  return isQuote ? `“${text}”` : text;
}

export function sourcesMarkdown(): string {
  return Object.values(SOURCES)
    .map((source) => `- ${sourceText(source)}`)
    .join('\n');
}

/** `[P] Brien Posey, Using live virtual disk merge in Windows Server 2012 R2, 2013`. */
export function sourceText({ mark, author, title, year }: Source): string {
  return `[${mark}] ${author}, ${title}${year === '' ? '' : `, ${year}`}`;
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
