/** Joins opened images, leaf first, into one disk: reads their block tables straight into the core and indexes them. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { Pacer } from '../base/pacer.ts';
import type { ProgressMeter } from '../base/progress.ts';
import { MIB, SECTOR_BYTES } from '../base/units.ts';
import { type CoreLayer, type CoreModule, DiskCore } from '../core/core.ts';
import { MAX_LAYERS } from '../core/records.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { type BlockCheck, checkBlocks } from '../formats/vhd/blockChecks.ts';
import { DiskChain } from './diskChain.ts';
import { STAGING_BYTES } from './diskPass.ts';
import { checkWritableLeaf } from './writeFaults.ts';

export interface OpenChainOptions {
  /** False: the last file's parent is not here; sectors that only it holds have no answer. */
  readonly complete: boolean;
  /** Counts bytes of tables. */
  readonly meter?: ProgressMeter;
  readonly signal?: AbortSignal;
  /** Memory for large reads; pieces of a pass come out of it. */
  readonly stagingBytes?: number;
  /** Memory for owner maps and for pieces of bitmap; where left out, the core's own measure. */
  readonly ownerBytes?: number;
  readonly pageBytes?: number;
  /**
   * The leaf is to be written to. Throws 'permission' where its file is open for reading only, and 'corrupt' where it has
   * errors: those are repaired first. The caller knows that no other file names the leaf as its parent.
   */
  readonly writable?: boolean;
}

/** Largest disk that the index takes on: 64 TiB. */
export const LARGEST_DISK_BYTES = 64 * 1024 ** 4;
const TABLE_READ_BYTES = 8 * MIB;

export async function openChain(
  module: CoreModule,
  layers: readonly DiskImage[],
  options: OpenChainOptions,
): Promise<DiskChain> {
  const leaf = must(layers[0], 'a chain has a leaf');
  if (layers.length > MAX_LAYERS) throw tooDeep(leaf, layers.length);
  if (leaf.virtualSizeBytes > LARGEST_DISK_BYTES || leaf.virtualSizeBytes < SECTOR_BYTES) throw badSize(leaf);
  // Known before any table is read.
  if (options.writable) checkWritableLeaf(leaf, leaf.findings);
  const waits = layers.some(({ file }) => !file.readNow);
  const core = await DiskCore.create(module, coreLayers(layers), {
    sectorCount: leaf.virtualSizeBytes / SECTOR_BYTES,
    incomplete: !options.complete,
    stagingBytes: options.stagingBytes ?? (waits ? STAGING_BYTES.waiting : STAGING_BYTES.now),
    ...(options.ownerBytes === undefined ? {} : { ownerBytes: options.ownerBytes }),
    ...(options.pageBytes === undefined ? {} : { pageBytes: options.pageBytes }),
  });
  const checks: (BlockCheck | null)[] = layers.map(() => null);
  // Files that answer at once leave no gap in which a cancel could be heard.
  const pacer = new Pacer();
  core.beginIndex();
  // Oldest first, each scanned while its table is still in the processor's cache.
  for (const [i, layer] of [...layers.entries()].reverse()) {
    await pacer.step(options.signal);
    await readTable(core, i, layer, options);
    const used = core.indexLayer(i);
    if (layer.tables.kind !== 'flat') checks[i] = checkBlocks(layer, core.batBytes(i), used);
  }
  core.settleIndex();
  if (options.writable) checkWritableLeaf(leaf, checks[0]?.findings ?? []);
  const findings = checks.flatMap((check) => check?.findings ?? []);
  return new DiskChain(
    layers,
    core,
    findings,
    checks.map((check) => check?.summary ?? null),
    options.writable,
  );
}

/**
 * Behind the end of a smaller parent a child reads zeros, also where the grandparent is larger again: so no layer reaches
 * further than any above it.
 */
function coreLayers(images: readonly DiskImage[]): CoreLayer[] {
  let reach = Number.POSITIVE_INFINITY;
  return images.map((image) => {
    reach = Math.min(reach, Math.floor(image.virtualSizeBytes / SECTOR_BYTES));
    return coreLayer(image, reach);
  });
}

function coreLayer({ tables, type }: DiskImage, sectorCount: number): CoreLayer {
  if (tables.kind === 'flat') {
    return {
      kind: 'flat',
      sectorCount,
      blockSectors: 0,
      bitmapSectors: 0,
      batEntries: 0,
      dataOffset: tables.dataOffset,
    };
  }
  return {
    kind: type === 'differencing' ? 'differencing' : 'blocks',
    sectorCount,
    blockSectors: tables.blockSizeBytes / SECTOR_BYTES,
    bitmapSectors: tables.bitmapBytes / SECTOR_BYTES,
    batEntries: tables.batEntries,
    dataOffset: 0,
  };
}

async function readTable(
  core: DiskCore,
  layer: number,
  image: DiskImage,
  { meter, signal }: OpenChainOptions,
): Promise<void> {
  if (image.tables.kind === 'flat') return;
  const bytes = core.batBytes(layer);
  for (let at = 0; at < bytes.length; at += TABLE_READ_BYTES) {
    const piece = bytes.subarray(at, at + TABLE_READ_BYTES);
    await image.file.read(image.tables.batOffset + at, piece);
    signal?.throwIfAborted();
    meter?.advance(piece.length);
  }
}

function tooDeep(leaf: DiskImage, depth: number): DiskError {
  return new DiskError({
    code: 'limit',
    message: `The chain of ${leaf.file.name} has ${depth} files; this program reads chains of ${MAX_LAYERS} at most.`,
    meaning: 'The disk is not opened from here. No file was changed.',
    remedy: `See the disk from a file at most ${MAX_LAYERS} above the base.`,
  });
}

function badSize(leaf: DiskImage): DiskError {
  return new DiskError({
    code: 'limit',
    message: `${leaf.file.name} describes a disk of ${leaf.virtualSizeBytes} bytes; this program reads disks of 512 bytes to 64 TiB.`,
    where: { file: leaf.file.name, offset: 0, lengthBytes: 0 },
    meaning: 'The disk is not opened. No file was changed.',
  });
}
