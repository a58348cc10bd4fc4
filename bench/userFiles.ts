/** Figures of the user's own files: reading a disk out of them, and saving one to a file that was picked. */
import { MIB, SECTOR_BYTES } from '../src/base/units.ts';
import { createHasher } from '../src/export/createHasher.ts';
import { exportDisk } from '../src/export/exportDisk.ts';
import { userSink } from '../src/storage/userFile.ts';
import { closeFiles, openDisk, openFiles, openPicked, type PrivateChain } from './chains.ts';
import { atLeast, type Figure, shown } from './figures.ts';
import { alternate, median, timed } from './timing.ts';

/** Every way that we know of reading a whole file in order. */
const WAYS: Readonly<Record<string, (file: File) => Promise<void>>> = {
  'stream()': async (file) => {
    for await (const chunk of file.stream()) void chunk;
  },
  '32 MiB slices': async (file) => {
    for (let at = 0; at < file.size; at += 32 * MIB) await file.slice(at, at + 32 * MIB).arrayBuffer();
  },
  '8 MiB slices, three at a time': async (file) => {
    let at = 0;
    const runner = async () => {
      while (at < file.size) {
        const start = at;
        at += 8 * MIB;
        await file.slice(start, start + 8 * MIB).arrayBuffer();
      }
    };
    await Promise.all([runner(), runner(), runner()]);
  },
};

const rate = (bytes: number, milliseconds: number) => bytes / MIB / (milliseconds / 1000);

/** Bytes of the disk a second, against bytes a second of the largest of its files read in order, the fastest way. */
export async function readPicked(
  depth: number,
  picked: readonly File[],
  target: number | null,
): Promise<Figure[]> {
  const largest = [...picked].sort((a, b) => b.size - a.size)[0];
  if (!largest) throw new Error('no files');
  const files = openPicked(picked);
  const disk = await openDisk(files);
  const diskBytes = disk.sectorCount * SECTOR_BYTES;
  let fastest = { name: '', milliseconds: Number.POSITIVE_INFINITY };
  for (const [name, read] of Object.entries(WAYS)) {
    const milliseconds = median([await timed(() => read(largest)), await timed(() => read(largest))]);
    if (milliseconds < fastest.milliseconds) fastest = { name, milliseconds };
  }
  const plain = WAYS[fastest.name];
  const pair = await alternate(
    5,
    async () => {
      for await (const piece of disk.passes({ chunkBytes: 4 * MIB })) void piece;
    },
    () => plain?.(largest),
  );
  await closeFiles(files);
  const value = (pair.ratio * diskBytes) / largest.size;
  const name = `disk at depth ${depth} from picked files, of their fastest plain read`;
  return [
    target === null ? shown(`  ${name}`, value, '×') : atLeast(name, value, target),
    shown(`  disk at depth ${depth} from picked files`, rate(diskBytes, pair.first), 'MiB/s'),
    shown(`  fastest plain read (${fastest.name})`, rate(largest.size, pair.second), 'MiB/s'),
  ];
}

/** The disk saved as raw with its SHA-256, as the app does it, against the same bytes written from memory. */
export async function savePicked(
  chain: PrivateChain,
  handles: readonly FileSystemFileHandle[],
): Promise<Figure[]> {
  const [ours, plain] = handles;
  if (!ours || !plain) throw new Error('two handles are needed');
  const files = await openFiles(chain);
  const disk = await openDisk(files);
  const bytes = disk.sectorCount * SECTOR_BYTES;
  const image = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 8 * MIB) {
    await disk.read(at / SECTOR_BYTES, image.subarray(at, Math.min(at + 8 * MIB, bytes)));
  }
  const save = async () => {
    const identity = { id: new Uint8Array(16), made: new Date() };
    await exportDisk(disk, await userSink(ours), { format: 'raw', identity, hasher: await createHasher() });
  };
  const write = async () => {
    const stream = await plain.createWritable();
    for (let at = 0; at < bytes; at += 2 * MIB) await stream.write(image.subarray(at, at + 2 * MIB));
    await stream.close();
  };
  const hash = async () => {
    const hasher = await createHasher();
    for (let at = 0; at < bytes; at += 2 * MIB) await hasher.update(image.subarray(at, at + 2 * MIB));
    await hasher.digest();
    hasher.close();
  };
  const pair = await alternate(3, save, write, false);
  const hashing = median([await timed(hash), await timed(hash), await timed(hash)]);
  const saved = await ours.getFile();
  if (saved.size !== bytes) throw new Error(`${saved.size} bytes were saved, not ${bytes}`);
  await closeFiles(files);
  return [
    atLeast('saving to a picked file, of a plain createWritable of the same bytes', pair.ratio, 0.9),
    shown('  saving a disk', rate(bytes, pair.first), 'MiB/s'),
    shown('  plain createWritable', rate(bytes, pair.second), 'MiB/s'),
    shown('  SHA-256 alone, on its own thread', rate(bytes, hashing), 'MiB/s'),
  ];
}
