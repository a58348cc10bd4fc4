/** The two hashes of a proof as rows: known, under way, or still to come. */
import { grouped, sizeText } from '../../base/units.ts';
import type { MergeProgress, MergeReport } from '../../engine/api.ts';
import { roughText } from './proofCost.ts';

export interface ProofRow {
  readonly name: 'before' | 'after';
  /** In whole; null while it is not known. */
  readonly hash: string | null;
  readonly words: string;
  readonly mark: 'ok' | 'run' | 'wait';
  readonly end: string;
}

export interface ProofAt {
  /** null = nothing runs yet. */
  readonly stage: MergeProgress['stage'] | null;
  /** Of the stage. */
  readonly percent: number | null;
  readonly sha256Before: string | null;
  readonly proof: MergeReport['proof'];
  /** It runs no more; without a proof then, it stopped before. */
  readonly ended: boolean;
  /** Of one hash; null = not known. */
  readonly seconds: number | null;
  /** Of the disk; null = not known. */
  readonly bytes: number | null;
}

export function proofRows(at: ProofAt): readonly ProofRow[] {
  const { proof } = at;
  if (proof) {
    const known = (name: ProofRow['name'], { sha256, blocks }: typeof proof.before): ProofRow => ({
      name,
      hash: sha256,
      words: '',
      mark: 'ok',
      end: `${grouped(blocks)} blocks`,
    });
    return [known('before', proof.before), known('after', proof.after)];
  }
  return [beforeRow(at), afterRow(at)];
}

function beforeRow(at: ProofAt): ProofRow {
  const row = { name: 'before', hash: at.sha256Before } as const;
  if (at.sha256Before !== null) return { ...row, words: '', mark: 'ok', end: 'known' };
  if (at.ended) return { ...row, words: 'not hashed', mark: 'wait', end: '' };
  if (at.stage === 'hashing before')
    return { ...row, words: 'being hashed', mark: 'run', end: percentText(at) };
  return { ...row, words: `is hashed first${costText(at)}`, mark: 'wait', end: 'waits' };
}

function afterRow(at: ProofAt): ProofRow {
  const row = { name: 'after', hash: null } as const;
  if (at.ended) return { ...row, words: 'not hashed: the merge is not finished', mark: 'wait', end: '' };
  if (at.stage === 'hashing after')
    return { ...row, words: 'being hashed', mark: 'run', end: percentText(at) };
  if (at.stage === 'finishing') return { ...row, words: 'equal', mark: 'ok', end: 'known' };
  return { ...row, words: `starts when the copy is complete${costText(at)}`, mark: 'wait', end: 'waits' };
}

const percentText = ({ percent }: ProofAt) => (percent === null ? '' : `${Math.floor(percent)} %`);

/** `, about 7 min for 43.8 GiB` */
function costText({ seconds, bytes }: ProofAt): string {
  if (seconds === null || bytes === null) return '';
  return `, ${seconds < 1 ? '' : 'about '}${roughText(seconds)} for ${sizeText(bytes)}`;
}
