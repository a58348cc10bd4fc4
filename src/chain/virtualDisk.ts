import type { BlockDevice } from '../storage/blockDevice.ts';
import type { ReadTrace } from './readTrace.ts';

/** A disk whose bytes lie in a chain of files, and which can say where. Sectors of 512 bytes. */
export interface VirtualDisk extends BlockDevice {
  /** Every step of the walk from the newest file down, and the extents it ends in. */
  trace(firstSector: number, sectorCount: number): Promise<ReadTrace>;
  /**
   * Writes whole sectors to the newest file; durable after `flush`. Throws 'permission' where that file is open for
   * reading only.
   */
  write(firstSector: number, source: Uint8Array): Promise<void>;
  flush(): Promise<void>;
}
