/** Tables by sgdisk and sfdisk, and what the makers of file systems write into their volumes. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import type { BlockDevice } from '../../../src/storage/blockDevice.ts';
import { readVolumes } from '../../../src/volumes/readVolumes.ts';
import type { VolumeContent } from '../../../src/volumes/volume.ts';
import { isInstalled, run } from '../../support/installed.ts';
import { openFiles } from '../../support/openedChain.ts';
import { hasSharedImage, sharedImage } from '../../support/sharedImages.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { VolumeDisk } from '../../support/volumeDisk.ts';

const MIB = 2 ** 20;

function emptyFile(path: string, sizeBytes: number): string {
  const file = openSync(path, 'w');
  ftruncateSync(file, sizeBytes);
  closeSync(file);
  return path;
}

/** Too large to be copied into memory. */
function fileDisk(path: string, sizeBytes: number): BlockDevice {
  return {
    sectorSizeBytes: 512,
    sectorCount: sizeBytes / 512,
    read: async (firstSector, target) => {
      const file = openSync(path, 'r');
      readSync(file, target, 0, target.length, firstSector * 512);
      closeSync(file);
    },
  };
}

interface Maker {
  readonly program: string;
  readonly sizeBytes: number;
  /** Arguments before the image's path; `IMAGE` stands for it where it comes earlier. */
  readonly args: readonly string[];
  readonly content: Partial<VolumeContent>;
}

const UUID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const ext = (type: string, ...more: string[]) => [
  '-q',
  '-F',
  '-t',
  type,
  '-U',
  UUID,
  '-L',
  'Wurzel ü',
  ...more,
  'IMAGE',
];
const MAKERS: readonly Maker[] = [
  {
    program: 'mkfs.ntfs',
    sizeBytes: 8 * MIB,
    args: ['-q', '-F', '-L', 'Daten <b>ä</b>', '-c', '8192', 'IMAGE'],
    content: { kind: 'ntfs', name: 'NTFS', label: 'Daten <b>ä</b>', clusterBytes: 8192, readable: true },
  },
  {
    program: 'mkfs.ntfs',
    sizeBytes: 64 * MIB,
    args: ['-q', '-F', '-c', '1048576', 'IMAGE'],
    content: { kind: 'ntfs', label: '', clusterBytes: 1048576 },
  },
  {
    program: 'mkfs.vfat',
    sizeBytes: 2 * MIB,
    args: ['-F', '12', '-n', 'SMALL', '-i', '1a2b3c4d', 'IMAGE'],
    content: { kind: 'fat', name: 'FAT12', label: 'SMALL', serial: '1A2B-3C4D', sizeBytes: 2 * MIB },
  },
  {
    program: 'mkfs.vfat',
    sizeBytes: 16 * MIB,
    args: ['-F', '16', 'IMAGE'],
    content: { kind: 'fat', name: 'FAT16', label: '', freeBytes: null },
  },
  {
    program: 'mkfs.vfat',
    sizeBytes: 48 * MIB,
    args: ['-F', '32', '-s', '1', '-n', 'BIG DISK', 'IMAGE'],
    // Tables of 743 sectors twice, 32 before them, one cluster for the root folder.
    content: { kind: 'fat', name: 'FAT32', label: 'BIG DISK', clusterBytes: 512, sizeBytes: 48 * MIB },
  },
  {
    // Fewer clusters than the specification gives FAT32.
    program: 'mkfs.vfat',
    sizeBytes: 8 * MIB,
    args: ['-F', '32', '-S', '4096', '-s', '1', '-n', 'TINY', 'IMAGE'],
    content: { kind: 'fat', name: 'FAT32', label: 'TINY', clusterBytes: 4096 },
  },
  {
    program: 'mkfs.exfat',
    sizeBytes: 8 * MIB,
    args: ['-L', 'Karte 1', 'IMAGE'],
    content: { kind: 'exfat', name: 'exFAT', label: 'Karte 1', sizeBytes: 8 * MIB, readable: true },
  },
  {
    program: 'mke2fs',
    sizeBytes: 4 * MIB,
    args: ext('ext2'),
    content: {
      kind: 'ext',
      name: 'ext2',
      label: 'Wurzel ü',
      serial: UUID,
      clusterBytes: 1024,
      sizeBytes: 4 * MIB,
    },
  },
  { program: 'mke2fs', sizeBytes: 8 * MIB, args: ext('ext3'), content: { kind: 'ext', name: 'ext3' } },
  {
    program: 'mke2fs',
    sizeBytes: 8 * MIB,
    args: ext('ext4', '-b', '4096'),
    content: { kind: 'ext', name: 'ext4', clusterBytes: 4096, sizeBytes: 8 * MIB },
  },
  {
    program: 'mkswap',
    sizeBytes: MIB,
    args: ['-L', 'tausch', '-U', UUID, 'IMAGE'],
    content: {
      kind: 'swap',
      name: 'Linux swap',
      label: 'tausch',
      serial: UUID,
      sizeBytes: MIB,
      readable: false,
    },
  },
  ...(['1', '2'] as const).map(
    (version): Maker => ({
      program: 'cryptsetup',
      sizeBytes: 20 * MIB,
      args: [
        ...[
          'luksFormat',
          '-q',
          '--type',
          `luks${version}`,
          '--uuid',
          UUID,
          '--pbkdf',
          'pbkdf2',
          '--pbkdf-force-iterations',
          '1000',
        ],
        ...['IMAGE', '/etc/hostname'],
      ],
      content: { kind: 'luks', name: `LUKS${version} (encrypted)`, serial: UUID, readable: false },
    }),
  ),
];

