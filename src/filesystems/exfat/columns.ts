/** The listing of an exFAT volume while it grows, and where the contents of each entry lie. */
import { DiskError } from '../../base/errors.ts';
import { grouped } from '../../base/units.ts';
import { ATTRIBUTE, ENTRY_KINDS, type ListingData } from '../listing.ts';
import type { Allocation } from './clusters.ts';
import type { FileSet } from './entrySets.ts';

const FILE_KIND = ENTRY_KINDS.indexOf('file');
const FOLDER_KIND = ENTRY_KINDS.indexOf('folder');

/** Bits on the disk and in listings. */
const BITS = [
  [0x01, ATTRIBUTE.readOnly],
  [0x02, ATTRIBUTE.hidden],
  [0x04, ATTRIBUTE.system],
] as const;

export interface Contents extends Allocation {
  readonly sizeBytes: number;
  readonly validBytes: number;
}

export class Columns {
  private readonly names: string[] = [];
  private readonly parents: number[] = [];
  private readonly kinds: number[] = [];
  private readonly sizes: number[] = [];
  private readonly modifiedMs: number[] = [];
  private readonly attributes: number[] = [];
  private readonly firstClusters: number[] = [];
  private readonly contiguous: boolean[] = [];
  /** Only where it is less than the size. */
  private readonly validBytes = new Map<number, number>();
  /** Folders have no size in listings, but one on the disk. */
  private readonly folderBytes = new Map<number, number>();

  constructor(private readonly mostEntries: number) {}

  get count(): number {
    return this.names.length;
  }

  isFolder(entry: number): boolean {
    return this.kinds[entry] === FOLDER_KIND;
  }

  add(parent: number, file: Omit<FileSet, 'kind' | 'isChecksumRight'>): void {
    // The root does not count.
    if (this.count > this.mostEntries)
      throw new DiskError({
        code: 'limit',
        message: `The volume holds more than ${grouped(this.mostEntries)} files and folders.`,
        meaning: 'This program lists no more of them at a time.',
        remedy: 'Save the volume and open it with the system that made it.',
      });
    const entry = this.count;
    this.names.push(file.name);
    this.parents.push(parent);
    this.kinds.push(file.isFolder ? FOLDER_KIND : FILE_KIND);
    this.sizes.push(file.isFolder ? 0 : file.sizeBytes);
    this.modifiedMs.push(file.modifiedMs);
    this.attributes.push(
      BITS.reduce((bits, [mask, bit]) => bits | ((file.attributes & mask) === 0 ? 0 : bit), 0),
    );
    this.firstClusters.push(file.firstCluster);
    this.contiguous.push(file.isContiguous);
    if (file.isFolder) this.folderBytes.set(entry, file.sizeBytes);
    else if (file.validBytes < file.sizeBytes) this.validBytes.set(entry, file.validBytes);
  }

  name(entry: number): string {
    return this.names[entry] ?? '';
  }

  path(entry: number): string {
    const parts: string[] = [];
    for (let at = entry; at > 0; at = this.parents[at] ?? 0) parts.push(this.names[at] ?? '');
    return parts.reverse().join('/');
  }

  contents(entry: number): Contents {
    const sizeBytes = this.folderBytes.get(entry) ?? this.sizes[entry] ?? 0;
    return {
      firstCluster: this.firstClusters[entry] ?? 0,
      isContiguous: this.contiguous[entry] ?? false,
      sizeBytes,
      validBytes: this.validBytes.get(entry) ?? sizeBytes,
    };
  }

  toListing(): ListingData {
    return {
      names: this.names,
      parents: Int32Array.from(this.parents),
      kinds: Uint8Array.from(this.kinds),
      sizes: Float64Array.from(this.sizes),
      modifiedMs: Float64Array.from(this.modifiedMs),
      attributes: Uint8Array.from(this.attributes),
      fileNumbers: new Float64Array(this.count).fill(Number.NaN),
      linkTargets: new Map(),
    };
  }
}
