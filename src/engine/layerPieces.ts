/** What another thread needs to open the files of a chain again. */
import { DiskError } from '../base/errors.ts';
import { inParallel } from '../base/inParallel.ts';
import { MIB, sizeText } from '../base/units.ts';
import { BlobFile } from '../storage/blobFile.ts';
import { JoinedFile } from '../storage/joinedFile.ts';
import { MemoryFile } from '../storage/memoryFile.ts';
import { OpfsFile } from '../storage/opfsFile.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { ChainSource, FilePiece, FilesSource } from './filesSource.ts';
import type { PrivateFolder } from './platform.ts';

/** A file of this place's own kind; null = it is of another. */
export type PieceOf = (file: RandomAccessFile) => Promise<FilePiece | null>;

/** Files in memory are copied to the thread: so much of one chain at most. */
const MOST_COPIED_BYTES = 1024 * MIB;
const FILES_AT_ONCE = 8;

/** Throws 'unsupported' for a file that only this thread can read, 'limit' for more than 1 GiB in memory. */
export async function chainSource({ images, complete }: FilesSource, pieceOf: PieceOf): Promise<ChainSource> {
  const layers = await inParallel([...images], FILES_AT_ONCE, async (image) => ({
    name: image.file.name,
    raw: image.format === 'raw',
    pieces: await piecesOf(image.file, pieceOf),
    virtualSizeBytes: image.virtualSizeBytes,
    id: image.id,
  }));
  const copied = layers.flatMap(({ pieces }) => pieces).reduce((sum, piece) => sum + copiedBytes(piece), 0);
  if (copied <= MOST_COPIED_BYTES) return { layers, complete };
  throw new DiskError({
    code: 'limit',
    message: `The files of this chain hold ${sizeText(copied)} in memory; looking into them takes a copy, of ${sizeText(MOST_COPIED_BYTES)} at most.`,
    meaning: 'Their volumes are not looked into. Everything else stays usable.',
    remedy: 'Save the files, and open the saved ones.',
  });
}

/** Files that the user gave, and those of private storage. */
export function browserPieces(privateFolder: () => Promise<PrivateFolder>): PieceOf {
  return async (file) => {
    const { name } = file;
    if (file instanceof BlobFile) return { kind: 'blob', name, blob: file.blob };
    if (file instanceof OpfsFile)
      return { kind: 'blob', name, blob: await (await privateFolder()).snapshot(name) };
    return null;
  };
}

async function piecesOf(file: RandomAccessFile, pieceOf: PieceOf): Promise<readonly FilePiece[]> {
  if (file instanceof JoinedFile)
    return (await Promise.all(file.files.map((part) => piecesOf(part, pieceOf)))).flat();
  if (file instanceof MemoryFile) {
    const { name, content } = file;
    return [{ kind: 'pages', name, sizeBytes: file.sizeBytes, pages: content.held() }];
  }
  const piece = await pieceOf(file);
  if (piece) return [piece];
  throw new DiskError({
    code: 'unsupported',
    message: `${file.name} is open in a way that only the engine itself can read.`,
    meaning: 'Its volumes are not looked into. Everything else stays usable.',
    remedy: 'Save the file, and open the saved one.',
  });
}

function copiedBytes(piece: FilePiece): number {
  return piece.kind === 'pages' ? piece.pages.reduce((sum, { bytes }) => sum + bytes.length, 0) : 0;
}