/** The image as the maker leaves it. */
function make(maker: Maker): Buffer {
  const image = emptyFile(join(temporaryFolder(), 'image'), maker.sizeBytes);
  execFileSync(
    maker.program,
    maker.args.map((each) => (each === 'IMAGE' ? image : each)),
    { stdio: 'ignore' },
  );
  return readFileSync(image);
}

describe.each(MAKERS)('$program $args', (maker) => {
  test.skipIf(!isInstalled(maker.program))(
    'is told with its label and size, at sector 0 and in a partition',
    async () => {
      const bytes = make(maker);
      const whole = await readVolumes(VolumeDisk.of(bytes));
      expect(whole).toMatchObject({
        scheme: 'none',
        notes: [],
        volumes: [{ number: 1, kind: 'whole-disk', firstSector: 0 }],
      });
      expect(whole.volumes).toHaveLength(1);
      const content = whole.volumes[0]?.content;
      expect(content).toMatchObject(maker.content);
      expect(content?.sizeBytes ?? maker.sizeBytes).toBeLessThanOrEqual(maker.sizeBytes);
      expect(content?.freeBytes ?? 0).toBeLessThan(maker.sizeBytes);
      if (!isInstalled('sfdisk')) return;
      const path = emptyFile(join(temporaryFolder(), 'disk'), maker.sizeBytes + 2 * MIB);
      execFileSync('sfdisk', ['-q', path], {
        input: `label: dos\nlabel-id: 0x1badcafe\nstart=2048, size=${maker.sizeBytes / 512}, type=83\n`,
      });
      const disk = VolumeDisk.of(readFileSync(path)).write(MIB, bytes);
      const table = await readVolumes(disk);
      expect(table).toMatchObject({ scheme: 'mbr', diskId: '0x1BADCAFE', notes: [] });
      expect(table.volumes.map((volume) => volume.content)).toEqual([content]);
    },
  );
});

test.skipIf(!isInstalled('mkfs.vfat') || !isInstalled('mcopy'))(
  'FAT32 says what is free, and what Windows changes the label to',
  async () => {
    const image = emptyFile(join(temporaryFolder(), 'image'), 40 * MIB);
    execFileSync('mkfs.vfat', ['-F', '32', '-s', '1', '-n', 'BEFORE', image], { stdio: 'ignore' });
    execFileSync('mlabel', ['-i', image, '::after'], { stdio: 'ignore' });
    const free = /(\d[\d ]*) bytes free/.exec(run('mdir', '-i', image, '::'))?.[1]?.replaceAll(' ', '');
    const disk = VolumeDisk.of(readFileSync(image));
    const { volumes } = await readVolumes(disk);
    expect(volumes[0]?.content).toMatchObject({ label: 'AFTER', freeBytes: Number(free) });
  },
);

