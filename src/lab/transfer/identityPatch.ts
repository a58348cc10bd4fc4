/** Gives a VHD an id of its own, and the id that its parent has now: nothing else of the file changes. */
import { must } from '../../base/assert.ts';
import { fromHex, viewOf } from '../../base/bytes.ts';
import type { DiskImage } from '../../formats/diskImage.ts';
import { HEADER_BYTES, headerChecksum, headerStruct } from '../../formats/vhd/dynamicDiskHeader.ts';
import { takeOverRecords } from '../../merge/takeOver.ts';
import type { Patch } from '../../storage/patch.ts';
import { PatchDraft } from '../../storage/patchDraft.ts';

/** Raw ids, hex. `parentId` null: the file names the parent that it named before, or none. */
export interface NewIds {
  readonly id: string;
  readonly parentId: string | null;
}

/** Both footers, and the header where a parent is named; checksums fit again. */
export async function identityPatch(image: DiskImage, { id, parentId }: NewIds): Promise<Patch> {
  const { file } = image;
  const draft = new PatchDraft(file);
  let end = file.sizeBytes;
  for (const { offset, bytes } of await takeOverRecords(file, id)) {
    draft.put(offset, bytes);
    end = Math.max(end, offset + bytes.length);
  }
  if (parentId !== null) {
    const header = must(
      image.structures.find(({ name }) => name === headerStruct.name),
      'a differencing disk has a header',
    );
    draft.put(header.offset, await headerWith(image, header.offset, parentId));
  }
  return draft.patch(end);
}

async function headerWith({ file }: DiskImage, offset: number, parentId: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(HEADER_BYTES);
  await file.read(offset, bytes);
  bytes.set(must(fromHex(parentId), 'an id in hex'), headerStruct.offsetOf('parentUniqueId'));
  viewOf(bytes).setUint32(headerStruct.offsetOf('checksum'), headerChecksum(bytes));
  return bytes;
}
