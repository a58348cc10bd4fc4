/** Chains made by the program's own writer, with the flat disk of each layer beside them. */
import { Prng } from '../../src/base/prng.ts';
import { BlockWriter, filledBitmap } from '../../src/formats/vhd/blockWriter.ts';
import { createVhd } from '../../src/formats/vhd/create.ts';
import { MemoryFile } from '../../src/storage/memoryFile.ts';
import { bitmapOf, mixedEndianId, SECTOR } from './imageBuilder.ts';

export interface WrittenChain {
  /** Leaf first. */
  readonly files: readonly MemoryFile[];
  readonly truth: readonly Uint8Array[];
}

/** A dynamic base and `layers - 1` children, each with random runs of noise and of written zeros. */
export async function writeRandomChain(
  seed: number,
  layers: number,
  blockSizeBytes: number,
): Promise<WrittenChain> {
  const prng = new Prng(seed);
  const sectors = 1 + prng.below((blockSizeBytes / SECTOR) * 6);
  const files: MemoryFile[] = [];
  const truth: Uint8Array[] = [];
  for (let layer = layers - 1; layer >= 0; layer--) {
    const disk = truth[0]?.slice() ?? new Uint8Array(sectors * SECTOR);
    const held = new Uint8Array(sectors);
    for (let runs = 1 + prng.below(12); runs > 0; runs--) {
      const first = prng.below(sectors);
      const count = Math.min(sectors - first, 1 + prng.below(300));
      const run = disk.subarray(first * SECTOR, (first + count) * SECTOR);
      if (prng.below(4) === 0) run.fill(0);
      else prng.fill(run);
      held.fill(1, first, first + count);
    }
    const name = `layer${layers - 1 - layer}.vhd`;
    const parentName = files[0]?.name;
    const parent = parentName && {
      id: mixedEndianId(seed * 100 + layer + 1),
      name: parentName,
      relativePath: `.\\${parentName}`,
      absolutePath: `C:\\disks\\${parentName}`,
      modified: null,
    };
    const file = new MemoryFile(name);
    const vhd = createVhd({
      type: parent ? 'differencing' : 'dynamic',
      virtualSizeBytes: disk.length,
      blockSizeBytes,
      id: mixedEndianId(seed * 100 + layer),
      modified: new Date('2021-11-05T00:00:00Z'),
      ...(parent ? { parent } : {}),
    });
    const writer = await BlockWriter.start(file, vhd);
    await addBlocks(writer, disk, held, blockSizeBytes, parent !== undefined, prng);
    await writer.finish();
    files.unshift(file);
    truth.unshift(disk);
  }
  return { files, truth };
}

async function addBlocks(
  writer: BlockWriter,
  disk: Uint8Array,
  held: Uint8Array,
  blockSizeBytes: number,
  isChild: boolean,
  prng: Prng,
): Promise<void> {
  const perBlock = blockSizeBytes / SECTOR;
  const bitmapBytes = Math.ceil(perBlock / 8 / SECTOR) * SECTOR;
  const blocks = Array.from({ length: Math.ceil(held.length / perBlock) }, (_, block) => block);
  if (prng.below(2) === 0) blocks.reverse();
  for (const block of blocks) {
    const bits = held.slice(block * perBlock, (block + 1) * perBlock);
    if (!bits.includes(1)) continue;
    const bitmap = isChild ? bitmapOf(bitmapBytes, bits.length, bits) : filledBitmap(bitmapBytes, perBlock);
    await writer.add(block, bitmap, disk.slice(block * blockSizeBytes, (block + 1) * blockSizeBytes));
  }
}
