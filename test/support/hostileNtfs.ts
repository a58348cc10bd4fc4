/** NTFS volumes made to harm their reader. */
import { HOSTILE_NAMES, type HostileVolume } from './hostileVolume.ts';
import { NTFS_ROOT, NtfsVolume } from './ntfsWriter.ts';
import type { Piece } from './volumeChain.ts';

const SIZE = 8 * 2 ** 20;
const TIME = Date.UTC(2024, 0, 1);
const SOUND = new Map([['sound.txt', 'still here']]);
const text = (value: string) => new TextEncoder().encode(value);

interface Made {
  readonly name: string;
  readonly must: HostileVolume['must'];
  readonly more?: Partial<HostileVolume>;
  readonly sizeBytes?: number;
  readonly records?: number;
  /** Damages the volume, which has one sound file. */
  readonly harm: (volume: NtfsVolume) => void;
  readonly after?: (pieces: Piece[], volume: NtfsVolume) => Piece[];
}

function made({ name, must, more, sizeBytes = SIZE, records = 64, harm, after }: Made): HostileVolume {
  const volume = new NtfsVolume({ sizeBytes, records });
  volume.file(NTFS_ROOT, 'sound.txt', TIME, text('still here'));
  harm(volume);
  const pieces = volume.pieces();
  return {
    name: `NTFS: ${name}`,
    kind: 'ntfs',
    sizeBytes,
    pieces: after ? after(pieces, volume) : pieces,
    must,
    ...(must === 'lists' ? { sound: SOUND } : {}),
    ...more,
  };
}

/** `FILE_NAME` follows `$STANDARD_INFORMATION`, which takes 72 bytes. */
const PARENT_AT = 0x38 + 72 + 24;

function setParent(volume: NtfsVolume, record: number, parent: number): void {
  const bytes = volume.record(record);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(PARENT_AT, parent, true);
}

function boot(change: (view: DataView) => void) {
  return (pieces: Piece[]): Piece[] =>
    pieces.map((piece) => {
      if (piece.bytes.length !== 512) return piece;
      const bytes = piece.bytes.slice();
      change(new DataView(bytes.buffer));
      return { ...piece, bytes };
    });
}

export function hostileNtfs(): HostileVolume[] {
  return [
    made({
      name: 'folders that lie in each other',
      must: 'lists',
      more: { entries: { least: 2, most: 200 } },
      harm(volume) {
        const first = volume.folder(NTFS_ROOT, 'first', TIME);
        const second = volume.folder(first, 'second', TIME);
        volume.file(second, 'lost.txt', TIME, text('lost'));
        setParent(volume, first, second);
        const alone = volume.folder(NTFS_ROOT, 'alone', TIME);
        setParent(volume, alone, alone);
        volume.file(alone, 'within.txt', TIME, text('within'));
      },
    }),
    made({
      name: 'parents that are files, or not there',
      must: 'lists',
      more: { entries: { least: 2, most: 200 } },
      harm(volume) {
        const file = volume.file(NTFS_ROOT, 'parent.txt', TIME, text('parent'));
        volume.file(file, 'child of a file.txt', TIME, text('x'));
        volume.file(5000, 'child of nobody.txt', TIME, text('x'));
        volume.file(0x7fff_ffff, 'child of the last.txt', TIME, text('x'));
      },
    }),
    made({
      name: 'names',
      must: 'lists',
      more: { names: HOSTILE_NAMES.filter((name) => !/[\\]/.test(name)) },
      harm(volume) {
        for (const name of HOSTILE_NAMES) volume.file(NTFS_ROOT, name, TIME, text(name));
        volume.file(NTFS_ROOT, 'with/slash.txt', TIME, text('slash'));
        volume.file(NTFS_ROOT, '../../up.txt', TIME, text('up'));
        volume.file(NTFS_ROOT, '', TIME, text('nothing'));
        volume.file(NTFS_ROOT, 'half \ud83d of a letter', TIME, text('half'));
        volume.file(NTFS_ROOT, 'line\nfeed', TIME, text('line'));
        volume.file(NTFS_ROOT, 'nul\0inside', TIME, text('nul'));
      },
    }),
    made({
      name: 'a folder of 65,000',
      must: 'lists',
      records: 65_100,
      sizeBytes: 80 * 2 ** 20,
      more: { entries: { least: 65_002, most: 65_050 } },
      harm(volume) {
        const folder = volume.folder(NTFS_ROOT, 'many', TIME);
        for (let i = 0; i < 65_000; i++) volume.file(folder, `${i}.txt`, TIME, new Uint8Array(0));
      },
    }),
    made({
      name: 'a sparse file of 1 TiB',
      must: 'lists',
      more: { sizes: new Map([['bomb.bin', 2 ** 40]]) },
      harm(volume) {
        const cluster = volume.allocate(16);
        const runs = [
          { cluster, count: 16 },
          { cluster: null, count: 2 ** 28 - 16 },
        ];
        volume.file(NTFS_ROOT, 'bomb.bin', TIME, { sizeBytes: 2 ** 40, runs });
      },
    }),
    made({
      name: 'a compressed file of 1 TiB of nothing',
      must: 'lists',
      more: { sizes: new Map([['bomb.bin', 2 ** 40]]) },
      harm(volume) {
        const runs = [{ cluster: null, count: 2 ** 28 }];
        volume.file(NTFS_ROOT, 'bomb.bin', TIME, { sizeBytes: 2 ** 40, runs, flags: 1 });
      },
    }),
    made({
      name: 'file contents past the end of the volume',
      must: 'lists',
      harm(volume) {
        const runs = [{ cluster: 2 ** 30, count: 4 }];
        volume.file(NTFS_ROOT, 'outside.bin', TIME, { sizeBytes: 16384, runs });
      },
    }),
    ...damagedTables(),
  ];
}

