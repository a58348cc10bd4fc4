/** What a guest holds in memory, as bytes of a saved state and back: JSON, because people look into saved states too. */
import { fromHex, toHex } from '../../base/bytes.ts';
import { MIB, SECTOR_BYTES } from '../../base/units.ts';
import {
  type JsonMembers,
  type JsonSource,
  type JsonValue,
  LARGEST_SEED,
  readJsonBytes,
} from '../jsonReader.ts';
import { BareWork } from './bareWork.ts';
import { BUILD_PHASES } from './buildWork.ts';
import { type ClusterRun, clustersFor, clustersOf } from './clusterRuns.ts';
import type { DatabaseState } from './database.ts';
import { FatFiles, type GuestFile } from './fatFiles.ts';
import {
  clusterCount,
  ENTRY_BYTES,
  ENTRY_UNUSED,
  FAT_ENTRIES_PER_SECTOR,
  type FatVolume,
  FIRST_CLUSTER,
  rootSectors,
} from './fatFormat.ts';
import { GUEST_KINDS } from './guest.ts';
import { type GuestDisk, storeOf } from './guestDisk.ts';
import type { GuestState } from './labGuest.ts';
import { chainedTable } from './mountVolume.ts';
import { isVolume, rootContent } from './readVolume.ts';

const SOURCE: JsonSource = {
  name: 'The guest in the saved state',
  code: 'corrupt',
  meaning: 'The guest cannot go on from where it was saved.',
  remedy: 'Delete the saved state: the guest then boots from its disk.',
  mostBytes: 16 * MIB,
};
const MOST = Number.MAX_SAFE_INTEGER;
/** Ten digits in the header of the order book. */
const MOST_ORDERS = 9_999_999_999;

export function savedBytes(state: GuestState): Uint8Array {
  const { disk, orders } = state;
  return new TextEncoder().encode(
    JSON.stringify({
      ...state,
      disk: disk === null ? null : 'bare' in disk ? { written: disk.bare.written } : savedFiles(disk),
      orders: orders === null ? null : { ...orders, dirty: [...orders.dirty].flat() },
    }),
  );
}

function savedFiles({ files, repairs }: Extract<GuestDisk, { files: FatFiles }>) {
  let end = 0;
  while (end < files.root.length && files.root[end] !== ENTRY_UNUSED) end += ENTRY_BYTES;
  return {
    volume: files.volume,
    root: toHex(files.root.subarray(0, end)),
    repairs,
    files: files.all.map(({ slot, changedMs, runs, tail }) => ({
      slot,
      changedMs,
      runs: runs.flatMap(({ first, count }) => [first, count]),
      tail: tail === null ? null : toHex(tail),
    })),
  };
}

/** Throws 'corrupt' where the bytes are none that `savedBytes` made, or for another disk or memory than these. */
export function savedGuest(bytes: Uint8Array, sectorCount: number, pageCount: number): GuestState {
  return readJsonBytes(bytes, SOURCE).object((members) => {
    const disk = members.get('disk').orNull((value) => value.object((each) => diskOf(each, sectorCount)));
    const orderPages = storeOf(disk)?.pageCount ?? 0;
    return {
      seed: members.get('seed').whole(0, LARGEST_SEED),
      sectorCount: members.get('sectorCount').whole(sectorCount, sectorCount),
      pageCount: members.get('pageCount').whole(pageCount, pageCount),
      kind: members.get('kind').oneOf(GUEST_KINDS),
      load: members.get('load').whole(0, 100),
      operations: members.get('operations').whole(0, MOST),
      ownUs: members.get('ownUs').whole(0, MOST),
      bootStep: members.get('bootStep').orNull((step) => step.whole(0, 1000)),
      buildPhase: members.get('buildPhase').oneOf(BUILD_PHASES),
      disk,
      orders: members.get('orders').orNull((orders) => orders.object((each) => ordersOf(each, orderPages))),
    };
  });
}

function ordersOf(members: JsonMembers, pageCount: number): DatabaseState {
  const pageOf = (value: JsonValue) => value.whole(1, Math.max(1, pageCount - 1));
  const dirty = members
    .get('dirty')
    .list(0, 2 * pageCount, (each, i) => (i % 2 === 0 ? pageOf(each) : each.whole(0, MOST_ORDERS)));
  return {
    confirmed: members.get('confirmed').whole(0, MOST_ORDERS),
    written: members.get('written').whole(0, MOST_ORDERS),
    dirty: new Map(pairsOf(dirty)),
    writing: members.get('writing').orNull((writing) =>
      writing.object((each) => ({
        pages: each.get('pages').list(0, pageCount, pageOf),
        orders: each.get('orders').whole(0, MOST_ORDERS),
      })),
    ),
    nextWriteUs: members.get('nextWriteUs').whole(0, MOST),
  };
}

