/** What a guest sees: sectors. */
export interface BlockDevice {
  readonly sectorSizeBytes: 512 | 4096;
  readonly sectorCount: number;
  /** Fills `target` (a whole number of sectors) from `firstSector` on, or throws `DiskError`. */
  read(firstSector: number, target: Uint8Array): Promise<void>;
}
