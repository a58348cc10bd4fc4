/** The four policies for when a merge runs: a sentence each, with where it comes from (CHECKPOINTS, "four policies"). */
import type { MergePolicy } from '../../../engine/api.ts';

export interface PolicyWords {
  readonly value: MergePolicy;
  readonly label: string;
  readonly rule: string;
  readonly from: string;
}

export const POLICIES: readonly PolicyWords[] = [
  {
    value: 'when-idle',
    label: 'when idle',
    rule: 'Only while the VM’s disks are idle; a VM that is always loaded never merges.',
    from: 'Preview of 2007, as its team told it then.',
  },
  {
    value: 'when-off',
    label: 'when off',
    rule: 'Only after the VM is shut down; starting it cancels the merge and throws its progress away.',
    from: 'Hyper-V 2008 and 2008 R2.',
  },
  {
    value: 'live',
    label: 'live',
    rule: 'While the VM runs.',
    from: 'Hyper-V since 2012; the article on it says 2012 R2. How Hyper-V routes the guest’s writes meanwhile is not public: this way is ours.',
  },
  {
    value: 'now',
    label: 'now',
    rule: 'At once, as soon as it is due, whatever the VM does.',
    from: 'The button that readers asked for in 2007.',
  },
];

export function policyWords(policy: MergePolicy): PolicyWords {
  const [first] = POLICIES;
  const words = POLICIES.find(({ value }) => value === policy) ?? first;
  if (!words) throw new Error('there are policies');
  return words;
}
