/** Check, repair, new disks, compare and measure as calls of the engine: what the page asks for. */
import { describe, expect, it } from 'vitest';
import type { FileId, PileView, SaveTarget } from '../../../src/engine/api.ts';
import type { Patch } from '../../../src/storage/patch.ts';
import { patchInPlace } from '../../../src/storage/patchJournal.ts';
import { PowerCutFolder } from '../../../src/storage/powerCut.ts';
import { fileToOpen, okValue, type TestEngine, testEngine, testJob } from '../../support/enginePlatform.ts';
import { sameBytes } from '../../support/openedChain.ts';
import { chainFiles, sha256 } from '../../support/vhdFiles.ts';

const chain = chainFiles({ seed: 23, depth: 2, sizeBytes: 9 * 2 ** 20 + 512 });
const MIB = 2 ** 20;
const inPrivate = (name: string): SaveTarget => ({ kind: 'private', name });

type Opened = TestEngine & { readonly pile: PileView; idOf(name: string): FileId };

function withIds(test: TestEngine, pile: PileView): Opened {
  const all = [...pile.files, ...pile.others];
  return { ...test, pile, idOf: (name) => all.find((file) => file.name === name)?.id ?? 0 };
}

/** The chain, with some files replaced by other bytes. */
async function opened(instead: Readonly<Record<string, Uint8Array>> = {}): Promise<Opened> {
  const test = testEngine();
  const sources = chain.map(({ name, bytes }) => fileToOpen(name, instead[name] ?? bytes));
  return withIds(test, okValue(await test.engine.openFiles(sources, testJob())));
}

/** The same out of private storage. */
async function openedPrivate(instead: Readonly<Record<string, Uint8Array>> = {}): Promise<Opened> {
  const test = testEngine();
  for (const { name, bytes } of chain) test.folder.put(name, instead[name] ?? bytes);
  return reopened(test);
}

async function reopened(test: TestEngine): Promise<Opened> {
  const sources = chain.map(({ name }) => ({ kind: 'private' as const, name }));
  return withIds(test, okValue(await test.engine.open(sources, testJob())));
}

async function hashFrom({ engine, folder }: TestEngine, file: FileId): Promise<string> {
  const saved = okValue(
    await engine.save({ file, format: 'raw', target: inPrivate('hashed.img') }, testJob()),
  );
  await folder.remove(saved.name);
  return saved.sha256;
}

/** A file whose footer at the end was lost in a crash. */
function withoutFooter(name: string): Uint8Array {
  const bytes = Uint8Array.from(chain.find((file) => file.name === name)?.bytes ?? []);
  return bytes.fill(0, bytes.length - 512);
}

const [base, , leaf] = chain.map(({ name }) => name) as [string, string, string];

describe('check', () => {
  it('checks every file of the pile, refused ones too', async () => {
    const torn = withoutFooter(base).fill(0, 0, 512);
    const { engine, idOf } = await opened({ [base]: torn });
    const { files, readBytes } = okValue(await engine.check(null, testJob()));
    expect(files.map(({ file }) => file).sort()).toEqual(chain.map(({ name }) => idOf(name)).sort());
    expect(readBytes).toBeGreaterThan(0);
    const rules = (name: string) =>
      files.find(({ file }) => file === idOf(name))?.findings.map(({ rule }) => rule) ?? [];
    expect(rules(base)).toContain('footer-lost');
    expect(rules(leaf)).not.toContain('footer-lost');
  });

  it('tells where a file’s bytes go, and all of them', async () => {
    const { engine, pile } = await opened();
    const { files } = okValue(await engine.check(null, testJob()));
    for (const { file, space } of files) {
      const sizeBytes = pile.files.find(({ id }) => id === file)?.sizeBytes;
      if (!space) throw new Error('a file with blocks');
      const { fileBytes, structureBytes, bitmapBytes, blockBytes, leakedBytes, gapBytes } = space;
      expect(fileBytes).toBe(sizeBytes);
      expect(structureBytes + bitmapBytes + blockBytes + leakedBytes + gapBytes).toBe(fileBytes);
    }
  });

  it('gives what can cross to the page, as the plan of a repair does', async () => {
    const { engine, idOf } = await opened({ [base]: withoutFooter(base).fill(0xee, 0x600, 0x700) });
    const view = okValue(await engine.check(null, testJob()));
    expect(structuredClone(view)).toEqual(view);
    const request = { file: idOf(base), choices: {}, parent: null };
    const plan = okValue(await engine.planRepair(request, testJob()));
    expect(structuredClone(plan)).toEqual(plan);
  });

  it('can be cancelled', async () => {
    const { engine } = await opened();
    const job = testJob((_progress, id) => void engine.cancel(id));
    const outcome = await engine.check(null, job);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  });
});

