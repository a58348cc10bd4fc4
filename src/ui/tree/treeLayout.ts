/**
 * The trees of a pile as rows from top to bottom, newest first: a child stands above its parent, the chain in view runs
 * down the first column, each branch has a column of its own until it meets its parent.
 */
import type { FileId, FileView } from '../../engine/api.ts';

export interface FileRow {
  readonly kind: 'file';
  readonly file: FileView;
  readonly column: number;
  /** First row of a tree whose root seeks a parent that is not here, or of another tree than the one before. */
  readonly startsTree: boolean;
}

/** Unbranched rows put together: `layers 12–19`. */
export interface FoldRow {
  readonly kind: 'fold';
  /** Top to bottom. */
  readonly files: readonly FileView[];
  readonly column: number;
  readonly startsTree: false;
}

export type TreeRow = FileRow | FoldRow;

/** Branches further right share this column: a tree that wide is read by its numbers. */
export const LAST_COLUMN = 6;
/** Trees of more rows fold. */
export const UNFOLDED_ROWS = 12;
const SHORTEST_FOLD = 3;

export interface LayoutOptions {
  /** Files of the chain in view. */
  readonly chain: readonly FileId[];
  /** Never folded away. */
  readonly keep: ReadonlySet<FileId>;
  /** Files of folds that were opened: a stretch that holds one of them stays open, also where a selection parts it. */
  readonly unfolded: ReadonlySet<FileId>;
}

interface Placed {
  readonly rows: FileRow[];
  /** Columns that the subtree takes. */
  readonly width: number;
}

export function treeRows(files: readonly FileView[], options: LayoutOptions): TreeRow[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  const inChain = new Set(options.chain);
  const placed = new Set<FileId>();
  const childrenOf = (file: FileView) =>
    file.children
      .map((id) => byId.get(id))
      .filter((child) => child !== undefined && !placed.has(child.id)) as FileView[];

  const place = (file: FileView, column: number): Placed => {
    placed.add(file.id);
    const children = childrenOf(file);
    const main = children.find((child) => inChain.has(child.id)) ?? children[0];
    const above = main ? place(main, column) : { rows: [], width: 1 };
    let right = column + 1;
    const sides: FileRow[][] = [];
    for (const child of children) {
      if (child === main || placed.has(child.id)) continue;
      const side = place(child, Math.min(right, LAST_COLUMN));
      right += side.width;
      // The branch nearest to its parent's row has the column nearest to its parent.
      sides.unshift(side.rows);
    }
    const row: FileRow = { kind: 'file', file, column, startsTree: false };
    return { rows: [...above.rows, ...sides.flat(), row], width: Math.max(above.width, right - column) };
  };

  const rows: FileRow[] = [];
  const add = (root: FileView) => {
    const tree = place(root, 0).rows;
    rows.push(...tree.map((row, i) => (i === 0 && rows.length > 0 ? { ...row, startsTree: true } : row)));
  };
  const roots = files.filter((file) => file.parent === null || !byId.has(file.parent));
  // Whatever disk is in view, a tree keeps its place: rows do not jump when the reader looks from elsewhere.
  for (const root of roots) if (root.link !== 'orphan') add(root);
  for (const root of roots) if (root.link === 'orphan') add(root);
  // Files that only a cycle holds together have no root.
  for (const file of files) if (!placed.has(file.id)) add(file);
  return rows.length > UNFOLDED_ROWS ? fold(rows, options) : rows;
}

function fold(rows: readonly FileRow[], { keep, unfolded }: LayoutOptions): TreeRow[] {
  const folded: TreeRow[] = [];
  let stretch: FileRow[] = [];
  const close = () => {
    const top = stretch[0];
    const opened = stretch.some(({ file }) => unfolded.has(file.id));
    if (top && stretch.length >= SHORTEST_FOLD && !opened) {
      folded.push({
        kind: 'fold',
        files: stretch.map(({ file }) => file),
        column: top.column,
        startsTree: false,
      });
    } else folded.push(...stretch);
    stretch = [];
  };
  rows.forEach((row, i) => {
    const above = rows[i - 1];
    const below = rows[i + 1];
    const plain =
      row.file.children.length === 1 &&
      row.file.children[0] === above?.file.id &&
      row.file.parent === below?.file.id &&
      row.file.link === 'whole' &&
      row.file.findings.every(({ severity }) => severity === 'note') &&
      !keep.has(row.file.id);
    if (!plain) {
      close();
      folded.push(row);
    } else stretch.push(row);
  });
  close();
  return folded;
}

export function filesOfRow(row: TreeRow): readonly FileView[] {
  return row.kind === 'file' ? [row.file] : row.files;
}
