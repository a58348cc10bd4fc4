/** Recognises a VHDX and says what its header and metadata say; its disk is not read. */
import { hexOffset, latin1 } from '../../base/bytes.ts';
import { grouped, sizeText } from '../../base/units.ts';
import type { RefusedFile } from '../diskImage.ts';
import type { FileWindow } from '../fileWindow.ts';
import type { Finding } from '../finding.ts';
import type { Annotation } from '../struct.ts';
import { guidLe } from './fieldTypes.ts';
import { IDENTIFIER_COOKIE, identifierStruct } from './fileIdentifier.ts';
import { vhdxFinding } from './findings.ts';
import {
  currentHeader,
  HEADER_BYTES,
  HEADER_OFFSETS,
  headerStruct,
  parseHeader,
  type VhdxHeader,
} from './header.ts';
import { type DiskParameters, readParameters } from './metadataTable.ts';

/** null where the file is no VHDX. Throws only what the storage throws. */
export async function openVhdxIn(window: FileWindow): Promise<RefusedFile | null> {
  const cookie = window.peek(0, IDENTIFIER_COOKIE.length);
  if (!cookie || latin1(cookie) !== IDENTIFIER_COOKIE) return null;
  const { file } = window;
  const bytes = await window.read(HEADER_OFFSETS.map((offset) => ({ offset, lengthBytes: HEADER_BYTES })));
  const headers = bytes.map(parseHeader);
  const current = currentHeader(headers);
  const header = current === null ? null : (headers[current] ?? null);
  const identifier = window.peek(0, identifierStruct.sizeBytes);
  const creator = identifier ? identifierStruct.parse(identifier).creator : '';
  const parameters = header ? await readParameters(window) : null;
  return {
    file,
    format: 'vhdx',
    findings: [notSupported(window, creator, header, parameters), ...invalidHeaders(window, headers)],
    structures: annotate(identifier, bytes, current),
  };
}

function notSupported(
  window: FileWindow,
  creator: string,
  header: VhdxHeader | null,
  parameters: DiskParameters | null,
): Finding {
  const parts = [`A VHDX${creator ? ` made by “${creator}”` : ''}`];
  if (parameters) parts.push(...parameterTexts(parameters));
  if (header) {
    parts.push(`DataWriteGuid ${guidLe(header.dataWriteGuid)}`, `sequence ${header.sequenceNumber}`);
    const isLogEmpty = header.logGuid.every((byte) => byte === 0);
    parts.push(isLogEmpty ? 'its log is empty' : 'its log has entries to replay');
  }
  const message = `${parts.join(', ')}. VHDX is not supported yet.`;
  return vhdxFinding('vhdx-not-supported', window.file.name, 0, Math.min(window.sizeBytes, 520), message);
}

function parameterTexts(parameters: DiskParameters): string[] {
  const texts: string[] = [];
  const { virtualSizeBytes, blockSizeBytes, hasParent, logicalSectorBytes } = parameters;
  if (virtualSizeBytes !== null)
    texts.push(`a disk of ${sizeText(Number(virtualSizeBytes))} (${virtualSizeBytes} bytes)`);
  if (blockSizeBytes !== null) texts.push(`blocks of ${sizeText(blockSizeBytes)}`);
  if (logicalSectorBytes !== null) texts.push(`sectors of ${grouped(logicalSectorBytes)} bytes`);
  if (hasParent !== null) texts.push(hasParent ? 'differencing' : 'without parent');
  return texts;
}

function invalidHeaders(window: FileWindow, headers: readonly (VhdxHeader | null)[]): Finding[] {
  if (headers.some((header) => header !== null)) return [];
  const message = `Neither header (at ${HEADER_OFFSETS.map((offset) => hexOffset(offset)).join(' and ')}) is whole.`;
  return [vhdxFinding('vhdx-header-invalid', window.file.name, HEADER_OFFSETS[0], HEADER_BYTES, message)];
}

function annotate(
  identifier: Uint8Array | null,
  headers: readonly Uint8Array[],
  current: number | null,
): Annotation[] {
  const structures: Annotation[] = [];
  if (identifier)
    structures.push(
      identifierStruct.annotate(identifier, 0, 'Says that the file is a VHDX, and who made it.'),
    );
  headers.forEach((bytes, index) => {
    const offset = HEADER_OFFSETS[index];
    if (offset === undefined || bytes.length < HEADER_BYTES) return;
    const explanation =
      index === current ? 'The header that counts.' : 'The other header, kept for safe updates.';
    structures.push(headerStruct.annotate(bytes, offset, explanation, `Header ${index + 1}`));
  });
  return structures;
}
