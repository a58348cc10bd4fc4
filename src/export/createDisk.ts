/** Makes a new, empty VHD: fixed, dynamic, or differencing under a parent. Laid out as Windows 10 does. */
import { DiskError } from '../base/errors.ts';
import type { ImageType } from '../formats/diskImage.ts';
import { USUAL_BLOCK_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { BlockWriter } from '../formats/vhd/blockWriter.ts';
import { type CreateParent, createVhd } from '../formats/vhd/create.ts';
import { LOCATOR_READ_LIMIT_BYTES } from '../formats/vhd/parentLocator.ts';
import { ID_BYTES } from '../formats/vhd/uniqueId.ts';
import type { FileSink } from '../storage/fileSink.ts';
import type { NewIdentity } from './exportDisk.ts';
import { intoSink } from './intoSink.ts';
import { checkBlockSize, checkVhdSize } from './vhdLimits.ts';

export interface CreateDiskOptions {
  readonly type: ImageType;
  /** Whole sectors, at most 2040 GiB. */
  readonly virtualSizeBytes: number;
  /** 512 KiB to 8 MiB, 2 MiB where left out. Not used for fixed disks. */
  readonly blockSizeBytes?: number;
  readonly identity: NewIdentity;
  /** Differencing disks only. */
  readonly parent?: CreateParent;
}

export interface CreatedDisk {
  readonly fileBytes: number;
  /** Bytes handed to the storage: holes are left out. */
  readonly writtenBytes: number;
}

/**
 * The sink is closed at the end, and aborted on any fault. Throws 'bad-request' for sizes, block sizes and parents that
 * no VHD can have, 'limit' above 2040 GiB.
 */
export function createDisk(sink: FileSink, options: CreateDiskOptions): Promise<CreatedDisk> {
  return intoSink(sink, undefined, async () => {
    checkNewDisk(options);
    return writeNewDisk(sink, options);
  });
}

/** Throws what `createDisk` says of sizes, block sizes and parents. */
export function checkNewDisk(options: CreateDiskOptions): void {
  const { type, virtualSizeBytes, blockSizeBytes = USUAL_BLOCK_BYTES, identity, parent } = options;
  checkVhdSize(virtualSizeBytes);
  if (type !== 'fixed') checkBlockSize(blockSizeBytes);
  checkParent(type, identity.id, parent);
}

/** Writes an empty disk, already checked, to a file that is empty; `target` is for the caller to close. */
export async function writeNewDisk(
  target: Pick<FileSink, 'write' | 'truncate'>,
  { type, virtualSizeBytes, blockSizeBytes = USUAL_BLOCK_BYTES, identity, parent }: CreateDiskOptions,
): Promise<CreatedDisk> {
  const vhd = createVhd({
    type,
    virtualSizeBytes,
    blockSizeBytes,
    id: identity.id,
    modified: identity.made,
    ...(parent ? { parent } : {}),
  });
  let writtenBytes = 0;
  const write = async (offset: number, bytes: Uint8Array) => {
    await target.write(offset, bytes);
    writtenBytes += bytes.length;
  };
  if (vhd.blocks) {
    const fileBytes = await (await BlockWriter.start({ write }, vhd)).finish();
    return { fileBytes, writtenBytes };
  }
  // The size first: a target that cannot take it says so.
  await target.truncate(virtualSizeBytes + vhd.footer.length);
  await write(virtualSizeBytes, vhd.footer);
  return { fileBytes: virtualSizeBytes + vhd.footer.length, writtenBytes };
}

function checkParent(type: ImageType, id: Uint8Array, parent: CreateParent | undefined): void {
  if (type !== 'differencing') {
    if (parent) throw refused(`A ${type} disk has no parent.`, 'Make a differencing disk.');
    return;
  }
  if (!parent)
    throw refused('A differencing disk needs a parent.', 'Choose the file that it is to stand on.');
  if (parent.id.length !== ID_BYTES || parent.id.every((byte) => byte === 0)) {
    const why = `“${parent.name}” has no id that a child could name it by.`;
    throw refused(why, 'Save the parent as a fixed or dynamic VHD first, and make the child under that.');
  }
  if (parent.id.every((byte, i) => byte === id[i])) {
    throw refused('The new disk would have its parent’s id.', 'Give the new disk an id of its own.');
  }
  for (const path of [parent.absolutePath, parent.relativePath]) {
    if (path === undefined || path.length * 2 <= LOCATOR_READ_LIMIT_BYTES) continue;
    const most = LOCATOR_READ_LIMIT_BYTES / 2;
    throw refused(
      `The path to the parent has ${path.length} characters; ${most} fit.`,
      'Use a shorter path.',
    );
  }
}

function refused(message: string, remedy: string): DiskError {
  return new DiskError({ code: 'bad-request', message, meaning: 'Nothing was written.', remedy });
}