test.skipIf(!isInstalled('mke2fs') || !isInstalled('dumpe2fs'))('ext4 says what is free', async () => {
  const image = emptyFile(join(temporaryFolder(), 'image'), 16 * MIB);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-O', '64bit', image]);
  const blocks = Number(/Free blocks:\s+(\d+)/.exec(run('dumpe2fs', '-h', image))?.[1]);
  const { volumes } = await readVolumes(VolumeDisk.of(readFileSync(image)));
  expect(volumes[0]?.content.freeBytes).toBe(blocks * (volumes[0]?.content.clusterBytes ?? 0));
});

describe.skipIf(!isInstalled('xorriso'))('xorriso', () => {
  function iso(...args: readonly string[]): Buffer {
    const folder = temporaryFolder();
    const path = join(folder, 'disc.iso');
    execFileSync(
      'xorriso',
      ['-as', 'mkisofs', '-quiet', '-o', path, '-V', 'Disc_1', ...args, import.meta.filename],
      { stdio: 'ignore' },
    );
    return readFileSync(path);
  }
  const padded = (bytes: Buffer) =>
    VolumeDisk.of(Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]));

  test('makes ISO 9660, with Joliet’s label', async () => {
    for (const args of [[], ['-J', '-r']]) {
      const table = await readVolumes(padded(iso(...args)));
      expect(table).toMatchObject({ scheme: 'none', notes: [] });
      expect(table.volumes[0]?.content).toMatchObject({
        kind: 'iso9660',
        name: 'ISO 9660',
        label: 'Disc_1',
        clusterBytes: 2048,
        readable: true,
      });
    }
  });

  test('makes hybrid images, which have both', async () => {
    const table = await readVolumes(padded(iso('-partition_offset', '16', '--protective-msdos-label')));
    expect(table.scheme).toBe('mbr');
    const isos = table.volumes.filter(({ content }) => content.kind === 'iso9660');
    expect(isos.length).toBeGreaterThan(0);
    expect(table.volumes.at(-1)).toMatchObject({
      kind: 'whole-disk',
      firstSector: 0,
      content: { kind: 'iso9660', label: 'Disc_1' },
    });
  });

  test('makes HFS+', async () => {
    const bytes = iso('-hfsplus');
    // It lies in an Apple partition map, which is not read here: its header is looked for.
    const header = bytes.indexOf('H+\0\x04', 0, 'latin1');
    const { volumes } = await readVolumes(padded(bytes.subarray(header - 1024)));
    expect(volumes[0]?.content).toMatchObject({
      kind: 'hfs+',
      name: 'HFS+',
      label: 'Disc_1',
      readable: true,
    });
  });
});

