/** Places beside the blocks' own, to which blocks that are merged as a whole are written. */

/** In a batch, at most: they have to be given back in the end. */
const MOST_SPARES = 32;
/** So that giving back costs a small part of the whole. */
const BLOCKS_A_SPARE = 16;

/** `sourceBytes` are the sizes of the files that are copied from. */
export function mostSpares(sourceBytes: number, blockSizeBytes: number): number {
  return Math.max(1, Math.min(MOST_SPARES, Math.floor(sourceBytes / blockSizeBytes / BLOCKS_A_SPARE)));
}
