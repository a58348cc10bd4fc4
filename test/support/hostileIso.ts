/** ISO 9660 volumes made to harm their reader: a descriptor, a root folder, and whatever stands in it. */
import { HOSTILE_NAMES, type HostileVolume } from './hostileVolume.ts';
import type { Piece } from './volumeChain.ts';

const SECTOR = 2048;
const SECTORS = 1200;
const ROOT_SECTOR = 20;
const SOUND_SECTOR = 1100;
const text = (value: string) => new TextEncoder().encode(value);

interface IsoEntry {
  readonly name: Uint8Array;
  readonly sector: number;
  readonly lengthBytes: number;
  readonly isFolder?: boolean;
}

function entryBytes({ name, sector, lengthBytes, isFolder = false }: IsoEntry): Uint8Array {
  const bytes = new Uint8Array(33 + name.length + (name.length % 2 === 0 ? 1 : 0));
  const view = new DataView(bytes.buffer);
  bytes[0] = bytes.length;
  view.setUint32(2, sector, true);
  view.setUint32(6, sector);
  view.setUint32(10, lengthBytes, true);
  view.setUint32(14, lengthBytes);
  bytes.set([124, 1, 1, 0, 0, 0, 0], 18);
  bytes[25] = isFolder ? 2 : 0;
  bytes.set([1, 0, 0, 1], 28);
  bytes[32] = name.length;
  bytes.set(name, 33);
  return bytes;
}

/** No entry lies across two sectors. */
function folderBytes(entries: readonly IsoEntry[]): Uint8Array {
  const bytes: number[] = [];
  for (const entry of entries.map(entryBytes)) {
    if ((bytes.length % SECTOR) + entry.length > SECTOR) while (bytes.length % SECTOR !== 0) bytes.push(0);
    bytes.push(...entry);
  }
  while (bytes.length % SECTOR !== 0) bytes.push(0);
  return Uint8Array.from(bytes);
}

function rooted(sector: number, lengthBytes: number, entries: readonly IsoEntry[]): Uint8Array {
  const own = { sector, isFolder: true };
  const dots = [
    { ...own, name: Uint8Array.of(0), lengthBytes },
    { ...own, sector: ROOT_SECTOR, name: Uint8Array.of(1), lengthBytes: SECTOR },
  ];
  return folderBytes([...dots, ...entries]);
}

function made(
  name: string,
  must: HostileVolume['must'],
  entries: readonly IsoEntry[],
  more: Partial<HostileVolume> & { readonly extra?: readonly Piece[]; readonly rootBytes?: number } = {},
): HostileVolume {
  const { extra = [], rootBytes, ...facts } = more;
  const sound = { name: text('SOUND.TXT;1'), sector: SOUND_SECTOR, lengthBytes: 10 };
  const root = rooted(ROOT_SECTOR, SECTOR, [sound, ...entries]);
  const descriptor = new Uint8Array(SECTOR);
  const view = new DataView(descriptor.buffer);
  descriptor.set([1, ...text('CD001'), 1]);
  descriptor.fill(0x20, 8, 72);
  descriptor.set(text('HOSTILE'), 40);
  view.setUint32(80, SECTORS, true);
  view.setUint32(84, SECTORS);
  for (const at of [120, 124]) view.setUint16(at, 1, true);
  for (const at of [122, 126]) view.setUint16(at, 1);
  view.setUint16(128, SECTOR, true);
  view.setUint16(130, SECTOR);
  const lengthBytes = rootBytes ?? root.length;
  descriptor.set(
    entryBytes({ name: Uint8Array.of(0), sector: ROOT_SECTOR, lengthBytes, isFolder: true }),
    156,
  );
  descriptor.fill(0x20, 190, 813);
  descriptor[881] = 1;
  return {
    name: `ISO: ${name}`,
    kind: 'iso9660',
    sizeBytes: SECTORS * SECTOR,
    pieces: [
      { offset: 16 * SECTOR, bytes: descriptor },
      { offset: 17 * SECTOR, bytes: Uint8Array.from([255, ...text('CD001'), 1]) },
      { offset: ROOT_SECTOR * SECTOR, bytes: root },
      { offset: SOUND_SECTOR * SECTOR, bytes: text('still here') },
      ...extra,
    ],
    must,
    ...(must === 'lists' ? { sound: new Map([['SOUND.TXT', 'still here']]) } : {}),
    ...facts,
  };
}

export function hostileIso(): HostileVolume[] {
  const other = 40;
  const loop = rooted(other, SECTOR, [
    { name: text('ROOT'), sector: ROOT_SECTOR, lengthBytes: SECTOR, isFolder: true },
    { name: text('OWN'), sector: other, lengthBytes: SECTOR, isFolder: true },
  ]);
  return [
    made(
      'folders that lead back',
      'either',
      [{ name: text('LOOP'), sector: other, lengthBytes: SECTOR, isFolder: true }],
      {
        extra: [{ offset: other * SECTOR, bytes: loop }],
        entries: { least: 2, most: 100_000 },
      },
    ),
    made(
      'names',
      'lists',
      [...HOSTILE_NAMES.map((name) => name.slice(0, 100)), 'with/slash.txt', '../../up.txt'].map((name) => ({
        name: text(name),
        sector: SOUND_SECTOR,
        lengthBytes: 10,
      })),
    ),
    made('a file past the end, and one of 4 GiB', 'lists', [
      { name: text('OUTSIDE.BIN;1'), sector: 0x7fff_ffff, lengthBytes: 5000 },
      { name: text('LARGE.BIN;1'), sector: SOUND_SECTOR, lengthBytes: 0xffff_ffff },
    ]),
    made('a root of 4 GiB', 'either', [], { rootBytes: 0xffff_f800, entries: { least: 1, most: 100_000 } }),
    made(
      'a folder past the end',
      'either',
      [{ name: text('GONE'), sector: 0x7fff_ffff, lengthBytes: SECTOR, isFolder: true }],
      { entries: { least: 1, most: 100 } },
    ),
  ];
}
