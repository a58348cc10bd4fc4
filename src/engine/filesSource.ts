/**
 * What a thread that reads file systems is started on. `Platform.openFiles(source: FilesSource): FilesHost` is one of
 * `browserFilesHost` (src/engine), `nodeFilesHost` (src/cli), `localFilesHost` (this thread: tests). The chain is opened
 * anew by the thread at the first call; `ChainOfFiles` of the pile fits as it is. The files must not be written to until
 * `close`.
 */
import type { DiskImage } from '../formats/diskImage.ts';

export interface FilesSource {
  /** Layer 0 first. */
  readonly images: readonly DiskImage[];
  /** False: the last file's parent is not here. */
  readonly complete: boolean;
}

/** A file, or a part of a split one, as another thread can open it. */
export type FilePiece =
  | { readonly kind: 'blob'; readonly name: string; readonly blob: Blob }
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'pages';
      readonly name: string;
      readonly sizeBytes: number;
      /** Between them are zeros. */
      readonly pages: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
    };

/** One layer as it crosses to the thread: opened again there, it must come to the same disk. */
export interface LayerSource {
  readonly name: string;
  /** Taken as a raw disk, whatever its content looks like. */
  readonly raw: boolean;
  readonly pieces: readonly FilePiece[];
  readonly virtualSizeBytes: number;
  readonly id: string;
}

export interface ChainSource {
  readonly layers: readonly LayerSource[];
  readonly complete: boolean;
}
