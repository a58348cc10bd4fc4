/**
 * The story of the sample: a small file server with six disks of one machine, told as what its guest wrote between
 * checkpoints. Dates and names are fixed, everything else comes from one seed.
 */
import { Prng } from '../base/prng.ts';
import { GIB, KIB, MIB, SECTOR_BYTES } from '../base/units.ts';
import { SampleGuest, type SectorWrite } from './sampleGuest.ts';
import { databasePage, encoded, logLines, minutes, randomBytes, report } from './sampleTexts.ts';

export const SAMPLE_DISK_BYTES = GIB;
export const SAMPLE_BLOCK_BYTES = 2 * MIB;

export interface SampleLayer {
  readonly name: string;
  /** The id in GUID spelling; Windows stores it mixed-endian. */
  readonly guid: string;
  readonly date: Date;
  readonly parent: { readonly name: string; readonly guid: string; readonly date: Date } | null;
  /** What this file holds, in the order in which the guest wrote it. */
  readonly writes: readonly SectorWrite[];
  /** Every sector that was written in this file or below it: the disk as seen from here. Sectors not listed are zeros. */
  readonly disk: ReadonlyMap<number, Uint8Array>;
  /** The end footer was lost in a power cut: only the copy at the start is left. */
  readonly footerLost: boolean;
}

const MACHINE = 'SRV-FILE01';
const LOST_PARENT = 'D40B7E52-3C18-4A6F-8E29-5B7041C2D3F6';

/** The first cluster whose data lies wholly in the block; see the layout in SampleGuest. */
function clusterAt(block: number): number {
  return Math.max(2, block * 64 - 34);
}

function checkpointName(guid: string): string {
  return `${MACHINE}_${guid}.avhd`;
}

/** Pages of the order book, in short runs as a database changes them. */
function changePages(guest: SampleGuest, random: Prng, date: Date, runs: number): void {
  for (let run = 0; run < runs; run++) {
    const page = random.below(DATABASE_PAGES - 8);
    for (let i = 0; i <= random.below(6); i++) {
      guest.overwrite('ORDERS.DB', (page + i) * 4 * KIB, databasePage(random, page + i, date), date);
    }
  }
}

const DATABASE_PAGES = 6144;

/** A large file that its program set aside at once and fills here and there. */
function sparseFile(
  guest: SampleGuest,
  random: Prng,
  name: string,
  date: Date,
  block: number,
  mebibytes: number,
): void {
  guest.create(name, new Uint8Array(0), date, clusterAt(block), mebibytes * MIB);
  for (let at = 0; at < mebibytes; at++) {
    const lengthBytes = (1 + random.below(14)) * KIB;
    guest.overwrite(name, at * MIB + random.below(900) * KIB, randomBytes(random, lengthBytes), date);
  }
}

function install(guest: SampleGuest, random: Prng, date: Date): void {
  guest.format('FILESERVER', random.next(), date);
  guest.create('README.TXT', encoded(README), date, clusterAt(0));
  for (let i = 1; i <= 6; i++) {
    guest.create(
      `MINUTES${i}.TXT`,
      minutes(random, date, `Delivery plan, week ${i * 2}`),
      date,
      clusterAt(1),
    );
  }
  guest.create('2019-Q4.TXT', report(random, '2019-Q4'), date, clusterAt(2));
  guest.create('SERVER.LOG', logLines(random, date, 60 * KIB), date, clusterAt(10));
  sparseFile(guest, random, 'SYSTEM.IMG', date, 16, 30);
  guest.create('ORDERS.DB', new Uint8Array(0), date, clusterAt(60), DATABASE_PAGES * 4 * KIB);
  changePages(guest, random, date, 70);
  guest.create('PHOTOS.DAT', randomBytes(random, 400 * KIB), date, clusterAt(140));
  sparseFile(guest, random, 'ARCHIVE0.BIN', date, 200, 22);
}

function firstWinter(guest: SampleGuest, random: Prng, date: Date): void {
  for (let i = 7; i <= 9; i++) {
    guest.create(`MINUTES${i}.TXT`, minutes(random, date, 'Stocktaking'), date, clusterAt(3));
  }
  guest.append('SERVER.LOG', logLines(random, date, 45 * KIB), date);
  changePages(guest, random, date, 40);
  guest.overwrite('PHOTOS.DAT', 131_000, randomBytes(random, 3500), date);
  guest.overwrite('SYSTEM.IMG', 5 * MIB + 513, randomBytes(random, 90 * KIB), date);
  sparseFile(guest, random, 'ARCHIVE1.BIN', date, 216, 12);
}

function summerUpdate(guest: SampleGuest, random: Prng, date: Date): void {
  guest.create('2021-Q2.TXT', report(random, '2021-Q2'), date, clusterAt(2));
  guest.append('SERVER.LOG', logLines(random, date, 30 * KIB), date);
  changePages(guest, random, date, 30);
  sparseFile(guest, random, 'SETUP.BIN', date, 320, 16);
  // Zeros that were written are data: they hide what the parent holds there.
  guest.create('SWAP.BIN', new Uint8Array(256 * KIB), date, clusterAt(300));
  guest.overwrite('ARCHIVE0.BIN', 2 * MIB, new Uint8Array(MIB), date);
  guest.overwrite('SYSTEM.IMG', 11 * MIB + 7 * KIB, randomBytes(random, 40 * KIB), date);
}

