/** The small disks that examples of repairs damage: blocks of 4 KiB, each filled with its own byte. */
import {
  type BuiltImage,
  buildImage,
  type ImageOptions,
  mixedEndianId,
  utf16le,
} from '../../../support/imageBuilder.ts';

export const BLOCK = 4096;

export function filled(byte: number): Uint8Array {
  return new Uint8Array(BLOCK).fill(byte);
}

/** Five blocks, the last of them partial; 0, 1 and 3 are in the file. */
export function dynamicDisk(options: Partial<ImageOptions> = {}): BuiltImage {
  return buildImage({
    type: 'dynamic',
    virtualSizeBytes: 5 * BLOCK - 3 * 512,
    blockSizeBytes: BLOCK,
    id: mixedEndianId(7),
    blocks: [
      [0, { data: filled(0x10) }],
      [3, { data: filled(0x13) }],
      [1, { data: filled(0x11) }],
    ],
    ...options,
  });
}

export const PARENT = {
  id: mixedEndianId(8),
  name: 'base.vhd',
  locators: [
    { platform: 'W2ku', data: utf16le('C:\\disks\\base.vhd') },
    { platform: 'W2ru', data: utf16le('.\\base.vhd') },
  ],
};

/** Sectors 0, 3 and 5 of block 1. */
export function differencingDisk(options: Partial<ImageOptions> = {}): BuiltImage {
  return dynamicDisk({
    type: 'differencing',
    id: mixedEndianId(9),
    parent: PARENT,
    blocks: [[1, { data: filled(0x21), bits: Uint8Array.from([1, 0, 0, 1, 0, 1, 0, 0]) }]],
    ...options,
  });
}

export function setU32(bytes: Uint8Array, offset: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, value);
}

export function getU32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}
