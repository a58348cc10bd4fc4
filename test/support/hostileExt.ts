/** ext volumes made to harm their reader. */
import { EXT_ROOT, EXT_SIZE_BYTES, type ExtEntry, ExtVolume } from './extWriter.ts';
import { HOSTILE_NAMES, type HostileVolume } from './hostileVolume.ts';

/** No two of one folder have the same name, and `..` is there already. */
const PLAIN = HOSTILE_NAMES.filter((name) => !name.includes('..'));
const text = (value: string) => new TextEncoder().encode(value);

interface Made {
  readonly name: string;
  readonly must: HostileVolume['must'];
  readonly more?: Partial<HostileVolume>;
  /** What else is in the root, beside one sound file. */
  readonly harm: (volume: ExtVolume) => readonly ExtEntry[];
}

function made({ name, must, more, harm }: Made): HostileVolume {
  const volume = new ExtVolume();
  const sound = { name: 'sound.txt', inode: volume.file(text('still here')) };
  return {
    name: `ext: ${name}`,
    kind: 'ext',
    sizeBytes: EXT_SIZE_BYTES,
    pieces: volume.pieces([sound, ...harm(volume)]),
    must,
    ...(must === 'lists' ? { sound: new Map([['sound.txt', 'still here']]) } : {}),
    ...more,
  };
}

function absurd(name: string, change: (view: DataView) => void): HostileVolume {
  return made({
    name,
    must: 'either',
    more: { entries: { least: 1, most: 100 } },
    harm(volume) {
      change(new DataView(volume.superBlock.buffer));
      return [];
    },
  });
}

export function hostileExt(): HostileVolume[] {
  return [
    made({
      name: 'folders that lead back',
      must: 'either',
      more: { entries: { least: 2, most: 100_000 } },
      harm(volume) {
        const folder = volume.folder(EXT_ROOT, [
          { name: 'root again', inode: EXT_ROOT, isFolder: true },
          { name: 'own', inode: 13, isFolder: true },
        ]);
        return [
          { name: 'folder', inode: folder, isFolder: true },
          { name: 'the same', inode: folder, isFolder: true },
        ];
      },
    }),
    made({
      name: 'a sparse file of 1 TiB',
      must: 'lists',
      more: { sizes: new Map([['bomb.bin', 2 ** 40]]) },
      harm(volume) {
        const inode = volume.file(text('head'));
        volume.inode(inode).setUint32(4, 0, true);
        volume.inode(inode).setUint32(108, 2 ** 8, true);
        return [{ name: 'bomb.bin', inode }];
      },
    }),
    ...['..', '.', 'with/slash.txt', '../../up.txt', '/etc/passwd', '', 'nul\0inside'].map((name) =>
      made({
        name: `a file with the name ${JSON.stringify(name)}`,
        must: 'either',
        harm: (volume) => [{ name, inode: volume.file(text('named')) }],
      }),
    ),
    made({
      name: 'a link whose entry says that it is a file',
      must: 'either',
      harm: (volume) => [{ name: 'link', inode: volume.link('sound.txt') }],
    }),
    made({
      name: 'names and links',
      must: 'lists',
      more: { names: PLAIN },
      harm: (volume) => [
        ...[...PLAIN, 'line\nfeed', '..\\..\\evil.txt'].map((name) => ({
          name,
          inode: volume.file(text(name)),
        })),
        { name: 'link up', inode: volume.link('../../../../etc/passwd'), isLink: true },
        { name: 'link to markup', inode: volume.link('<script>alert(1)</script>'), isLink: true },
        { name: 'link to itself', inode: volume.link('link to itself'), isLink: true },
      ],
    }),
    made({
      name: 'a folder of 65,000',
      must: 'lists',
      more: { entries: { least: 65_003, most: 65_010 } },
      harm(volume) {
        const inode = volume.file(text('one file of many names'));
        const entries = Array.from({ length: 65_000 }, (_, i) => ({ name: `${i}.txt`, inode }));
        return [{ name: 'many', inode: volume.folder(EXT_ROOT, entries), isFolder: true }];
      },
    }),
    made({
      name: 'a file whose blocks lie past the end',
      must: 'lists',
      harm(volume) {
        const inode = volume.file(new Uint8Array(20_000));
        volume.inode(inode).setUint32(44, 0x7fff_ffff, true);
        return [{ name: 'outside.bin', inode }];
      },
    }),
    made({
      name: 'a file whose block of numbers names itself',
      must: 'lists',
      harm(volume) {
        const inode = volume.file(new Uint8Array(80_000));
        const view = volume.inode(inode);
        // Double and triple indirect: the same block again, and a size that needs them.
        view.setUint32(92, view.getUint32(88, true), true);
        view.setUint32(96, view.getUint32(88, true), true);
        view.setUint32(4, 0x7fff_f000, true);
        return [{ name: 'round.bin', inode }];
      },
    }),
    made({
      name: 'entries of no length, and of inodes that are not there',
      must: 'either',
      more: { entries: { least: 1, most: 100 } },
      harm: () => [{ name: 'nobody.txt', inode: 0x7fff_ffff }],
    }),
    absurd('blocks of 2^41 bytes', (view) => view.setUint32(24, 31, true)),
    absurd('no inodes in a group', (view) => view.setUint32(40, 0, true)),
    absurd('no blocks in a group', (view) => view.setUint32(32, 0, true)),
    absurd('four thousand million inodes', (view) => view.setUint32(0, 0xffff_ffff, true)),
    absurd('inodes of 65,535 bytes', (view) => view.setUint16(88, 0xffff, true)),
    absurd('more blocks than there are', (view) => view.setUint32(4, 0xffff_ffff, true)),
  ];
}
