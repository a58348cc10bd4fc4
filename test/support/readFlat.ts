/**
 * Reads a chain with plain loops, sector by sector, from what `openImage` said of each file: no core, no index, no
 * cache. Slow and obvious: what an image means once it is opened.
 */
import type { DiskImage } from '../../src/formats/diskImage.ts';
import { SECTOR } from './imageBuilder.ts';

/** The whole disk as seen from `layers[0]`. */
export async function readFlat(layers: readonly DiskImage[]): Promise<Uint8Array> {
  const leaf = layers[0];
  if (!leaf) throw new Error('a chain has a leaf');
  const disk = new Uint8Array(leaf.virtualSizeBytes);
  const parent = layers.length > 1 ? await readFlat(layers.slice(1)) : new Uint8Array(0);
  disk.set(parent.subarray(0, disk.length));
  const { tables, file } = leaf;
  if (tables.kind === 'flat') {
    await file.read(tables.dataOffset, disk);
    return disk;
  }
  const bat = new Uint8Array(tables.batEntries * 4);
  await file.read(tables.batOffset, bat);
  const perBlock = tables.blockSizeBytes / SECTOR;
  for (let block = 0; block < tables.batEntries; block++) {
    const entry = new DataView(bat.buffer).getUint32(block * 4);
    if (entry === 0xffffffff) continue;
    const bitmap = new Uint8Array(tables.bitmapBytes);
    await file.read(entry * SECTOR, bitmap);
    const first = block * perBlock;
    for (let i = 0; i < perBlock && (first + i) * SECTOR < disk.length; i++) {
      const isHeld = ((bitmap[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0;
      if (leaf.type === 'differencing' && !isHeld) continue;
      const target = disk.subarray((first + i) * SECTOR, (first + i + 1) * SECTOR);
      await file.read(entry * SECTOR + tables.bitmapBytes + i * SECTOR, target);
    }
  }
  return disk;
}
