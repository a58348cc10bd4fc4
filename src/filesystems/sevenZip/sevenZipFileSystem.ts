/** NTFS, FAT, ext, ISO 9660 and HFS+, read by 7-Zip. */
import { DiskError } from '../../base/errors.ts';
import type { VolumeContentKind } from '../../volumes/volume.ts';
import type { DiskWindow } from '../diskWindow.ts';
import type { ContentSink, FileSystem, ListOptions, ReadItem, VolumeListing } from '../fileSystem.ts';
import { listVolume, type NamedRoot } from './listVolume.ts';
import { type SharedPaths, sharedPaths } from './producedNames.ts';
import { readFiles } from './readFiles.ts';
import type { LoadSevenZip, SevenZipFactory } from './sevenZipModule.ts';
import { typeSwitch } from './volumeFacts.ts';

export type { LoadSevenZip, SevenZipFactory } from './sevenZipModule.ts';

export class SevenZipFileSystem implements FileSystem {
  /** What of a listing is needed for reading; the listing itself is not kept. */
  private names: { readonly root: NamedRoot; readonly shared: SharedPaths } | null = null;

  constructor(
    private readonly window: DiskWindow,
    private readonly kind: VolumeContentKind,
    private readonly load: LoadSevenZip,
  ) {}

  async list(options?: ListOptions): Promise<VolumeListing> {
    const { root, ...listing } = await listVolume(await this.factory(), this.window, this.kind, options);
    this.names = { root, shared: sharedPaths(listing.listing) };
    return listing;
  }

  async read(items: readonly ReadItem[], sink: ContentSink): Promise<void> {
    if (items.length === 0) return;
    // Which of several files of one name is which, only a listing tells.
    if (!this.names) await this.list();
    const { names, window, kind } = this;
    if (names) await readFiles({ factory: await this.factory(), window, kind, ...names }, items, sink);
  }

  private factory(): Promise<SevenZipFactory> {
    if (typeSwitch(this.kind) !== null) return this.load();
    throw new DiskError({
      code: 'unsupported',
      message: `7-Zip is not asked for file systems of the kind "${this.kind}".`,
    });
  }
}
