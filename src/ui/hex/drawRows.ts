/** The rows on screen, ready to be drawn: offset, who answers, runs of bytes, names of fields. */
import { grouped, SECTOR_BYTES } from '../../base/units.ts';
import { CELL_MISSING, CELL_UNALLOCATED } from '../../engine/api.ts';
import type { HitList } from '../search/hitList.svelte.ts';
import { hitsWithin } from '../search/hits.ts';
import { isField } from './fields.ts';
import type { HexView } from './hexView.svelte.ts';
import { offsetDigits, offsetText } from './rows.ts';
import { type RowInput, type Segment, segmentRow } from './segments.ts';

/** Who answers the sector of a row. */
export interface Edge {
  /** CSS colour, or null where no layer answers. */
  readonly fill: string | null;
  readonly kind: 'layer' | 'none' | 'missing';
  /** The layer's number where its sectors begin; '' elsewhere. */
  readonly label: string;
}

export interface DrawnRow {
  readonly offset: number;
  readonly text: string;
  /** One of its sectors is selected. */
  readonly selected: boolean;
  /** null in files. */
  readonly edge: Edge | null;
  readonly sectorStart: boolean;
  readonly segments: readonly Segment[];
  /** Fields that begin in the row; '' where there is no room for them. */
  readonly names: string;
}

export function drawRows(view: HexView, hits: HitList, withNames: boolean): DrawnRow[] {
  void view.seen;
  const near = hitsOnScreen(view, hits);
  const currentHit = near.find((hit) => hit.offset === hits.current) ?? null;
  const digits = offsetDigits(view.sizeBytes);
  const end = view.failure?.offset ?? view.endOffset;
  const rows: DrawnRow[] = [];
  for (let offset = view.firstOffset; offset < end; offset += view.bytesPerRow) {
    const length = Math.min(view.bytesPerRow, view.sizeBytes - offset);
    const onDisk = view.target === 'disk';
    rows.push({
      offset,
      text: offsetText(offset, digits),
      selected: onDisk && isSelected(view, offset),
      sectorStart: onDisk && offset % SECTOR_BYTES === 0,
      edge: onDisk ? edgeAt(view, offset) : null,
      names: withNames ? namesIn(view, offset, length) : '',
      segments: segmentsOf(view, offset, length, near, currentHit),
    });
  }
  return rows;
}

function segmentsOf(
  view: HexView,
  offset: number,
  length: number,
  hits: RowInput['hits'],
  currentHit: RowInput['currentHit'],
): Segment[] {
  return segmentRow({
    offset,
    length,
    byteAt: (at) => view.byteAt(at),
    spans: view.spans,
    marked: view.field && isField(view.field) ? view.field : null,
    picked: view.picked,
    hits,
    currentHit,
    cursor: view.cursor,
    unallocatedAt: (at) => view.isUnallocated(at),
  });
}

function isSelected(view: HexView, offset: number): boolean {
  const { firstSector, sectorCount } = view.session.selection;
  const sector = Math.floor(offset / SECTOR_BYTES);
  return sector >= firstSector && sector < firstSector + sectorCount;
}

function hitsOnScreen(view: HexView, hits: HitList): RowInput['hits'] {
  if (!hits.of(view.target)) return [];
  const known = (at: number) => {
    const state = view.byteAt(at);
    return typeof state === 'number' ? state : null;
  };
  const near = hitsWithin(hits.offsets, hits.longestBytes, view.firstOffset, view.endOffset);
  return near.map(({ offset }) => ({ offset, lengthBytes: hits.lengthAt(offset, known) }));
}

/** The number stands where an answer begins and on the first row on screen: a colour alone identifies nothing. */
function edgeAt(view: HexView, offset: number): Edge | null {
  const owner = view.ownerAt(offset);
  if (owner === null) return null;
  const begins = offset === view.firstOffset || offset % SECTOR_BYTES === 0;
  if (owner === CELL_MISSING) return { fill: null, kind: 'missing', label: begins ? '?' : '' };
  if (owner === CELL_UNALLOCATED) return { fill: null, kind: 'none', label: '' };
  return { fill: view.session.layerFill(owner), kind: 'layer', label: begins ? String(owner) : '' };
}

function namesIn(view: HexView, offset: number, length: number): string {
  if (view.target === 'disk') {
    return offset % SECTOR_BYTES === 0 ? `sector ${grouped(offset / SECTOR_BYTES)}` : '';
  }
  return view.spans
    .filter((span) => span.offset >= offset && span.offset < offset + length)
    .map((span) => span.field.name)
    .join(' · ');
}
