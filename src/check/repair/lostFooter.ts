/** A footer for a file that has lost both: found behind the last block, or made anew from the header and the table. */
import { hexOffset } from '../../base/bytes.ts';
import { SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { FileWindow } from '../../formats/fileWindow.ts';
import { isDiskImage, openImage } from '../../formats/openImage.ts';
import { ENTRY_BYTES } from '../../formats/vhd/blockAllocationTable.ts';
import { WINDOWS_MAX_DISK_BYTES } from '../../formats/vhd/diskSize.ts';
import { type DynamicDiskHeader, headerStruct } from '../../formats/vhd/dynamicDiskHeader.ts';
import {
  DISK_TYPE_CODES,
  FEATURE_RESERVED,
  FILE_FORMAT_VERSION,
  FOOTER_COOKIE,
  type FoundFooter,
  footerBytes,
  footerStruct,
  imageTypeOf,
} from '../../formats/vhd/footer.ts';
import { geometryOf } from '../../formats/vhd/geometry.ts';
import { belongsToFile, lastFooterIn } from '../../formats/vhd/searchFooter.ts';
import type { Patch } from '../../storage/patch.ts';
import { PatchedFile } from '../../storage/patchedFile.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { type Draft, StructureDraft } from './draft.ts';
import { addCopy, type FooterDraft } from './footers.ts';
import { newId } from './newId.ts';
import { headerProblem, readHeader } from './readHeader.ts';
import { cutBehind, findStray } from './strayFooter.ts';
import { readTable, type Table } from './table.ts';

/** null where nothing tells that the file is a VHD at all, or not enough of it. */
export async function draftLostFooters(draft: Draft, window: FileWindow): Promise<FooterDraft | null> {
  const header = await readHeader(window, []);
  return header ? ofBlocks(draft, window, header.recovered?.bytes ?? header.bytes) : ofFixed(draft, window);
}

/** A fixed disk's footer can only be seen where its own size says that it stands right behind the disk. */
async function ofFixed(draft: Draft, window: FileWindow): Promise<FooterDraft | null> {
  const stray = await findStray(window, 0, (found) => isFixedFooter(found) && belongsToFile(window, found));
  if (!stray) return null;
  const wanted = new StructureDraft(footerStruct, stray.bytes.slice());
  const step = cutBehind(draft, window, stray);
  return { wanted, end: null, stray, frozen: null, endOwner: step, copyOwner: null };
}

async function ofBlocks(draft: Draft, window: FileWindow, header: Uint8Array): Promise<FooterDraft | null> {
  if (headerProblem(header, null, window.sizeBytes) !== null) return null;
  const fields = headerStruct.parse(header);
  const largest = Math.min(fields.maxTableEntries * fields.blockSize, WINDOWS_MAX_DISK_BYTES);
  const table = await tableWith(window.file, rebuiltFooter(fields, header, window.sizeBytes, largest));
  const usedEnd = table?.usedEnd ?? window.sizeBytes;
  const size = (table && sizeOfCutBlock(table, window.sizeBytes)) ?? largest;
  const rebuilt = rebuiltFooter(fields, header, window.sizeBytes, size);
  const stray = await findStray(
    window,
    usedEnd,
    (found) => !isFixedFooter(found) && belongsToFile(window, found),
  );
  const wanted = new StructureDraft(footerStruct, stray?.bytes.slice() ?? rebuilt);
  if (stray) {
    const endOwner = cutBehind(draft, window, stray);
    return { wanted, end: null, stray, frozen: null, endOwner, copyOwner: addCopy(draft) };
  }
  const old = await lastFooterIn(window, window.sizeBytes - OLD_SEARCH_BYTES, window.sizeBytes, (found) => {
    return !isFixedFooter(found) && belongsToFile(window, found);
  });
  if (old) return fromOld(draft, old);
  const step = draft.step(
    'footer-lost',
    'Make a new footer from the header and the table, and write it twice',
    REBUILT,
  );
  step.lossText = consequences(wanted.values().currentSize);
  return { wanted, end: null, stray: null, frozen: null, endOwner: step, copyOwner: step };
}

/** As far as opening looks for one, and reads the disk by it. */
const OLD_SEARCH_BYTES = 65_536;

function fromOld(draft: Draft, old: FoundFooter): FooterDraft {
  const why = `An old footer stands at ${hexOffset(old.offset)}, with blocks behind it; the disk is read by it now.`;
  const also = ['footer-missing', 'footer-copy-missing', 'trailing-data'];
  const step = draft.step('footer-lost', 'Write both footers from an old one', why, also);
  const wanted = new StructureDraft(footerStruct, old.bytes.slice());
  return { wanted, end: null, stray: null, frozen: null, endOwner: step, copyOwner: step };
}

function isFixedFooter({ footer }: FoundFooter): boolean {
  return imageTypeOf(footer.diskType) === 'fixed';
}

const REBUILT =
  'The size is the number of the table’s entries times the block size, the type follows from the parent’s id in the ' +
  'header. What stood in the lost footers besides, its maker, time and id, is not known.';

function consequences(size: bigint): string {
  return (
    `The disk gets a new id: children of this file will not know it until their parent link is set anew. ` +
    `Its size becomes ${sizeText(Number(size))}, whole blocks: up to a block more than it had, ` +
    'or more where the table had entries to spare. The sectors added behind its old end read as zeros or as what the parent has.'
  );
}

/** The file's table as it is read with this footer. */
async function tableWith(file: RandomAccessFile, footer: Uint8Array): Promise<Table | null> {
  const image = await openImage(new PatchedFile(file, await copyPatch(file, footer)));
  if (!isDiskImage(image) || image.tables.kind !== 'vhd-blocks') return null;
  return readTable(image, image.tables, file.sizeBytes);
}

/** Only a disk's last block may be shorter than others: where the highest one runs into the next, the disk ends there. */
function sizeOfCutBlock({ tables, places }: Table, fileBytes: number): number | null {
  const tableEnd = tables.batOffset + tables.batEntries * ENTRY_BYTES;
  let highest = -1;
  places.blocks.forEach((block, i) => {
    const start = (places.sectors[i] ?? 0) * SECTOR_BYTES;
    const isHere = start >= tableEnd && start < fileBytes;
    if (isHere && block > (places.blocks[highest] ?? -1)) highest = i;
  });
  const [start, next] = [places.sectors[highest], places.sectors[highest + 1]];
  if (start === undefined || next === undefined) return null;
  const room = (next - start) * SECTOR_BYTES - tables.bitmapBytes;
  const isCut = room > 0 && room < tables.blockSizeBytes;
  return isCut ? (places.blocks[highest] ?? 0) * tables.blockSizeBytes + room : null;
}

async function copyPatch(file: RandomAccessFile, footer: Uint8Array): Promise<Patch> {
  const before = new Uint8Array(footer.length);
  await file.read(0, before);
  const { sizeBytes } = file;
  return { sizeBefore: sizeBytes, sizeAfter: sizeBytes, changes: [{ offset: 0, before, after: footer }] };
}

function rebuiltFooter(
  header: DynamicDiskHeader,
  bytes: Uint8Array,
  fileBytes: number,
  size: number,
): Uint8Array {
  const hasParent = header.parentUniqueId.some((byte) => byte !== 0);
  return footerBytes({
    cookie: FOOTER_COOKIE,
    features: FEATURE_RESERVED,
    fileFormatVersion: FILE_FORMAT_VERSION,
    dataOffset: BigInt(SECTOR_BYTES),
    timeStamp: 0,
    creatorApplication: 'win ',
    creatorVersion: 0x000a_0000,
    creatorHostOs: 'Wi2k',
    originalSize: BigInt(size),
    currentSize: BigInt(size),
    diskGeometry: geometryOf(size / SECTOR_BYTES),
    diskType: DISK_TYPE_CODES[hasParent ? 'differencing' : 'dynamic'],
    checksum: 0,
    uniqueId: newId(bytes, fileBytes),
    savedState: 0,
    hidden: 0,
    reserved: new Uint8Array(426),
  });
}
