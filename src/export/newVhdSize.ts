/** How large a new file becomes, before it is written. */
import { assert } from '../base/assert.ts';
import { endFooterOffset, type NewVhd, nextBitmapOffset } from '../formats/vhd/create.ts';
import { FOOTER_BYTES } from '../formats/vhd/footer.ts';

export interface NewVhdSize {
  readonly fileBytes: number;
  /** All but the blocks' data. */
  readonly structureBytes: number;
  /** Where the last block's bitmap is; 0 without blocks. */
  readonly lastBitmapOffset: number;
}

/** `vhd` is a dynamic or differencing disk from `createVhd`, `blocks` how many are added to it one behind the other. */
export function newVhdSize(vhd: NewVhd, blocks: number): NewVhdSize {
  assert(vhd.blocks, 'a fixed disk has no blocks');
  const { bitmapBytes, batBytes, blockSizeBytes } = vhd.blocks;
  const wholeBytes = bitmapBytes + blockSizeBytes;
  const first = nextBitmapOffset(vhd.firstBlockOffset, bitmapBytes);
  const stride = nextBitmapOffset(first + wholeBytes, bitmapBytes) - first;
  const lastBitmapOffset = blocks === 0 ? 0 : first + (blocks - 1) * stride;
  const end = blocks === 0 ? vhd.firstBlockOffset : lastBitmapOffset + wholeBytes;
  const partsBytes = vhd.parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    fileBytes: endFooterOffset(end) + FOOTER_BYTES,
    structureBytes: partsBytes + batBytes + FOOTER_BYTES + blocks * bitmapBytes,
    lastBitmapOffset,
  };
}
