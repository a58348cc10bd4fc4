/** Looking inside through the engine: chains made by real makers, at every point. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { must } from '../../../src/base/assert.ts';
import type { FileId, FolderView } from '../../../src/engine/api.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import { FAT_CLUSTER_BYTES, FAT_SIZE_BYTES, FatVolume } from '../../support/fatWriter.ts';
import {
  HISTORY_NAMES,
  type HistoryName,
  loadHistory,
  type VolumeHistory,
} from '../../support/historyFixtures.ts';
import type { MemorySink } from '../../support/memorySink.ts';
import { buildVolumeChain, type VolumeChainOptions } from '../../support/volumeChain.ts';

interface Opened {
  readonly engine: Engine;
  readonly sinks: ReturnType<typeof testEngine>['sinks'];
  readonly history: VolumeHistory;
  /** Newest first. */
  readonly points: readonly FileId[];
  readonly volume: number;
}

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.closePile();
});

async function open(name: HistoryName): Promise<Opened> {
  const history = await loadHistory(name);
  return { history, ...(await openStates(history.sizeBytes, history.pieces)) };
}

async function openStates(diskBytes: number, states: VolumeChainOptions['states']) {
  const chain = buildVolumeChain({ diskBytes, states });
  const { engine, sinks } = testEngine();
  engines.push(engine);
  const files = chain.files.map((file) => fileToOpen(`vm/${file.name}`, file.file));
  const pile = okValue(await engine.openFiles(files, testJob()));
  const leaf = must(pile.leaves[0], 'a leaf');
  const view = okValue(await engine.viewFrom(leaf, testJob()));
  const table = okValue(await engine.volumes(leaf, testJob()));
  const volume = must(table.volumes[0], 'a volume').firstSector;
  return { engine, sinks, points: view.layers, volume };
}

const job = () => testJob();

async function wholeFolder(
  opened: Opened,
  at: FileId,
  path: string,
  points: readonly FileId[] = [],
): Promise<FolderView> {
  const { engine, volume } = opened;
  return okValue(
    await engine.folder({
      at,
      volume,
      path,
      points,
      filter: '',
      deep: false,
      order: 'name',
      descending: false,
      first: 0,
      count: 1_000_000,
    }),
  );
}

/** Every file of the volume at a point, walking folder by folder as a person would. */
async function filesAt(opened: Opened, at: FileId): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const row of (await wholeFolder(opened, at, path)).rows) {
      if (row.kind === 'folder') waiting.push(row.path);
      else if (row.kind === 'file') found.set(row.path, row.sizeBytes);
    }
  }
  return found;
}

/** States are oldest first, points newest first. */
function stateAt({ history, points }: Opened, at: FileId) {
  return must(history.states[points.length - 1 - points.indexOf(at)], 'a state for each point');
}

const isMakers = (path: string) =>
  path.startsWith('$') || path.startsWith('[') || path.startsWith('lost+found');

