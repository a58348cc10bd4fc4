import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { Prng } from '../../../src/base/prng.ts';
import { ProgressMeter } from '../../../src/base/progress.ts';
import { KIB, MIB } from '../../../src/base/units.ts';
import type { DiskChain } from '../../../src/chain/diskChain.ts';
import { openChain } from '../../../src/chain/openChain.ts';
import { nodeHasher } from '../../../src/cli/nodeHasher.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { type ExportFormat, type ExportOptions, exportDisk } from '../../../src/export/exportDisk.ts';
import { hashDisk } from '../../../src/export/hashDisk.ts';
import { wasmHasher } from '../../../src/export/hasher.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../../src/formats/openImage.ts';
import { openRaw } from '../../../src/formats/raw/open.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { chainFiles, idOf, sha256, type VhdFile } from '../../support/vhdFiles.ts';

const module = await loadCore();
/** Five blocks of 2 MiB, the last one partial. */
const SIZE_BYTES = 9 * MIB + 3 * 512;
const identity = { id: new Uint8Array(idOf('new')), made: new Date('2026-02-03T04:05:06Z') };

async function openAll(files: readonly VhdFile[]): Promise<DiskImage[]> {
  const images: DiskImage[] = [];
  for (const { name, bytes } of files) {
    const image = await openImage(MemoryFile.of(name, bytes));
    if (!isDiskImage(image)) throw new Error(`${name} was refused`);
    images.unshift(image);
  }
  return images;
}

async function chainOf(files: readonly VhdFile[], complete = true): Promise<DiskChain> {
  return openChain(module, await openAll(files), { complete });
}

async function save(
  disk: DiskChain,
  format: ExportFormat,
  options: Partial<ExportOptions> = {},
  sink = new MemorySink(),
) {
  const result = await exportDisk(disk, sink, { format, identity, hasher: nodeHasher(), ...options });
  return { result, sink };
}

/** The saved file opened anew: its image, and all bytes of its disk. */
async function reopened(sink: MemorySink, format: ExportFormat) {
  const file = sink.asFile('saved');
  const image = await (format === 'raw' ? openRaw(file) : openImage(file));
  if (!isDiskImage(image)) throw new Error('the saved file was refused');
  const disk = await openChain(module, [image], { complete: true });
  const bytes = Buffer.alloc(image.virtualSizeBytes);
  for (let at = 0; at < bytes.length; at += MIB) {
    await disk.read(at / 512, bytes.subarray(at, Math.min(at + MIB, bytes.length)));
  }
  return { image, bytes, findings: [...image.findings, ...disk.findings] };
}

