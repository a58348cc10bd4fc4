/** A made disk with volumes and files that change from point to point: what `fakeFiles.ts` tells of. */
import type { EntryKind, Volume, VolumeContentKind } from '../../src/engine/api.ts';

export const MIB = 2 ** 20;
const GIB_SECTORS = 2 ** 21;

/** A file as it is at one point. The same `content` is the same bytes. */
export interface FakeState {
  readonly sizeBytes: number;
  readonly modifiedMs: number | null;
  readonly content: number;
}

export interface FakeEntry {
  readonly path: string;
  readonly kind: EntryKind;
  /** By layer, newest first; null = not there. */
  readonly states: readonly (FakeState | null)[];
  readonly attributes: number;
  readonly linkTarget: string | null;
}

export interface FakeVolume {
  readonly volume: Volume;
  readonly entries: readonly FakeEntry[];
  /** Layers that have it. */
  readonly layers: readonly number[];
}

export interface FakeDiskOptions {
  readonly layers: number;
  /** Rows of the folder `Many`. */
  readonly many: number;
}

/** Look's sample: history oldest point first, a = added, c = changed, r = removed, - = unchanged, space = not there. */
const FINANCE: readonly (readonly [name: string, sizeBytes: number, modified: string, history: string])[] = [
  ['budget-2020.xlsx', 1.84 * MIB, '2020-11-30', 'a-----'],
  ['budget-2021.xlsx', 2.11 * MIB, '2021-11-22', '  accc'],
  ['budget-2022-draft.xlsx', 412 * 1024, '2021-11-24', '    ac'],
  ['closing-checklist.docx', 88.4 * 1024, '2021-11-01', 'a--c--'],
  ['invoices-2021-10.pdf', 14.2 * MIB, '2021-11-09', '    a-'],
  ['ledger-2020.accdb', 36.7 * MIB, '2021-07-12', 'a-c---'],
  ['ledger-2021.accdb', 41 * MIB, '2021-11-24', '  ac-c'],
  ['ledger-2021.laccdb', 64, '2021-11-10', '   ar '],
  ['payroll.kdbx', 220 * 1024, '2021-11-17', 'a-ccc-'],
  ['Q3-forecast.xlsx', 3.02 * MIB, '2021-10-13', '  ac--'],
  ['suppliers.csv', 64.9 * 1024, '2021-11-10', 'a---c-'],
  ['tax-notes.txt', 7.3 * 1024, '2017-03-09', 'a-----'],
  ['Thumbs.db', 1.31 * MIB, '2021-11-24', 'a-cccc'],
  ['vat-returns.zip', 112 * MIB, '2021-10-20', '  ac--'],
];

const HOSTILE: readonly string[] = [
  '<img src=x onerror="document.title=`taken`">.txt',
  'line\nbreak.txt',
  '\u202egnp.exe',
  'con',
  'name that is very long indeed, longer than any column could ever be, and then some more of it.backup',
];

/** The history stretched over as many points as there are. */
function statesOf(
  history: string,
  layers: number,
  sizeBytes: number,
  modifiedMs: number | null,
): (FakeState | null)[] {
  const oldestFirst: (FakeState | null)[] = [];
  let content = 0;
  let there = false;
  for (let i = 0; i < layers; i++) {
    const mark = history[Math.min(i, history.length - 1)] ?? '-';
    const repeats = i >= history.length;
    if (mark === 'r' || mark === ' ') there = false;
    else if ((mark === 'a' || mark === 'c') && !repeats) {
      there = true;
      content++;
    }
    oldestFirst.push(there ? { sizeBytes: 0, modifiedMs, content } : null);
  }
  const last = content;
  // It grew from version to version, a day each.
  return oldestFirst
    .map(
      (state) =>
        state && {
          content: state.content,
          sizeBytes: Math.round((sizeBytes * (4 + state.content)) / (4 + last)),
          modifiedMs: modifiedMs === null ? null : modifiedMs - (last - state.content) * 86_400_000,
        },
    )
    .reverse();
}

function entry(
  path: string,
  kind: EntryKind,
  states: FakeEntry['states'],
  more: Partial<FakeEntry> = {},
): FakeEntry {
  return { path, kind, states, attributes: 0, linkTarget: null, ...more };
}

