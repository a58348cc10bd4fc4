/** The guest's side of a live merge: the files of its chain, each opened once, and the disk that they make. */
import type { DiskChain } from '../chain/diskChain.ts';
import { type OpenChainOptions, openChain } from '../chain/openChain.ts';
import type { CoreModule } from '../core/core.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { closeAll, openDisk, orClose } from './openFiles.ts';

export interface GuestFiles {
  /** The chain, leaf first. */
  readonly names: readonly string[];
  /** The last file needs no parent. */
  readonly complete: boolean;
  /** Layers that are written to, the leaf among them; the others are opened for reading. */
  readonly written: readonly number[];
}

export interface GuestTools {
  readonly module: CoreModule;
  readonly signal?: AbortSignal;
  /** Memory of the guest's chain. */
  readonly caches?: Pick<OpenChainOptions, 'ownerBytes' | 'pageBytes' | 'stagingBytes'>;
}

export class LiveGuest {
  private constructor(
    readonly images: readonly DiskImage[],
    readonly disk: DiskChain,
  ) {}

  /** Throws what the storage throws, 'not-a-disk', and what `openChain` does for a chain to be written to. */
  static async open(folder: DiskFolder, guest: GuestFiles, tools: GuestTools): Promise<LiveGuest> {
    const { names, complete, written } = guest;
    const images: DiskImage[] = [];
    const closable = { close: () => closeAll(images.map(({ file }) => file)) };
    return orClose([closable], async () => {
      for (const [layer, name] of names.entries()) {
        const access = written.includes(layer) ? 'read-write' : 'read-only';
        // A base without any signature is a raw disk: a file names it as its parent.
        const isBase = complete && layer > 0 && layer === names.length - 1;
        images.push(await openDisk(folder, name, access, isBase ? null : false));
      }
      const { module, signal, caches } = tools;
      const disk = await openChain(module, images, { ...caches, complete, writable: true, signal });
      return new LiveGuest(images, disk);
    });
  }

  /** Closing twice does nothing. */
  close(): Promise<void> {
    this.disk.close();
    return closeAll(this.images.map(({ file }) => file));
  }
}
