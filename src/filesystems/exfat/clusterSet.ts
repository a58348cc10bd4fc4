/** Clusters that were seen: takes room in proportion to them, not to the volume. */
const CHUNK_CLUSTERS = 1024;

export class ClusterSet {
  private readonly chunks = new Map<number, Uint8Array>();

  /** False where it was in already. */
  add(cluster: number): boolean {
    const number = Math.floor(cluster / CHUNK_CLUSTERS);
    let chunk = this.chunks.get(number);
    if (!chunk) {
      chunk = new Uint8Array(CHUNK_CLUSTERS / 8);
      this.chunks.set(number, chunk);
    }
    const at = cluster % CHUNK_CLUSTERS;
    const bit = 1 << (at & 7);
    const before = chunk[at >>> 3] ?? 0;
    chunk[at >>> 3] = before | bit;
    return (before & bit) === 0;
  }
}