describe.each(HISTORY_NAMES)('a history on %s', (name) => {
  it('has at every point the files that were there then', async () => {
    const opened = await open(name);
    const { engine, points, volume } = opened;
    for (const at of points) {
      okValue(await engine.openVolume({ at, volume }, job()));
      const { files } = stateAt(opened, at);
      const found = [...(await filesAt(opened, at))].filter(([path]) => !isMakers(path)).sort();
      expect(found).toEqual([...files].map(([path, { sizeBytes }]) => [path, sizeBytes]).sort());
    }
  });

  it('reads every file of every point as it was, and says where it lives', async () => {
    const opened = await open(name);
    const { engine, points, volume, history } = opened;
    for (const at of [must(points[0], 'the leaf'), must(points.at(-1), 'the base')]) {
      for (const [path, { sha256, sizeBytes }] of stateAt(opened, at).files) {
        const found = okValue(await engine.inspectFile({ at, volume, path }, job()));
        expect({ path, sha256: found.sha256, sizeBytes: found.sizeBytes, problem: found.problem }).toEqual({
          path,
          sha256,
          sizeBytes,
          problem: null,
        });
        const newest = points.indexOf(at);
        for (const { layer, firstSector, sectorCount } of found.runs) {
          expect(layer === -1 || layer >= newest).toBe(true);
          expect((firstSector + sectorCount) * 512).toBeLessThanOrEqual(history.sizeBytes);
        }
      }
    }
  });

  it('lists a point again only where a layer between holds something of what was read', async () => {
    const opened = await open(name);
    const { engine, points, volume } = opened;
    okValue(await engine.openVolume({ at: must(points[0], 'the leaf'), volume }, job()));
    const listed = okValue(await engine.listPoints(volume, points.slice(1), job()));
    expect(listed.map(({ at }) => at)).toEqual(points.slice(1));
    const states = listed.map(({ state }) => state);
    for (const state of states) expect(['listed', 'same']).toContain(state);
    // The layer that says "nothing" holds nothing of the volume: what lies under it is the same.
    const quiet = opened.history.states.findIndex(({ what }) => what === 'nothing');
    expect(quiet).toBeGreaterThan(0);
    expect(states[points.length - 1 - quiet]).toBe('same');
  });

  it('tells by cells and versions what the truth says, with contents compared', async () => {
    const opened = await open(name);
    const { engine, points, volume, history } = opened;
    for (const at of points) okValue(await engine.openVolume({ at, volume }, job()));
    const compared = okValue(await engine.compareContents(volume, '', points, job()));
    expect(compared.hashed).toBeGreaterThan(0);
    expect(compared.proven).toBeGreaterThan(0);
    const paths = new Set(history.states.flatMap(({ files }) => [...files.keys()]));
    for (const path of paths) {
      const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      const versions = okValue(await engine.versions(volume, path, points));
      const expected = points.flatMap((at, i) => {
        const is = stateAt(opened, at).files.get(path);
        const older = points[i + 1];
        const was = older === undefined ? undefined : stateAt(opened, older).files.get(path);
        if (is && !was) return [[at, 'added', is.sha256]];
        if (!is && was) return [[at, 'removed', null]];
        if (is && was && is.sha256 !== was.sha256) return [[at, 'changed', is.sha256]];
        return [];
      });
      expect([path, versions.map(({ at, cell, sha256 }) => [at, cell, sha256])]).toEqual([path, expected]);
      const newest = points.find((at) => stateAt(opened, at).folders.has(folder) || folder === '');
      const view = await wholeFolder(opened, must(newest, 'a point with the folder'), folder, points);
      const row = must(
        view.rows.find((each) => each.path === path),
        `a row for ${path}`,
      );
      const changes = points.filter((_, i) => !['absent', 'unchanged'].includes(row.cells[i] ?? 'absent'));
      expect([path, changes]).toEqual([path, expected.map(([at]) => at)]);
    }
  });

  it('compares two points by contents', async () => {
    const opened = await open(name);
    const { engine, points, volume } = opened;
    const [after, before] = [must(points[0], 'the leaf'), must(points.at(-1), 'the base')];
    const request = {
      before: { at: before, volume },
      after: { at: after, volume },
      path: '',
      contents: true,
    };
    const { changes, problems } = okValue(await engine.compareFiles(request, job()));
    expect(problems).toEqual([]);
    const [old, now] = [stateAt(opened, before).files, stateAt(opened, after).files];
    const expected = [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
      const [was, is] = [old.get(path), now.get(path)];
      if (was && is) return was.sha256 === is.sha256 ? [] : [`changed ${path}`];
      return [`${is ? 'added' : 'removed'} ${path}`];
    });
    const found = changes.filter(({ kind, path }) => kind === 'file' && !isMakers(path));
    expect(found.map(({ change, path }) => `${change} ${path}`).sort()).toEqual(expected.sort());
  });
});

async function bytesOf(sink: MemorySink): Promise<Uint8Array> {
  const file = sink.asFile('out.bin');
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  return bytes;
}

