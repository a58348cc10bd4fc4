/** The files of a chain as the core sees them: reading runs and pieces of bitmap, with errors that say what they mean. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { grouped } from '../base/units.ts';
import type { DiskCore } from '../core/core.ts';
import type { PageRequest } from '../core/records.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { RandomAccessFile, ReadRequest } from '../storage/randomAccessFile.ts';

type ReadNow = NonNullable<RandomAccessFile['readNow']>;

export class LayerFiles {
  /** Present when every file answers at once. */
  readonly readNow: readonly ReadNow[] | null;
  readonly files: readonly RandomAccessFile[];
  private readonly readTableNow: readonly (ReadNow | undefined)[];
  /** Units whose bits layer 0 changed since, one set for each batch of pieces that is being read. */
  private readonly changedWhileReading = new Set<Set<number>>();

  constructor(images: readonly DiskImage[]) {
    this.files = images.map((image) => image.file);
    const now = this.files.map((file) => file.readNow?.bind(file) ?? null);
    this.readNow = now.every((read) => read !== null) ? now : null;
    this.readTableNow = this.files.map((file) => file.readTableNow?.bind(file) ?? file.readNow?.bind(file));
  }

  file(layer: number): RandomAccessFile {
    return must(this.files[layer], `layer ${layer} is in the chain`);
  }

  /** Reads pieces of bitmap into the core; files that answer at once are not waited for. */
  loadPagesNow(core: DiskCore, requests: readonly PageRequest[]): void {
    const reads = this.readTableNow;
    const bytes = new Uint8Array(core.pageSizeBytes);
    for (const request of requests) {
      try {
        must(reads[request.layer], 'a requested layer is in the chain')(request.fileOffset, bytes);
      } catch (error) {
        fillUnreadable(error, bytes);
      }
      core.providePage(request, bytes);
    }
  }

  async loadPages(core: DiskCore, requests: readonly PageRequest[]): Promise<void> {
    if (this.readNow) return this.loadPagesNow(core, requests);
    const changed = new Set<number>();
    this.changedWhileReading.add(changed);
    try {
      const pieceOf = await this.readPages(core.pageSizeBytes, requests);
      for (const [i, request] of requests.entries()) {
        // Read before the write or after it? The core asks again.
        if (request.layer === 0 && changed.has(request.unit)) continue;
        core.providePage(request, pieceOf(i));
      }
    } finally {
      this.changedWhileReading.delete(changed);
    }
  }

  /** The bits of layer 0 in these units are no longer what a read that is under way may bring. */
  bitsChanged(firstUnit: number, endUnit: number): void {
    for (const changed of this.changedWhileReading) {
      for (let unit = firstUnit; unit < endUnit; unit++) changed.add(unit);
    }
  }

  private async readPages(
    size: number,
    requests: readonly PageRequest[],
  ): Promise<(i: number) => Uint8Array> {
    const bytes = new Uint8Array(requests.length * size);
    const pieceOf = (i: number) => bytes.subarray(i * size, (i + 1) * size);
    const byLayer = new Map<number, number[]>();
    for (const [i, request] of requests.entries()) {
      const list = byLayer.get(request.layer);
      if (list) list.push(i);
      else byLayer.set(request.layer, [i]);
    }
    await Promise.all(
      Array.from(byLayer, async ([layer, indices]) => {
        const file = this.file(layer);
        const reads = indices.map((i) => ({
          offset: must(requests[i], 'in range').fileOffset,
          target: pieceOf(i),
        }));
        await file.readMany(reads).catch(() => readEach(file, reads));
      }),
    );
    return pieceOf;
  }
}

/** After a joined read failed: one by one, so that only the piece at fault is unreadable. */
async function readEach(file: RandomAccessFile, reads: readonly ReadRequest[]): Promise<void> {
  for (const { offset, target } of reads) {
    await file.read(offset, target).catch((error: unknown) => fillUnreadable(error, target));
  }
}

/**
 * A bitmap behind the end of its file counts as all set: its sectors are then answered by a block that cannot be read,
 * which is said when they are read. Falling through to the parent would show old data as new.
 */
function fillUnreadable(error: unknown, bytes: Uint8Array): void {
  if (!(error instanceof DiskError && error.code === 'truncated')) throw error;
  bytes.fill(0xff);
}

/** The same fault, told with the sectors of the disk that it takes away. */
export function withSectors(error: unknown, firstSector: number, sectorCount: number): unknown {
  if (!(error instanceof DiskError)) return error;
  const last = firstSector + sectorCount - 1;
  const sectors =
    sectorCount === 1
      ? `Sector ${grouped(firstSector)}`
      : `Sectors ${grouped(firstSector)} to ${grouped(last)}`;
  const meaning = `${sectors} of the disk cannot be read. ${error.problem.meaning ?? ''}`.trim();
  return new DiskError({ ...error.problem, meaning }, { cause: error });
}

export function missingParent(firstSector: number, sectorCount: number, image: DiskImage): DiskError {
  const seeks = image.parent;
  const names = [...new Set([...(seeks?.paths.map((path) => path.path) ?? []), seeks?.name ?? ''])].filter(
    Boolean,
  );
  return new DiskError({
    code: 'parent-missing',
    message: `${image.file.name} does not hold sectors ${grouped(firstSector)} to ${grouped(firstSector + sectorCount - 1)}, and its parent is not here: it seeks id ${seeks?.idText ?? 'unknown'}${names.length > 0 ? `, ${names.join(' or ')}` : ''}.`,
    where: { file: image.file.name, offset: 0, lengthBytes: 0 },
    meaning: 'What these sectors hold is not known. They are not zeros.',
    remedy: 'Add the parent to the pile, or point at a file that is to be taken as the parent.',
  });
}
