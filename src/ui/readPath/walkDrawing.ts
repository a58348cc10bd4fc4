/** The line of the walk through the table, and the line of the index beside it, as SVG path data. Pixels only. */

/** Where a question of a lane stands in the table. */
export interface NodePlace {
  readonly step: number;
  readonly x: number;
  readonly y: number;
  /** Top edge of the node's lane: where the walk turns when it comes from another column. */
  readonly laneTop: number;
}

const rounded = (value: number): number => Math.round(value * 2) / 2;

/** Down into the first node, right along a lane, back at the edge between two lanes, down into the next. */
export function walkPath(nodes: readonly NodePlace[], top: number): string {
  const first = nodes[0];
  if (!first) return '';
  let path = `M${rounded(first.x)} ${rounded(top)}V${rounded(first.y)}`;
  for (let i = 1; i < nodes.length; i++) path += segment(nodes[i - 1] as NodePlace, nodes[i] as NodePlace);
  return path;
}

function segment(from: NodePlace, to: NodePlace): string {
  if (from.laneTop === to.laneTop) return from.y === to.y ? `H${rounded(to.x)}` : `V${rounded(to.y)}H${rounded(to.x)}`;
  const turn = from.x === to.x ? '' : `V${rounded(to.laneTop)}H${rounded(to.x)}`;
  return `${turn}V${rounded(to.y)}`;
}

/** The piece of the walk between two nodes, for the step that is just this fall. */
export function fallPath(from: NodePlace, to: NodePlace): string {
  return `M${rounded(from.x)} ${rounded(from.y)}${segment(from, to)}`;
}

/** Past the table on its left edge, straight to the lane that answers. */
export function indexPath(top: number, answerY: number, left: number): string {
  return `M${rounded(left)} ${rounded(top)}V${rounded(answerY)}H${rounded(left) + 6}`;
}
