/** A system disk as it leaves the setup: a master boot record, one FAT16 volume, and its first files. */
import { assert } from '../../base/assert.ts';
import { Prng } from '../../base/prng.ts';
import { KIB, MIB, SECTOR_BYTES } from '../../base/units.ts';
import { logLines } from '../sampleTexts.ts';
import { fileBytes, noiseBytes, paperOf, programBytes } from './contents.ts';
import { DATABASE_PAGE_BYTES, headerBytes, orderPage } from './database.ts';
import { FatFiles } from './fatFiles.ts';
import {
  ATTRIBUTE_LABEL,
  directoryEntry,
  FAT_ENTRIES_PER_SECTOR,
  type FatVolume,
  fatBootSector,
  fatFirstSector,
  masterBootRecord,
  rootFirstSector,
  rootSectors,
  sectorOfCluster,
} from './fatFormat.ts';
import {
  homeOf,
  newDocument,
  ORDER_BOOK,
  PROGRAM_FILE,
  SERVER_LOG,
  SETTINGS_FILE,
  SYSTEM_FILE,
} from './fileKinds.ts';
import type { GuestAction } from './guest.ts';
import { chainedTable } from './mountVolume.ts';
import { volumeFor } from './newVolume.ts';

export interface InstallOptions {
  readonly seed: number;
  /** Of the disk; at least LEAST_DISK_SECTORS. */
  readonly sectorCount: number;
  readonly date: Date;
}

export interface InstalledPiece {
  readonly firstSector: number;
  readonly bytes: Uint8Array;
}

/** Volumes from here on hold all of it, smaller ones a share. */
const FULL_VOLUME_BYTES = 160 * MIB;

/** What is written, in order; no two pieces overlap. */
export function installVolume({ seed, sectorCount, date }: InstallOptions): InstalledPiece[] {
  const volume = volumeFor(sectorCount);
  assert(volume, 'a disk with a volume has at least 32 MiB');
  const random = new Prng(seed ^ 0x696e_7374);
  const files = emptyVolume(volume, date);
  const actions: GuestAction[] = [];
  for (const { name, bytes } of firstFiles(seed, random, files, date)) {
    files.create(name, bytes, date, homeOf(name), actions);
  }
  const firstData = sectorOfCluster(volume, 2);
  const data = actions.flatMap((action) =>
    action.kind === 'write' && action.firstSector >= firstData ? [action] : [],
  );
  return [
    { firstSector: 0, bytes: masterBootRecord(volume, random.next()) },
    { firstSector: volume.firstSector, bytes: fatBootSector(volume, 'SYSTEM', random.next()) },
    ...tablesOf(files),
    ...data.map(({ firstSector, bytes }) => ({ firstSector, bytes })),
  ];
}

function emptyVolume(volume: FatVolume, date: Date): FatFiles {
  const fat = chainedTable(new Uint16Array(volume.fatSectors * FAT_ENTRIES_PER_SECTOR), []);
  const root = new Uint8Array(rootSectors(volume) * SECTOR_BYTES);
  root.set(directoryEntry('SYSTEM'.padEnd(11), ATTRIBUTE_LABEL, 0, 0, date));
  return new FatFiles(volume, fat, root, []);
}

/** Both copies of the table and the root directory, whole, as a format writes them. */
function tablesOf({ volume, fat, root }: FatFiles): InstalledPiece[] {
  const table = new Uint8Array(fat.length * 2);
  for (const [cluster, entry] of fat.entries()) table.set([entry, entry >>> 8], cluster * 2);
  const copies = Array.from({ length: volume.fatCopies }, (_, copy) => ({
    firstSector: fatFirstSector(volume, copy),
    bytes: table,
  }));
  return [...copies, { firstSector: rootFirstSector(volume), bytes: root }];
}

interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function* firstFiles(seed: number, random: Prng, files: FatFiles, date: Date): Generator<NewFile> {
  const paper = paperOf(seed);
  const volumeBytes = files.volume.sectorCount * SECTOR_BYTES;
  const share = Math.min(1, volumeBytes / FULL_VOLUME_BYTES);
  const scaled = (bytes: number) => Math.ceil((bytes * share) / (4 * KIB)) * 4 * KIB;
  const file = (name: string, sizeBytes: number) => ({
    name,
    bytes: fileBytes(paper, random, name, sizeBytes),
  });
  yield { name: SYSTEM_FILE, bytes: programBytes(random, scaled(3 * MIB)) };
  yield { name: SETTINGS_FILE, bytes: programBytes(random, scaled(512 * KIB)) };
  for (let i = 0; i < 12; i++) yield file(`LIB${i + 10}.DLL`, scaled(40 * KIB + random.below(220 * KIB)));
  yield { name: ORDER_BOOK, bytes: orderBook(seed, scaled(8 * MIB) / DATABASE_PAGE_BYTES, date) };
  for (let i = 0; i < Math.ceil(60 * share); i++) {
    const wanted = newDocument(files, random, volumeBytes / 128);
    if (wanted) yield file(wanted.name, wanted.sizeBytes);
  }
  for (let i = 0; i < 24; i++)
    yield file(`MOD${String(i).padStart(4, '0')}.C`, 3 * KIB + random.below(20 * KIB));
  yield file(PROGRAM_FILE, scaled(200 * KIB));
  for (let i = 1; i <= 3; i++) yield { name: `BACKUP${i}.ZIP`, bytes: noiseBytes(random, scaled(MIB)) };
  yield { name: SERVER_LOG, bytes: logLines(random, date, 40 * KIB * share + 512) };
}

function orderBook(seed: number, pageCount: number, date: Date): Uint8Array {
  const bytes = new Uint8Array(pageCount * DATABASE_PAGE_BYTES);
  for (let page = 1; page < pageCount; page++) {
    bytes.set(orderPage(seed, page, 0, date), page * DATABASE_PAGE_BYTES);
  }
  bytes.set(headerBytes(0, pageCount, date));
  return bytes;
}
