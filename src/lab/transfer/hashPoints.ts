/** SHA-256 of every disk as it reads at every checkpoint and at Now. */
import { DiskError } from '../../base/errors.ts';
import { MIB } from '../../base/units.ts';
import type { CoreModule } from '../../core/core.ts';
import { hashDisk } from '../../export/hashDisk.ts';
import type { Hasher } from '../../export/hasher.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { MachineState } from '../machine/machine.ts';
import { chainOf, nodesOf } from '../machine/tree.ts';
import { openPoint } from './openPoint.ts';

export interface HashedPoint {
  readonly node: string;
  readonly disk: string;
  /** Hex; null where the disk cannot be read: `problem` says why. */
  readonly sha256: string | null;
  readonly problem: string | null;
}

export interface HashPointsTools {
  readonly module: CoreModule;
  readonly createHasher: () => Promise<Hasher>;
  readonly signal?: AbortSignal;
  /** Bytes of disks hashed since the last call. */
  readonly advance?: (bytes: number) => void;
}

/** Many points are opened, one after the other. */
const CACHES = { ownerBytes: 4 * MIB, pageBytes: 4 * MIB, stagingBytes: 8 * MIB };

/** Now first, then the newest checkpoint. A deleted one is no point any more: what is merged into it is its descendant's. */
export async function hashPoints(
  folder: DiskFolder,
  state: MachineState,
  tools: HashPointsTools,
): Promise<HashedPoint[]> {
  const hashed: HashedPoint[] = [];
  for (const { id, files, deletedAtUs } of nodesOf(state).reverse()) {
    if (deletedAtUs !== null) continue;
    for (const disk of Object.keys(files)) {
      const hash = await hashOf(folder, chainOf(state, id, disk), tools);
      hashed.push({ node: id, disk, ...hash });
    }
  }
  return hashed;
}

async function hashOf(
  folder: DiskFolder,
  chain: readonly string[],
  { module, createHasher, signal, advance }: HashPointsTools,
): Promise<Pick<HashedPoint, 'sha256' | 'problem'>> {
  const given = signal ? { signal } : {};
  try {
    const { disk, close } = await openPoint(folder, chain, true, { module, caches: CACHES, ...given });
    try {
      const hasher = await createHasher();
      const sha256 = await hashDisk(disk, {
        hasher,
        onPiece: ({ bytes }) => advance?.(bytes.length),
        ...given,
      });
      return { sha256, problem: null };
    } finally {
      await close();
    }
  } catch (error) {
    if (!(error instanceof DiskError) || error.code === 'cancelled') throw error;
    return { sha256: null, problem: error.message };
  }
}
