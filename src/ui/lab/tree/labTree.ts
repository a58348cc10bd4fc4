/**
 * The checkpoint tree as rows from top to bottom, newest first: what stands on a node is above it, the path of Now runs
 * down the first column, each branch has a column of its own until it meets the node that it stands on.
 */
import { type LabView, type MachineNode, NOW } from '../../../engine/api.ts';

export interface NodeRow {
  readonly kind: 'node';
  readonly node: MachineNode;
  readonly column: number;
  /** Nodes down to the root, itself counted. */
  readonly depth: number;
  /** Layer of Now's chain on the disk in view; null = Now does not read it. */
  readonly layer: number | null;
  /** Of that disk, in the machine's folder; null = the node has none of it. */
  readonly file: string | null;
}

/** A file of somebody else's chain under the machine's own: it is only read. */
export interface FoundationRow {
  readonly kind: 'foundation';
  readonly file: string;
  readonly column: 0;
  readonly depth: number;
  readonly layer: number | null;
}

export type LabRow = NodeRow | FoundationRow;

/** Branches further right share this column. */
export const LAST_COLUMN = 4;

interface Placed {
  readonly rows: { readonly node: MachineNode; readonly column: number; readonly depth: number }[];
  readonly width: number;
}

export function labRows({ machine }: LabView, disk: string): LabRow[] {
  const nodes = machine.now ? [...machine.checkpoints, machine.now] : [...machine.checkpoints];
  const path = pathOfNow(nodes);
  const place = (node: MachineNode, column: number, depth: number): Placed => {
    const children = nodes.filter(({ parent }) => parent === node.id);
    const main = children.find(({ id }) => path.has(id)) ?? children.at(-1);
    const above: Placed = main ? place(main, column, depth + 1) : { rows: [], width: 1 };
    let right = column + above.width;
    const sides: Placed['rows'][] = [];
    for (const child of children) {
      if (child === main) continue;
      const side = place(child, Math.min(right, LAST_COLUMN), depth + 1);
      right += side.width;
      // The branch nearest to its parent's row has the column nearest to its parent.
      sides.unshift(side.rows);
    }
    const rows = [...above.rows, ...sides.flat(), { node, column, depth }];
    return { rows, width: Math.max(1, right - column) };
  };
  const ids = new Set(nodes.map(({ id }) => id));
  const roots = nodes.filter(({ parent }) => parent === null || !ids.has(parent));
  const placed = roots.flatMap((root) => place(root, 0, 1).rows);
  const foundation = machine.foundation[disk] ?? [];

  // Layers count from Now down, so over the nodes of its path in this order.
  let layer = 0;
  const layerOf = new Map<string, number>();
  for (const { node } of placed) {
    if (path.has(node.id) && node.files[disk] !== undefined) layerOf.set(node.id, layer++);
  }
  const rows: LabRow[] = placed.map(({ node, column, depth }) => ({
    kind: 'node',
    node,
    column,
    depth: depth + foundation.length,
    layer: layerOf.get(node.id) ?? null,
    file: node.files[disk] ?? null,
  }));
  return [
    ...rows,
    ...foundation.map(
      (file, place): FoundationRow => ({
        kind: 'foundation',
        file,
        column: 0,
        depth: foundation.length - place,
        layer: machine.now ? layer + place : null,
      }),
    ),
  ];
}

/** Ids of Now and of everything that it stands on. */
function pathOfNow(nodes: readonly MachineNode[]): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const path = new Set<string>();
  for (let next = byId.get(NOW); next && !path.has(next.id); ) {
    path.add(next.id);
    next = next.parent === null ? undefined : byId.get(next.parent);
  }
  return path;
}

export function rowKey(row: LabRow): string {
  return row.kind === 'node' ? row.node.id : `foundation ${row.file}`;
}

/** Row that this one stands on; null = none. */
export function rowBelow(rows: readonly LabRow[], index: number): number | null {
  const row = rows[index];
  if (!row) return null;
  if (row.kind === 'foundation') return index + 1 < rows.length ? index + 1 : null;
  const { parent } = row.node;
  const found = rows.findIndex((other) =>
    parent === null ? other.kind === 'foundation' : other.kind === 'node' && other.node.id === parent,
  );
  return found < 0 ? null : found;
}
