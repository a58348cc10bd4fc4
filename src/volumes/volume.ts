/** A disk's partition table and what it names, as plain data. Sectors of 512 bytes. */

export type PartitionScheme = 'mbr' | 'gpt' | 'none';

/** What lies in a volume, by the signatures that are written there. */
export type VolumeContentKind =
  | 'ntfs'
  | 'fat'
  | 'exfat'
  | 'ext'
  | 'iso9660'
  | 'hfs+'
  | 'apfs'
  | 'refs'
  | 'xfs'
  | 'btrfs'
  | 'swap'
  | 'lvm'
  | 'luks'
  | 'bitlocker'
  | 'storage-spaces'
  | 'empty'
  | 'unknown';

export interface VolumeContent {
  readonly kind: VolumeContentKind;
  /** As people call it: `NTFS`, `FAT32`, `ext4`, `BitLocker (encrypted)`, `nothing known`. */
  readonly name: string;
  /** '' where it has none, or where it is not known before the files are listed. Text from the disk. */
  readonly label: string;
  /** What the file system says of itself; null = it does not say. Bytes. */
  readonly sizeBytes: number | null;
  readonly freeBytes: number | null;
  readonly clusterBytes: number | null;
  /** Serial number or id, as its system prints it; ''. */
  readonly serial: string;
  /** Its files can be read by this program. */
  readonly readable: boolean;
}

export interface Volume {
  /** From 1, in the order of the table, as `--volume` names it; logical partitions go on from 5, as everywhere. */
  readonly number: number;
  /** 'whole-disk': no table, the file system starts at sector 0; or an ISO 9660 image with a table in it, then as the last volume. */
  readonly kind: 'primary' | 'logical' | 'gpt' | 'whole-disk';
  /** Of the table: `Basic data`, `EFI system`, `Linux`, `NTFS or exFAT (0x07)`; '' without a table. */
  readonly partitionType: string;
  /** `0x07` or the GUID; ''. */
  readonly typeCode: string;
  /** GPT only, else ''. Text from the disk. */
  readonly name: string;
  readonly firstSector: number;
  /** As far as it lies on the disk. */
  readonly sectorCount: number;
  readonly content: VolumeContent;
}

export interface VolumeTable {
  readonly scheme: PartitionScheme;
  /** MBR signature or GPT disk GUID as text; ''. */
  readonly diskId: string;
  /** In the order of their numbers. */
  readonly volumes: readonly Volume[];
  /** What is wrong with the table, in sentences: a damaged first table and that its backup was used, loops, overlaps, ends past the disk. */
  readonly notes: readonly string[];
}
