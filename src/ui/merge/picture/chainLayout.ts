/**
 * The chain before and after a merge as two lists side by side, newest on top: a file that stays keeps its height, so
 * that what goes leaves a gap. Unbranched stretches of long chains fold to one row, on both sides at once.
 */
import type { MergeNode } from '../../../engine/api.ts';
import { extensionOf, shortNames } from '../../state/names.ts';
import { childrenOf, columnsOf, parentsOf } from './chainForest.ts';

/** Pictures of more rows fold. */
export const UNFOLDED_ROWS = 12;
const SHORTEST_FOLD = 3;

export interface ChainFile {
  readonly kind: 'file';
  readonly node: MergeNode;
  /** The name without what all of them share. */
  readonly label: string;
  readonly row: number;
  readonly column: number;
}

export interface ChainFold {
  readonly kind: 'fold';
  /** Top to bottom; all of them have layers. */
  readonly nodes: readonly MergeNode[];
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly column: number;
}

export type ChainItem = ChainFile | ChainFold;

/** From a child down to its parent. */
export interface Rail {
  readonly fromRow: number;
  readonly fromColumn: number;
  readonly toRow: number;
  readonly toColumn: number;
}

export interface ChainSide {
  readonly items: readonly ChainItem[];
  readonly rails: readonly Rail[];
}

export interface ChainLayout {
  readonly rows: number;
  /** Of both sides: the names begin behind them. */
  readonly columns: number;
  readonly before: ChainSide;
  readonly after: ChainSide;
  /** Rows of the ends of the stretch; null where the list does not hold them. */
  readonly bracket: { readonly fromRow: number; readonly toRow: number } | null;
  /** The longest run of rows without a file afterwards. */
  readonly gap: { readonly row: number; readonly rows: number };
}

export interface LayoutOptions {
  readonly first: number;
  readonly last: number;
  /** A fold that holds one of these layers stays open. */
  readonly unfolded: ReadonlySet<number>;
}

/** One height of the picture: places in the two lists. */
interface Slot {
  readonly before: number | null;
  after: number | null;
}

/** Files that are in both lists share a slot; a new file takes that of the newest one that goes into it. */
function slotsOf(before: readonly MergeNode[], after: readonly MergeNode[]): Slot[] {
  const slots: Slot[] = before.map((_, i) => ({ before: i, after: null }));
  const fresh: number[] = [];
  after.forEach(({ name, layer }, i) => {
    const slot = slots.find(
      ({ before: at, after: taken }) =>
        at !== null && taken === null && before[at]?.name === name && before[at]?.layer === layer,
    );
    if (slot) slot.after = i;
    else fresh.push(i);
  });
  for (const i of fresh) {
    const free = slots.find(
      ({ before: at, after: taken }) => at !== null && taken === null && before[at]?.role === 'merged',
    );
    if (free) {
      free.after = i;
      continue;
    }
    const below = slots.findIndex(({ after: at }) => at !== null && at > i);
    slots.splice(below < 0 ? slots.length : below, 0, { before: null, after: i });
  }
  return slots;
}

/** Whether a file's only child stands right above it and its parent right below: nothing is lost when it folds. */
function plainIn(nodes: readonly MergeNode[], side: 'before' | 'after', slots: readonly Slot[]) {
  const parents = parentsOf(nodes);
  const children = childrenOf(parents);
  return (slot: number): boolean => {
    const at = slots[slot]?.[side] ?? null;
    if (at === null) return false;
    const only = children[at]?.length === 1 ? children[at][0] : undefined;
    const parent = parents[at] ?? null;
    return (
      only !== undefined &&
      parent !== null &&
      only === slots[slot - 1]?.[side] &&
      parent === slots[slot + 1]?.[side]
    );
  };
}

