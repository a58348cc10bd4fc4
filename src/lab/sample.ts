/** The sample chain: seven small files in memory, written by our own writer, the same bytes on every run. */
import { must } from '../base/assert.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import { BlockWriter, filledBitmap } from '../formats/vhd/blockWriter.ts';
import { createVhd } from '../formats/vhd/create.ts';
import { idFromText } from '../formats/vhd/uniqueId.ts';
import { MemoryFile } from '../storage/memoryFile.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { SectorWrite } from './sampleGuest.ts';
import { SAMPLE_BLOCK_BYTES, SAMPLE_DISK_BYTES, type SampleLayer, sampleLayers } from './sampleStory.ts';

export interface SampleFile {
  readonly name: string;
  readonly file: RandomAccessFile;
}

export const SAMPLE_SEED = 20211119;

/** What the machine's host called the folder of its disks. */
const FOLDER = 'D:\\Hyper-V\\Virtual Hard Disks';
const BLOCK_SECTORS = SAMPLE_BLOCK_BYTES / SECTOR_BYTES;
const FOOTER_BYTES = 512;

export async function buildSample(): Promise<SampleFile[]> {
  const files: SampleFile[] = [];
  for (const layer of sampleLayers(SAMPLE_SEED)) {
    files.push({ name: layer.name, file: await writeLayer(layer) });
  }
  return files;
}

/** One layer as a file: blocks in the order in which the guest first wrote to them, as Hyper-V adds them. */
export async function writeLayer(layer: SampleLayer): Promise<MemoryFile> {
  const file = new MemoryFile(layer.name);
  const writer = await BlockWriter.start(file, createVhd(optionsOf(layer)));
  const bitmaps = bitmapsOf(layer);
  const dataOffsets = new Map<number, number>();
  for (const [block, bitmap] of bitmaps) dataOffsets.set(block, await writer.begin(block, bitmap));
  for (const { block, sector, bytes } of layer.writes.flatMap(byBlock)) {
    const dataOffset = must(dataOffsets.get(block), 'every written block was begun');
    await file.write(dataOffset + sector * SECTOR_BYTES, bytes);
  }
  const sizeBytes = await writer.finish();
  if (layer.footerLost) await file.truncate(sizeBytes - FOOTER_BYTES);
  file.content.modifiedMs = layer.date.getTime();
  return new MemoryFile(layer.name, file.content, 'read-only');
}

function optionsOf({ guid, date, parent }: SampleLayer): Parameters<typeof createVhd>[0] {
  const own = {
    virtualSizeBytes: SAMPLE_DISK_BYTES,
    blockSizeBytes: SAMPLE_BLOCK_BYTES,
    id: rawId(guid),
    modified: date,
  };
  if (!parent) return { ...own, type: 'dynamic' };
  const absolutePath = `${FOLDER}\\${parent.name}`;
  return {
    ...own,
    type: 'differencing',
    parent: {
      id: rawId(parent.guid),
      name: absolutePath,
      absolutePath,
      relativePath: `.\\${parent.name}`,
      modified: parent.date,
    },
  };
}

function rawId(guid: string): Uint8Array {
  return must(idFromText(guid, 'mixed-endian'), 'the sample’s ids are ids');
}

/** Windows marks whole blocks in a dynamic disk; in a differencing one a bit is set for each sector written. */
function bitmapsOf({ parent, writes }: SampleLayer): Map<number, Uint8Array> {
  const bitmapBytes = BLOCK_SECTORS / 8;
  const bitmaps = new Map<number, Uint8Array>();
  for (const { block, sector, bytes } of writes.flatMap(byBlock)) {
    const bitmap = bitmaps.get(block) ?? filledBitmap(bitmapBytes, parent ? 0 : BLOCK_SECTORS);
    bitmaps.set(block, bitmap);
    for (let at = sector; at < sector + bytes.length / SECTOR_BYTES; at++) {
      bitmap[at >>> 3] = (bitmap[at >>> 3] ?? 0) | (0x80 >>> (at & 7));
    }
  }
  return bitmaps;
}

interface BlockWrite {
  readonly block: number;
  /** Inside the block. */
  readonly sector: number;
  readonly bytes: Uint8Array;
}

/** A write cut at block borders. */
function byBlock({ firstSector, bytes }: SectorWrite): BlockWrite[] {
  const parts: BlockWrite[] = [];
  for (let done = 0; done < bytes.length; ) {
    const at = firstSector + done / SECTOR_BYTES;
    const sector = at % BLOCK_SECTORS;
    const length = Math.min(bytes.length - done, (BLOCK_SECTORS - sector) * SECTOR_BYTES);
    parts.push({ block: Math.floor(at / BLOCK_SECTORS), sector, bytes: bytes.subarray(done, done + length) });
    done += length;
  }
  return parts;
}
