/** New disks: made from nothing, compacted, or grown. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { compactImage } from '../export/compactImage.ts';
import { createDisk } from '../export/createDisk.ts';
import { planGrow, refuseUnderChildren } from '../export/planGrow.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { isDiskImage } from '../formats/openImage.ts';
import type { Patch } from '../storage/patch.ts';
import type { CompactRequest, CreateRequest, FileId, GrowRequest, MadeFile, SaveTarget } from './api.ts';
import type { WorkTools } from './checking.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { createParent, writePatched } from './repairing.ts';
import { newIdentity } from './saving.ts';
import { openTarget } from './targets.ts';

export async function makeDisk(platform: Platform, pile: Pile, request: CreateRequest): Promise<MadeFile> {
  const startMs = performance.now();
  const { type, virtualSizeBytes, blockSizeBytes } = request;
  // Windows 10 writes no time stamp of the parent.
  const parent = request.parent && { ...createParent(pile, request.parent), modified: null };
  const { sink, name } = await openTarget(platform, pile, request.target);
  const written = await createDisk(sink, {
    type,
    virtualSizeBytes,
    blockSizeBytes,
    identity: newIdentity(platform),
    ...(parent ? { parent } : {}),
  });
  return made(name, { ...written, virtualSizeBytes, sourceBytes: null }, startMs);
}

export async function compactFile(
  platform: Platform,
  pile: Pile,
  { file, target }: CompactRequest,
  { module, report, signal }: WorkTools,
): Promise<MadeFile> {
  const startMs = performance.now();
  const image = imageOf(pile, file);
  const { sink, name } = await openTarget(platform, pile, target);
  const meter = new ProgressMeter(report, `Compacting ${image.file.name}`, 'bytes', image.file.sizeBytes);
  const { fileBytes, writtenBytes } = await compactImage(image, sink, { module, meter, signal });
  const { virtualSizeBytes } = image;
  const sourceBytes = image.file.sizeBytes;
  return made(name, { fileBytes, writtenBytes, virtualSizeBytes, sourceBytes }, startMs);
}

/** The bytes that growing this file changes. Throws where other files are made from it. */
export async function growPatch(
  pile: Pile,
  { file, virtualSizeBytes }: Omit<GrowRequest, 'target'>,
): Promise<Patch> {
  const { entries, forest } = pile.trees();
  const place = entries.findIndex(({ id }) => id === file);
  const children = (forest.links[place]?.children ?? []).map((child) => entries[child]?.path ?? '');
  if (children.length > 0) throw refuseUnderChildren(children, pile.get(file).path);
  return planGrow(imageOf(pile, file), virtualSizeBytes);
}

export async function growToCopy(
  platform: Platform,
  pile: Pile,
  request: GrowRequest,
  target: SaveTarget,
  tools: WorkTools,
): Promise<MadeFile> {
  const startMs = performance.now();
  const patch = await growPatch(pile, request);
  const entry = pile.get(request.file);
  const { sink, name } = await openTarget(platform, pile, target);
  const written = await writePatched(entry, patch, sink, tools);
  const { virtualSizeBytes } = request;
  const sourceBytes = entry.content.file.sizeBytes;
  return made(name, { ...written, virtualSizeBytes, sourceBytes }, startMs);
}

function made(
  name: string,
  file: Pick<MadeFile, 'fileBytes' | 'writtenBytes' | 'virtualSizeBytes' | 'sourceBytes'>,
  startMs: number,
): MadeFile {
  return { name, ...file, seconds: (performance.now() - startMs) / 1000, undoName: null, pile: null };
}

/** Throws 'bad-request' where the file is no disk. */
export function imageOf(pile: Pile, id: FileId): DiskImage {
  const { content, path } = pile.get(id);
  if (isDiskImage(content)) return content;
  throw new DiskError({ code: 'bad-request', message: `“${path}” is not a disk that can be read.` });
}