describe('repair', () => {
  const request = (file: FileId) => ({ file, choices: {}, parent: null });

  it('plans without writing', async () => {
    const { engine, folder, idOf } = await opened({ [leaf]: withoutFooter(leaf) });
    const plan = okValue(await engine.planRepair(request(idOf(leaf)), testJob()));
    expect(plan.steps.map(({ rule }) => rule)).toContain('footer-missing');
    expect(await folder.list()).toEqual([]);
  });

  it('writes a copy that reads as before and in which a check finds nothing', async () => {
    const { engine, folder, idOf } = await opened({ [leaf]: withoutFooter(leaf) });
    const target = inPrivate('mended.avhd');
    const result = okValue(await engine.repair(request(idOf(leaf)), target, testJob()));
    expect(result).toMatchObject({ name: 'mended.avhd', undoName: null, pile: null });
    expect(result.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    const mended = await opened({ [leaf]: folder.bytes('mended.avhd') });
    expect(await hashFrom(mended, mended.idOf(leaf))).toBe(sha256(chain[2]?.disk ?? Buffer.alloc(0)));
  });

  it('repairs in place in private storage while the disk is in view, and takes it back', async () => {
    const torn = withoutFooter(leaf);
    const test = await openedPrivate({ [leaf]: torn });
    const { engine, folder, idOf } = test;
    okValue(await engine.viewFrom(idOf(leaf), testJob()));
    const result = okValue(await engine.repair(request(idOf(leaf)), { kind: 'in-place' }, testJob()));
    expect(result.pile?.files.find(({ name }) => name === leaf)?.findings).toEqual([]);
    expect(sameBytes(folder.bytes(leaf), torn)).toBe(false);
    okValue(await engine.viewFrom(idOf(leaf), testJob()));
    expect(await hashFrom(test, idOf(leaf))).toBe(sha256(chain[2]?.disk ?? Buffer.alloc(0)));
    const pile = okValue(await engine.undo(result.undoName ?? '', testJob()));
    expect(sameBytes(folder.bytes(leaf), torn)).toBe(true);
    expect(pile.files.find(({ name }) => name === leaf)?.findings.map(({ rule }) => rule)).toContain(
      'footer-missing',
    );
  });

  it('repairs a file in place that opening refused, and shows it as a disk', async () => {
    const bytes = Uint8Array.from(chain[0]?.bytes ?? []);
    // Both footers gone: what is left is the header, the table and the blocks.
    bytes.fill(0, 0, 512).fill(0, bytes.length - 512);
    const test = await openedPrivate({ [base]: bytes });
    const { engine, idOf } = test;
    expect(test.pile.others.map(({ name, storage }) => [name, storage])).toEqual([[base, 'private']]);
    const result = okValue(await engine.repair(request(idOf(base)), { kind: 'in-place' }, testJob()));
    expect(result.pile?.others).toEqual([]);
    const disk = chain[0]?.disk ?? Buffer.alloc(0);
    const file = result.pile?.files.find(({ name }) => name === base);
    expect(file?.virtualSizeBytes).toBeGreaterThanOrEqual(disk.length);
    okValue(await engine.viewFrom(idOf(base), testJob()));
    const read = okValue(await engine.readDisk(0, 2048)).bytes;
    expect(sameBytes(read, disk.subarray(0, read.length))).toBe(true);
  });

  it('never repairs a file of the user in place', async () => {
    const { engine, idOf } = await opened({ [leaf]: withoutFooter(leaf) });
    const outcome = await engine.repair(request(idOf(leaf)), { kind: 'in-place' }, testJob());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'unsupported' } });
  });

  it('finishes a change that a crash interrupted before private storage is used', async () => {
    const before = Uint8Array.from(chain[0]?.bytes ?? []);
    const patch: Patch = {
      sizeBefore: before.length,
      sizeAfter: before.length,
      changes: [{ offset: 100, before: before.slice(100, 104), after: Uint8Array.of(9, 9, 9, 9) }],
    };
    const drive = new PowerCutFolder();
    drive.put(base, before);
    await patchInPlace(drive, base, patch);
    const { operations } = drive;
    let halves = 0;
    for (let cutAt = 0; cutAt < operations; cutAt++) {
      const cut = new PowerCutFolder();
      cut.put(base, before);
      cut.cutAt = cutAt;
      await patchInPlace(cut, base, patch).catch(() => undefined);
      cut.cut();
      const left = cut.afterCut(() => 'kept');
      const test = testEngine();
      for (const { name } of await left.list()) test.folder.put(name, left.bytes(name));
      const { finished } = okValue(await test.engine.listPrivate());
      const now = test.folder.bytes(base);
      const after = before.slice();
      after.fill(9, 100, 104);
      expect(sameBytes(now, before) || sameBytes(now, after)).toBe(true);
      if (finished.length > 0) {
        halves++;
        expect(finished).toEqual([base]);
        expect(sameBytes(now, after)).toBe(true);
      }
    }
    expect(halves).toBeGreaterThan(0);
  });
});

