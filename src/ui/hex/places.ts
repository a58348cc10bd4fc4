/** From a byte of the disk to the byte of the file that answers it, and back. */
import type { Problem } from '../../base/errors.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import type { Annotation, EngineApi, FileId } from '../../engine/api.ts';
import { fieldAt, flatten, structureAt } from './fields.ts';

export type Place =
  | { readonly found: true; readonly target: 'disk' | FileId; readonly offset: number }
  /** Why there is no such byte, in one sentence. */
  | { readonly found: false; readonly reason: string };

const none = (reason: string): Place => ({ found: false, reason });

/** Asks the walk who answers the sector; only that file has the byte. */
export async function diskToFile(
  api: EngineApi,
  layers: readonly FileId[],
  diskOffset: number,
): Promise<Place> {
  const sector = Math.floor(diskOffset / SECTOR_BYTES);
  const outcome = await api.trace(sector, 1);
  if (!outcome.ok) return none(messageOf(outcome.error));
  const extent = outcome.value.extents[0];
  if (!extent || extent.kind === 'unallocated') return none('No file holds this sector: it reads as zeros.');
  if (extent.kind === 'missing') return none('The answer lies in a file that is not here.');
  const target = layers[extent.layer];
  if (target === undefined || extent.kind === 'zero' || extent.fileOffset < 0) {
    return none('This sector was written as zeros: it takes no bytes in the file.');
  }
  return { found: true, target, offset: extent.fileOffset + (diskOffset % SECTOR_BYTES) };
}

/** The byte of the disk that a byte of a file stands for. */
export async function fileToDisk(api: EngineApi, file: FileId, fileOffset: number): Promise<Place> {
  const outcome = await api.annotate(file, fileOffset, 1);
  if (!outcome.ok) return none(messageOf(outcome.error));
  const offset = diskOffsetOf(outcome.value, fileOffset);
  if (offset === null) return none('These bytes describe the disk; they are no part of it.');
  return { found: true, target: 'disk', offset };
}

/** What the annotations around a byte say of its place on the disk; data that begins there moves with the byte. */
export function diskOffsetOf(annotations: readonly Annotation[], fileOffset: number): number | null {
  const around = fieldAt(flatten(annotations), fileOffset)?.field ?? structureAt(annotations, fileOffset);
  const link = around?.links?.find((candidate) => candidate.target === 'disk');
  if (!around || !link) return null;
  // Bytes of data lie side by side on the disk as in the file; a bitmap's byte stands for the sectors that it links to.
  const isData = around.lengthBytes >= SECTOR_BYTES;
  return link.offset + (isData ? fileOffset - around.offset : 0);
}

function messageOf(problem: Problem): string {
  return problem.message;
}
