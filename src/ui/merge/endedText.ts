/** What a finished merge left, in one sentence. */
import type { MergeReport } from '../../engine/api.ts';
import { countWord, type Part } from './mergeWords.ts';

export function doneSentence({ way, survivor, removed, relinked, proof }: MergeReport): readonly Part[] {
  const equal = proof ? ' The disk reads the same in every sector, before and after.' : '';
  if (way === 'new-file') {
    return [{ file: survivor }, ` is complete. The originals are as they were.${equal}`];
  }
  const gone =
    removed.length === 1
      ? [', and ', { file: removed[0] ?? '' }, ' is removed.']
      : [`, and ${countWord(removed.length).toLowerCase()} files are removed.`];
  const links =
    relinked.length === 0
      ? ''
      : ` ${countWord(relinked.length)} ${relinked.length === 1 ? 'file that stood on it names' : 'files that stood on it name'} the new parent.`;
  return [{ file: survivor }, ' holds everything', ...gone, `${links}${equal}`];
}
