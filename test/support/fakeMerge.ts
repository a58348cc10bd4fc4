/** What a fake engine says of merges, from the pile alone: plausible figures, no file behind them. */
import type {
  FileId,
  FileView,
  MergeDone,
  MergeNode,
  MergePlanView,
  MergeProgress,
  MergeRequest,
  PileView,
  WaitingMerge,
} from '../../src/engine/api.ts';

const MIB = 2 ** 20;
export const FAKE_HASH = '9f2c41d07be65a13'.repeat(4);

/** Layer 0 first. */
export function chainOf(files: readonly FileView[], leaf: FileId): FileView[] {
  const chain: FileView[] = [];
  for (let id: FileId | null = leaf; id !== null; ) {
    const file = files.find((one) => one.id === id);
    if (!file || chain.includes(file)) break;
    chain.push(file);
    id = file.parent;
  }
  return chain;
}

export function fakeMergePlan({ files }: PileView, request: MergeRequest): MergePlanView {
  const { first, last, way, format, leaf } = request;
  const chain = chainOf(files, leaf);
  const stretch = chain.slice(first, last + 1);
  const inPlace = way === 'in-place';
  const survivor = inPlace ? (stretch.at(-1)?.name ?? null) : null;
  const sources = (inPlace ? stretch.slice(0, -1) : stretch).map(({ name }) => name);
  const sourceBytes = stretch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const before = chain.map((file, layer): MergeNode => {
    const inside = layer >= first && layer <= last;
    const role = !inside ? 'stays' : inPlace && layer === last ? 'target' : 'merged';
    const parent = layer + 1 < chain.length ? layer + 1 : null;
    return { name: file.name, sizeBytes: file.sizeBytes, layer, parent, role };
  });
  const kept = before.filter(({ layer }) => layer !== null && (layer < first || layer > last));
  const left: MergeNode = inPlace
    ? {
        name: survivor ?? '',
        sizeBytes: stretch.at(-1)?.sizeBytes ?? 0,
        layer: last,
        parent: null,
        role: 'target',
      }
    : { name: 'merged.vhd', sizeBytes: sourceBytes, layer: null, parent: null, role: 'new' };
  const after = [...kept.slice(0, first), left, ...kept.slice(first)];
  return {
    way,
    format,
    first,
    last,
    sources,
    survivor,
    remove: inPlace ? sources : [],
    relink: inPlace && first > 0 ? [chain[first - 1]?.name ?? ''] : [],
    sourceBytes,
    copyBytes: 96 * MIB,
    olderBytes: 31 * MIB,
    blocks: 64,
    blocksToAdd: 12,
    blockSizeBytes: format === 'raw' || format === 'fixed' ? null : 2 * MIB,
    fileBytes: left.sizeBytes,
    exact: inPlace,
    spaceNeededBytes: 24 * MIB,
    freedBytes: 70 * MIB,
    growTo: null,
    obstacles: [],
    choices: [
      { way: 'in-place', refusal: null },
      { way: 'new-file', refusal: null },
    ],
    before,
    after: after.map((node, place) => ({ ...node, parent: place + 1 < after.length ? place + 1 : null })),
    gains: { depth: [chain.length, after.length], lookups: [2.4, 1.3] },
    readBytesPerSecond: 400 * MIB,
    writeBytesPerSecond: 300 * MIB,
    seconds: 0.6,
    proofSeconds: 3,
    freeBytes: 64 * 1024 * MIB,
    suggestedName: inPlace ? null : 'merged.vhd',
  };
}

export function fakeProgress(copied: number, total = 96 * MIB): MergeProgress {
  return {
    phase: 'Copying',
    stage: 'copying',
    done: copied,
    total,
    unit: 'bytes',
    perSecond: 48 * MIB,
    secondsLeft: (total - copied) / (48 * MIB),
    elapsedSeconds: copied / (48 * MIB),
    nextBlock: Math.floor((64 * copied) / total),
    blockCount: 64,
    sha256Before: FAKE_HASH,
  };
}

/** The pile as a merge of these files leaves it. */
export function mergedPile(pile: PileView, { leaf, first, last, way }: MergeRequest): PileView {
  if (way === 'new-file') return pile;
  const chain = chainOf(pile.files, leaf);
  const gone = new Set(chain.slice(first, last).map(({ id }) => id));
  const survivor = chain[last]?.id ?? 0;
  const above = chain[first - 1]?.id ?? null;
  const files = pile.files
    .filter(({ id }) => !gone.has(id))
    .map((file) => ({
      ...file,
      parent: file.parent !== null && gone.has(file.parent) ? survivor : file.parent,
      children: file.id === survivor ? (above === null ? [] : [above]) : file.children,
    }));
  return {
    ...pile,
    files,
    leaves: files.filter(({ children }) => children.length === 0).map(({ id }) => id),
  };
}

export function fakeMergeDone(pile: PileView, request: MergeRequest, prove: boolean): MergeDone {
  const plan = fakeMergePlan(pile, request);
  const proof = { sha256: FAKE_HASH, blocks: 512, virtualSizeBytes: 2 ** 30 };
  const survivor = plan.survivor ?? 'merged.vhd';
  return {
    report: {
      way: plan.way,
      format: plan.format,
      survivor,
      filesBefore: plan.before
        .filter(({ role }) => role !== 'stays')
        .map(({ name, sizeBytes }) => ({ name, sizeBytes })),
      filesAfter: [{ name: survivor, sizeBytes: plan.fileBytes }],
      removed: plan.remove,
      relinked: plan.relink,
      copiedBytes: plan.copyBytes,
      copySeconds: 2,
      seconds: 9,
      proof: prove ? { before: proof, after: proof } : null,
      resumed: false,
    },
    text: `Merged into ${survivor}.\n`,
    pile: mergedPile(pile, request),
  };
}

export function waitingMerge(more: Partial<WaitingMerge> = {}): WaitingMerge {
  return {
    journal: 'base.vhd.merge-journal',
    sources: ['child.avhd'],
    target: 'base.vhd',
    newName: null,
    phase: 'copying',
    copiedBytes: 48 * MIB,
    next: 'Goes on copying where it stopped.',
    problem: null,
    canAbandon: true,
    ...more,
  };
}
