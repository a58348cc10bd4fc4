/** FAT volumes made to harm their reader. */
import { FAT_CLUSTER_BYTES, FAT_SIZE_BYTES, type FatEntry, FatVolume, folderBytes } from './fatWriter.ts';
import { HOSTILE_NAMES, type HostileVolume } from './hostileVolume.ts';

const text = (value: string) => new TextEncoder().encode(value);

interface Made {
  readonly name: string;
  readonly must: HostileVolume['must'];
  readonly more?: Partial<HostileVolume>;
  /** What else is in the root, beside one sound file. */
  readonly harm: (volume: FatVolume) => readonly FatEntry[];
}

function made({ name, must, more, harm }: Made): HostileVolume {
  const volume = new FatVolume();
  const sound = { name: 'sound.txt', cluster: volume.put(text('still here')), sizeBytes: 10 };
  return {
    name: `FAT: ${name}`,
    kind: 'fat',
    sizeBytes: FAT_SIZE_BYTES,
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
    more: { entries: { least: 1, most: 10 } },
    harm(volume) {
      change(new DataView(volume.boot.buffer));
      return [];
    },
  });
}

export function hostileFat(): HostileVolume[] {
  return [
    made({
      name: 'a file whose clusters go round',
      must: 'lists',
      harm(volume) {
        const cluster = volume.put(new Uint8Array(3 * FAT_CLUSTER_BYTES));
        volume.fat[cluster + 2] = cluster;
        return [
          { name: 'round.bin', cluster, sizeBytes: 100_000 },
          { name: 'round and large.bin', cluster, sizeBytes: 0xffff_ffff },
        ];
      },
    }),
    made({
      name: 'a folder whose clusters go round',
      must: 'either',
      more: { entries: { least: 2, most: 100_000 } },
      harm(volume) {
        const inside = folderBytes([{ name: 'inside.txt', cluster: 0 }]);
        const cluster = volume.put(inside);
        volume.fat[cluster] = cluster;
        return [{ name: 'round', isFolder: true, cluster }];
      },
    }),
    made({
      name: 'a folder that is in itself',
      must: 'either',
      more: { entries: { least: 2, most: 1_000_000 } },
      harm(volume) {
        const cluster = 3;
        const own = volume.put(folderBytes([{ name: 'again', isFolder: true, cluster }]));
        if (own !== cluster) throw new Error('another cluster was thought of');
        return [{ name: 'again', isFolder: true, cluster }];
      },
    }),
    made({
      name: 'cluster numbers past the end',
      must: 'lists',
      harm(volume) {
        const broken = volume.put(new Uint8Array(2 * FAT_CLUSTER_BYTES));
        volume.fat[broken] = 0xfff0;
        return [
          { name: 'outside.bin', cluster: 0xffee, sizeBytes: 5000 },
          { name: 'leads outside.bin', cluster: broken, sizeBytes: 8000 },
          { name: 'free.bin', cluster: 7000, sizeBytes: 5000 },
        ];
      },
    }),
    made({
      name: 'names',
      must: 'lists',
      more: { names: HOSTILE_NAMES.filter((name) => !/[\\]/.test(name)) },
      harm: (volume) =>
        [...HOSTILE_NAMES, 'with/slash.txt', '../../up.txt', 'half \ud83d of a letter'].map((name) => ({
          name,
          cluster: volume.put(text(name)),
          sizeBytes: text(name).length,
        })),
    }),
    made({
      name: 'a folder of 65,000',
      must: 'lists',
      more: { entries: { least: 65_003, most: 65_003 } },
      harm(volume) {
        const entries = new Uint8Array(65_000 * 32);
        const one = folderBytes([{ name: '', cluster: 0 }]);
        for (let i = 0; i < 65_000; i++) {
          entries.set(one, i * 32);
          entries.set(text(i.toString(36).toUpperCase().padStart(8, '0')), i * 32);
        }
        return [{ name: 'many', isFolder: true, cluster: volume.put(entries) }];
      },
    }),
    absurd('sectors of 3 bytes', (view) => view.setUint16(11, 3, true)),
    absurd('clusters of no sectors', (view) => view.setUint8(13, 0)),
    absurd('255 tables', (view) => view.setUint8(16, 255)),
    absurd('no reserved sectors', (view) => view.setUint16(14, 0, true)),
    absurd('tables as large as the disk', (view) => view.setUint16(22, 0xffff, true)),
    absurd('more sectors than there are', (view) => view.setUint32(32, 0xffff_ffff, true)),
  ];
}
