/** Engines with a chain in private storage, for tests of merges. */
import type { FileId, MergeRequest, MergeStart, PileView } from '../../src/engine/api.ts';
import { okValue, type TestEngine, testEngine, testJob } from './enginePlatform.ts';
import { chainFiles, idOf, sha256, type VhdFile, vhdBytes } from './vhdFiles.ts';

export const SEED = 31;
const SIZE_BYTES = 5 * 2 ** 20 + 3 * 512;
const BLOCK_BYTES = 2 ** 19;

/** Base first: `disk.vhd`, `disk_1.avhd` … `disk_3.avhd`. */
export const chain = chainFiles({ seed: SEED, depth: 3, sizeBytes: SIZE_BYTES, blockSizeBytes: BLOCK_BYTES });
export const [BASE, ONE, TWO, LEAF] = chain.map(({ name }) => name) as [string, string, string, string];

/** SHA-256 of the disk as seen from a file of the chain. */
export function hashOf(name: string): string {
  return sha256(chain.find((file) => file.name === name)?.disk ?? Buffer.alloc(0));
}

/** A differencing file that holds nothing, on a file of the chain. */
export function childOf(parent: string, name: string): { name: string; bytes: Buffer } {
  const bytes = vhdBytes({
    id: idOf(`${SEED} ${name}`),
    sizeBytes: SIZE_BYTES,
    blockSizeBytes: BLOCK_BYTES,
    parent: { id: idOf(`${SEED} ${parent}`), name: parent },
    sectors: new Map(),
  });
  return { name, bytes };
}

export interface Merger extends TestEngine {
  pile: PileView;
  /** 0 for names that the pile does not have. */
  idOf(name: string): FileId;
}

/** The chain, and what else there is, in private storage and open. */
export async function inPrivate(
  more: readonly Pick<VhdFile, 'name' | 'bytes'>[] = [],
  test: TestEngine = testEngine(),
): Promise<Merger> {
  const files = [...chain, ...more];
  for (const { name, bytes } of files) test.folder.put(name, bytes);
  return opened(
    test,
    files.map(({ name }) => name),
  );
}

export async function opened(test: TestEngine, names: readonly string[]): Promise<Merger> {
  const sources = names.map((name) => ({ kind: 'private' as const, name }));
  const merger: Merger = {
    ...test,
    pile: okValue(await test.engine.open(sources, testJob())),
    idOf: (name) => merger.pile.files.find((file) => file.name === name)?.id ?? 0,
  };
  return merger;
}

export async function hashFrom({ engine, folder }: TestEngine, file: FileId): Promise<string> {
  const target = { kind: 'private', name: 'hashed.img' } as const;
  const saved = okValue(await engine.save({ file, format: 'raw', target }, testJob()));
  await folder.remove(saved.name);
  return saved.sha256;
}

export function inPlace(leaf: FileId, first: number, last: number): MergeRequest {
  return { leaf, first, last, way: 'in-place', format: null };
}

export function startInPlace(leaf: FileId, first: number, last: number, prove = true): MergeStart {
  return { request: inPlace(leaf, first, last), target: null, prove };
}

export async function namesIn({ folder }: TestEngine): Promise<string[]> {
  return (await folder.list()).map(({ name }) => name);
}

/** Another engine over copies of the same files, as after a restart. */
export async function engineOver({ folder }: TestEngine): Promise<TestEngine> {
  const again = testEngine();
  await folder.copyInto(again.folder);
  return again;
}
