/** The size of the disk that a footer means: which field counts, and what of it a file can hold. */
import { grouped, SECTOR_BYTES, sizeText, TIB } from '../../base/units.ts';
import type { Finding } from '../finding.ts';
import { bigGrouped } from './fieldTypes.ts';
import { vhdFinding } from './findings.ts';
import { type Footer, type FoundFooter, footerStruct } from './footer.ts';
import { geometryBytes, isMaximalGeometry, sizeRuleOf } from './geometry.ts';

/** Sector numbers have 32 bits. */
export const MAX_DISK_BYTES = 2 * TIB;
/** What Windows takes. */
export const WINDOWS_MAX_DISK_BYTES = 2040 * 1024 ** 3;

export interface DiskSize {
  /** Whole sectors; 0 where the disk has no usable size. */
  readonly virtualSizeBytes: number;
  readonly findings: readonly Finding[];
}

/** The size that the footer means, by its maker's rule; never more than 2 TiB. */
export function diskSizeOf(file: string, found: FoundFooter): DiskSize {
  const { footer } = found;
  const findings: Finding[] = [];
  const add = (rule: Parameters<typeof vhdFinding>[0], field: keyof Footer, message: string) =>
    findings.push(
      vhdFinding(
        rule,
        file,
        found.offset + footerStruct.offsetOf(field),
        footerStruct.lengthOf(field),
        message,
      ),
    );
  const byGeometry = geometryBytes(footer.diskGeometry);
  const rule = sizeRuleOf(footer.creatorApplication, footer.diskGeometry);
  const sizes = `The geometry makes ${grouped(byGeometry)} bytes, the current size is ${bigGrouped(footer.currentSize)}`;
  const differ = BigInt(byGeometry) !== footer.currentSize;

  if (rule === 'geometry' && byGeometry === 0) {
    add(
      'geometry-empty',
      'diskGeometry',
      `The geometry makes 0 bytes, the current size is ${bigGrouped(footer.currentSize)}.`,
    );
  } else if (rule === 'geometry' && differ) {
    add('size-by-geometry', 'diskGeometry', `${sizes} bytes: the disk has ${grouped(byGeometry)}.`);
  } else if (rule === 'current-size-by-default' && differ) {
    add('size-ambiguous', 'currentSize', `${sizes} bytes.`);
  }
  if (
    footer.currentSize > 0n &&
    BigInt(byGeometry) > footer.currentSize &&
    !isMaximalGeometry(footer.diskGeometry)
  ) {
    add('geometry-beyond-size', 'diskGeometry', `${sizes} bytes.`);
  }

  const size = rule === 'geometry' && byGeometry > 0 ? BigInt(byGeometry) : footer.currentSize;
  if (size === 0n || size > BigInt(MAX_DISK_BYTES)) {
    const spelled = size === 0n ? '0 bytes' : `${bigGrouped(size)} bytes, more than 2 TiB`;
    add('size-invalid', 'currentSize', `The footer says that the disk has ${spelled}.`);
    return { virtualSizeBytes: 0, findings };
  }
  const bytes = Number(size);
  if (bytes > WINDOWS_MAX_DISK_BYTES) {
    add('size-over-limit', 'currentSize', `The disk has ${sizeText(bytes)} (${grouped(bytes)} bytes).`);
  }
  if (bytes % SECTOR_BYTES !== 0) {
    add(
      'size-not-sectors',
      'currentSize',
      `The disk’s ${grouped(bytes)} bytes are no whole number of 512-byte sectors.`,
    );
  }
  if (bytes < SECTOR_BYTES) {
    add(
      'size-invalid',
      'currentSize',
      `The footer says that the disk has ${bytes} bytes, less than a sector.`,
    );
  }
  return { virtualSizeBytes: Math.floor(bytes / SECTOR_BYTES) * SECTOR_BYTES, findings };
}
