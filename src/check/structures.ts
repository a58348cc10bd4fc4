/** The structures of an opened file once more as values: a check judges fields that opening passes over. */
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import type { FileWindow } from '../formats/fileWindow.ts';
import type { Annotation } from '../formats/struct.ts';
import { type ChosenFooter, FOOTER_NAME } from '../formats/vhd/chooseFooter.ts';
import { type DynamicDiskHeader, HEADER_BYTES, headerStruct } from '../formats/vhd/dynamicDiskHeader.ts';
import { type FoundFooter, findFooter } from '../formats/vhd/footer.ts';

export type Content = DiskImage | RefusedFile;

export interface Structures {
  readonly window: FileWindow;
  /** The footer that the disk is read by; null where the file has none. */
  readonly footer: FoundFooter | null;
  readonly header: FoundHeader | null;
  /** First byte of the footer at the end; the file's size where there is none. */
  readonly endOffset: number;
}

export interface FoundHeader {
  readonly header: DynamicDiskHeader;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

export async function readStructures(
  window: FileWindow,
  content: Content,
  chosen: ChosenFooter | null,
): Promise<Structures> {
  const end = structureOf(content, FOOTER_NAME);
  const footerAt = chosen?.chosen ?? (end && (await footerAtOffset(window, end)));
  return {
    window,
    footer: footerAt ?? null,
    header: await headerOf(window, content),
    endOffset: end?.offset ?? window.sizeBytes,
  };
}

async function footerAtOffset(window: FileWindow, end: Annotation): Promise<FoundFooter | null> {
  const [bytes] = await window.read([end]);
  return bytes ? findFooter(bytes, end.offset) : null;
}

async function headerOf(window: FileWindow, content: Content): Promise<FoundHeader | null> {
  const found = structureOf(content, headerStruct.name);
  if (!found) return null;
  const [bytes] = await window.read([{ offset: found.offset, lengthBytes: HEADER_BYTES }]);
  if (bytes?.length !== HEADER_BYTES) return null;
  return { header: headerStruct.parse(bytes), bytes, offset: found.offset };
}

export function structureOf(content: Content, name: string): Annotation | null {
  return content.structures.find((structure) => structure.name === name) ?? null;
}