function autumn(guest: SampleGuest, random: Prng, date: Date): void {
  guest.remove('MINUTES2.TXT');
  guest.append('SERVER.LOG', logLines(random, date, 24 * KIB), date);
  guest.create('MINUT10.TXT', minutes(random, date, 'Move to the new server'), date, clusterAt(3));
  changePages(guest, random, date, 24);
  guest.overwrite('PHOTOS.DAT', 290_304, randomBytes(random, 20 * KIB), date);
  sparseFile(guest, random, 'BACKUP.BIN', date, 420, 8);
}

function lastDays(guest: SampleGuest, random: Prng, date: Date): void {
  guest.append('SERVER.LOG', logLines(random, date, 9 * KIB), date);
  guest.create('MINUT11.TXT', minutes(random, date, 'Copper wire for Basel'), date, clusterAt(3));
  changePages(guest, random, date, 9);
  guest.append('README.TXT', encoded('The shop moves to a new server on 22 November 2021.\r\n'), date);
  guest.overwrite('SYSTEM.IMG', 5 * MIB + 20 * KIB, randomBytes(random, 6 * KIB), date);
}

function tryOut(guest: SampleGuest, random: Prng, date: Date): void {
  guest.create(
    'TEST.TXT',
    encoded('Trying the update on a branch. Throw this away afterwards.\r\n'),
    date,
    clusterAt(3),
  );
  changePages(guest, random, date, 20);
  sparseFile(guest, random, 'UPDATE.BIN', date, 440, 10);
}

const README = [
  'SRV-FILE01, file server of a small hardware shop, set up in May 2020.',
  '',
  'ORDERS.DB    the order book, changed all day',
  'SERVER.LOG   what the services say',
  'MINUTES*.TXT minutes of the weekly meeting',
  '',
  'This disk is a made-up sample. No person or firm in it exists.',
  '',
].join('\r\n');

interface Chapter {
  readonly guid: string;
  readonly date: string;
  /** The checkpoint it goes on from; null for the disk itself. */
  readonly after: string | null;
  readonly tell: (guest: SampleGuest, random: Prng, date: Date) => void;
  readonly footerLost?: boolean;
}

const BASE = '6E2B90A4-51D7-4C38-9F0A-A7C4E83D1B52';
const DECEMBER = '0E51F2C4-8A3B-4D96-B7E1-62C0D95F1A84';
const JULY = '7D8A4B30-1C52-4E0F-9A61-2B3C4D5E6F70';
const OCTOBER = 'B16C90D2-77E0-4A15-8C3D-E94F0A2B7C61';

const CHAPTERS: readonly Chapter[] = [
  { guid: BASE, date: '2020-05-04T08:14:06Z', after: null, tell: install },
  { guid: DECEMBER, date: '2020-12-11T17:40:22Z', after: BASE, tell: firstWinter },
  { guid: JULY, date: '2021-07-02T16:05:48Z', after: DECEMBER, tell: summerUpdate },
  { guid: OCTOBER, date: '2021-10-08T18:22:10Z', after: JULY, tell: autumn },
  {
    guid: 'F2086E11-94B7-4D2C-A05E-3D71C8E6F492',
    date: '2021-11-02T07:58:30Z',
    after: OCTOBER,
    tell: tryOut,
    footerLost: true,
  },
  {
    guid: 'C93D0B6A-2F84-4B17-93C5-0D6E7A8B9C1F',
    date: '2021-11-19T19:31:54Z',
    after: OCTOBER,
    tell: lastDays,
  },
];

/** All layers, each after its parent, the orphan last. */
export function sampleLayers(seed: number): SampleLayer[] {
  const random = new Prng(seed);
  const states = new Map<string, { readonly guest: SampleGuest; readonly layer: SampleLayer }>();
  for (const chapter of CHAPTERS) {
    const before = chapter.after === null ? undefined : states.get(chapter.after);
    const guest = before ? before.guest.fork() : new SampleGuest(SAMPLE_DISK_BYTES / SECTOR_BYTES);
    const date = new Date(chapter.date);
    chapter.tell(guest, random, date);
    const layer: SampleLayer = {
      name: before ? checkpointName(chapter.guid) : `${MACHINE}.vhd`,
      guid: chapter.guid,
      date,
      parent: before ? { name: before.layer.name, guid: before.layer.guid, date: before.layer.date } : null,
      writes: guest.takeWrites(),
      disk: guest.snapshot(),
      footerLost: chapter.footerLost ?? false,
    };
    states.set(chapter.guid, { guest, layer });
  }
  return [...[...states.values()].map(({ layer }) => layer), orphan(random)];
}

/** A checkpoint of the disk that the machine had before: nobody kept the rest of it. */
function orphan(random: Prng): SampleLayer {
  const guest = new SampleGuest(SAMPLE_DISK_BYTES / SECTOR_BYTES);
  install(guest, random, new Date('2019-08-20T10:00:00Z'));
  guest.takeWrites();
  const date = new Date('2020-04-14T12:09:36Z');
  const before = guest.snapshot();
  firstWinter(guest, random, date);
  const disk = new Map([...guest.snapshot()].filter(([sector, bytes]) => before.get(sector) !== bytes));
  return {
    name: checkpointName('3B7F18A9-60CE-4F35-8D12-C4A9B07E5D38'),
    guid: '3B7F18A9-60CE-4F35-8D12-C4A9B07E5D38',
    date,
    parent: {
      name: checkpointName(LOST_PARENT),
      guid: '6C0FA2D1-B38E-4597-A1F4-7E2D9C0B6A53',
      date: new Date('2020-01-31T06:45:00Z'),
    },
    writes: guest.takeWrites(),
    disk,
    footerLost: false,
  };
}
