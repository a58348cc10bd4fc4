/** What recovery will do with a merge that waits, in words. */
import { grouped, sizeText } from '../base/units.ts';
import type { JournalHead, JournalState } from '../merge/mergeJournal.ts';

/** `takesOver`: the target is being made the newest file. */
export function nextWords(head: JournalHead, state: JournalState, takesOver: boolean): string {
  const { target, newName, sources, relink, live } = head;
  const made = `“${newName ?? target}”`;
  const newest = `“${sources[0]?.name ?? ''}”`;
  switch (state.phase) {
    case 'planned':
      return `Nothing was copied yet. Resumed, the merge begins with the first block of ${made}.`;
    case 'copying': {
      const kept = `${sizeText(state.copiedBytes)} are in ${made} already`;
      if (live)
        return `${kept}; a guest wrote meanwhile, so resumed, copying begins anew with the first block.`;
      return `${kept}. Resumed, sectors that were being written over are put right from the journal, and copying goes on with block ${grouped(state.nextBlock)}.`;
    }
    case 'copied': {
      if (newName !== null) return `All data is copied. Resumed, the new file gets its name ${made}.`;
      const linked =
        relink.length > 0
          ? `, ${filesText(relink.length)} above ${relink.length === 1 ? 'is' : 'are'} linked to it`
          : '';
      const first = takesOver
        ? `${made} is taking the place of ${newest}: before that is finished, files above may not find their parent.`
        : `All data is in ${made}.`;
      return `${first} Resumed, it takes the place of ${newest}${linked}, and ${filesText(sources.length)} that ${sources.length === 1 ? 'was' : 'were'} merged ${sources.length === 1 ? 'goes' : 'go'}.`;
    }
    case 'relinked':
      return `${made} has taken the place of ${newest}. Resumed, what is left of the merged files goes, and the journal last.`;
  }
}

function filesText(count: number): string {
  return count === 1 ? 'the file' : `${grouped(count)} files`;
}
