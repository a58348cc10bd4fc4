/** The file that is left takes the newest source's id: files that name that id find it, and one that was forgotten fails loudly. */
import { must } from '../base/assert.ts';
import { fromHex, toHex, viewOf } from '../base/bytes.ts';
import { FileWindow } from '../formats/fileWindow.ts';
import { chooseFooter } from '../formats/vhd/chooseFooter.ts';
import { checksumHolds, footerChecksum, footerStruct } from '../formats/vhd/footer.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { RedoRecord } from './mergeJournal.ts';

/** Every footer of `file` with this raw id (hex), as it is to be written. */
export async function takeOverRecords(file: RandomAccessFile, id: string): Promise<RedoRecord[]> {
  const found = must(chooseFooter(await FileWindow.open(file)), 'a target has a footer');
  const { chosen, other, endOffset } = found;
  const footer = chosen.bytes.slice();
  footer.set(must(fromHex(id), 'an id in hex'), footerStruct.offsetOf('uniqueId'));
  viewOf(footer).setUint32(footerStruct.offsetOf('checksum'), footerChecksum(footer));
  const places = new Set([chosen.offset, endOffset, other?.offset ?? endOffset]);
  return [...places].map((offset) => ({ offset, bytes: footer }));
}

/** The raw id that the file carries, hex; null where none of its footers is whole. */
export async function idIn(file: RandomAccessFile): Promise<string | null> {
  const found = chooseFooter(await FileWindow.open(file));
  if (!found || !checksumHolds(found.chosen)) return null;
  return toHex(found.chosen.footer.uniqueId);
}