describe('new disks', () => {
  it('makes a child whose disk is its parent’s', async () => {
    const test = await opened();
    const { engine, idOf } = test;
    const paths = okValue(await engine.parentPaths('child.avhd', idOf(leaf), 'C:\\vm'));
    expect(paths).toEqual({ absolutePath: `C:\\vm\\${leaf}`, relativePath: `.\\${leaf}` });
    const made = okValue(
      await engine.create(
        {
          type: 'differencing',
          virtualSizeBytes: chain[2]?.disk.length ?? 0,
          blockSizeBytes: 2 * MIB,
          parent: { parent: idOf(leaf), ...paths },
          target: inPrivate('child.avhd'),
        },
        testJob(),
      ),
    );
    const pile = okValue(await engine.open([{ kind: 'private', name: made.name }], testJob()));
    const child = pile.files.find(({ name }) => name === 'child.avhd');
    expect(child).toMatchObject({ parent: idOf(leaf), findings: [] });
    expect(await hashFrom(test, child?.id ?? 0)).toBe(sha256(chain[2]?.disk ?? Buffer.alloc(0)));
  });

  it('compacts and grows, and reads the same', async () => {
    const test = await opened();
    const { engine, folder, idOf } = test;
    const compacted = okValue(
      await engine.compact({ file: idOf(leaf), target: inPrivate('small.avhd') }, testJob()),
    );
    expect(compacted.fileBytes).toBe(folder.bytes('small.avhd').length);
    const again = await opened({ [leaf]: folder.bytes('small.avhd') });
    expect(await hashFrom(again, again.idOf(leaf))).toBe(sha256(chain[2]?.disk ?? Buffer.alloc(0)));

    const size = 16 * MIB;
    const grow = { virtualSizeBytes: size, target: inPrivate('grown.vhd') };
    const underChildren = await engine.grow({ ...grow, file: idOf(base) }, testJob());
    expect(underChildren).toMatchObject({ ok: false });
    const alone = testEngine();
    const pile = okValue(
      await alone.engine.openFiles([fileToOpen(base, chain[0]?.bytes ?? Buffer.alloc(0))], testJob()),
    );
    const file = pile.files[0]?.id ?? 0;
    okValue(await alone.engine.grow({ ...grow, file }, testJob()));
    const grown = okValue(await alone.engine.open([{ kind: 'private', name: 'grown.vhd' }], testJob()));
    const id = grown.files.find(({ name }) => name === 'grown.vhd')?.id ?? 0;
    const disk = Buffer.alloc(size);
    chain[0]?.disk.copy(disk);
    expect(await hashFrom(alone, id)).toBe(sha256(disk));
  });

  it('grows in place in private storage, and takes it back', async () => {
    const test = testEngine();
    test.folder.put(base, chain[0]?.bytes ?? Buffer.alloc(0));
    const before = test.folder.bytes(base);
    const pile = okValue(await test.engine.open([{ kind: 'private', name: base }], testJob()));
    const file = pile.files[0]?.id ?? 0;
    const grown = okValue(
      await test.engine.grow({ file, virtualSizeBytes: 32 * MIB, target: { kind: 'in-place' } }, testJob()),
    );
    expect(grown.pile?.files[0]).toMatchObject({ virtualSizeBytes: 32 * MIB });
    okValue(await test.engine.undo(grown.undoName ?? '', testJob()));
    expect(sameBytes(test.folder.bytes(base), before)).toBe(true);
  });
});