describe.skipIf(!isInstalled('sgdisk'))('sgdisk', () => {
  test('types, names, ids and places', async () => {
    const path = emptyFile(join(temporaryFolder(), 'disk'), 64 * MIB);
    const types = ['ef00', '0c01', '0700', '2700', '8300', '8200', '8e00', 'af00', 'ef02', 'fd00', '8309'];
    const args = types.flatMap((type, i) => [
      '-n',
      `${i + 1 + (i > 4 ? 3 : 0)}:0:+2M`,
      '-t',
      `${i + 1 + (i > 4 ? 3 : 0)}:${type}`,
    ]);
    run('sgdisk', '-U', UUID, ...args, '-c', '3:Daten „ä“ 😀', path);
    const table = await readVolumes(VolumeDisk.of(readFileSync(path)));
    expect(table).toMatchObject({ scheme: 'gpt', diskId: UUID, notes: [] });
    expect(
      table.volumes.map(({ number, partitionType, firstSector, sectorCount }) => [
        number,
        partitionType,
        firstSector,
        sectorCount,
      ]),
    ).toEqual(
      [
        [1, 'EFI system'],
        [2, 'Microsoft reserved'],
        [3, 'Basic data'],
        [4, 'Windows recovery'],
        [5, 'Linux'],
        [9, 'Linux swap'],
        [10, 'Linux LVM'],
        [11, 'Apple HFS or HFS+'],
        [12, 'BIOS boot'],
        [13, 'Linux RAID'],
        [14, 'Linux LUKS'],
      ].map(([number, type], i) => [number, type, 2048 + i * 4096, 4096]),
    );
    expect(table.volumes[2]?.name).toBe('Daten „ä“ 😀');
  });

  test('a disk of 2 TiB with volumes past 4 GiB', async () => {
    const path = emptyFile(join(temporaryFolder(), 'disk'), 2 ** 41);
    run('sgdisk', '-n', '1:0:+4G', '-n', '2:0:+1T', '-n', '3:0:0', path);
    const table = await readVolumes(fileDisk(path, 2 ** 41));
    expect(table.notes).toEqual([]);
    expect(table.volumes.map(({ firstSector, sectorCount }) => [firstSector, sectorCount])).toEqual([
      [2048, 2 ** 23],
      [2048 + 2 ** 23, 2 ** 31],
      // Up to the backup's 33 sectors, as a whole number of 1 MiB before sgdisk's version decides so.
      [2048 + 2 ** 23 + 2 ** 31, expect.any(Number)],
    ]);
  });
});

describe.skipIf(!isInstalled('sfdisk'))('sfdisk', () => {
  test('logical volumes in an extended one', async () => {
    const path = emptyFile(join(temporaryFolder(), 'disk'), 64 * MIB);
    const script = [
      'label: dos',
      'size=4MiB, type=7',
      'size=50MiB, type=f',
      ...Array.from({ length: 9 }, () => 'size=2MiB, type=83'),
    ];
    execFileSync('sfdisk', ['-q', path], { input: `${script.join('\n')}\n` });
    const told = run('sfdisk', '--dump', path)
      .split('\n')
      .flatMap((line) => {
        const found = /disk(\d+) : start=\s*(\d+), size=\s*(\d+), type=(\w+)/.exec(line);
        return found && found[4] !== 'f' ? [found.slice(1, 4).map(Number)] : [];
      });
    const table = await readVolumes(VolumeDisk.of(readFileSync(path)));
    expect(table.notes).toEqual([]);
    expect(
      table.volumes.map(({ number, firstSector, sectorCount }) => [number, firstSector, sectorCount]),
    ).toEqual(told);
    expect(told).toHaveLength(10);
  });
});

let core: CoreModule;
beforeAll(async () => {
  core = await loadCore();
});

test.skipIf(!hasSharedImage('windows10-dynamic-gpt.vhd.gz'))(
  'shared image windows10-dynamic-gpt.vhd.gz shows its volumes',
  async () => {
    const chain = await openFiles(core, [sharedImage('windows10-dynamic-gpt.vhd.gz')]);
    const table = await readVolumes(chain);
    expect(table).toMatchObject({ scheme: 'gpt', diskId: '9dacc91e-f01c-4276-80c2-1ae8fc0f8641', notes: [] });
    const told = table.volumes.map(({ number, partitionType, firstSector, sectorCount, content }) => [
      ...[number, partitionType, firstSector, sectorCount],
      ...[content.name, content.label, content.serial, content.freeBytes],
    ]);
    expect(told).toEqual([
      [1, 'Microsoft reserved', 34, 65_536, 'empty (zeros)', '', '', null],
      [2, 'Basic data', 65_664, 204_800, 'FAT32', 'EFI SYSTEM', '8A04-B083', 100_662_272],
      [3, 'Basic data', 270_464, 387_072, 'NTFS', 'NTFS Volume', '32043BF1043BB727', null],
      [4, 'Basic data', 657_536, 387_072, 'FAT32', 'FAT VOLUME', '5274-E9FB', 193_984_512],
    ]);
  },
);
