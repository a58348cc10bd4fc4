/** What no maker here makes, by signatures written by hand; and boot sectors that look like partition tables. */
import { describe, expect, test } from 'vitest';
import { readVolumes } from '../../../src/volumes/readVolumes.ts';
import type { VolumeContent } from '../../../src/volumes/volume.ts';
import { VolumeDisk, writeGpt, writeMbr } from '../../support/volumeDisk.ts';

const SECTORS = 4096;
const UUID = '00010203-0405-0607-0809-0a0b0c0d0e0f';
const UUID_BYTES = Uint8Array.from({ length: 16 }, (_, i) => i);

/** Places in a volume and what stands there: text, bytes, or a number of 2, 4 or 8 bytes (negative length: big-endian). */
type Piece =
  | readonly [offset: number, value: string | Uint8Array]
  | readonly [number, number | bigint, number];

function put(disk: VolumeDisk, start: number, pieces: readonly Piece[]): VolumeDisk {
  for (const [offset, value, length] of pieces) {
    if (typeof value === 'string' || value instanceof Uint8Array) disk.write(start + offset, value);
    else {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value));
      const cut = bytes.subarray(0, Math.abs(length ?? 1));
      disk.write(start + offset, (length ?? 1) < 0 ? cut.reverse() : cut);
    }
  }
  return disk;
}

const KINDS: readonly {
  readonly what: string;
  readonly pieces: readonly Piece[];
  readonly content: Partial<VolumeContent>;
}[] = [
  {
    what: 'BitLocker',
    pieces: [
      [0, '\xeb\x58\x90-FVE-FS-'],
      [11, 512, 2],
      [510, 0xaa55, 2],
    ],
    content: { kind: 'bitlocker', name: 'BitLocker (encrypted)', readable: false },
  },
  {
    what: 'BitLocker To Go',
    pieces: [
      [0, '\xeb\x58\x90MSWIN4.1'],
      [424, Buffer.from('3bd66749292ed84a8399f6a339e3d001', 'hex')],
      [510, 0xaa55, 2],
    ],
    content: { kind: 'bitlocker', name: 'BitLocker To Go (encrypted)' },
  },
  {
    what: 'ReFS',
    pieces: [
      [3, 'ReFS\0\0\0\0'],
      [16, 'FSRS'],
      [24, 4096n, 8],
      [32, 512, 4],
      [36, 8, 4],
      [56, 0xabcdefn, 8],
    ],
    content: {
      kind: 'refs',
      name: 'ReFS',
      sizeBytes: 2 ** 21,
      clusterBytes: 4096,
      serial: '0000000000ABCDEF',
    },
  },
  {
    what: 'APFS',
    pieces: [
      [32, 'NXSB'],
      [36, 4096, 4],
      [40, 500, 8],
      [72, UUID_BYTES],
    ],
    content: { kind: 'apfs', name: 'APFS', sizeBytes: 500 * 4096, serial: UUID },
  },
  {
    what: 'XFS',
    pieces: [
      [0, 'XFSB'],
      [4, 4096, -4],
      [8, 400, -8],
      [32, UUID_BYTES],
      [108, 'data'],
      [144, 300, -8],
    ],
    content: {
      kind: 'xfs',
      name: 'XFS',
      label: 'data',
      sizeBytes: 400 * 4096,
      freeBytes: 300 * 4096,
      serial: UUID,
    },
  },
  {
    what: 'Btrfs',
    pieces: [
      [65_536 + 32, UUID_BYTES],
      [65_536 + 64, '_BHRfS_M'],
      [65_536 + 112, 2 ** 20, 8],
      [65_536 + 120, 2 ** 18, 8],
      [65_536 + 144, 4096, 4],
      [65_536 + 299, 'pool'],
    ],
    content: {
      kind: 'btrfs',
      name: 'Btrfs',
      label: 'pool',
      sizeBytes: 2 ** 20,
      freeBytes: 3 * 2 ** 18,
      serial: UUID,
    },
  },
  {
    what: 'LVM',
    pieces: [
      [512, 'LABELONE'],
      [512 + 24, 'LVM2 001abcDEF'],
    ],
    content: { kind: 'lvm', name: 'LVM2 physical volume', serial: 'abcDEF' },
  },
  {
    what: 'Storage Spaces',
    pieces: [[4096, 'SPACEDB ']],
    content: { kind: 'storage-spaces', name: 'Storage Spaces' },
  },
  {
    what: 'HFSX',
    pieces: [
      [1024, 'HX'],
      [1064, 4096, -4],
      [1068, 100, -4],
    ],
    content: { kind: 'hfs+', name: 'HFSX', sizeBytes: 409_600 },
  },
  {
    what: 'HFS',
    pieces: [
      [1024, 'BD'],
      [1044, 512, -4],
      [1060, 3, 1],
    ],
    content: { kind: 'unknown', name: 'HFS' },
  },
  {
    what: 'UDF',
    pieces: [
      [32_769, 'BEA01'],
      [34_817, 'NSR03'],
    ],
    content: { kind: 'unknown', name: 'UDF' },
  },
  {
    what: 'swap of a machine with pages of 64 KiB',
    pieces: [
      [65_526, 'SWAPSPACE2'],
      [1028, 9, 4],
    ],
    content: { kind: 'swap', sizeBytes: 655_360 },
  },
  {
    what: 'noise',
    pieces: [[5000, 'x']],
    content: { kind: 'unknown', name: 'nothing known', readable: false },
  },
  {
    what: 'nothing in the first 128 KiB',
    pieces: [[131_072, 'x']],
    content: { kind: 'empty', name: 'empty (zeros)' },
  },
  {
    what: 'exFAT with damaged boot regions',
    pieces: [[3, 'EXFAT   ']],
    content: { kind: 'exfat', name: 'exFAT (damaged)' },
  },
];

