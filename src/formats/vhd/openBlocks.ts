/** Opens what dynamic and differencing disks share: the header, the place of the block allocation table, the parent. */
import { hexOffset, latin1 } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage, RefusedFile } from '../diskImage.ts';
import type { FileWindow } from '../fileWindow.ts';
import { affectedRun, type Finding } from '../finding.ts';
import type { Annotation } from '../struct.ts';
import {
  type BlockTables,
  batBytesOf,
  bitmapBytesOf,
  blockCountOf,
  ENTRY_BYTES,
  isBlockSize,
  MAX_BLOCK_COUNT,
} from './blockAllocationTable.ts';
import {
  annotateHeader,
  type DynamicDiskHeader,
  HEADER_BYTES,
  HEADER_COOKIE,
  HEADER_VERSION,
  headerChecksum,
  headerStruct,
  USUAL_HEADER_OFFSET,
} from './dynamicDiskHeader.ts';
import { versionText } from './fieldTypes.ts';
import { type VhdRule, vhdFinding } from './findings.ts';
import { footerStruct } from './footer.ts';
import { type MakerEvidence, makerOf } from './maker.ts';
import { footerPart, type OpenVhd } from './openedFooter.ts';
import { readParent } from './readParent.ts';
import { annotateBatmap, BATMAP_HEADER_BYTES, isBatmap } from './xenBatmap.ts';

export const BAT_NAME = 'Block allocation table';

type AtHeader = (
  rule: VhdRule,
  field: keyof DynamicDiskHeader,
  message: string,
  instead?: Pick<Finding, 'affects'>,
) => Finding;

export async function openBlocks(opened: OpenVhd): Promise<DiskImage | RefusedFile> {
  const { window, structures, findings } = opened;
  const { file } = window;
  const refuse = (...reasons: Finding[]): RefusedFile => {
    return { file, format: 'vhd', findings: [...reasons, ...findings], structures };
  };
  const found = await findHeader(opened);
  if (found === null) return refuse(headerMissing(opened));
  const { header, bytes, offset } = found;
  structures.push(annotateHeader(bytes, offset));
  const at: AtHeader = (rule, field, message, instead) =>
    vhdFinding(
      rule,
      file.name,
      offset + headerStruct.offsetOf(field),
      headerStruct.lengthOf(field),
      message,
      instead,
    );
  findings.push(...judgeHeader(opened, header, bytes, offset, at));
  const reason = refusalOf(header, opened, at);
  if (reason) return refuse(reason);

  const tables = tablesOf(header, opened, at);
  structures.push(annotateBat(tables, header));
  const order = makerOf(opened.chosen.chosen.footer).idOrder;
  const parent = opened.type === 'differencing' ? await readParent(window, header, offset, order) : null;
  structures.push(...(parent?.structures ?? []));
  findings.push(...(parent?.findings ?? []));
  const evidence = await readBehindBat(window, tables.batOffset, header.maxTableEntries, structures);
  findings.push(...judgeOverlaps(file.name, structures));
  return {
    ...footerPart(opened),
    maker: makerOf(opened.chosen.chosen.footer, evidence),
    virtualSizeBytes: opened.virtualSizeBytes,
    blockSizeBytes: header.blockSize,
    parent: parent?.parent ?? null,
    tables,
    structures: structures.sort((a, b) => a.offset - b.offset),
    findings,
  };
}

