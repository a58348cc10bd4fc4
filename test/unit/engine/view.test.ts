import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { CELL_MISSING, CELL_UNALLOCATED } from '../../../src/engine/api.ts';
import { fileToOpen, okValue, testEngine, testJob } from '../../support/enginePlatform.ts';
import { chainFiles } from '../../support/vhdFiles.ts';

const files = chainFiles({ seed: 31, depth: 3 });

async function opened(some = files) {
  const test = testEngine();
  const sources = some.map(({ name, bytes }) => fileToOpen(name, bytes));
  const pile = okValue(await test.engine.openFiles(sources, testJob()));
  return { ...test, pile };
}

describe('the disk in view', () => {
  it('reads as the flat disk, from every file', async () => {
    const { engine, pile } = await opened();
    for (const [level, file] of files.entries()) {
      const id = pile.files.find(({ name }) => name === file.name)?.id ?? 0;
      const view = okValue(await engine.viewFrom(id, testJob()));
      expect(view).toMatchObject({
        complete: true,
        virtualSizeBytes: file.disk.length,
        sectorCount: file.disk.length / 512,
      });
      expect(view.layers).toHaveLength(level + 1);
      const prng = new Prng(level);
      for (let i = 0; i < 40; i++) {
        const first = prng.below(view.sectorCount);
        const { bytes, owners } = okValue(await engine.readDisk(first, 1 + prng.below(3000)));
        expect(file.disk.subarray(first * 512, first * 512 + bytes.length).equals(bytes)).toBe(true);
        expect(owners).toHaveLength(bytes.length / 512);
        expect(owners.every((owner) => owner <= level || owner === CELL_UNALLOCATED)).toBe(true);
      }
      const end = okValue(await engine.readDisk(view.sectorCount - 2, 100));
      expect(end.bytes).toHaveLength(2 * 512);
    }
  });

  it('tells missing sectors from zeros where the base is not here', async () => {
    const { engine, pile } = await opened(files.slice(1));
    const view = okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    expect(view.complete).toBe(false);
    const { owners, bytes } = okValue(await engine.readDisk(0, 20_000));
    const expected = files.at(-1)?.disk ?? Buffer.alloc(0);
    expect(owners.includes(CELL_MISSING)).toBe(true);
    expect(owners.includes(CELL_UNALLOCATED)).toBe(false);
    owners.forEach((owner, i) => {
      const sector = bytes.subarray(i * 512, i * 512 + 512);
      const right = owner === CELL_MISSING ? Buffer.alloc(512) : expected.subarray(i * 512, i * 512 + 512);
      expect(right.equals(sector)).toBe(true);
    });
  });

  it('knows the blocks of the files once they were looked at', async () => {
    const { engine, pile } = await opened();
    okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    const blocks = okValue(await engine.open([], testJob())).files.map((file) => file.blocks);
    expect(blocks.every((summary) => summary !== null && summary.allocated > 0 && summary.aligned4k)).toBe(
      true,
    );
  });

  it('answers maps, shares, the survey, traces and their costs', async () => {
    const { engine, pile } = await opened();
    const view = okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    const survey = okValue(await engine.survey(testJob()));
    const answered = survey.layers.reduce((sum, count) => sum + count, 0);
    expect(answered + survey.unallocated + survey.missing).toBe(view.sectorCount);
    const request = { firstSector: 0, sectorCount: view.sectorCount, cells: 12, mode: 'layer' } as const;
    const map = okValue(await engine.map(request));
    expect(map.exact).toBe(true);
    expect(map.cells).toHaveLength(12);
    const shares = okValue(await engine.unitShares(0, 1000));
    expect(shares.unitCount).toBe(view.unitCount);
    expect(shares.counts.reduce((sum, count) => sum + count, 0)).toBe(view.sectorCount);
    const trace = okValue(await engine.trace(0, 5000));
    expect(trace.extents.reduce((sum, { sectorCount }) => sum + sectorCount, 0)).toBe(5000);
    const costs = okValue(await engine.measure(trace));
    expect(costs.coldMicroseconds).toHaveLength(trace.steps.length);
  });

  it('refuses to measure a walk that was made on another disk', async () => {
    const { engine, pile } = await opened();
    okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    const trace = okValue(await engine.trace(0, 5000));
    okValue(await engine.measure(trace));
    okValue(await engine.viewFrom(pile.files.at(-1)?.id ?? 0, testJob()));
    expect(await engine.measure(trace)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    okValue(await engine.readDisk(0, 1));
  });

  it('refuses what is not on the disk, and goes on', async () => {
    const { engine, pile } = await opened();
    expect(await engine.trace(0, 1)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    const { sectorCount, unitCount } = okValue(await engine.viewFrom(pile.leaves[0] ?? 0, testJob()));
    const map = { firstSector: 0, sectorCount: 8, cells: 4, mode: 'layer' } as const;
    const outcomes = [
      await engine.readDisk(sectorCount, 1),
      await engine.readDisk(-1, 1),
      await engine.readDisk(0.5, 1),
      await engine.readDisk(0, Number.NaN),
      await engine.readDisk(0, 2 ** 40),
      await engine.trace(sectorCount - 1, 2),
      await engine.trace(0, 0),
      await engine.unitShares(unitCount, 1),
      await engine.unitShares(-1, 1),
      await engine.map({ ...map, cells: 0 }),
      await engine.map({ ...map, cells: 1e12 }),
      await engine.map({ ...map, sectorCount: sectorCount + 1 }),
      await engine.viewFrom(999, testJob()),
    ];
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    okValue(await engine.readDisk(0, 1));
  });

  it('shows the disk that was asked for last, and cancels the one before', async () => {
    const { engine, pile } = await opened();
    const [leaf = 0, , , base = 0] = pile.files.map(({ id }) => id);
    const [first, second] = await Promise.all([
      engine.viewFrom(leaf, testJob()),
      engine.viewFrom(base, testJob()),
    ]);
    expect(first).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(okValue(second).layers).toEqual([base]);
    expect(okValue(await engine.readDisk(0, 8)).owners.every((owner) => owner === 0 || owner === 255)).toBe(
      true,
    );
  });
});
