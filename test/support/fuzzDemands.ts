/** What must hold of any file, however damaged. Plain throws: an assertion library a million times costs more than the program. */
import type { DiskImage, RefusedFile } from '../../src/formats/diskImage.ts';
import type { Finding } from '../../src/formats/finding.ts';
import { isDiskImage } from '../../src/formats/openImage.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import type { BytesFile } from './bytesFile.ts';

const SECTOR = 512;
/** Opening reads head, tail, table padding, and at most eight locators; a check reads some of it again, and every bitmap. */
const READ_LIMIT_BYTES = { opening: 10 * 65_536, checking: 30 * 65_536 };
const FINDINGS_LIMIT = 100;
const MESSAGE_LIMIT = 4096;

function demand(condition: boolean, file: RandomAccessFile, message: () => string): void {
  if (!condition) throw new Error(`${file.name}: ${message()}`);
}

/** All that was read of the file so far, whatever its fields say. */
export function demandReads(file: BytesFile, what: 'opening' | 'checking'): void {
  demand(file.readBytes <= READ_LIMIT_BYTES[what], file, () => `${what} read ${file.readBytes} bytes`);
}

/** Few findings, short ones, each in its file. */
export function demandBounded(findings: readonly Finding[], file: RandomAccessFile, what: string): void {
  demand(findings.length <= FINDINGS_LIMIT, file, () => `${what}: ${findings.length} findings`);
  for (const { rule, message, offset, lengthBytes, affects } of findings) {
    const { length } = message;
    demand(
      length > 0 && length < MESSAGE_LIMIT,
      file,
      () => `the message of ${rule} has ${length} characters`,
    );
    const isInside = offset >= 0 && offset <= file.sizeBytes && lengthBytes >= 0;
    demand(isInside, file, () => `${rule} is at ${offset}, ${lengthBytes}`);
    const ranges = affects?.ranges ?? [];
    const sectors = ranges.reduce((sum, { sectorCount }) => sum + sectorCount, 0);
    demand(sectors <= (affects?.sectorCount ?? 0), file, () => `${rule} affects ${sectors} sectors and more`);
  }
}

/** What was opened has a size and a table within bounds; what was refused has a reason. */
export function demandImage(content: DiskImage | RefusedFile, file: RandomAccessFile): void {
  if (!isDiskImage(content)) {
    demand(content.findings.length > 0, file, () => 'refused without a reason');
    return;
  }
  const { virtualSizeBytes, tables } = content;
  const isSize = virtualSizeBytes > 0 && virtualSizeBytes % SECTOR === 0 && virtualSizeBytes <= 2 ** 41;
  demand(isSize, file, () => `a disk of ${virtualSizeBytes}`);
  if (tables.kind === 'flat')
    demand(virtualSizeBytes <= file.sizeBytes, file, () => 'a disk beyond its file');
  else
    demand(tables.batOffset + tables.batEntries * 4 <= file.sizeBytes, file, () => 'a table beyond its file');
}
