/** The short words of a row of the tree. */
import { dateText } from '../../base/units.ts';
import type { FileView, Finding } from '../../engine/api.ts';

type Severity = Finding['severity'];

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** A rule's name as words: `parent-not-found` is `parent not found`. */
export function ruleWords(rule: string): string {
  return rule.replaceAll('-', ' ').replace(/\b(id|bat)\b/g, (word) => (word === 'bat' ? 'BAT' : word));
}

/** What is wrong in a few words, else who made the file. */
export function rowNote(file: FileView): {
  readonly finding: Finding | null;
  readonly more: number;
  readonly text: string;
} {
  const serious = worstFirst(file.findings).filter(({ severity }) => severity !== 'note');
  const finding = serious[0] ?? null;
  const maker = makerWords(file);
  const text = finding
    ? ruleWords(finding.rule)
    : file.type === 'differencing'
      ? maker
      : `${file.type}${maker ? `, ${maker}` : ''}`;
  return { finding, more: Math.max(0, serious.length - 1), text };
}

/** `Windows 10.0` rather than the sentence that says which Windows that was. */
function makerWords({ maker, format }: FileView): string {
  if (!maker) return format === 'raw' ? 'raw image' : '';
  if (maker.looksLike.startsWith('another program')) return 'another program';
  return maker.looksLike.startsWith('Windows ') ? `Windows ${maker.version}` : maker.looksLike;
}

export function fileDate(file: FileView): string {
  return file.modifiedMs === null ? '' : dateText(new Date(file.modifiedMs));
}

/** For screen readers: what the row shows by place, colour and lines. */
export function linkSpeech(file: FileView, layer: number | null): string {
  const place =
    layer === null
      ? 'not in the chain in view'
      : layer === 0
        ? 'layer 0, the disk is seen from here'
        : `layer ${layer}`;
  const state = {
    whole: '',
    'by-hand': ', parent chosen by hand',
    orphan: ', parent not found',
    ambiguous: ', several possible parents',
    cycle: ', part of a cycle',
  }[file.link];
  return place + state;
}
