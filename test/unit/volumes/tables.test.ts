/** Partition tables written by hand, whole and damaged in every way. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { readVolumes } from '../../../src/volumes/readVolumes.ts';
import type { VolumeTable } from '../../../src/volumes/volume.ts';
import { BASIC_DATA, type GptEntry, VolumeDisk, writeGpt, writeMbr } from '../../support/volumeDisk.ts';

const SECTORS = 40_000;

function places(table: VolumeTable): (readonly [number, number, number])[] {
  return table.volumes.map(({ number, firstSector, sectorCount }) => [number, firstSector, sectorCount]);
}

async function tableOf(disk: VolumeDisk): Promise<VolumeTable> {
  return readVolumes(disk);
}

describe('an MBR', () => {
  test('names primary volumes by their place in the table', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeMbr(disk, [
      [0x07, 2048, 1000],
      [0, 0, 0],
      [0x83, 4096, 500],
    ]);
    const table = await tableOf(disk);
    expect(table).toMatchObject({ scheme: 'mbr', diskId: '0xCAFE0123', notes: [] });
    expect(places(table)).toEqual([
      [1, 2048, 1000],
      [3, 4096, 500],
    ]);
    expect(table.volumes[0]).toMatchObject({
      kind: 'primary',
      partitionType: 'NTFS or exFAT (0x07)',
      typeCode: '0x07',
      content: { kind: 'empty', name: 'empty (zeros)', readable: false },
    });
  });

  test('without an entry has no volumes, and says so', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeMbr(disk, []);
    expect(await tableOf(disk)).toMatchObject({
      scheme: 'mbr',
      volumes: [],
      notes: ['The partition table in sector 0 names no partition.'],
    });
  });

  test('counts logical volumes from 5 on, also past gaps in the primary ones', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeMbr(disk, [
      [0x07, 2048, 1000],
      [0x0f, 10_000, 20_000],
      [0x0c, 4096, 500],
    ]);
    writeMbr(
      disk,
      [
        [0x83, 63, 100],
        [0x05, 1000, 500],
      ],
      10_000,
    );
    writeMbr(
      disk,
      [
        [0x82, 63, 200],
        [0x05, 3000, 500],
      ],
      11_000,
    );
    writeMbr(disk, [[0x07, 1, 300]], 13_000);
    const table = await tableOf(disk);
    expect(table.notes).toEqual([]);
    expect(places(table)).toEqual([
      [1, 2048, 1000],
      [3, 4096, 500],
      [5, 10_063, 100],
      [6, 11_063, 200],
      [7, 13_001, 300],
    ]);
    expect(table.volumes.map(({ kind }) => kind)).toEqual([
      'primary',
      'primary',
      'logical',
      'logical',
      'logical',
    ]);
  });

  test.each([
    { leadsTo: 0, what: 'itself' },
    { leadsTo: 1000, what: 'the one before' },
  ])('whose chain leads back to $what ends there', async ({ leadsTo }) => {
    const disk = new VolumeDisk(SECTORS);
    writeMbr(disk, [[0x05, 10_000, 20_000]]);
    writeMbr(
      disk,
      [
        [0x83, 63, 100],
        [0x05, 1000, 500],
      ],
      10_000,
    );
    writeMbr(
      disk,
      [
        [0x83, 63, 100],
        [0x05, 2000, 500],
      ],
      11_000,
    );
    writeMbr(
      disk,
      [
        [0x83, 63, 100],
        [0x05, leadsTo, 500],
      ],
      12_000,
    );
    const table = await tableOf(disk);
    expect(places(table)).toHaveLength(3);
    expect(table.notes).toHaveLength(1);
    expect(table.notes[0]).toContain('in a loop');
  });

  test('whose chain is long is read as far as 128 records', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeMbr(disk, [[0x05, 1000, 30_000]]);
    for (let i = 0; i < 200; i++)
      writeMbr(
        disk,
        [
          [0x83, 1, 10],
          [0x05, (i + 1) * 100, 100],
        ],
        1000 + i * 100,
      );
    const table = await tableOf(disk);
    expect(table.volumes).toHaveLength(128);
    expect(table.notes).toEqual([
      'The chain of extended boot records goes on after 128; the rest is not read.',
    ]);
  });

  test('whose chain breaks keeps what came before', async () => {
    for (const [next, words] of [
      [5000, 'does not end in 55 AA'],
      [900_000, 'past the end of the disk'],
      [6000, 'cannot be read'],
    ] as const) {
      const disk = new VolumeDisk(SECTORS);
      writeMbr(disk, [
        [0x05, 10_000, 20_000],
        [0x07, 2048, 100],
      ]);
      writeMbr(
        disk,
        [
          [0x83, 63, 100],
          [0x05, next, 500],
        ],
        10_000,
      );
      disk.missing.add(16_000);
      const table = await tableOf(disk);
      expect(table.notes).toHaveLength(1);
      expect(table.notes[0]).toContain(words);
      expect(places(table)).toEqual([
        [2, 2048, 100],
        [5, 10_063, 100],
      ]);
    }
  });

  test('whose volumes overlap or reach past the end is cut and said', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeMbr(disk, [
      [0x07, 2048, 10_000],
      [0x83, 12_000, 0xffff_ffff],
      [0x83, 12_010, 10],
      [0x83, 50_000, 10],
    ]);
    const table = await tableOf(disk);
    expect(places(table)).toEqual([
      [1, 2048, 10_000],
      [2, 12_000, SECTORS - 12_000],
      [3, 12_010, 10],
      [4, 50_000, 0],
    ]);
    expect(table.volumes[3]?.content.name).toBe('not on this disk');
    expect(table.notes.map((note) => note.replaceAll('\u202f', ' '))).toEqual(
      [
        'Volume 2 reaches 4294939295 sectors past the end of the disk; the disk ends at sector 40 000.'.replace(
          '4294939295',
          '4 294 939 295',
        ),
        'Volume 4 starts at sector 50 000, but the disk ends at sector 40 000: nothing of it is there.',
        'Volumes 1 and 2 share 48 sectors from sector 12 000 on.',
        'Volumes 1 and 3 share 10 sectors from sector 12 010 on.',
        'Volumes 2 and 3 share 10 sectors from sector 12 010 on.',
      ].filter((note) => note !== 'Volumes 1 and 3 share 10 sectors from sector 12 010 on.'),
    );
  });

  test('on sectors of 4096 bytes counts in those', async () => {
    const disk = new VolumeDisk(5000, 4096);
    writeMbr(disk, [[0x07, 256, 1000]]);
    expect(places(await tableOf(disk))).toEqual([[1, 2048, 8000]]);
  });

  test('before a GPT that it does not lead to counts', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, [{ type: BASIC_DATA, name: 'old', first: 100, last: 199 }]);
    writeMbr(disk, [[0x07, 2048, 1000]]);
    const table = await tableOf(disk);
    expect(places(table)).toEqual([[1, 2048, 1000]]);
    expect(table.notes[0]).toContain('no entry of the MBR leads to it');
  });
});

const TWO: readonly (GptEntry | null)[] = [
  { type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', name: 'EFI ‮<b>', first: 2048, last: 4095 },
  null,
  { type: BASIC_DATA, name: '', first: 4096, last: 20_000 },
];
const TWO_PLACES = [
  [1, 2048, 2048],
  [3, 4096, 15_905],
];

describe('a GPT', () => {
  test('gives types and names', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO);
    const table = await tableOf(disk);
    expect(table).toMatchObject({
      scheme: 'gpt',
      diskId: '01234567-89ab-cdef-0123-456789abcdef',
      notes: [],
      volumes: [
        { kind: 'gpt', partitionType: 'EFI system', name: 'EFI ‮<b>' },
        { kind: 'gpt', partitionType: 'Basic data', typeCode: BASIC_DATA, name: '' },
      ],
    });
    expect(places(table)).toEqual(TWO_PLACES);
  });

  test.each([512, 4096] as const)(
    'is read from its backup when any byte of the first is damaged (sectors of %i)',
    async (sectorBytes) => {
      for (let at = 0; at < 92; at++) {
        const disk = new VolumeDisk(SECTORS, sectorBytes);
        writeGpt(disk, TWO);
        const byte = new Uint8Array(1);
        disk.content.read(sectorBytes + at, byte);
        disk.write(
          sectorBytes + at,
          byte.map((value) => value ^ 0x41),
        );
        const table = await tableOf(disk);
        expect(places(table), `byte ${at}`).toEqual(
          TWO_PLACES.map(([number, ...rest]) => [number, ...rest.map((each) => (each * sectorBytes) / 512)]),
        );
        expect(table.notes.join(' '), `byte ${at}`).toMatch(
          /The first GPT header at sector .* The backup table/,
        );
      }
    },
  );

  test('is read from its backup when the first’s entries are damaged, or cannot be read', async () => {
    const damages: ((disk: VolumeDisk) => void)[] = [
      (disk) => disk.write(1024 + 128 * 127 + 5, 'x'),
      (disk) => disk.missing.add(20),
      (disk) => disk.missing.add(1),
    ];
    for (const damage of damages) {
      const disk = new VolumeDisk(SECTORS);
      writeGpt(disk, TWO);
      damage(disk);
      const table = await tableOf(disk);
      expect(places(table)).toEqual(TWO_PLACES);
      expect(table.notes.join(' ')).toMatch(/The first GPT header .* The backup table/);
    }
  });

  test('is read from the backup where the first header says, when the disk has grown', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO, { backupSector: 30_000 });
    const whole = await tableOf(disk);
    expect(places(whole)).toEqual(TWO_PLACES);
    expect(whole.notes).toEqual([
      'The backup of the GPT should be at sector 30\u202f000, which is not the last sector of the disk.',
    ]);
    disk.write(1024, 'damaged');
    const table = await tableOf(disk);
    expect(places(table)).toEqual(TWO_PLACES);
    expect(table.notes.join(' ')).toContain('The backup table at sector 30\u202f000 was used.');
  });

  test('whose header was written for another sector is not used', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO);
    const backup = new Uint8Array(512);
    disk.content.read((SECTORS - 1) * 512, backup);
    disk.write(512, backup);
    const table = await tableOf(disk);
    expect(places(table)).toEqual(TWO_PLACES);
    expect(table.notes.join(' ')).toMatch(/says that it stands in another sector.* The backup table/);
  });

  test('says that the backup is damaged, gone, or another', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO);
    disk.write((SECTORS - 1) * 512 + 60, 'x');
    expect((await tableOf(disk)).notes.join()).toContain('its checksum is wrong');
    disk.write((SECTORS - 1) * 512, new Uint8Array(512));
    expect((await tableOf(disk)).notes.join()).toContain('is not there');
    disk.missing.add(SECTORS - 1);
    const table = await tableOf(disk);
    expect(table.notes.join()).toContain('cannot be read');
    expect(places(table)).toEqual(TWO_PLACES);
  });

  test('of which nothing holds has no volumes; what a hybrid MBR names is shown then', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO);
    writeMbr(disk, [
      [0xee, 1, 2047],
      [0x0c, 2048, 2048],
    ]);
    const hybrid = await tableOf(disk);
    expect(hybrid.scheme).toBe('gpt');
    expect(places(hybrid)).toEqual(TWO_PLACES);
    expect(hybrid.notes.join()).toContain('a hybrid MBR');
    for (const sector of [1, 2, SECTORS - 1, SECTORS - 33]) disk.write(sector * 512 + 17, 'xyz');
    const table = await tableOf(disk);
    expect(table).toMatchObject({ scheme: 'mbr' });
    expect(places(table)).toEqual([[2, 2048, 2048]]);
    writeMbr(disk, [
      [0xee, 1, 2047],
      [0, 0, 0],
    ]);
    const bare = await tableOf(disk);
    expect(bare).toMatchObject({ scheme: 'gpt', volumes: [] });
    expect(bare.notes.join()).toContain('Neither copy of the GPT can be used.');
  });

  test('with whole entries under a damaged header is used, and said', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO);
    disk.write(512 + 60, 'xyz');
    disk.write((SECTORS - 1) * 512 + 60, 'xyz');
    const table = await tableOf(disk);
    expect(places(table)).toEqual(TWO_PLACES);
    expect(table.notes.join(' ')).toContain('volumes may be wrong');
  });

  test('without a protective MBR is found by its first and by its last sectors', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO, { protective: false });
    expect(places(await tableOf(disk))).toEqual(TWO_PLACES);
    disk.write(0, new Uint8Array(40 * 512));
    const table = await tableOf(disk);
    expect(places(table)).toEqual(TWO_PLACES);
    expect(table.notes.join(' ')).toContain('no protective MBR');
  });

  test('with entries from nowhere to anywhere throws nothing', async () => {
    const disk = new VolumeDisk(SECTORS);
    const odd = [
      [10_000, 5],
      [SECTORS, SECTORS + 5],
      [0, 2 ** 53],
      [2 ** 60, 2 ** 61],
      [7, 7],
    ].map(([first = 0, last = 0]) => ({ type: BASIC_DATA, name: 'x', first, last }));
    writeGpt(disk, odd);
    const table = await tableOf(disk);
    expect(table.volumes.map(({ sectorCount }) => sectorCount)).toEqual([0, 0, SECTORS, 0, 1]);
  });

  test('that counts a million entries is read as far as 1024', async () => {
    const disk = new VolumeDisk(SECTORS);
    writeGpt(
      disk,
      Array.from({ length: 1100 }, (_, i) => ({
        type: BASIC_DATA,
        name: '',
        first: 10_000 + i,
        last: 10_000 + i,
      })),
      { entryCount: 1100 },
    );
    const table = await tableOf(disk);
    expect(table.volumes).toHaveLength(1024);
    expect(table.notes.join(' ')).toContain('only the first 1024 are read');
  });
});

test('a disk of 2 TiB and more is read at its ends only', async () => {
  const sectors = 2 ** 33;
  const disk = new VolumeDisk(sectors);
  writeGpt(disk, [{ type: BASIC_DATA, name: 'far', first: 2 ** 32 + 8, last: sectors - 100 }]);
  const table = await tableOf(disk);
  expect(places(table)).toEqual([[1, 2 ** 32 + 8, sectors - 107 - 2 ** 32]]);
  expect(table.notes).toEqual([]);
  expect(disk.readBytes).toBeLessThan(2 ** 20);
});

test('sector 0 that cannot be read is thrown; others are said and leave the other volumes alone', async () => {
  const disk = new VolumeDisk(SECTORS);
  writeMbr(disk, [
    [0x83, 2048, 1000],
    [0x83, 4096, 1000],
  ]);
  disk.write(4096 * 512, 'LUKS\xba\xbe\0\x02');
  disk.missing.add(2050);
  const table = await tableOf(disk);
  expect(table.volumes.map(({ content }) => content.name)).toEqual(['nothing known', 'LUKS2 (encrypted)']);
  expect(table.notes).toEqual([
    'Volume 1 cannot be read where its file system says what it is: Sector 2050 is in a file that is not here.',
  ]);
  // One sector that is missing further in hides nothing of what stands before it.
  disk.missing.add(4196);
  const again = await tableOf(disk);
  expect(again.volumes[1]?.content.name).toBe('LUKS2 (encrypted)');
  expect(again.notes).toHaveLength(2);
  disk.missing.add(0);
  await expect(tableOf(disk)).rejects.toMatchObject({ code: 'parent-missing' });
});

test('a disk without sectors, and disks of very few', async () => {
  expect(await tableOf(new VolumeDisk(0))).toMatchObject({ scheme: 'none', volumes: [] });
  for (let sectors = 1; sectors < 6; sectors++) {
    const disk = new VolumeDisk(sectors);
    writeMbr(disk, [
      [0xee, 1, 100],
      [0x05, 1, 100],
    ]);
    writeMbr(disk, [[0x83, 1, 100]], 1);
    await tableOf(disk);
  }
});

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'garbage throws nothing and is bounded (seed %i)',
  async (seed) => {
    const random = new Prng(seed);
    const disk = new VolumeDisk(SECTORS);
    writeGpt(disk, TWO);
    if (seed % 3 > 0)
      writeMbr(disk, [
        [0x05, 10_000, 20_000],
        [seed % 3 === 1 ? 0xee : 0x07, 2048, 4000],
      ]);
    writeMbr(
      disk,
      [
        [0x83, 63, 100],
        [0x05, 1000, 500],
      ],
      10_000,
    );
    const boots = ['\xeb\x52\x90NTFS    ', '\xeb\x76\x90EXFAT   ', '\xeb\x58\x90mkfs.fat', 'XFSB'];
    const headers = [
      0,
      440,
      512,
      1024,
      (SECTORS - 1) * 512,
      10_000 * 512 + 440,
      2048 * 512,
      2049 * 512,
      2050 * 512,
    ];
    for (let i = 0; i < 1 + random.below(40); i++) {
      const bytes = new Uint8Array(1 + random.below(seed % 2 === 0 ? 4 : 120));
      random.fill(bytes);
      disk.write((headers[random.below(headers.length)] ?? 0) + random.below(80), bytes);
    }
    const boot = boots[seed % boots.length] ?? '';
    disk.write(2048 * 512, boot);
    for (let i = 0; i < seed % 4; i++) disk.missing.add(1 + random.below(SECTORS - 1));
    const table = await tableOf(disk);
    expect(table.volumes.length).toBeLessThanOrEqual(1024);
    expect(table.notes.length).toBeLessThanOrEqual(41);
    for (const { firstSector, sectorCount } of table.volumes)
      if (sectorCount > 0) expect(firstSector + sectorCount).toBeLessThanOrEqual(SECTORS);
    expect(disk.readBytes).toBeLessThan(300 * 2 ** 20);
  },
);
