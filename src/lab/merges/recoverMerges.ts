/** What merges left behind when the power went: each is finished or given up, and the configuration follows the files. */
import { must } from '../../base/assert.ts';
import { pendingMerges } from '../../merge/mergeJournal.ts';
import { abandonMerge, resumeMerge } from '../../merge/runMerge.ts';
import type { LabContext } from '../context.ts';
import type { MachineState } from '../machine/machine.ts';
import { merged, nodesOf } from '../machine/tree.ts';
import { HYPERV_EVENTS } from '../rules/hyperv.ts';

/**
 * A merge whose data was all copied is finished; one that was copying is given up, which changes nothing that the disk
 * reads, and begins anew. Throws what the storage throws; then it can be tried again.
 */
export async function recoverMerges(lab: LabContext): Promise<void> {
  const { module, createHasher } = lab.host;
  for (const { name, head, state, problem } of await pendingMerges(lab.drive)) {
    if (problem) {
      lab.event('recovery', `${name} cannot be read: ${problem.message}`, { severity: 'error' });
      continue;
    }
    const isCopied = state?.phase === 'copied' || state?.phase === 'relinked';
    const target = head?.target ?? name;
    if (head === null) await lab.remove([name]);
    else if (isCopied) await resumeMerge(lab.drive, name, { module, createHasher, prove: false });
    else await abandonMerge(lab.drive, name, { module });
    lab.event(
      'recovery',
      isCopied
        ? `The merge into ${target} had copied everything: it was finished.`
        : `The merge into ${target} was copying: it is given up, and begins anew. Until the child is gone it hides what was copied, so the disk reads the same.`,
      isCopied ? { code: HYPERV_EVENTS.mergeFinished.code } : {},
    );
  }
  const followed = followFiles(
    lab.state,
    (name) => lab.drive.sizeOf(name) !== null || lab.drive.lost.has(name),
  );
  if (followed !== lab.state) await lab.commit(followed);
}

/**
 * A merge removes the child's file before the configuration is written: where that is gone and the deleted checkpoint's is
 * there, the merge was done.
 */
export function followFiles(state: MachineState, isThere: (name: string) => boolean): MachineState {
  let followed = state;
  for (let changed = true; changed; ) {
    changed = false;
    for (const child of nodesOf(followed)) {
      const parent = followed.checkpoints.find(({ id }) => id === child.parent);
      if (!parent || parent.deletedAtUs === null) continue;
      const disk = Object.keys(child.files).find((each) => {
        const file = must(child.files[each], 'a file of the disk');
        return !isThere(file) && parent.files[each] !== undefined;
      });
      if (disk === undefined) continue;
      followed = merged(followed, parent.id, child.id, disk);
      changed = true;
      break;
    }
  }
  return followed;
}

/** The end of a live merge broke off without a power cut: its disks are opened again when it is finished. */
export async function finishBroken(lab: LabContext): Promise<void> {
  await lab.detach();
  await recoverMerges(lab);
  if (lab.guest.running) await lab.attach();
}
