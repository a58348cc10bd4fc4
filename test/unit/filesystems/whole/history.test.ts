/**
 * Volumes of the real makers, changed by them between checkpoints: at every point of the chain the files, folders, sizes, times
 * and hashes are those that were there then; alone, on disks with several volumes, past 4 GiB and at the end of 2040 GiB.
 */
import { describe, expect, it } from 'vitest';
import type { ChainFiles } from '../../../../src/filesystems/chainFiles.ts';
import type { VolumePlace } from '../../../../src/filesystems/filesHost.ts';
import {
  HISTORY_NAMES,
  type HistoryName,
  loadHistory,
  loadTable,
  type TableName,
  type TrueState,
} from '../../../support/historyFixtures.ts';
import { chainFilesOf, type FoundVolume, foundIn, HASH_ONLY } from '../../../support/openedVolumes.ts';
import { buildVolumeChain, movedPieces, type Piece, type VolumeChain } from '../../../support/volumeChain.ts';

function expectNames(found: FoundVolume, truth: TrueState, label: string): void {
  const bare = ([path, { sizeBytes, modifiedMs }]: [string, { sizeBytes: number; modifiedMs: number }]) =>
    [path, { sizeBytes, modifiedMs }] as const;
  expect(Object.fromEntries([...found.files].map(bare)), label).toEqual(
    Object.fromEntries([...truth.files].map(bare)),
  );
  expect([...found.folders].sort(), label).toEqual([...truth.folders].sort());
  expect(found.links, label).toEqual(truth.links);
}

async function expectVolume(
  files: ChainFiles,
  point: number,
  volume: VolumePlace,
  truth: TrueState,
  label: string,
): Promise<FoundVolume> {
  const found = foundIn(await files.list(point, volume));
  expectNames(found, truth, label);
  const inspected = await files.inspect(point, volume, found.items, HASH_ONLY);
  const hashes = inspected.map(({ sha256, problem }, i) => [found.items[i]?.path, problem ?? sha256]);
  expect(Object.fromEntries(hashes), label).toEqual(
    Object.fromEntries([...truth.files].map(([path, { sha256 }]) => [path, sha256])),
  );
  return found;
}

describe.each(HISTORY_NAMES)('%s on a disk of its own', (name) => {
  it('is at every point what it was then', async () => {
    const history = await loadHistory(name);
    const chain = buildVolumeChain({ diskBytes: history.sizeBytes, states: history.pieces });
    const files = await chainFilesOf(chain.files);
    const newestFirst = [...history.states].reverse();
    const touched: Float64Array[] = [];
    for (const [point, truth] of newestFirst.entries()) {
      const { scheme, volumes, notes } = await files.volumes(point);
      expect({ scheme, notes }).toEqual({ scheme: 'none', notes: [] });
      expect(volumes).toHaveLength(1);
      const [volume] = volumes;
      if (!volume) throw new Error('no volume');
      expect(volume.content).toMatchObject({ name: history.fileSystem, readable: true });
      const label = `${name}, ${truth.what}`;
      const found = await expectVolume(files, point, volume, truth, label);
      expect(found.listed.facts).toMatchObject({ name: history.fileSystem, label: history.label });
      expect(found.listed.warnings, label).toEqual([]);
      touched.push(found.listed.touched);
    }
    await expectProofsHold(files, touched, newestFirst);
    files.close();
  });

  it('tells which layer answers each sector of a file', async () => {
    const history = await loadHistory(name);
    const chain = buildVolumeChain({ diskBytes: history.sizeBytes, states: history.pieces });
    const files = await chainFilesOf(chain.files);
    for (const point of [0, 2, 4, 6]) {
      const [volume] = (await files.volumes(point)).volumes;
      if (!volume) throw new Error('no volume');
      const { items } = foundIn(await files.list(point, volume));
      const wanted = items.filter(({ path }) => ['big.log', 'quiet.bin', 'docs/report.txt'].includes(path));
      const inspected = await files.inspect(point, volume, wanted, { ...HASH_ONLY, runs: true });
      for (const [i, { runs, problem }] of inspected.entries()) {
        expect(problem).toBeNull();
        await expectRuns(
          chain,
          files,
          point,
          volume,
          wanted[i] ?? { entry: 0, path: '', sizeBytes: 0 },
          runs,
        );
      }
    }
    files.close();
  });
});

/** Where the maps say that nothing of a listing changed, it did not; and where nothing was written, they say so. */
async function expectProofsHold(
  files: ChainFiles,
  touched: readonly Float64Array[],
  newestFirst: readonly TrueState[],
): Promise<void> {
  for (let newer = 0; newer + 1 < newestFirst.length; newer++) {
    const layers = await files.layersBetween(newer, newer + 1, touched[newer] ?? new Float64Array(0));
    const [now, before] = [newestFirst[newer], newestFirst[newer + 1]];
    if (now?.what === 'nothing') expect(layers).toEqual([]);
    const names = (state: TrueState | undefined) =>
      [...(state?.files ?? [])]
        .map(([path, { sizeBytes, modifiedMs }]) => [path, sizeBytes, modifiedMs])
        .sort();
    if (layers.length === 0) expect(names(now)).toEqual(names(before));
    else expect(layers).toEqual([newer]);
  }
}

