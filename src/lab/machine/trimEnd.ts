/** Gives back what a write that the power cut short had set apart at the end of a file. */
import { readFileEnd } from '../../formats/vhd/allocateBlock.ts';
import { ENTRY_BYTES } from '../../formats/vhd/blockAllocationTable.ts';
import { ALIGNMENT_BYTES } from '../../formats/vhd/create.ts';
import { openDisk } from '../../merge/openFiles.ts';
import { structuresEnd } from '../../merge/structuresEnd.ts';
import { TargetEnd } from '../../merge/targetEnd.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';

/**
 * Lets the file end behind its last block: bytes between that and the footer belong to a block whose entry was never
 * written, so nothing reads them, and a merge into the file would be refused for them. The new footer is durable before
 * the old one goes. Throws what the storage throws, 'not-a-disk', and 'corrupt' where no footer is left.
 */
export async function trimEnd(folder: DiskFolder, name: string): Promise<void> {
  const image = await openDisk(folder, name, 'read-write', false);
  const { file, tables } = image;
  try {
    if (tables.kind === 'flat') return;
    const bat = new Uint8Array(tables.batEntries * ENTRY_BYTES);
    await file.read(tables.batOffset, bat);
    const end = await readFileEnd(image, tables, bat);
    // The lab's own files are laid out as Windows 10 does.
    const contentEnd = Math.max(end.contentEnd, await structuresEnd(image, tables));
    if (end.hasFooter && end.footerOffset - contentEnd < ALIGNMENT_BYTES) return;
    await (await TargetEnd.open(file, tables, true, { ...end, contentEnd })).trim(contentEnd);
  } finally {
    await file.close();
  }
}
