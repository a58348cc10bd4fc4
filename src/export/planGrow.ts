/**
 * What makes a disk larger, as a patch of its file: the footer says the new size; a fixed disk gets zeros where its footer
 * was, a dynamic one a longer block table. The id, the original size and all data stay.
 */
import { must } from '../base/assert.ts';
import { hexOffset, viewOf } from '../base/bytes.ts';
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { FileWindow } from '../formats/fileWindow.ts';
import { type ChosenFooter, chooseFooter } from '../formats/vhd/chooseFooter.ts';
import { geometry } from '../formats/vhd/fieldTypes.ts';
import { FOOTER_BYTES, type Footer, footerChecksum, footerStruct } from '../formats/vhd/footer.ts';
import { geometryBytes, geometryOf, isMaximalGeometry, sizeRuleOf } from '../formats/vhd/geometry.ts';
import type { Patch } from '../storage/patch.ts';
import { PatchDraft } from '../storage/patchDraft.ts';
import { clearStretch } from './clearStretch.ts';
import { growBlocks } from './growBlocks.ts';
import { damaged, differencing, inTheWay, notLarger, noVhd } from './growErrors.ts';
import { checkVhdSize } from './vhdLimits.ts';

export { refuseUnderChildren } from './growErrors.ts';

/** What growing is planned with. */
export interface Growth {
  readonly image: DiskImage;
  readonly chosen: ChosenFooter;
  /** Size of the disk afterwards. */
  readonly virtualSizeBytes: number;
  /** 512 bytes. */
  readonly footer: Uint8Array;
  readonly draft: PatchDraft;
}

export interface GrowOptions {
  /** Differencing disks as well: for a caller who knows that the disk's own children expect the new size. */
  readonly differencing?: boolean;
}

/**
 * The disk reads as before, with zeros behind; where the maker takes the geometry for the size (Virtual PC, old qemu), the
 * size is rounded up to one that a geometry makes. A differencing disk holds nothing behind its old end: it reads its
 * parent there, and zeros behind the parent's end. Throws `DiskError`: 'bad-request' for differencing disks unless
 * `options` say otherwise, sizes that are not larger, and sizes that are not whole sectors; 'limit' over 2040 GiB;
 * 'corrupt' for damaged files; 'unsupported' for other formats, and where other data lies where the disk would grow.
 */
export async function planGrow(
  image: DiskImage,
  virtualSizeBytes: number,
  options: GrowOptions = {},
): Promise<Patch> {
  if (image.format !== 'vhd') throw noVhd(image);
  if (image.type === 'differencing' && !options.differencing) throw differencing(image);
  checkVhdSize(virtualSizeBytes);
  if (virtualSizeBytes <= image.virtualSizeBytes) throw notLarger(image, virtualSizeBytes);
  const wrong = image.findings.find(({ severity, rule }) => severity === 'error' || rule === 'trailing-data');
  if (wrong) throw damaged(image, wrong);
  const chosen = must(chooseFooter(await FileWindow.open(image.file)), 'a sound VHD has a footer');
  const { footer, sizeBytes } = grownFooter(chosen, virtualSizeBytes);
  checkVhdSize(sizeBytes);
  const draft = new PatchDraft(image.file);
  const growth = { image, chosen, virtualSizeBytes: sizeBytes, footer, draft };
  return image.tables.kind === 'flat' ? growFixed(growth) : growBlocks(growth, image.tables);
}

/** The footer with the new size and geometry; everything else as it is. */
function grownFooter(chosen: ChosenFooter, wanted: number): { footer: Uint8Array; sizeBytes: number } {
  const { footer: old, bytes } = chosen.chosen;
  const { sizeBytes, shape } = sizeAndShape(old, wanted);
  const footer = bytes.slice(0, FOOTER_BYTES);
  const view = viewOf(footer);
  view.setBigUint64(footerStruct.offsetOf('currentSize'), BigInt(sizeBytes));
  const at = footerStruct.offsetOf('diskGeometry');
  geometry.write(shape, footer.subarray(at, at + geometry.lengthBytes));
  view.setUint32(footerStruct.offsetOf('checksum'), footerChecksum(footer));
  return { footer, sizeBytes };
}

function sizeAndShape({ creatorApplication, diskGeometry }: Footer, wanted: number) {
  // The largest geometry says "see the current size": its makers write it on disks of any size.
  if (isMaximalGeometry(diskGeometry)) return { sizeBytes: wanted, shape: diskGeometry };
  let shape = geometryOf(wanted / SECTOR_BYTES);
  if (sizeRuleOf(creatorApplication, shape) !== 'geometry') return { sizeBytes: wanted, shape };
  for (let sectors = wanted / SECTOR_BYTES; geometryBytes(shape) < wanted; ) shape = geometryOf(++sectors);
  return { sizeBytes: isMaximalGeometry(shape) ? wanted : geometryBytes(shape), shape };
}

async function growFixed({ image, chosen, virtualSizeBytes, footer, draft }: Growth): Promise<Patch> {
  const { sizeBytes } = image.file;
  if (chosen.endOffset > virtualSizeBytes) {
    const found = `other data lies behind the disk, up to ${hexOffset(chosen.endOffset)}`;
    throw inTheWay(image, found, image.virtualSizeBytes);
  }
  await clearStretch(image, draft, image.virtualSizeBytes, sizeBytes);
  draft.put(virtualSizeBytes, footer);
  return draft.patch(virtualSizeBytes + FOOTER_BYTES);
}
