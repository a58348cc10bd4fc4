/**
 * Runs a writer on a drive whose power is cut: at each of its operations, with many fates for what was not flushed, and
 * hands every survivor to a check. Both models of a power cut (DESIGN §5): `garbage` adds the sector in flight.
 */
import { createHash } from 'node:crypto';
import { Prng } from '../../src/base/prng.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import type { MemoryFolder } from '../../src/storage/memoryFolder.ts';
import { type Decide, decideBySeed, type Fate, PowerCutFolder } from '../../src/storage/powerCut.ts';

/** Names and contents. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** Where the power went and what was left: enough to see it again. */
export interface CrashPoint {
  /** Number of the operation in which the power went; null = behind the last one. */
  readonly cutAt: number | null;
  /** `all kept`, `subset klg` (kept, lost, garbage, in the order of the changes), `seed 7`. */
  readonly fates: string;
}

export interface CrashTest {
  /** What is there before the writer begins, flushed. */
  readonly files: Files;
  /** The writer. It must not report success after a cut: swallowing the fault fails the test. */
  readonly write: (folder: DiskFolder) => Promise<unknown>;
  /** Judges what is found when the power is back, and throws where it is wrong. The folder is the check's own. */
  readonly check: (survivor: MemoryFolder, point: CrashPoint) => Promise<void>;
  /** True = model (2): besides, one unflushed sector holds anything. */
  readonly garbage: boolean;
  /** Random fates for each cut; 8 where left out. */
  readonly seeds?: number;
  /** Every subset is tried where at most so many changes are unflushed; 6 where left out. */
  readonly exhaustiveChanges?: number;
}

export interface CrashTotals {
  /** Of the writer's run without a cut. */
  readonly operations: number;
  /** Fates tried. */
  readonly fates: number;
  /** Survivors that differ in any byte from those before them at the same cut: what was checked. */
  readonly checked: number;
}

/** Throws what the check threw, with the point in front. */
export async function crashEverywhere(test: CrashTest): Promise<CrashTotals> {
  const whole = powered(test.files);
  await test.write(whole);
  const { operations } = whole;
  const totals = { operations, fates: 0, checked: 0 };
  for (let at = 0; at <= operations; at++) {
    const cutAt = at < operations ? at : null;
    const folder = await cutRun(test, cutAt);
    const seen = new Set<string>();
    for (const { fates, decide, noise } of fatesOf(folder.unflushedChanges, test)) {
      totals.fates++;
      const survivor = folder.afterCut(decide, new Prng(noise));
      const digest = await digestOf(survivor);
      if (seen.has(digest)) continue;
      seen.add(digest);
      totals.checked++;
      try {
        await test.check(survivor, { cutAt, fates });
      } catch (error) {
        const where = cutAt === null ? 'after the last operation' : `in operation ${cutAt} of ${operations}`;
        throw new Error(`power cut ${where}, ${fates}: ${String(error)}`, { cause: error });
      }
    }
  }
  return totals;
}

/** A drive with these files, flushed. Its first operation is the next one asked for. */
export function powered(files: Files): PowerCutFolder {
  const folder = new PowerCutFolder();
  for (const [name, bytes] of Object.entries(files)) folder.put(name, bytes);
  return folder;
}

/** A folder's content, to begin another crash test with: a cut during recovery. */
export async function filesOf(folder: MemoryFolder): Promise<Files> {
  const entries = await folder.list();
  return Object.fromEntries(entries.map(({ name }) => [name, folder.bytes(name)]));
}

async function cutRun(test: CrashTest, cutAt: number | null): Promise<PowerCutFolder> {
  const folder = powered(test.files);
  folder.cutAt = cutAt;
  let fault: unknown = null;
  try {
    await test.write(folder);
  } catch (error) {
    fault = error;
  }
  if (cutAt === null && fault !== null) throw fault;
  if (cutAt !== null && fault === null)
    throw new Error(`the writer reports success though the power went in operation ${cutAt}`);
  folder.cut();
  return folder;
}

interface Fates {
  readonly fates: string;
  readonly decide: Decide;
  readonly noise: number;
}

function* fatesOf(
  changes: number,
  { garbage, seeds = 8, exhaustiveChanges = 6 }: CrashTest,
): Generator<Fates> {
  yield { fates: 'all kept', decide: () => 'kept', noise: 0 };
  yield { fates: 'all lost', decide: () => 'lost', noise: 0 };
  if (changes === 0) return;
  const isSmall = changes <= exhaustiveChanges;
  for (let bits = 0; isSmall && bits < 2 ** changes; bits++) {
    const subset = Array.from({ length: changes }, (_, i): Fate => ((bits >> i) & 1 ? 'kept' : 'lost'));
    yield { fates: `subset ${spelled(subset)}`, decide: inTurn(subset), noise: 0 };
    for (let i = 0; garbage && i < changes; i++) {
      if (subset[i] !== 'lost') continue;
      const torn = subset.with(i, 'garbage');
      yield { fates: `subset ${spelled(torn)}`, decide: inTurn(torn), noise: bits * changes + i };
    }
  }
  for (let seed = 0; seed < seeds; seed++) {
    yield { fates: `seed ${seed}`, decide: decideBySeed(seed, changes, garbage), noise: seed };
  }
}

const spelled = (fates: readonly Fate[]) => fates.map((fate) => fate[0]).join('');

function inTurn(fates: readonly Fate[]): Decide {
  let asked = 0;
  return () => fates[asked++] ?? 'lost';
}

async function digestOf(folder: MemoryFolder): Promise<string> {
  const hash = createHash('sha1');
  for (const { name, sizeBytes } of await folder.list()) {
    hash.update(`${name}\0${sizeBytes}\0`);
    const { content } = await folder.open(name, 'read-only');
    for (const { offset, bytes } of content.held()) hash.update(`${offset}\0`).update(bytes);
  }
  return hash.digest('hex');
}
