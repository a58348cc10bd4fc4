/** The line of the walk through the table, and the line of the index beside it, as SVG path data. Pixels only. */

/** Where a question of a lane stands in the table. */
export interface NodePlace {
  readonly step: number;
  readonly x: number;
  readonly y: number;
  /** Top edge of the node's lane: where the walk turns when it comes from another column. */
  readonly laneTop: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface WalkLine {
  readonly path: string;
  /** Distance along the path of each node, and of the middle of the way to it. */
  readonly nodes: readonly { readonly at: number; readonly before: number }[];
}

/** Down into the first node, right along a lane, back at the edge between two lanes, down into the next. */
export function walkLine(nodes: readonly NodePlace[], top: number): WalkLine {
  const first = nodes[0];
  if (!first) return { path: '', nodes: [] };
  let at: Point = { x: first.x, y: top };
  let path = `M${at.x} ${at.y}`;
  let length = 0;
  const distances: { at: number; before: number }[] = [];
  nodes.forEach((node, i) => {
    const start = length;
    for (const point of turns(i === 0 ? null : (nodes[i - 1] as NodePlace), node)) {
      const along = Math.abs(point.x - at.x) + Math.abs(point.y - at.y);
      if (along === 0) continue;
      path += point.x === at.x ? `V${point.y}` : `H${point.x}`;
      length += along;
      at = point;
    }
    distances.push({ at: length, before: (start + length) / 2 });
  });
  return { path, nodes: distances };
}

/** The corners on the way to a node, the node last; each is straight below or beside the one before. */
function turns(from: NodePlace | null, to: NodePlace): Point[] {
  const end = { x: to.x, y: to.y };
  if (from === null) return [end];
  if (from.laneTop === to.laneTop) return [{ x: from.x, y: to.y }, end];
  return [{ x: from.x, y: to.laneTop }, { x: to.x, y: to.laneTop }, end];
}

/** Past the table on its left edge, straight to the lane that answers. */
export function indexPath(top: number, answerY: number, left: number): string {
  return `M${left} ${top}V${answerY}H${left + 6}`;
}
