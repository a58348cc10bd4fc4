/** Opening in tests: the image, or a failure that says why it was refused. */
import type { DiskImage, RefusedFile } from '../../src/formats/diskImage.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { MemoryFile } from '../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { type BuiltImage, buildImage, type ImageOptions } from './imageBuilder.ts';

export async function opened(
  source: RandomAccessFile | BuiltImage | Uint8Array | ImageOptions,
): Promise<DiskImage> {
  const result = await openImage(fileOf(source));
  if (!isDiskImage(result))
    throw new Error(`refused: ${result.findings.map((each) => each.message).join(' ')}`);
  return result;
}

export async function refused(
  source: RandomAccessFile | BuiltImage | Uint8Array | ImageOptions,
): Promise<RefusedFile> {
  const result = await openImage(fileOf(source));
  if (isDiskImage(result)) throw new Error(`opened: ${result.type} of ${result.virtualSizeBytes} bytes`);
  return result;
}

export function fileOf(source: RandomAccessFile | BuiltImage | Uint8Array | ImageOptions): RandomAccessFile {
  if (source instanceof Uint8Array) return MemoryFile.of('test.vhd', source, 'read-only');
  if ('readMany' in source) return source;
  return ('places' in source ? source : buildImage(source)).file('test.vhd');
}

export function rules(result: DiskImage | RefusedFile): string[] {
  return result.findings.map((finding) => finding.rule);
}

/** The table's bytes, as the core reads them. */
export async function batOf(image: DiskImage): Promise<Uint8Array> {
  if (image.tables.kind === 'flat') return new Uint8Array(0);
  const bytes = new Uint8Array(image.tables.batEntries * 4);
  await image.file.read(image.tables.batOffset, bytes);
  return bytes;
}
