/**
 * Opens a VHD: reads its footers, header and parent locators (two batches of reads), judges them, and says where the
 * sectors are. Whatever the bytes say, little is read and nothing is taken on trust.
 */
import { hexOffset, latin1 } from '../../base/bytes.ts';
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import type { DiskImage, RefusedFile } from '../diskImage.ts';
import type { FileWindow } from '../fileWindow.ts';
import { affectedRun, type Finding } from '../finding.ts';
import { type ChosenFooter, chooseFooter } from './chooseFooter.ts';
import { diskSizeOf } from './diskSize.ts';
import { HEADER_COOKIE, USUAL_HEADER_OFFSET } from './dynamicDiskHeader.ts';
import { NO_OFFSET, versionText } from './fieldTypes.ts';
import { type VhdRule, vhdFinding } from './findings.ts';
import {
  DISK_TYPES,
  FEATURE_RESERVED,
  FEATURE_TEMPORARY,
  type Footer,
  footerStruct,
  imageTypeOf,
  POISON_COOKIE,
} from './footer.ts';
import { openBlocks } from './openBlocks.ts';
import { footerPart, type OpenVhd } from './openedFooter.ts';
import { belongsToFile, lastFooterIn } from './searchFooter.ts';

/** null where nothing in the file says VHD. Throws only what the storage throws. */
export async function openVhdIn(window: FileWindow): Promise<DiskImage | RefusedFile | null> {
  const chosen = chooseFooter(window) ?? (await chooseStrayFooter(window));
  if (chosen === null) return refuseWithoutFooter(window);
  const { file } = window;
  const { footer, offset } = chosen.chosen;
  const structures = [...chosen.structures];
  const findings = [...chosen.findings];
  const refuse = (...reasons: Finding[]): RefusedFile => ({
    file,
    format: 'vhd',
    findings: [...reasons, ...findings],
    structures,
  });
  const at: At = (rule, field, message, instead) =>
    vhdFinding(
      rule,
      file.name,
      offset + footerStruct.offsetOf(field),
      footerStruct.lengthOf(field),
      message,
      instead,
    );

  if (footer.fileFormatVersion >>> 16 !== 1) {
    const message = `The footer names format version ${versionText(footer.fileFormatVersion)}, expected 1.0.`;
    return refuse(at('format-version', 'fileFormatVersion', message));
  }
  const type = imageTypeOf(footer.diskType);
  if (type === null) {
    const found = `${footer.diskType} (${DISK_TYPES[footer.diskType] ?? 'unknown'})`;
    return refuse(at('disk-type', 'diskType', `The footer names disk type ${found}, expected 2, 3 or 4.`));
  }
  findings.push(...judgeFlags(footer, at));
  const size = diskSizeOf(file.name, chosen.chosen);
  findings.push(...size.findings);
  const opened = { window, chosen, type, virtualSizeBytes: size.virtualSizeBytes, structures, findings };
  if (type === 'fixed') return openFixed(opened, at);
  if (size.virtualSizeBytes === 0) return refuse();
  return openBlocks(opened);
}

/** How far from the end a footer is sought while opening: every file that is no VHD is read so far. */
const STRAY_SEARCH_BYTES = 65_536;

/** A footer that something was appended to. */
async function chooseStrayFooter(window: FileWindow): Promise<ChosenFooter | null> {
  const from = window.sizeBytes - STRAY_SEARCH_BYTES;
  const stray = await lastFooterIn(window, from, window.sizeBytes, (found) => belongsToFile(window, found));
  return stray && chooseFooter(window, stray);
}

function refuseWithoutFooter(window: FileWindow): RefusedFile | null {
  for (const offset of [USUAL_HEADER_OFFSET, 0]) {
    const cookie = window.peek(offset, HEADER_COOKIE.length);
    if (!cookie || latin1(cookie) !== HEADER_COOKIE) continue;
    const message =
      `A dynamic disk header at ${hexOffset(offset)}, but no footer in the last 512 bytes of the file ` +
      'and no copy of it at the start: both are lost.';
    const at = Math.max(0, window.sizeBytes - 512);
    const finding = vhdFinding('footer-lost', window.file.name, at, window.sizeBytes - at, message);
    return { file: window.file, format: 'vhd', findings: [finding], structures: [] };
  }
  return null;
}

type At = (
  rule: VhdRule,
  field: keyof Footer,
  message: string,
  instead?: Pick<Finding, 'affects'>,
) => Finding;

function judgeFlags(footer: Footer, at: At): Finding[] {
  const findings: Finding[] = [];
  if (footer.cookie === POISON_COOKIE) {
    findings.push(
      at('disabled-by-resize', 'cookie', `The footer’s cookie is “${POISON_COOKIE}”, not “conectix”.`),
    );
  }
  if (footer.savedState !== 0) {
    findings.push(at('saved-state', 'savedState', `The saved state is ${footer.savedState}, expected 0.`));
  }
  if (footer.features & FEATURE_TEMPORARY) {
    findings.push(at('temporary-disk', 'features', 'The feature “temporary” is set.'));
  }
  if ((footer.features & ~FEATURE_TEMPORARY) !== FEATURE_RESERVED) {
    findings.push(
      at('features-unknown', 'features', `Features ${hexOffset(footer.features, 8)}, expected 0x00000002.`),
    );
  }
  if (footer.fileFormatVersion & 0xffff) {
    const message = `The footer names format version ${versionText(footer.fileFormatVersion)}, expected 1.0.`;
    findings.push(at('format-version', 'fileFormatVersion', message));
  }
  return findings;
}

function openFixed(opened: OpenVhd, at: At): DiskImage | RefusedFile {
  const { window, chosen, structures, findings } = opened;
  const { footer } = chosen.chosen;
  const dataBytes = Math.floor(chosen.endOffset / SECTOR_BYTES) * SECTOR_BYTES;
  const virtualSizeBytes = Math.min(opened.virtualSizeBytes, dataBytes);
  if (virtualSizeBytes === 0) {
    if (opened.virtualSizeBytes > 0) {
      const message = 'The file holds no sector of the disk, only a footer.';
      const lost = affectedRun(0, opened.virtualSizeBytes / SECTOR_BYTES);
      findings.push(at('fixed-data-short', 'currentSize', message, lost));
    }
    return { file: window.file, format: 'vhd', findings, structures };
  }
  const declared = `The disk has ${grouped(opened.virtualSizeBytes)} bytes`;
  if (virtualSizeBytes < opened.virtualSizeBytes) {
    const message = `${declared}, the file holds ${grouped(dataBytes)} of them.`;
    const lost = affectedRun(virtualSizeBytes / SECTOR_BYTES, opened.virtualSizeBytes / SECTOR_BYTES);
    findings.push(at('fixed-data-short', 'currentSize', message, lost));
  } else if (BigInt(dataBytes) > footer.currentSize && dataBytes > opened.virtualSizeBytes) {
    findings.push(at('fixed-data-long', 'currentSize', `${declared}, the file holds ${grouped(dataBytes)}.`));
  }
  if (footer.dataOffset !== NO_OFFSET) {
    const found = `0x${footer.dataOffset.toString(16).toUpperCase()}`;
    findings.push(
      at(
        'fixed-data-offset',
        'dataOffset',
        `The data offset of a fixed disk is ${found}, expected all ones.`,
      ),
    );
  }
  return {
    ...footerPart(opened),
    virtualSizeBytes,
    blockSizeBytes: null,
    parent: null,
    tables: { kind: 'flat', dataOffset: 0 },
    structures,
    findings,
  };
}
