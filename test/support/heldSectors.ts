/**
 * Which sectors a file holds, and which of a chain's files answers: plain loops over tables and bitmaps as they stand in
 * the file, no core and no index.
 */
import type { DiskImage } from '../../src/formats/diskImage.ts';
import { SECTOR } from './imageBuilder.ts';

/** For each sector of the disk: its offset in the file, or -1. */
export async function sectorPlaces(image: DiskImage): Promise<Float64Array> {
  const places = new Float64Array(image.virtualSizeBytes / SECTOR).fill(-1);
  const { tables, file } = image;
  if (tables.kind === 'flat') return places.map((_, sector) => tables.dataOffset + sector * SECTOR);
  const bat = new Uint8Array(tables.batEntries * 4);
  await file.read(tables.batOffset, bat);
  const perBlock = tables.blockSizeBytes / SECTOR;
  const bitmap = new Uint8Array(tables.bitmapBytes);
  for (let block = 0; block < tables.batEntries; block++) {
    const entry = new DataView(bat.buffer).getUint32(block * 4);
    if (entry === 0xffffffff) continue;
    await file.read(entry * SECTOR, bitmap);
    for (let i = 0; i < perBlock && block * perBlock + i < places.length; i++) {
      const isSet = ((bitmap[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0;
      if (image.type === 'differencing' && !isSet) continue;
      places[block * perBlock + i] = entry * SECTOR + tables.bitmapBytes + i * SECTOR;
    }
  }
  return places;
}

/** For each sector of the first image's disk: which of the images answers it, or -1. No layer reaches further than those above. */
export async function newestHolders(images: readonly DiskImage[]): Promise<Int16Array> {
  const sectors = (images[0]?.virtualSizeBytes ?? 0) / SECTOR;
  const holders = new Int16Array(sectors).fill(-1);
  let reach = sectors;
  for (const [layer, image] of images.entries()) {
    const places = await sectorPlaces(image);
    reach = Math.min(reach, places.length);
    for (let sector = 0; sector < reach; sector++) {
      if (holders[sector] === -1 && (places[sector] ?? -1) >= 0) holders[sector] = layer;
    }
  }
  return holders;
}