describe.each(KINDS)('$what', ({ pieces, content }) => {
  test('is told at sector 0 and in a partition', async () => {
    const whole = await readVolumes(put(new VolumeDisk(SECTORS), 0, pieces));
    expect(whole).toMatchObject({ scheme: 'none', volumes: [{ kind: 'whole-disk', content }], notes: [] });
    const disk = put(new VolumeDisk(SECTORS), 1024 * 512, pieces);
    writeMbr(disk, [[0x83, 1024, 2048]]);
    expect(await readVolumes(disk)).toMatchObject({
      scheme: 'mbr',
      volumes: [{ kind: 'primary', content }],
      notes: [],
    });
  });
});

test('Storage Spaces is told by its type in the table too', async () => {
  const disk = new VolumeDisk(SECTORS);
  writeGpt(disk, [{ type: 'e75caf8f-f680-4cee-afa3-b001e56efc2d', name: '', first: 100, last: 2000 }]);
  expect((await readVolumes(disk)).volumes[0]?.content.kind).toBe('storage-spaces');
});

/** A boot sector of FAT16 with 10 clusters fewer than 4085 and more. */
function fatBoot(totalSectors: number, tableSectors = 20): Piece[] {
  return [
    [0, '\xeb\x3c\x90MSDOS5.0'],
    [11, 512, 2],
    [13, 1, 1],
    [14, 1, 2],
    [16, 2, 1],
    [17, 512, 2],
    [19, totalSectors, 2],
    [21, 0xf8, 1],
    [22, tableSectors, 2],
    [510, 0xaa55, 2],
  ];
}