function pairsOf(numbers: readonly number[]): [number, number][] {
  return Array.from({ length: numbers.length >>> 1 }, (_, i) => [
    numbers[i * 2] ?? 0,
    numbers[i * 2 + 1] ?? 0,
  ]);
}

function diskOf(members: JsonMembers, sectorCount: number): GuestDisk {
  const written = members.find('written');
  if (written) {
    return {
      bare: new BareWork(
        sectorCount,
        written.list(0, 4096, (each) => each.whole(0, 65536)),
      ),
    };
  }
  const value = members.get('volume');
  const volume = value.object(volumeOf);
  if (!isVolume(volume, sectorCount)) throw value.wrong('found a volume that does not fit on the disk');
  const root = rootOf(members.get('root'), volume);
  const files = members.get('files');
  const fat = new Uint16Array(volume.fatSectors * FAT_ENTRIES_PER_SECTOR);
  const held = filesOf(files, volume, root);
  return {
    files: new FatFiles(volume, chainedTable(fat, held), root, held),
    repairs: members.get('repairs').object((each) => ({
      fat: each.get('fat').list(0, 256, (sector) => sector.whole(0, volume.fatSectors - 1)),
      root: each.get('root').list(0, 4096, (sector) => sector.whole(0, root.length / SECTOR_BYTES - 1)),
    })),
  };
}

function volumeOf(members: JsonMembers): FatVolume {
  const whole = (name: keyof FatVolume) => members.get(name).whole(0, 2 ** 32);
  return {
    firstSector: whole('firstSector'),
    sectorCount: whole('sectorCount'),
    sectorsPerCluster: whole('sectorsPerCluster'),
    reservedSectors: whole('reservedSectors'),
    fatCopies: whole('fatCopies'),
    fatSectors: whole('fatSectors'),
    rootEntries: whole('rootEntries'),
  };
}

/** As it stands on the disk: the saved part ends where the directory does. */
function rootOf(value: JsonValue, volume: FatVolume): Uint8Array {
  const root = new Uint8Array(rootSectors(volume) * SECTOR_BYTES);
  const text = value.text(0, root.length * 2);
  const held = text === '' ? new Uint8Array(0) : fromHex(text);
  if (!held || held.length > root.length) throw value.wrong('found no directory, expected hex digits');
  root.set(held);
  return root;
}

/** In their order; name and size stand in the directory. No two files may share a cluster. */
function filesOf(value: JsonValue, volume: FatVolume, root: Uint8Array): GuestFile[] {
  const inRoot = new Map(rootContent(root).files.map((file) => [file.slot, file]));
  const names = new Set<string>();
  const taken = new Uint8Array(FIRST_CLUSTER + clusterCount(volume));
  const files = value.list(0, volume.rootEntries, (item) =>
    item.object((members): GuestFile => {
      const slot = members.get('slot').whole(0, volume.rootEntries - 1);
      const entry = inRoot.get(slot);
      if (!entry || names.has(entry.name)) throw item.wrong('found no file of its own in the directory');
      names.add(entry.name);
      const runs = runsOf(members.get('runs'), taken);
      if (clustersOf(runs) !== clustersFor(volume, entry.sizeBytes)) {
        throw item.wrong(`found ${clustersOf(runs)} clusters for ${entry.sizeBytes} bytes`);
      }
      return {
        slot,
        name: entry.name,
        sizeBytes: entry.sizeBytes,
        changedMs: members.get('changedMs').whole(0, MOST),
        runs,
        tail: members.get('tail').orNull((tail) => tailOf(tail, entry.sizeBytes % SECTOR_BYTES)),
      };
    }),
  );
  if (files.length !== inRoot.size) throw value.wrong(`found ${files.length} files, expected ${inRoot.size}`);
  return files;
}

function runsOf(value: JsonValue, taken: Uint8Array): ClusterRun[] {
  const numbers = value.list(0, taken.length * 2, (each) => each.whole(1, taken.length));
  return pairsOf(numbers).map(([first, count]) => {
    const isFree = first >= FIRST_CLUSTER && count > 0 && first + count <= taken.length;
    if (!isFree || taken.subarray(first, first + count).includes(1)) {
      throw value.wrong(`the clusters from ${first} on are not the file’s own`);
    }
    taken.fill(1, first, first + count);
    return { first, count };
  });
}

function tailOf(value: JsonValue, lengthBytes: number): Uint8Array {
  const text = value.text(lengthBytes * 2, lengthBytes * 2);
  const tail = text === '' ? new Uint8Array(0) : fromHex(text);
  if (tail?.length !== lengthBytes) throw value.wrong('found no bytes, expected hex digits');
  return tail;
}