describe('files out of a volume', () => {
  it('one file, byte for byte, with its hash', async () => {
    const opened = await open('ext4');
    const { engine, points, volume, sinks } = opened;
    const at = must(points[0], 'the leaf');
    const [path, truth] = must(
      [...stateAt(opened, at).files].find(([, { sizeBytes }]) => sizeBytes > 10_000),
      'a file of some size',
    );
    const handle = { name: 'out.bin' } as FileSystemFileHandle;
    const target = { kind: 'file', target: { kind: 'handle', handle } } as const;
    const report = okValue(await engine.extract({ at, volume, paths: [path], target }, job()));
    expect(report).toMatchObject({ files: 1, bytes: truth.sizeBytes, sha256: truth.sha256, failed: [] });
    const written = await bytesOf(must(sinks.get('out.bin'), 'a file was made'));
    expect(createHash('sha256').update(written).digest('hex')).toBe(truth.sha256);
  });

  it('is refused by name where there is nothing by that path', async () => {
    const { engine, points, volume } = await open('fat32');
    const at = must(points[0], 'the leaf');
    const outcome = await engine.inspectFile({ at, volume, path: 'no/such' }, job());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('starts afresh when the pile changed', async () => {
    const opened = await open('ext4');
    const { engine, points, volume } = opened;
    const at = must(points[0], 'the leaf');
    okValue(await engine.openVolume({ at, volume }, job()));
    okValue(await engine.closePile());
    const outcome = await engine.openVolume({ at, volume }, job());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });
});

describe('where a folder lives', () => {
  it('counts sectors once that two of its files share', async () => {
    const fat = new FatVolume();
    const sizeBytes = 3 * FAT_CLUSTER_BYTES;
    const cluster = fat.put(new Uint8Array(sizeBytes).fill(1));
    const pieces = fat.pieces([
      { name: 'ONE.BIN', cluster, sizeBytes },
      { name: 'PART.BIN', cluster: cluster + 1, sizeBytes: FAT_CLUSTER_BYTES },
      { name: 'SAME.BIN', cluster, sizeBytes },
    ]);
    const { engine, points, volume } = await openStates(FAT_SIZE_BYTES, [pieces]);
    const place = { at: must(points[0], 'the leaf'), volume };
    okValue(await engine.openVolume(place, job()));
    const one = okValue(await engine.inspectFile({ ...place, path: 'ONE.BIN' }, job()));
    expect(one.shares).toEqual([{ layer: 0, bytes: sizeBytes }]);
    const { files, runs, shares } = okValue(await engine.inspectFolder({ ...place, path: '' }, job()));
    expect({ files, runs, shares }).toEqual({ files: 3, runs: one.runs, shares: one.shares });
  });
});

describe('points that were looked into from another file', () => {
  it.each(HISTORY_NAMES)('are proven equal on %s only where they are', async (name) => {
    const opened = await open(name);
    const { engine, points, volume } = opened;
    for (const [i, older] of points.entries()) {
      const newer = points[i - 1];
      if (newer === undefined) continue;
      const [was, is] = [stateAt(opened, older).files, stateAt(opened, newer).files];
      const changed = [...is].filter(
        ([path, { sha256 }]) => was.has(path) && was.get(path)?.sha256 !== sha256,
      );
      // The disk is first seen from the older file alone, then from the newest.
      okValue(await engine.endFilesThread());
      okValue(await engine.viewFrom(older, job()));
      okValue(await engine.openVolume({ at: older, volume }, job()));
      okValue(await engine.viewFrom(must(points[0], 'the leaf'), job()));
      okValue(await engine.openVolume({ at: newer, volume }, job()));
      const request = {
        before: { at: older, volume },
        after: { at: newer, volume },
        path: '',
        contents: true,
      };
      const { changes } = okValue(await engine.compareFiles(request, job()));
      const found = changes.filter(
        ({ kind, change, path }) => kind === 'file' && change === 'changed' && !isMakers(path),
      );
      expect([i, found.map(({ path }) => path).sort()]).toEqual([i, changed.map(([path]) => path).sort()]);
    }
  });
});
