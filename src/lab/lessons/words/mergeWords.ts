/** Words of the glossary: deleting and merging. */
import type { GlossaryEntry } from '../glossary.ts';

export const MERGE_WORDS: readonly GlossaryEntry[] = [
  {
    word: 'delete',
    also: ['deleted', 'deleting'],
    text: 'To give up a checkpoint as a way back. Its files go where it has no descendant, merge where it has one, and stay until then where it has more. What the machine reads stays the same.',
    inCode: 'src/lab/machine/deleteCheckpoint.ts:deleteCheckpoints',
    see: ['merge', 'descendant'],
  },
  {
    word: 'merge',
    also: ['merges', 'merged', 'merging'],
    text: 'To fold a child into its parent: the newer data is copied into the parent’s file, which then takes the child’s place. The chain gets shorter by one file, and the disk reads the same.',
    inCode: 'src/merge/mergeRun.ts:MergeRun',
    see: ['live merge', 'merge policy', 'descendant'],
  },
  {
    word: 'merge policy',
    also: ['merge policies', 'policy'],
    text: 'The rule for when a merge may run: when the disks are idle (2007), when the machine is off (2008), live (since 2012), or now.',
    inCode: 'src/lab/machine/machine.ts:MergePolicy',
    see: ['merge', 'live merge'],
  },
  {
    word: 'live merge',
    also: ['live merges', 'online merge'],
    text: 'A merge while the machine runs. Blocks that the guest writes to meanwhile are copied again, and a last step changes over. How Hyper-V does it is not public; this way is ours.',
    inCode: 'src/merge/liveMerge.ts:LiveMerge',
    see: ['merge', 'dirty block'],
  },
  {
    word: 'dirty block',
    also: ['dirty blocks'],
    text: 'A block that the guest wrote to after a live merge had copied it, or while it did. It is copied again.',
    inCode: 'src/merge/dirtyBlocks.ts:DirtyBlocks',
    see: ['live merge', 'block'],
  },
  {
    word: 'journal',
    also: ['journals', 'merge journal'],
    text: 'A small file beside the target of a merge that says how far it has come. After a power cut it tells how to finish, or that nothing was changed yet.',
    inCode: 'src/merge/mergeJournal.ts:MergeJournal',
    see: ['merge', 'spare place'],
  },
  {
    word: 'spare place',
    also: ['spare places', 'spare'],
    text: 'Room for one block at the end of a file that is merged into. A block is put together there as a whole; its old place is the next spare.',
    inCode: 'src/merge/spares.ts:mostSpares',
    see: ['merge', 'block', 'journal'],
  },
];
