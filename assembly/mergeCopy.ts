/** Puts what several files hold of one stretch of the disk together: the files were read in large pieces. */
import { Extent, extents } from './layout';

/**
 * Copies the sectors that extents `from` … `end − 1` of the last answer take from `layer`. The file's bytes from
 * `fileOffset` on stand at `source`, the sectors from `firstSector` on go to `target`. All of these extents lie in what was
 * read.
 */
export function gatherRuns(
  from: u32,
  end: u32,
  layer: u32,
  fileOffset: f64,
  source: usize,
  firstSector: f64,
  target: usize,
): void {
  for (let i = from; i < end; i++) {
    const extent = changetype<Extent>(extents + i * offsetof<Extent>());
    if (extent.layer != <f64>layer) continue;
    const to = target + ((<usize>(extent.firstSector - firstSector)) << 9);
    memory.copy(to, source + <usize>(extent.fileOffset - fileOffset), (<usize>extent.sectorCount) << 9);
  }
}
