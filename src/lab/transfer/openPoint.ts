/** A disk of the machine as it reads at one checkpoint or at Now: the chain of its files, opened for reading. */
import type { DiskChain } from '../../chain/diskChain.ts';
import { openChain } from '../../chain/openChain.ts';
import type { CoreModule } from '../../core/core.ts';
import { type ExportOptions, type ExportResult, exportDisk } from '../../export/exportDisk.ts';
import { closeAll, openDisks, orClose } from '../../merge/openFiles.ts';
import type { DiskFolder } from '../../storage/diskFolder.ts';
import type { FileSink } from '../../storage/fileSink.ts';
import { checkLinks } from '../machine/checkLinks.ts';
import { isMachineFile } from '../machine/machineNames.ts';

export interface OpenPoint {
  readonly disk: DiskChain;
  close(): Promise<void>;
}

export interface PointTools {
  readonly module: CoreModule;
  readonly signal?: AbortSignal;
  /** Memory of the core for what is looked up; where left out, as much as a disk in view has. */
  readonly caches?: {
    readonly ownerBytes: number;
    readonly pageBytes: number;
    readonly stagingBytes: number;
  };
}

/**
 * `chain`: names in `folder`, newest file first. `complete` false: the last one's parent is not here. Throws what the folder
 * throws, 'not-a-disk', and 'corrupt' where a file is not the parent that the one above it names.
 */
export async function openPoint(
  folder: DiskFolder,
  chain: readonly string[],
  complete: boolean,
  { module, signal, caches }: PointTools,
): Promise<OpenPoint> {
  // A file of somebody else's at the bottom may be a raw disk; one of the machine's own that seems to be is damaged.
  const files = chain.map((name) => ({ name, isRaw: isMachineFile(name) ? false : null }));
  const images = await openDisks(folder, files);
  const open = images.map(({ file }) => file);
  return orClose(open, async () => {
    checkLinks(chain, images);
    const disk = await openChain(module, images, { complete, ...caches, ...(signal ? { signal } : {}) });
    const close = () => {
      disk.close();
      return closeAll(open);
    };
    return { disk, close };
  });
}

/**
 * Writes the disk as it reads there as one file that needs no other. The sink is closed at the end and aborted on any
 * fault, also where the chain cannot be opened. Throws what `openPoint` and `exportDisk` throw.
 */
export async function exportPoint(
  point: { readonly folder: DiskFolder; readonly chain: readonly string[]; readonly complete: boolean },
  sink: FileSink,
  options: ExportOptions,
  tools: PointTools,
): Promise<ExportResult> {
  const opened = await openPoint(point.folder, point.chain, point.complete, tools).catch(
    async (error: unknown) => {
      options.hasher?.close();
      await sink.abort().catch(() => undefined);
      throw error;
    },
  );
  try {
    return await exportDisk(opened.disk, sink, options);
  } finally {
    await opened.close();
  }
}