function folder(path: string, layers: number, history = 'a'): FakeEntry {
  return entry(path, 'folder', statesOf(history, layers, 0, Date.UTC(2020, 1, 3)));
}

function file(
  path: string,
  layers: number,
  history: string,
  sizeBytes: number,
  modified = '2021-03-05',
): FakeEntry {
  return entry(path, 'file', statesOf(history, layers, Math.round(sizeBytes), Date.parse(modified)));
}

function systemFiles({ layers, many }: FakeDiskOptions): FakeEntry[] {
  const entries = [
    folder('Shares', layers),
    folder('Shares/Finance', layers),
    folder('Shares/Finance/Archive', layers),
    file('Shares/Finance/Archive/2019.zip', layers, 'a--c--', 21 * MIB),
    ...FINANCE.map(([name, size, modified, history]) =>
      file(`Shares/Finance/${name}`, layers, history, size, modified),
    ),
    folder('Shares/Empty', layers),
    folder('Shares/Drafts', layers, '   a--'),
    file('Shares/Drafts/plan.md', layers, '   ac-', 5300),
    folder('Odd names', layers),
    ...HOSTILE.map((name, i) => file(`Odd names/${name}`, layers, 'a-c---', 900 * (i + 1))),
    entry('Odd names/way out', 'link', statesOf('a', layers, 0, null), { linkTarget: '../../etc/passwd' }),
    folder('Many', layers),
    file('pagefile.sys', layers, 'accccc', 1024 * MIB, '2021-11-25'),
    file('readme.txt', layers, 'a---c-', 1207, '2021-11-02'),
  ];
  for (let i = 0; i < many; i++) {
    const history = i % 97 === 0 ? 'a--c--' : i % 31 === 0 ? '  a-c-' : i % 211 === 0 ? ' a-r  ' : 'a-----';
    entries.push(
      file(`Many/record ${String(i).padStart(6, '0')}.dat`, layers, history, 512 + ((i * 7919) % 90_000)),
    );
  }
  return entries;
}

function volume(
  number: number,
  firstSector: number,
  gib: number,
  kind: VolumeContentKind,
  name: string,
  label: string,
  readable: boolean,
): Volume {
  return {
    number,
    kind: 'primary',
    partitionType: 'NTFS or exFAT (0x07)',
    typeCode: '0x07',
    name: '',
    firstSector,
    sectorCount: Math.round(gib * GIB_SECTORS),
    content: {
      kind,
      name,
      label,
      sizeBytes: gib * GIB_SECTORS * 512,
      freeBytes: readable ? Math.round(gib * GIB_SECTORS * 512 * 0.31) : null,
      clusterBytes: readable ? 4096 : null,
      serial: 'A4C2-19F0',
      readable,
    },
  };
}

export const SYSTEM_SECTOR = 206_848;
export const EXCHANGE_SECTOR = 401_604_608;

export function fakeDisk(options: FakeDiskOptions): FakeVolume[] {
  const { layers } = options;
  const all = Array.from({ length: layers }, (_, layer) => layer);
  return [
    {
      volume: volume(1, 2048, 0.0977, 'ntfs', 'NTFS', 'System Reserved', true),
      entries: [
        folder('Boot', layers),
        file('Boot/BCD', layers, 'a-c-c-', 32_768),
        file('bootmgr', layers, 'a-----', 413_738),
      ],
      layers: all,
    },
    {
      volume: volume(2, SYSTEM_SECTOR, 126.9, 'ntfs', 'NTFS', 'System', true),
      entries: systemFiles(options),
      layers: all,
    },
    {
      volume: volume(3, 300_000_000, 40, 'bitlocker', 'BitLocker (encrypted)', '', false),
      entries: [],
      layers: all,
    },
    {
      volume: volume(4, EXCHANGE_SECTOR, 3.2, 'exfat', 'exFAT', 'EXCHANGE', true),
      entries: [file('minutes.txt', layers, 'a-----', 3100)],
      layers: all.slice(0, Math.max(1, Math.floor(layers / 3))),
    },
  ];
}
