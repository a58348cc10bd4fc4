/** Listings written as paths, random trees, and the run of a reader over them. */
import { equalBytes } from '../../../../src/base/bytes.ts';
import type { Problem } from '../../../../src/base/errors.ts';
import { Prng } from '../../../../src/base/prng.ts';
import type { ReadItem } from '../../../../src/filesystems/fileSystem.ts';
import type { ContentConsumer } from '../../../../src/filesystems/filesHost.ts';
import { ENTRY_KINDS, type EntryKind, Listing } from '../../../../src/filesystems/listing.ts';

export interface Node {
  readonly name: string;
  readonly parent: number;
  readonly kind: EntryKind;
  readonly bytes?: Uint8Array;
  readonly modifiedMs?: number;
}

/** Entry 1 is the first node; parents by entry, 0 = the root. */
export function listingOf(nodes: readonly Node[]): Listing {
  const all: Node[] = [{ name: '', parent: -1, kind: 'folder' }, ...nodes];
  const column = (of: (node: Node) => number) => Float64Array.from(all, of);
  return new Listing({
    names: all.map(({ name }) => name),
    parents: Int32Array.from(all, ({ parent }) => parent),
    kinds: Uint8Array.from(all, ({ kind }) => ENTRY_KINDS.indexOf(kind)),
    sizes: column(({ bytes }) => bytes?.length ?? 0),
    modifiedMs: column(({ modifiedMs }) => modifiedMs ?? Number.NaN),
    attributes: new Uint8Array(all.length),
    fileNumbers: column(() => Number.NaN),
    linkTargets: new Map(),
  });
}

const HARMLESS = [
  'a',
  'B',
  'readme.txt',
  'ünï.bin',
  '日本語',
  'with space',
  'x'.repeat(80),
  '.hidden',
  'v1.2',
];
const HOSTILE = [
  '..',
  '.',
  'CON',
  'a:b',
  'a?b',
  'a_b',
  'A',
  'end. ',
  'x\u0000y',
  '\ud800',
  'name\u202egpj',
  '\\etc',
];

/** Contents that shrink and that do not, some of them long, with stretches of zeros. */
function randomBytes(random: Prng): Uint8Array {
  const sizes = [0, 1, 300, 65_536, 65_537, random.below(200_000), random.below(3000)];
  const bytes = new Uint8Array(sizes[random.below(sizes.length)] ?? 0);
  const kind = random.below(3);
  if (kind === 0) random.fillWords(bytes);
  else if (kind === 1) for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(3) + 65;
  bytes.fill(0, random.below(bytes.length + 1), random.below(bytes.length + 1));
  return bytes;
}

export function randomTree(seed: number, count: number, names: 'harmless' | 'hostile'): Node[] {
  const random = new Prng(seed);
  const pool = names === 'harmless' ? HARMLESS : [...HARMLESS, ...HOSTILE];
  const folders = [0];
  const nodes: Node[] = [];
  const seen = new Set<string>();
  while (nodes.length < count) {
    const parent = folders[random.below(folders.length)] ?? 0;
    const base = pool[random.below(pool.length)] ?? 'a';
    // Hostile ones occur twice in a folder, the others in two cases of letters only where they differ otherwise.
    const name = names === 'harmless' ? `${nodes.length}-${base}` : base;
    if (names === 'harmless' && seen.has(`${parent}/${name}`)) continue;
    seen.add(`${parent}/${name}`);
    const kind = (['file', 'file', 'file', 'folder', 'folder', 'link'] as const)[random.below(6)] ?? 'file';
    const modifiedMs = Date.UTC(1985 + random.below(50), 3, 5, 1, 2, 3) + random.below(2) * 456;
    nodes.push({
      name,
      parent,
      kind,
      modifiedMs,
      ...(kind === 'file' ? { bytes: randomBytes(random) } : {}),
    });
    if (kind === 'folder') folders.push(nodes.length);
  }
  return nodes;
}

/** What a reader does: pieces of any length, stretches of zeros left out; `bad` ends some files early. */
export async function readInto(
  nodes: readonly Node[],
  items: readonly ReadItem[],
  consumer: ContentConsumer,
  { pieceBytes = 40_000, bad = new Map<number, Problem>() } = {},
): Promise<void> {
  const piece = new Uint8Array(pieceBytes);
  for (const item of items) {
    const bytes = nodes[item.entry - 1]?.bytes ?? new Uint8Array(0);
    await consumer.begin(item);
    let wanted = true;
    for (let at = 0; at < bytes.length && wanted; at += pieceBytes) {
      const part = bytes.subarray(at, at + pieceBytes);
      if (equalBytes(part, new Uint8Array(part.length))) continue;
      // The reader's own memory: used again for the next piece.
      piece.set(part);
      wanted = await consumer.write(item, at, piece.subarray(0, part.length));
      piece.fill(0xee);
    }
    const problem = bad.get(item.entry) ?? null;
    const sizeBytes = problem ? 0 : bytes.length;
    await consumer.end(item, { sizeBytes, problem, touched: new Float64Array(0) });
  }
}
