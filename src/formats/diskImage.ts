import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { Finding } from './finding.ts';
import type { Annotation } from './struct.ts';

export type ImageFormat = 'vhd' | 'vhdx' | 'raw';
export type ImageType = 'fixed' | 'dynamic' | 'differencing';

/** What a differencing file says of its parent. */
export interface ParentReference {
  /** The raw 16 bytes as upper-case hex digits: ids are compared raw, whatever order their maker writes them in. */
  readonly id: string;
  /** The id as its maker would spell it. */
  readonly idText: string;
  /** The parent's own time stamp as the child remembers it; null = unknown. */
  readonly modified: Date | null;
  /** The name in the header, as written; often a full path. '' where there is none. */
  readonly name: string;
  /** Paths from the locators, in the order of the file. */
  readonly paths: readonly ParentPath[];
}

export interface ParentPath {
  /** Platform code of the locator: `W2ku`, `W2ru`, `MacX` … */
  readonly platform: string;
  readonly path: string;
  /** Where the path's bytes are. */
  readonly offset: number;
  readonly lengthBytes: number;
}

/** Who wrote the file, as far as its bytes tell. */
export interface Maker {
  /** Creator application as stored: `win `, `vpc `, `qemu` … */
  readonly creator: string;
  readonly version: string;
  /** Byte order in which the maker stores ids. */
  readonly idOrder: 'mixed-endian' | 'big-endian';
  /** In words: `Windows 10 or Server 2016`. */
  readonly looksLike: string;
}

/** How a file's own sectors are found. Sizes in bytes, offsets in the file. */
export type ImageTables =
  /** Sector s of the disk is at `dataOffset + 512 s`. */
  | { readonly kind: 'flat'; readonly dataOffset: number }
  /** Block allocation table of big-endian 32-bit sector numbers, each pointing at a bitmap with the data behind it. */
  | {
      readonly kind: 'vhd-blocks';
      readonly batOffset: number;
      /** Entries that the disk needs and the file holds; what lies beyond reads as unallocated. */
      readonly batEntries: number;
      readonly blockSizeBytes: number;
      /** Bitmap before each block, padded to whole sectors. */
      readonly bitmapBytes: number;
    };

/** One file, opened and understood. */
export interface DiskImage {
  readonly file: RandomAccessFile;
  readonly format: ImageFormat;
  readonly type: ImageType;
  /** Size of the disk that the file describes, a multiple of 512. */
  readonly virtualSizeBytes: number;
  /** null for flat images. */
  readonly blockSizeBytes: number | null;
  /** Raw id as 32 upper-case hex digits, '' for raw images. */
  readonly id: string;
  readonly idText: string;
  readonly maker: Maker | null;
  /** When the file says it was made or last changed; null = it does not say. */
  readonly modified: Date | null;
  readonly parent: ParentReference | null;
  readonly tables: ImageTables;
  /** Every structure outside BAT and blocks, field by field. */
  readonly structures: readonly Annotation[];
  readonly findings: readonly Finding[];
}

/** A file that cannot be a layer, and why. */
export interface RefusedFile {
  readonly file: RandomAccessFile;
  readonly format: ImageFormat | 'unknown';
  readonly findings: readonly Finding[];
  readonly structures: readonly Annotation[];
}
