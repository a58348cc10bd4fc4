/** Where the clusters of an exFAT volume lie, and which follow one another. */
import { viewOf } from '../../base/bytes.ts';
import { DiskError } from '../../base/errors.ts';
import { grouped } from '../../base/units.ts';
import type { ExfatBoot } from '../../volumes/exfatBoot.ts';
import type { DiskWindow } from '../diskWindow.ts';
import { ClusterSet } from './clusterSet.ts';

const FIRST_CLUSTER = 2;
const END_OF_CHAIN = 0xffff_ffff;
const TABLE_PAGE_BYTES = 4096;

/** Bytes that lie one after the other in the window. */
export interface Run {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Clusters as an entry names them. */
export interface Allocation {
  readonly firstCluster: number;
  /** The clusters follow one another, and the table says nothing of them. */
  readonly isContiguous: boolean;
}

export class Clusters {
  readonly clusterBytes: number;
  readonly clusterCount: number;
  private readonly heapOffset: number;
  private readonly tableOffset: number;
  private readonly tableEnd: number;
  private page: Uint8Array = new Uint8Array(0);
  private pageNumber = -1;

  constructor(
    private readonly window: DiskWindow,
    boot: ExfatBoot,
  ) {
    const sectorBytes = 2 ** boot.sectorShift;
    this.clusterBytes = sectorBytes * 2 ** boot.clusterShift;
    this.clusterCount = boot.clusterCount;
    this.heapOffset = boot.heapSector * sectorBytes;
    const isSecondActive = (boot.flags & 1) === 1 && boot.tableCount === 2;
    this.tableOffset = (boot.tableSector + (isSecondActive ? boot.tableSectors : 0)) * sectorBytes;
    this.tableEnd = Math.min(this.tableOffset + boot.tableSectors * sectorBytes, window.sizeBytes);
  }

  get heapBytes(): number {
    return this.clusterCount * this.clusterBytes;
  }

  /** What is read from now on is asked of the window again. */
  forget(): void {
    this.pageNumber = -1;
  }

  /**
   * The stretches of `lengthBytes` bytes, or of the whole chain for Infinity; clusters that follow one another are joined,
   * up to `mostBytes`. Throws 'corrupt' where the clusters end before, leave the volume or lead back; what came is good.
   */
  *runs(
    { firstCluster, isContiguous }: Allocation,
    lengthBytes: number,
    mostBytes: number,
  ): Generator<Run, void, undefined> {
    const seen = new ClusterSet();
    let left = lengthBytes;
    let cluster = firstCluster;
    while (left > 0) {
      const start = cluster;
      let runBytes = 0;
      let fault: string | null = null;
      let next = cluster;
      do {
        cluster = next;
        fault =
          this.faultOf(cluster) ??
          (isContiguous || seen.add(cluster) ? null : 'leads back to a cluster that it came through');
        if (fault !== null) break;
        runBytes += Math.min(this.clusterBytes, left - runBytes);
        if (runBytes >= left) break;
        next = isContiguous ? cluster + 1 : this.next(cluster);
      } while (next === cluster + 1 && runBytes < mostBytes);
      if (runBytes > 0)
        yield {
          offset: this.heapOffset + (start - FIRST_CLUSTER) * this.clusterBytes,
          lengthBytes: runBytes,
        };
      if (fault !== null) throw brokenChain(firstCluster, fault);
      left -= runBytes;
      if (next === END_OF_CHAIN) {
        if (left > 0 && left !== Number.POSITIVE_INFINITY)
          throw brokenChain(firstCluster, `ends ${grouped(left)} bytes too early`);
        return;
      }
      cluster = next;
    }
  }

  /** Where a cluster is none of the volume's. */
  private faultOf(cluster: number): string | null {
    if (cluster >= FIRST_CLUSTER && cluster < FIRST_CLUSTER + this.clusterCount) return null;
    return `leads to cluster ${grouped(cluster)}, which the volume does not have`;
  }

  private next(cluster: number): number {
    const offset = cluster * 4;
    const number = Math.floor(offset / TABLE_PAGE_BYTES);
    if (number !== this.pageNumber) {
      const start = this.tableOffset + number * TABLE_PAGE_BYTES;
      const page = new Uint8Array(Math.max(0, Math.min(TABLE_PAGE_BYTES, this.tableEnd - start)));
      this.window.readNow(start, page);
      this.page = page;
      this.pageNumber = number;
    }
    const at = offset % TABLE_PAGE_BYTES;
    // A window may end before the table does: then no cluster follows.
    return at + 4 <= this.page.length ? viewOf(this.page).getUint32(at, true) : 0;
  }
}

function brokenChain(firstCluster: number, fault: string): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `The clusters from ${grouped(firstCluster)} on cannot be followed to their end: the chain ${fault}.`,
    meaning: 'What lies behind that place cannot be found.',
    remedy: 'Look at an older point of the chain of files, where it may still be whole.',
  });
}