/** Every sector of the file's contents is among those told, and each is told with the layer that holds it. */
async function expectRuns(
  chain: VolumeChain,
  files: ChainFiles,
  point: number,
  volume: VolumePlace,
  item: { readonly entry: number; readonly path: string; readonly sizeBytes: number },
  runs: readonly { firstSector: number; sectorCount: number; layer: number }[],
): Promise<void> {
  const sectors = new Set<string>();
  for (const { firstSector, sectorCount, layer } of runs) {
    for (let sector = firstSector; sector < firstSector + sectorCount; sector++) {
      if (chain.layerOf(point, sector) !== layer)
        expect.fail(`${item.path}: sector ${sector} is told as layer ${layer}'s at point ${point}`);
      const bytes = new Uint8Array(512);
      chain.disks[point]?.read(sector * 512, bytes);
      sectors.add(Buffer.from(bytes).toString('latin1'));
    }
  }
  let missing = 0;
  await files.read(point, volume, [item], {
    begin() {},
    write(_item, offset, bytes) {
      for (let at = 0; at + 512 <= bytes.length && offset % 512 === 0; at += 512)
        if (!sectors.has(Buffer.from(bytes.subarray(at, at + 512)).toString('latin1'))) missing++;
      return true;
    },
    end() {},
  });
  expect({ path: item.path, missing }).toEqual({ path: item.path, missing: 0 });
}

interface Scene {
  readonly chain: VolumeChain;
  /** By point, then by volume. */
  readonly truth: readonly (readonly TrueState[])[];
}

/** Volumes on one disk. `oneByOne`: every checkpoint changes one of them only. */
async function onOneDisk(
  tableName: TableName,
  names: readonly HistoryName[],
  oneByOne: boolean,
): Promise<Scene> {
  const table = await loadTable(tableName);
  const histories = await Promise.all(names.map(loadHistory));
  const at = (volume: number, state: number): Piece[] =>
    movedPieces(histories[volume]?.pieces[state] ?? [], (table.volumes[volume]?.firstSector ?? 0) * 512);
  const reached = names.map(() => 0);
  const states: Piece[][] = [[...table.pieces, ...names.flatMap((_, volume) => at(volume, 0))]];
  const told = () =>
    histories.map(({ states: all }, volume) => all[reached[volume] ?? 0]).filter((state) => !!state);
  const truth = [told()];
  for (let step = 1; step < 7; step++) {
    const groups = oneByOne ? names.map((_, volume) => [volume]) : [names.map((_, volume) => volume)];
    for (const group of groups) {
      states.push(group.flatMap((volume) => at(volume, step)));
      for (const volume of group) reached[volume] = step;
      truth.unshift(told());
    }
  }
  return { chain: buildVolumeChain({ diskBytes: table.diskBytes, states }), truth };
}

describe.each([
  { table: 'gpt', names: ['ntfs', 'ext4', 'exfat'], oneByOne: true, points: [0, 1, 2, 5, 9, 13, 18] },
  { table: 'mbr', names: ['ntfs', 'ext4', 'fat32'], oneByOne: false, points: [0, 3, 6] },
  { table: 'gptHuge', names: ['ntfs', 'ext4', 'fat32'], oneByOne: false, points: [0, 2, 3, 6] },
] as const)('volumes on one disk: $table', ({ table, names, oneByOne, points }) => {
  it('each is at every point what it was then', async () => {
    const { chain, truth } = await onOneDisk(table, names, oneByOne);
    const { volumes: places } = await loadTable(table);
    const files = await chainFilesOf(chain.files);
    for (const point of points) {
      const { scheme, volumes, notes } = await files.volumes(point);
      expect({ scheme, notes }).toEqual({ scheme: table === 'mbr' ? 'mbr' : 'gpt', notes: [] });
      expect(volumes.map(({ firstSector, sectorCount }) => ({ firstSector, sectorCount }))).toEqual(places);
      for (const [i, volume] of volumes.entries()) {
        const state = truth[point]?.[i];
        if (!state) throw new Error('more volumes than were made');
        await expectVolume(
          files,
          point,
          volume,
          state,
          `${table}, point ${point}, ${names[i]}: ${state.what}`,
        );
      }
    }
    files.close();
  });
});

it('a layer that changed another volume is none that changed this one', async () => {
  const { chain } = await onOneDisk('gpt', ['ntfs', 'ext4', 'exfat'], true);
  const files = await chainFilesOf(chain.files);
  const { volumes } = await files.volumes(0);
  expect(volumes).toHaveLength(3);
  for (const [i, { firstSector, sectorCount }] of volumes.entries()) {
    const whole = Float64Array.of(firstSector * 512, (firstSector + sectorCount) * 512);
    // The newest checkpoint changed the last volume, the one before it the second, and so on.
    expect(await files.layersBetween(0, 3, whole)).toEqual([2 - i]);
  }
  files.close();
});
