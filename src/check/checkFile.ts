/** The whole check of one file: what opening found, what its structures say beyond that, and its blocks. */
import { SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import { FileWindow, HEAD_BYTES, TAIL_BYTES } from '../formats/fileWindow.ts';
import type { Finding, Severity } from '../formats/finding.ts';
import { isDiskImage } from '../formats/openImage.ts';
import { chooseFooter, FOOTER_NAME } from '../formats/vhd/chooseFooter.ts';
import { HEADER_BYTES, headerStruct } from '../formats/vhd/dynamicDiskHeader.ts';
import { DISK_TYPE_CODES } from '../formats/vhd/footer.ts';
import { blockExtentOf, NO_BLOCKS } from './blockExtent.ts';
import { type BlockTableCheck, blockCheckBytes, checkBlockTable } from './blocks/checkBlockTable.ts';
import { checkBat } from './checkBat.ts';
import { checkBatmap } from './checkBatmap.ts';
import { checkFooter } from './checkFooter.ts';
import { checkHeader } from './checkHeader.ts';
import { checkLocators } from './checkLocators.ts';
import type { CheckContext, FileCheck } from './fileCheck.ts';
import { MeteredFile } from './meteredFile.ts';
import { readStructures, structureOf } from './structures.ts';
import { checkEnd, SEARCH_BACK_BYTES, SEARCH_FORWARD_BYTES } from './trailingData.ts';

/**
 * Every finding once, errors first, then by place. Throws `DiskError` where the storage does, and the signal's reason
 * where the check was cancelled; whatever is wrong with the content is a finding.
 */
export async function checkFile(content: DiskImage | RefusedFile, context: CheckContext): Promise<FileCheck> {
  const file = new MeteredFile(content.file, context);
  const image = isDiskImage(content) ? content : null;
  const hasBlocks = image?.tables.kind === 'vhd-blocks';
  const blocks = image && hasBlocks ? await checkBlockTable(image, context) : null;
  const found = await checkStructures(content, image, blocks, file, context);
  return {
    findings: sorted([...found, ...withoutAppended(blocks?.findings ?? [], found)]),
    space: blocks?.space ?? null,
    blocks: blocks?.blocks ?? null,
    badBlocks: blocks?.badBlocks ?? new Uint32Array(0),
    readBytes: file.readBytes + (blocks?.readBytes ?? 0),
  };
}

/** What was appended behind the footer is no space that leaked: it has a finding of its own. */
function withoutAppended(ofBlocks: readonly Finding[], found: readonly Finding[]): readonly Finding[] {
  const appended = found.find(({ rule }) => rule === 'trailing-data');
  if (!appended) return ofBlocks;
  return ofBlocks.filter(
    ({ rule, offset, lengthBytes }) => rule !== 'leaked-space' || offset + lengthBytes <= appended.offset,
  );
}

async function checkStructures(
  content: DiskImage | RefusedFile,
  image: DiskImage | null,
  blocks: BlockTableCheck | null,
  file: MeteredFile,
  context: CheckContext,
): Promise<Finding[]> {
  const window = await FileWindow.open(file);
  const isVhd = content.format === 'vhd';
  const structures = await readStructures(window, content, isVhd ? chooseFooter(window) : null);
  const extent = image && blocks ? blockExtentOf(image, blocks.bat) : NO_BLOCKS;
  const end = await checkEnd(structures, content, Math.max(extent.endOffset, structuresEnd(content)));
  const findings = content.findings.filter(({ rule }) => !end.replaced.includes(rule));
  findings.push(...end.findings);
  if (!isVhd) return findings;
  findings.push(...checkFooter(structures, context));
  const isDifferencing = structures.footer?.footer.diskType === DISK_TYPE_CODES.differencing;
  findings.push(...checkHeader(structures, isDifferencing, context));
  if (image) {
    findings.push(...checkLocators(structures, image));
    findings.push(...(await checkBat(structures, image, extent.firstOffset)));
    findings.push(...(await checkBatmap(structures, image)));
  }
  return findings;
}

/** End of everything that stands in front of the blocks; 0 for what has no such structures. */
function structuresEnd(content: DiskImage | RefusedFile): number {
  const ends = content.structures
    .filter(({ name }) => name !== FOOTER_NAME)
    .map(({ offset, lengthBytes }) => offset + lengthBytes);
  return Math.max(0, ...ends);
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** Each finding once, errors first, then by its place in the file. */
export function sorted(findings: readonly Finding[]): Finding[] {
  const once = new Map(
    findings.map((each) => [`${each.rule} ${each.offset} ${each.lengthBytes} ${each.message}`, each]),
  );
  return [...once.values()].sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.offset - b.offset);
}

/** What a check reads at most: the total of a progress bar. */
export function checkBytes(content: DiskImage | RefusedFile): number {
  const { sizeBytes } = content.file;
  const image = isDiskImage(content) ? content : null;
  let bytes = Math.min(sizeBytes, HEAD_BYTES + TAIL_BYTES);
  if (image?.tables.kind === 'vhd-blocks') bytes += blockCheckBytes(image) + 2 * SECTOR_BYTES;
  if (structureOf(content, headerStruct.name)) bytes += HEADER_BYTES;
  if (content.format !== 'vhdx' && !structureOf(content, FOOTER_NAME)) {
    bytes += Math.min(sizeBytes, SEARCH_BACK_BYTES + SEARCH_FORWARD_BYTES);
  }
  return bytes;
}