function damagedTables(): HostileVolume[] {
  return [
    made({
      name: 'its table past the end of the volume',
      must: 'refused',
      harm: () => undefined,
      after: boot((view) => view.setBigUint64(48, 2n ** 40n, true)),
    }),
    ...[0, 127, -128, -2].map((recordSize) =>
      made({
        name: `records of the size ${recordSize}`,
        must: 'either',
        harm: () => undefined,
        after: boot((view) => view.setInt8(64, recordSize)),
      }),
    ),
    made({
      name: 'clusters of no sectors',
      must: 'refused',
      harm: () => undefined,
      after: boot((view) => view.setUint8(13, 0)),
    }),
    made({
      name: 'a table that claims a petabyte',
      must: 'either',
      harm(volume) {
        // Size, initialised size and the last cluster of the table's own contents: far more than its runs.
        const bytes = volume.record(0);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const data = attributeAt(view, 0x80);
        for (const at of [40, 48, 56]) view.setBigUint64(data + at, 2n ** 50n, true);
      },
    }),
    made({
      name: 'attributes of no length, and of far too much',
      must: 'either',
      more: { entries: { least: 1, most: 200 } },
      harm(volume) {
        for (const length of [0, 7, 0x7fff_ffff, 0xffff_fff8]) {
          const record = volume.file(NTFS_ROOT, `length ${length}.txt`, TIME, text('x'));
          const bytes = volume.record(record);
          new DataView(bytes.buffer, bytes.byteOffset).setUint32(0x38 + 4, length, true);
        }
      },
    }),
    made({
      name: 'runs of garbage',
      must: 'either',
      more: { entries: { least: 1, most: 200 } },
      harm(volume) {
        const cluster = volume.allocate(4);
        const runs = [{ cluster, count: 4 }];
        const record = volume.file(NTFS_ROOT, 'garbage.bin', TIME, { sizeBytes: 16384, runs });
        const bytes = volume.record(record);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const at = attributeAt(view, 0x80);
        for (let i = 0; i < 8; i++) view.setUint8(at + 0x40 + i, 0xff);
      },
    }),
    made({
      name: 'records whose sectors do not belong together',
      must: 'either',
      harm(volume) {
        const record = volume.file(NTFS_ROOT, 'torn.txt', TIME, text('torn'));
        volume.record(record)[510] = 0x77;
      },
    }),
  ];
}

function attributeAt(view: DataView, type: number): number {
  for (let at = 0x38; at + 8 < 1024; at += view.getUint32(at + 4, true))
    if (view.getUint32(at, true) === type) return at;
  throw new Error('there is no such attribute');
}
