/** What a lab's disks hold at a checkpoint and at Now: hashes, files by name, and what each file holds. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { SECTOR_BYTES, type SectorRange } from '../base/units.ts';
import type { Hasher } from '../export/hasher.ts';
import { listVolume } from '../lab/guest/listVolume.ts';
import type { Lab } from '../lab/lab.ts';
import { chainOf, nodesOf } from '../lab/machine/tree.ts';
import { type SavedOrder, savedOrder } from '../lab/memory/savedOrder.ts';
import { hashPoints } from '../lab/transfer/hashPoints.ts';
import { type OpenPoint, openPoint, type PointTools } from '../lab/transfer/openPoint.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { LabFilesView, LabHash, LabTrace } from './api.ts';
import type { WorkTools } from './checking.ts';
import { type OpenLab, readableFolder } from './labSlot.ts';

/** One of many points that are opened one after the other. */
const SMALL = { ownerBytes: 2 ** 22, pageBytes: 2 ** 22, stagingBytes: 2 ** 22 };

/** Throws 'bad-request' where the machine has no such node, or the node no such disk. */
export function chainAt({ state }: Lab, node: string, disk: string): string[] {
  const found = nodesOf(state).find(({ id }) => id === node);
  if (found?.files[disk] !== undefined) return chainOf(state, node, disk);
  throw new DiskError({
    code: 'bad-request',
    message: found ? `${found.name} has no disk ${disk}.` : `There is no checkpoint ${node}.`,
    meaning: 'Nothing was read.',
    remedy: 'Choose one that the machine has.',
  });
}

async function atPoint<T>(
  folder: DiskFolder,
  chain: readonly string[],
  tools: PointTools,
  work: (point: OpenPoint) => Promise<T>,
): Promise<T> {
  const point = await openPoint(folder, chain, true, tools);
  try {
    return await work(point);
  } finally {
    await point.close();
  }
}

export async function hashesOf(
  open: OpenLab,
  createHasher: () => Promise<Hasher>,
  { module, report, signal }: WorkTools,
): Promise<readonly LabHash[]> {
  const { lab } = open.history;
  const sizes = lab.view().virtualSizeBytes;
  const disks = nodesOf(lab.state)
    .filter(({ deletedAtUs }) => deletedAtUs === null)
    .flatMap(({ files }) => Object.keys(files));
  const total = disks.reduce((sum, disk) => sum + (sizes[disk] ?? 0), 0);
  const meter = new ProgressMeter(report, 'Hashing', 'bytes', total);
  const advance = (bytes: number) => meter.advance(bytes);
  const folder = await readableFolder(open);
  return hashPoints(folder, lab.state, { module, createHasher, signal, advance });
}

/** Of the first disk that the node has. */
export async function filesAt(open: OpenLab, node: string, tools: PointTools): Promise<LabFilesView> {
  const { lab } = open.history;
  const found = nodesOf(lab.state).find(({ id }) => id === node);
  const disk = Object.keys(found?.files ?? {})[0] ?? 'disk0';
  const chain = chainAt(lab, node, disk);
  const files = await atPoint(await readableFolder(open), chain, { ...tools, caches: SMALL }, async (point) =>
    listVolume(async (firstSector, sectorCount) => {
      const bytes = new Uint8Array(sectorCount * SECTOR_BYTES);
      await point.disk.read(firstSector, bytes);
      return bytes;
    }, point.disk.sectorCount),
  );
  return { node, files };
}

/** The files in which a read is traced stand beside it, with the nodes that froze them. */
export async function traceAt(
  open: OpenLab,
  node: string,
  disk: string,
  { firstSector, sectorCount }: SectorRange,
  tools: PointTools,
): Promise<LabTrace> {
  const { lab } = open.history;
  const chain = chainAt(lab, node, disk);
  const nodes = nodesOf(lab.state);
  const layers = chain.map((file) => {
    const owner = nodes.find(({ files }) => files[disk] === file);
    return { node: owner?.id ?? '', name: owner?.name ?? file, file };
  });
  const folder = await readableFolder(open);
  const trace = await atPoint(folder, chain, { ...tools, caches: SMALL }, (point) =>
    point.disk.trace(firstSector, sectorCount),
  );
  return { trace, layers };
}

/** null where the node has no saved state, or has one that is still being written. */
export async function savedOrderAt(open: OpenLab, node: string): Promise<SavedOrder | null> {
  const { state } = open.history.lab;
  const saved = nodesOf(state).find(({ id }) => id === node)?.savedState;
  if (!saved) return null;
  const file = await (await readableFolder(open)).open(saved.file, 'read-only');
  try {
    return await savedOrder(file);
  } finally {
    await file.close();
  }
}