it('takes a change back although the undo file’s name begins like that of another open file', async () => {
  const { engine, folder } = testEngine();
  const [bytes] = chain.map((file) => Uint8Array.from(file.bytes));
  if (!bytes) throw new Error('a base');
  for (const name of ['a', 'ab']) folder.put(name, bytes);
  const sources = ['a', 'ab'].map((name) => ({ kind: 'private' as const, name }));
  const pile = okValue(await engine.open(sources, testJob()));
  const file = pile.files.find(({ name }) => name === 'ab')?.id ?? 0;
  const request = { file, virtualSizeBytes: 32 * MIB, target: { kind: 'in-place' as const } };
  const { undoName } = okValue(await engine.grow(request, testJob()));
  const back = okValue(await engine.undo(undoName ?? '', testJob()));
  expect(sameBytes(folder.bytes('ab'), bytes)).toBe(true);
  expect(back.files.map(({ virtualSizeBytes }) => virtualSizeBytes)).toEqual(
    pile.files.map(({ virtualSizeBytes }) => virtualSizeBytes),
  );
});

describe('compare and measure', () => {
  it('compares two points of a chain, and two files', async () => {
    const { engine, idOf } = await opened();
    const same = okValue(await engine.compare(idOf(leaf), idOf(leaf), testJob()));
    expect(same).toMatchObject({ equal: true, differingSectors: 0, ranges: [] });
    const one = chain[0]?.disk ?? Buffer.alloc(0);
    const other = chain[2]?.disk ?? Buffer.alloc(0);
    let differing = 0;
    let bytes = 0;
    for (let at = 0; at < one.length; at += 512) {
      let here = 0;
      for (let i = at; i < at + 512; i++) if (one[i] !== other[i]) here++;
      bytes += here;
      if (here > 0) differing++;
    }
    const view = okValue(await engine.compare(idOf(base), idOf(leaf), testJob()));
    expect(view).toMatchObject({ equal: false, differingSectors: differing, differingBytes: bytes });
  });

  it('measures before anything is written', async () => {
    const { engine, folder, idOf } = await opened();
    const compact = okValue(await engine.measureWork({ operation: 'compact', file: idOf(leaf) }, testJob()));
    expect(compact.readBytes).toBeGreaterThan(0);
    const { exact, fileBytes, seconds } = okValue(
      await engine.measureWork({ operation: 'export', file: idOf(leaf), format: 'raw' }, testJob()),
    );
    expect({ exact, fileBytes }).toEqual({ exact: true, fileBytes: chain[2]?.disk.length });
    expect(seconds).toBeGreaterThan(0);
    expect(await folder.list()).toEqual([]);
  });
});