describe('export', () => {
  for (const format of ['raw', 'fixed', 'dynamic'] as const) {
    it(`saves the disk as seen from every file of a chain, ${format}, byte for byte and with its SHA-256`, async () => {
      const files = chainFiles({ seed: 7, depth: 3, sizeBytes: SIZE_BYTES });
      for (let depth = 1; depth <= files.length; depth++) {
        const part = files.slice(0, depth);
        const expected = part.at(-1)?.disk ?? Buffer.alloc(0);
        const { result, sink } = await save(await chainOf(part), format);
        expect(sink.state).toBe('closed');
        expect(result.sha256).toBe(sha256(expected));
        expect(result.fileBytes).toBe(sink.content.sizeBytes);
        expect(result.writtenBytes).toBe(sink.writtenBytes);
        const again = await reopened(sink, format);
        expect(again.bytes.equals(expected), `depth ${depth}`).toBe(true);
        if (format !== 'raw') {
          expect(again.findings).toEqual([]);
          expect(again.image.type).toBe(format);
          expect(again.image.id).toBe(idOf('new').toString('hex').toUpperCase());
          expect(again.image.modified).toEqual(identity.made);
        }
      }
    });
  }

  it('writes dynamic disks of any block size', async () => {
    const files = chainFiles({ seed: 8, depth: 1, blockSizeBytes: MIB, sizeBytes: SIZE_BYTES });
    const disk = await chainOf(files);
    for (const blockSizeBytes of [512 * KIB, MIB, 4 * MIB, 8 * MIB]) {
      const { sink } = await save(disk, 'dynamic', { blockSizeBytes });
      const again = await reopened(sink, 'dynamic');
      expect(again.image.blockSizeBytes).toBe(blockSizeBytes);
      expect(again.bytes.equals(files[1]?.disk ?? Buffer.alloc(0))).toBe(true);
      expect(again.findings).toEqual([]);
    }
  });

  it('fills a fixed disk up to whole MiB, and hashes the disk as read', async () => {
    for (const sizeBytes of [9 * MIB, 9 * MIB + 512, 10 * MIB - 512]) {
      const files = chainFiles({ seed: 8, depth: 1, sizeBytes });
      const disk = await chainOf(files);
      const { result, sink } = await save(disk, 'fixed', { wholeMib: true });
      const expected = Buffer.alloc(Math.ceil(sizeBytes / MIB) * MIB);
      const original = files[1]?.disk ?? Buffer.alloc(0);
      original.copy(expected);
      expect(result).toMatchObject({
        fileBytes: expected.length + 512,
        virtualSizeBytes: expected.length,
        addedZeroBytes: expected.length - sizeBytes,
        sha256: sha256(original),
      });
      expect(sink.content.sizeBytes).toBe(result.fileBytes);
      const again = await reopened(sink, 'fixed');
      expect(again.image.virtualSizeBytes).toBe(expected.length);
      expect(again.bytes.equals(expected)).toBe(true);
      expect(again.findings).toEqual([]);
    }
  });

  it('refuses what no VHD can be, and leaves no file behind', async () => {
    const disk = await chainOf(chainFiles({ seed: 8, depth: 0, sizeBytes: SIZE_BYTES }));
    for (const [format, options] of [
      ['raw', { wholeMib: true }],
      ['dynamic', { wholeMib: true }],
      ['dynamic', { blockSizeBytes: 256 * KIB }],
      ['dynamic', { blockSizeBytes: 16 * MIB }],
      ['dynamic', { blockSizeBytes: 3 * MIB }],
    ] as const) {
      const sink = new MemorySink();
      await expect(save(disk, format, options, sink)).rejects.toMatchObject({ code: 'bad-request' });
      expect(sink.state).toBe('aborted');
      expect(sink.writtenBytes).toBe(0);
    }
  });

  it('leaves holes where the disk is zeros, written zeros included', async () => {
    const sizeBytes = 24 * MIB;
    const raw = new MemoryFile('sparse.img');
    await raw.truncate(sizeBytes);
    const data = Buffer.alloc(3 * 64 * KIB);
    new Prng(3).fill(data);
    data.fill(0, 64 * KIB, 2 * 64 * KIB);
    await raw.write(10 * MIB, data);
    await raw.write(sizeBytes - 1, Uint8Array.of(1));
    const image = await openRaw(raw);
    if (!isDiskImage(image)) throw new Error('refused');
    const disk = await openChain(module, [image], { complete: true });
    const { result, sink } = await save(disk, 'raw');
    expect(result.fileBytes).toBe(sizeBytes);
    expect(result.writtenBytes).toBe(3 * 64 * KIB);
    expect(Buffer.from(raw.bytes()).equals(sink.asFile('x').bytes())).toBe(true);
    const dynamic = await save(disk, 'dynamic');
    // Two blocks of 2 MiB hold anything; of them only the same three stretches were written, and the structures.
    expect(dynamic.result.writtenBytes).toBeLessThan(3 * 64 * KIB + 8 * KIB);
    expect((await reopened(dynamic.sink, 'dynamic')).bytes.equals(raw.bytes())).toBe(true);
  });

  it('stops at a cancel, leaves no file behind and says so', async () => {
    const disk = await chainOf(chainFiles({ seed: 9 }));
    const controller = new AbortController();
    const sink = new MemorySink();
    const cancelled = new DiskError({ code: 'cancelled', message: 'Cancelled.' });
    const report = ({ done }: { done: number }) => done > 0 && controller.abort(cancelled);
    let now = 0;
    const meter = new ProgressMeter(report, 'Saving', 'bytes', disk.sectorCount * 512, () => (now += 300));
    await expect(save(disk, 'raw', { signal: controller.signal, meter }, sink)).rejects.toBe(cancelled);
    expect(sink.state).toBe('aborted');
    expect(sink.writtenBytes).toBeLessThan(disk.sectorCount * 512);
  });

  it('ends with no-space where the target is full, and leaves no file behind', async () => {
    const disk = await chainOf(chainFiles({ seed: 10 }));
    for (const format of ['raw', 'fixed', 'dynamic'] as const) {
      const sink = new MemorySink(3 * MIB);
      await expect(save(disk, format, {}, sink)).rejects.toMatchObject({ code: 'no-space' });
      expect(sink.state).toBe('aborted');
    }
  });

  it('refuses to save a disk whose parent is missing, rather than to write zeros in its place', async () => {
    const [, ...orphans] = chainFiles({ seed: 11, depth: 2 });
    const sink = new MemorySink();
    const error: unknown = await save(await chainOf(orphans, false), 'raw', {}, sink).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'parent-missing' });
    expect(sink.state).toBe('aborted');
  });

  it('reports progress up to the whole disk', async () => {
    const disk = await chainOf(chainFiles({ seed: 12, depth: 0, sizeBytes: SIZE_BYTES }));
    const seen: number[] = [];
    const total = disk.sectorCount * 512;
    const meter = new ProgressMeter(({ done }) => seen.push(done), 'Saving', 'bytes', total);
    await save(disk, 'raw', { meter });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(total);
  });
});

describe('hash of a disk', () => {
  it('is the SHA-256 of all its bytes', async () => {
    const files = chainFiles({ seed: 13, sizeBytes: SIZE_BYTES });
    const hash = await hashDisk(await chainOf(files), { hasher: await wasmHasher() });
    expect(hash).toBe(sha256(files.at(-1)?.disk ?? Buffer.alloc(0)));
  });
});