describe('FAT', () => {
  const dataSector = 1 + 2 * 20 + 32;
  test.each([
    [4084, 'FAT12'],
    [4085, 'FAT16'],
  ])('of %i clusters is %s', async (clusters, name) => {
    const { volumes } = await readVolumes(put(new VolumeDisk(8192), 0, fatBoot(dataSector + clusters)));
    expect(volumes[0]?.content.name).toBe(name);
  });

  const wrong: readonly (readonly [string, Piece])[] = [
    ['no jump', [0, 'MZ']],
    ['sectors of 500', [11, 500, 2]],
    ['clusters of 3 sectors', [13, 3, 1]],
    ['no reserved sectors', [14, 0, 2]],
    ['no tables', [16, 0, 1]],
    ['no such medium', [21, 0x12, 1]],
    ['no room for data', [19, 50, 2]],
    ['neither 55 AA nor a name', [510, 0, 2]],
  ];
  test.each(wrong)('with %s is none', async (_, piece) => {
    const disk = put(new VolumeDisk(8192), 0, [...fatBoot(6000), piece]);
    expect((await readVolumes(disk)).volumes.map(({ content }) => content.kind)).not.toContain('fat');
  });

  test('whose boot code stands in the place of partition entries has no table', async () => {
    const disk = put(new VolumeDisk(8192), 0, [
      ...fatBoot(6000),
      [430, 'Invalid system disk. Replace the disk, and press any key, please and thank you!!'],
    ]);
    expect(await readVolumes(disk)).toMatchObject({
      scheme: 'none',
      notes: [],
      volumes: [{ kind: 'whole-disk', content: { kind: 'fat' } }],
    });
  });

  test('whose one entry leads to itself has no table; before a disk’s own partitions it is what was left over', async () => {
    const self = put(new VolumeDisk(8192), 0, fatBoot(6000));
    writeMbr(self, [[0x06, 0, 6000]]);
    expect(await readVolumes(self)).toMatchObject({
      scheme: 'none',
      volumes: [{ content: { kind: 'fat' } }],
    });
    const table = put(new VolumeDisk(8192), 0, fatBoot(6000));
    writeMbr(table, [[0x83, 2048, 2000]]);
    expect(await readVolumes(table)).toMatchObject({ scheme: 'mbr', volumes: [{ firstSector: 2048 }] });
  });

  test('has the label of its root folder, deleted entries and long names passed over', async () => {
    const root = 41 * 512;
    const entries: Piece[] = [
      [root, '\xe5LD LABEL  \x08'],
      [root + 32, 'Along name\x00\x0f'],
      [root + 64, 'FILE    TXT\x20'],
      [root + 96, 'N\xc4ME       \x08'],
    ];
    const { volumes } = await readVolumes(
      put(new VolumeDisk(8192), 0, [
        ...fatBoot(6000),
        [38, 0x29, 1],
        [39, 0xdeadbeef, 4],
        [43, 'OLD        '],
        ...entries,
      ]),
    );
    expect(volumes[0]?.content).toMatchObject({ label: 'NÄME', serial: 'DEAD-BEEF' });
    const without = await readVolumes(
      put(new VolumeDisk(8192), 0, [...fatBoot(6000), [38, 0x29, 1], [43, 'OLD        ']]),
    );
    expect(without.volumes[0]?.content.label).toBe('OLD');
  });
});

test('code in sector 0 that is no table and no file system is said', async () => {
  const disk = put(new VolumeDisk(SECTORS), 0, [
    [446, 'no entries here, only text and text and text'],
    [510, 0xaa55, 2],
  ]);
  expect(await readVolumes(disk)).toMatchObject({
    scheme: 'none',
    volumes: [{ content: { kind: 'unknown' } }],
    notes: ['Sector 0 ends in 55 AA, but holds neither a partition table nor a known file system.'],
  });
});

test('NTFS’s label is read with its fixups, and only where they are right', async () => {
  const record = Buffer.alloc(1024);
  record.write('FILE', 'latin1');
  record.writeUInt16LE(48, 4);
  record.writeUInt16LE(3, 6);
  record.writeUInt16LE(480, 20);
  record.writeUInt32LE(0x60, 480);
  record.writeUInt32LE(24 + 40, 484);
  record.writeUInt32LE(20, 496);
  record.writeUInt16LE(24, 500);
  // The label crosses the end of the first 512 bytes, where the fixup stands.
  record.write('over an end', 504, 20, 'utf16le');
  record.writeUInt16LE(7, 48);
  record.copy(record, 50, 510, 512);
  record.copy(record, 52, 1022, 1024);
  record.writeUInt16LE(7, 510);
  record.writeUInt16LE(7, 1022);
  const boot: Piece[] = [
    [0, '\xeb\x52\x90NTFS    '],
    [11, 512, 2],
    [13, 8, 1],
    [40, 4000, 8],
    [48, 100, 8],
    [64, 0xf6, 1],
    [510, 0xaa55, 2],
    [100 * 4096 + 3 * 1024, record],
  ];
  const { volumes } = await readVolumes(put(new VolumeDisk(SECTORS), 0, boot));
  expect(volumes[0]?.content).toMatchObject({ kind: 'ntfs', label: 'over an en', sizeBytes: 4000 * 512 });
  const torn = await readVolumes(
    put(new VolumeDisk(SECTORS), 0, [...boot, [100 * 4096 + 3 * 1024 + 1022, 8, 2]]),
  );
  expect(torn.volumes[0]?.content).toMatchObject({ kind: 'ntfs', label: '' });
});
