/** What a live merge is asked for, and what is said of one that cannot begin or that broke off. */
import { assert, must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { checkWritableLeaf } from '../chain/writeFaults.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { refuse } from './runMerge.ts';
import type { ChildOf, Stretch } from './stretch.ts';

export interface LiveRequest {
  /** The guest's chain, leaf first, as the folder knows the files. */
  readonly names: readonly string[];
  /** The last file needs no parent. */
  readonly complete: boolean;
  /** Layers of the stretch, newest and oldest; everything goes into the oldest. */
  readonly first: number;
  readonly last: number;
  /** As in a `Stretch`; the file right above the stretch need not be among them. */
  readonly children: readonly ChildOf[];
}

/** The file above the stretch stands on it like any other child. */
export function stretchOf(request: LiveRequest, images: readonly DiskImage[]): Stretch {
  const { names, complete, first, last, children } = request;
  const [name, image] = [names[first - 1], images[first - 1]];
  const above: ChildOf[] = name !== undefined && image ? [{ name, image, of: first }] : [];
  const others = children.filter((child) => child.name !== name);
  return { images, names, complete, first, last, children: [...above, ...others] };
}

/**
 * Throws 'bad-request' for what cannot be merged in place, or not while a guest writes, and 'corrupt' where the guest could
 * not go on in the target. `findings` are the chain's.
 */
export function checkLive(stretch: Stretch, findings: readonly Finding[]): void {
  const { images, first, last } = stretch;
  assert(first >= 0 && first < last && last < images.length, 'the stretch lies in the chain');
  refuse({ way: 'in-place', stretch });
  const [source, target] = [must(images[first], 'a source'), must(images[last], 'a target')];
  // Known before anything moves: after the switch it would be too late.
  if (first === 0) {
    const ofTarget = findings.filter(({ file }) => file === target.file.name);
    checkWritableLeaf(target, [...target.findings, ...ofTarget]);
  }
  // The target would have to grow under the guest.
  if (source.virtualSizeBytes === target.virtualSizeBytes) return;
  throw new DiskError({
    code: 'bad-request',
    message: `${source.file.name} is a disk of ${source.virtualSizeBytes} bytes, ${target.file.name} one of ${target.virtualSizeBytes}; while the disk is in use only disks of one size are merged.`,
    where: { file: target.file.name, offset: 0, lengthBytes: 0 },
    meaning: 'Nothing was changed.',
    remedy: 'Merge them while the disk is not in use.',
  });
}

/** What the guest is told after the end of a merge broke off. */
export function switchFailed({ names, last }: LiveRequest, cause: unknown): DiskError {
  const target = must(names[last], 'the target has a name');
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DiskError(
    {
      code: cause instanceof DiskError ? cause.code : 'io',
      message: `The merge into ${target} broke off at its end: ${why}`,
      meaning:
        'Everything that was written to the disk is in its files. Until the merge is finished it is closed.',
      remedy: 'Finish the merge that waits in the folder, then open the disk again.',
    },
    { cause },
  );
}