/** First slots and slot counts of the rows. */
function rowsOf(
  slots: readonly Slot[],
  before: readonly MergeNode[],
  after: readonly MergeNode[],
  options: LayoutOptions,
): { from: number; count: number }[] {
  const single = slots.map((_, from) => ({ from, count: 1 }));
  if (slots.length <= UNFOLDED_ROWS) return single;
  const plainBefore = plainIn(before, 'before', slots);
  const plainAfter = plainIn(after, 'after', slots);
  const layerOf = (slot: number) => before[slots[slot]?.before ?? -1]?.layer ?? null;
  const foldable = (slot: number) => {
    const layer = layerOf(slot);
    if (layer === null || layer === options.first || layer === options.last) return false;
    return plainBefore(slot) && (slots[slot]?.after === null || plainAfter(slot));
  };
  const rows: { from: number; count: number }[] = [];
  for (let slot = 0; slot < slots.length; ) {
    let end = slot;
    while (end < slots.length && foldable(end)) end++;
    const layers = Array.from({ length: end - slot }, (_, i) => layerOf(slot + i) ?? -1);
    const opened = layers.some((layer) => options.unfolded.has(layer));
    if (end - slot >= SHORTEST_FOLD && !opened) rows.push({ from: slot, count: end - slot });
    else rows.push(...single.slice(slot, Math.max(end, slot + 1)));
    slot = Math.max(end, slot + 1);
  }
  return rows;
}

function sideOf(
  nodes: readonly MergeNode[],
  side: 'before' | 'after',
  slots: readonly Slot[],
  rows: readonly { from: number; count: number }[],
  labelOf: (name: string) => string,
): ChainSide {
  const slotOf = nodes.map((_, i) => slots.findIndex((slot) => slot[side] === i));
  const columns = columnsOf(nodes, slotOf);
  const rowOfNode = new Map<number, number>();
  const items: ChainItem[] = [];
  rows.forEach(({ from, count }, row) => {
    const places = slots.slice(from, from + count).flatMap((slot) => slot[side] ?? []);
    for (const at of places) rowOfNode.set(at, row);
    const found = places.flatMap((at) => nodes[at] ?? []);
    const [node] = found;
    const column = columns[places[0] ?? -1] ?? 0;
    if (!node) return;
    if (count === 1) items.push({ kind: 'file', node, label: labelOf(node.name), row, column });
    else {
      const layers = found.map(({ layer }) => layer ?? 0);
      const [low, high] = [Math.min(...layers), Math.max(...layers)];
      items.push({ kind: 'fold', nodes: found, from: low, to: high, row, column });
    }
  });
  const rails = parentsOf(nodes).flatMap((parent, at) => {
    const fromRow = rowOfNode.get(at);
    const toRow = parent === null ? undefined : rowOfNode.get(parent);
    if (parent === null || fromRow === undefined || toRow === undefined || fromRow === toRow) return [];
    return [{ fromRow, fromColumn: columns[at] ?? 0, toRow, toColumn: columns[parent] ?? 0 }];
  });
  return { items, rails };
}

function longestGap(items: readonly ChainItem[], rows: number): { row: number; rows: number } {
  const taken = new Set(items.map(({ row }) => row));
  let best = { row: 0, rows: 0 };
  let from = 0;
  for (let row = 0; row <= rows; row++) {
    if (row < rows && !taken.has(row)) continue;
    if (row - from > best.rows) best = { row: from, rows: row - from };
    from = row + 1;
  }
  return best;
}

/** Columns are narrow: folders and endings go as well, where files can be told apart without. */
function labelsOf(paths: readonly string[]): readonly string[] {
  const labels = shortNames(paths.map((path) => path.slice(path.lastIndexOf('/') + 1)));
  const stems = labels.map((label) => label.slice(0, label.length - extensionOf(label).length));
  const alone = (list: readonly string[], i: number) => list.filter((one) => one === list[i]).length === 1;
  return paths.map((path, i) => (alone(stems, i) ? stems[i] : alone(labels, i) ? labels[i] : path) ?? path);
}

export function chainLayout(
  before: readonly MergeNode[],
  after: readonly MergeNode[],
  options: LayoutOptions,
): ChainLayout {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const labels = labelsOf(names);
  const labelOf = (name: string) => labels[names.indexOf(name)] ?? name;
  const slots = slotsOf(before, after);
  const rows = rowsOf(slots, before, after, options);
  const sides = {
    before: sideOf(before, 'before', slots, rows, labelOf),
    after: sideOf(after, 'after', slots, rows, labelOf),
  };
  const rowOfLayer = (layer: number) =>
    sides.before.items.find((item) => item.kind === 'file' && item.node.layer === layer)?.row;
  const [fromRow, toRow] = [rowOfLayer(options.first), rowOfLayer(options.last)];
  const items = [...sides.before.items, ...sides.after.items];
  return {
    rows: rows.length,
    columns: 1 + items.reduce((most, { column }) => Math.max(most, column), 0),
    ...sides,
    bracket: fromRow === undefined || toRow === undefined ? null : { fromRow, toRow },
    gap: longestGap(sides.after.items, rows.length),
  };
}
