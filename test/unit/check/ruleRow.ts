/** A row of the table of rules × images: one image that is damaged in one way, and what a check must say of it. */
import { assemble } from '../../../src/chain/assemble.ts';
import type { LinksByHand } from '../../../src/chain/pile.ts';
import { checkFile } from '../../../src/check/checkFile.ts';
import { checkLinks, type RefusedInPile } from '../../../src/check/checkLinks.ts';
import type { CheckContext } from '../../../src/check/fileCheck.ts';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import type { Finding } from '../../../src/formats/finding.ts';
import { isDiskImage, openImage } from '../../../src/formats/openImage.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';
import { type BuiltImage, fixChecksums } from '../../support/imageBuilder.ts';

export interface RuleRow {
  readonly rule: string;
  /** What was done to a sound image, in a few words. */
  readonly damage: string;
  /** Everything that a check finds in the damaged image. */
  found(context: CheckContext): Promise<readonly Finding[]>;
  /** Where the rule's finding is, in bytes of the file. */
  readonly at: number;
  /** Other rules that fire too because they follow, each once. */
  readonly follows?: readonly string[];
  /** Sectors of the disk that the finding names, `[first, count]` each; left out where it names none. */
  readonly affects?: readonly (readonly [firstSector: number, sectorCount: number])[];
}

/** Findings of one file: opened, then checked. */
export async function findingsOf(
  source: BuiltImage | Uint8Array | RandomAccessFile,
  context: CheckContext,
): Promise<readonly Finding[]> {
  return (await checkFile(await openImage(fileFrom('damaged.vhd', source)), context)).findings;
}

export function fileFrom(name: string, source: BuiltImage | Uint8Array | RandomAccessFile): RandomAccessFile {
  if (source instanceof Uint8Array) return MemoryFile.of(name, source, 'read-only');
  return 'places' in source ? source.file(name) : source;
}

/** The bytes of an image with some of them changed; checksums are made right again unless `keepChecksums`. */
export function changed(
  built: BuiltImage,
  change: (bytes: Uint8Array, view: DataView) => void,
  keepChecksums = false,
): Uint8Array {
  const bytes = built.bytes();
  change(bytes, new DataView(bytes.buffer));
  if (!keepChecksums) fixChecksums(bytes);
  return bytes;
}

export interface PileRow {
  readonly path: string;
  readonly source: BuiltImage | Uint8Array;
  readonly changedMs?: number;
}

/** Findings of the place that the first of these files has in the tree, without those of the files themselves. */
export async function linkFindingsOf(
  pile: readonly PileRow[],
  context: CheckContext,
  byHand: LinksByHand = new Map(),
  of = 0,
): Promise<readonly Finding[]> {
  const images: { image: DiskImage; path: string; changedMs: number | null }[] = [];
  const refused: RefusedInPile[] = [];
  const ofFiles: (readonly Finding[])[] = [];
  for (const { path, source, changedMs } of pile) {
    const content = await openImage(fileFrom(path.split('/').at(-1) ?? path, source));
    if (!isDiskImage(content)) {
      refused.push({ content, path });
      continue;
    }
    images.push({ image: content, path, changedMs: changedMs ?? null });
    ofFiles.push((await checkFile(content, context)).findings);
  }
  return checkLinks(assemble(images, byHand), ofFiles, refused)[of] ?? [];
}
