/** Findings counted, filtered and put into words. */
import type { Finding } from '../../engine/api.ts';

export type Severity = Finding['severity'];
export type Counts = Readonly<Record<Severity, number>>;
/** What the reader wants to see. */
export type Show = 'all' | 'serious' | 'errors';

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];
const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };
const LAST_RANK: Readonly<Record<Show, number>> = { errors: 0, serious: 1, all: 2 };

export function countsOf(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

export function worstOf(findings: readonly Finding[]): Severity | null {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? null;
}

/** Worst first, else in the order of the file. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.offset - b.offset);
}

export function shownOf(findings: readonly Finding[], show: Show): readonly Finding[] {
  return findings.filter(({ severity }) => RANK[severity] <= LAST_RANK[show]);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `1 error, 2 warnings and 4 notes`; '' where there are none. */
export function countWords(counts: Counts): string {
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    plural(counts[severity], severity),
  );
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