interface FoundHeader {
  readonly header: DynamicDiskHeader;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Where the chosen footer says, else where the other one says, else where every writer puts it. */
async function findHeader({ window, chosen }: OpenVhd): Promise<FoundHeader | null> {
  const offsets = [
    chosen.chosen.footer.dataOffset,
    chosen.other?.footer.dataOffset,
    BigInt(USUAL_HEADER_OFFSET),
  ];
  for (const wanted of new Set(offsets)) {
    if (wanted === undefined || wanted + BigInt(HEADER_BYTES) > BigInt(window.sizeBytes)) continue;
    const offset = Number(wanted);
    const [bytes] = await window.read([{ offset, lengthBytes: HEADER_BYTES }]);
    if (bytes && latin1(bytes.subarray(0, HEADER_COOKIE.length)) === HEADER_COOKIE) {
      return { header: headerStruct.parse(bytes), bytes, offset };
    }
  }
  return null;
}

function headerMissing({ window, chosen }: OpenVhd): Finding {
  const { footer, offset } = chosen.chosen;
  const message =
    `The footer says that the dynamic disk header is at 0x${footer.dataOffset.toString(16).toUpperCase()}; ` +
    `no “${HEADER_COOKIE}” is there, nor at ${hexOffset(USUAL_HEADER_OFFSET)}.`;
  const at = offset + footerStruct.offsetOf('dataOffset');
  return vhdFinding('header-missing', window.file.name, at, footerStruct.lengthOf('dataOffset'), message);
}

function judgeHeader(
  { window, chosen }: OpenVhd,
  header: DynamicDiskHeader,
  bytes: Uint8Array,
  offset: number,
  at: AtHeader,
): Finding[] {
  const findings: Finding[] = [];
  const { footer } = chosen.chosen;
  if (footer.dataOffset !== BigInt(offset)) {
    const message = `The header is at ${hexOffset(offset)}, the footer says 0x${footer.dataOffset.toString(16).toUpperCase()}.`;
    const where = chosen.chosen.offset + footerStruct.offsetOf('dataOffset');
    findings.push(
      vhdFinding('header-misplaced', window.file.name, where, footerStruct.lengthOf('dataOffset'), message),
    );
  }
  const expected = headerChecksum(bytes);
  if (header.checksum !== expected) {
    const message = `The header has checksum ${hexOffset(header.checksum, 8)}, its bytes make ${hexOffset(expected, 8)}.`;
    findings.push(at('header-checksum', 'checksum', message));
  }
  if (header.headerVersion !== HEADER_VERSION && header.headerVersion >>> 16 === 1) {
    findings.push(at('header-version', 'headerVersion', versionMessage(header)));
  }
  return findings;
}

function versionMessage(header: DynamicDiskHeader): string {
  return `The header names version ${versionText(header.headerVersion)}, expected 1.0.`;
}

/** Why no sector of this disk could be found, or null. */
function refusalOf(header: DynamicDiskHeader, opened: OpenVhd, at: AtHeader): Finding | null {
  const fileBytes = opened.window.sizeBytes;
  if (header.headerVersion >>> 16 !== 1) return at('header-version', 'headerVersion', versionMessage(header));
  if (!isBlockSize(header.blockSize)) {
    const message = `The block size is ${grouped(header.blockSize)} bytes, expected a power of two from 4 096 to 2 147 483 648.`;
    return at('block-size', 'blockSize', message);
  }
  const blocks = blockCountOf(opened.virtualSizeBytes, header.blockSize);
  if (blocks > MAX_BLOCK_COUNT) {
    const message = `The disk would have ${grouped(blocks)} blocks of ${grouped(header.blockSize)} bytes, expected at most ${grouped(MAX_BLOCK_COUNT)}.`;
    return at('block-count', 'blockSize', message);
  }
  if (header.tableOffset + BigInt(ENTRY_BYTES) > BigInt(fileBytes)) {
    const message =
      `The block allocation table is said to be at 0x${header.tableOffset.toString(16).toUpperCase()}, ` +
      `the file has ${grouped(fileBytes)} bytes.`;
    return at('bat-outside-file', 'tableOffset', message);
  }
  return null;
}

/** The table's place and the entries that the disk needs and the file holds. */
function tablesOf(header: DynamicDiskHeader, opened: OpenVhd, at: AtHeader): BlockTables {
  const batOffset = Number(header.tableOffset);
  const needed = blockCountOf(opened.virtualSizeBytes, header.blockSize);
  const held = Math.floor((opened.window.sizeBytes - batOffset) / ENTRY_BYTES);
  const declared = Math.min(needed, header.maxTableEntries);
  const diskSectors = opened.virtualSizeBytes / SECTOR_BYTES;
  const without = (entries: number) =>
    affectedRun(Math.min(diskSectors, (entries * header.blockSize) / SECTOR_BYTES), diskSectors);
  if (declared < needed) {
    const message = `The table has ${grouped(declared)} entries, the disk has ${grouped(needed)} blocks.`;
    opened.findings.push(at('bat-too-small', 'maxTableEntries', message, without(declared)));
  }
  if (held < declared) {
    const message = `The file holds ${grouped(held)} of the ${grouped(declared)} entries that the disk needs.`;
    opened.findings.push(at('bat-cut-short', 'tableOffset', message, without(held)));
  }
  if (batOffset % 512 !== 0) {
    opened.findings.push(at('bat-unaligned', 'tableOffset', `The table begins at ${hexOffset(batOffset)}.`));
  }
  return {
    kind: 'vhd-blocks',
    batOffset,
    batEntries: Math.min(declared, held),
    blockSizeBytes: header.blockSize,
    bitmapBytes: bitmapBytesOf(header.blockSize),
  };
}

function annotateBat(tables: BlockTables, header: DynamicDiskHeader): Annotation {
  return {
    name: BAT_NAME,
    offset: tables.batOffset,
    lengthBytes: tables.batEntries * ENTRY_BYTES,
    value: `${grouped(tables.batEntries)} entries`,
    explanation:
      'Says for every block at which sector of the file its bitmap is; the data follows the bitmap.' +
      (header.maxTableEntries > tables.batEntries
        ? ` The header counts ${grouped(header.maxTableEntries)} entries.`
        : ''),
  };
}

/** What stands behind the table tells of its maker: the padding of its last sector, and Xen's block map. */
async function readBehindBat(
  window: FileWindow,
  batOffset: number,
  maxTableEntries: number,
  structures: Annotation[],
): Promise<MakerEvidence> {
  const offset = batOffset + maxTableEntries * ENTRY_BYTES;
  const paddedEnd = batOffset + batBytesOf(maxTableEntries);
  const [bytes] = await window.read([{ offset, lengthBytes: paddedEnd - offset + BATMAP_HEADER_BYTES }]);
  if (!bytes) return {};
  const padding = bytes.subarray(0, paddedEnd - offset);
  const batmap = bytes.subarray(paddedEnd - offset);
  const xenBatmap = isBatmap(batmap);
  if (xenBatmap) structures.push(annotateBatmap(batmap, paddedEnd));
  return { xenBatmap, batPadding: paddingOf(padding) };
}

function paddingOf(bytes: Uint8Array): MakerEvidence['batPadding'] {
  if (bytes.length === 0) return null;
  if (bytes.every((byte) => byte === 0xff)) return 'ones';
  return bytes.every((byte) => byte === 0) ? 'zeros' : 'mixed';
}

/** Structures that share bytes. Locators may share theirs with one another. */
function judgeOverlaps(file: string, structures: readonly Annotation[]): Finding[] {
  const sorted = [...structures].sort((a, b) => a.offset - b.offset);
  const findings: Finding[] = [];
  let before: Annotation | null = null;
  for (const structure of sorted) {
    if (
      before &&
      structure.offset < before.offset + before.lengthBytes &&
      !(isLocator(before) && isLocator(structure))
    ) {
      const message = `${before.name} (${rangeText(before)}) and ${structure.name} (${rangeText(structure)}) overlap.`;
      findings.push(vhdFinding('structures-overlap', file, structure.offset, structure.lengthBytes, message));
    }
    if (!before || structure.offset + structure.lengthBytes > before.offset + before.lengthBytes)
      before = structure;
  }
  return findings;
}

function isLocator(structure: Annotation): boolean {
  return structure.name.startsWith('Parent locator');
}

function rangeText({ offset, lengthBytes }: Annotation): string {
  return `${hexOffset(offset)}–${hexOffset(offset + lengthBytes - 1)}`;
}
