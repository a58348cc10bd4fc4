/**
 * What part of the disk the map shows: lines of text, a power of two of sectors each, aligned to that power, so that
 * zooming in splits every line in equal parts and nothing slides sideways. Pure arithmetic; sectors and lines only.
 */
import type { SectorRange } from '../../base/units.ts';

export interface MapView {
  readonly diskSectors: number;
  /** A power of two. */
  readonly lineSectors: number;
  readonly firstLine: number;
  readonly lines: number;
}

/** The deepest zoom: so few sectors a line that each is wide enough to point at. */
export const LEAST_LINE_SECTORS = 64;
/** Lines of an ordinary panel; taller ones show two or four times as many. */
export const ORDINARY_LINES = 32;
const MOST_LINES = 128;
export const LEAST_PITCH = 7;
export const MOST_PITCH = 14;

/** How many lines fit a height of CSS pixels without crowding: 32, and more only where 8 px are left for each. */
export function linesFor(heightPx: number): number {
  let lines = ORDINARY_LINES;
  while (lines < MOST_LINES && heightPx / (lines * 2) >= LEAST_PITCH + 1) lines *= 2;
  return lines;
}

/** Distance of two lines: spare height goes here, between 7 and 14 CSS pixels. */
export function pitchFor(heightPx: number, lines: number): number {
  return Math.max(LEAST_PITCH, Math.min(MOST_PITCH, Math.floor(heightPx / Math.max(1, lines))));
}

/** Sectors of a line when the whole disk is shown: the least power of two that needs no more than `mostLines`. */
export function wholeLineSectors(diskSectors: number, mostLines: number): number {
  let lineSectors = LEAST_LINE_SECTORS;
  while (Math.ceil(diskSectors / lineSectors) > mostLines) lineSectors *= 2;
  return lineSectors;
}

function placed(diskSectors: number, lineSectors: number, firstLine: number, mostLines: number): MapView {
  const all = Math.max(1, Math.ceil(diskSectors / lineSectors));
  const lines = Math.min(mostLines, all);
  return { diskSectors, lineSectors, lines, firstLine: Math.max(0, Math.min(firstLine, all - lines)) };
}

export function wholeDisk(diskSectors: number, mostLines: number): MapView {
  return placed(diskSectors, wholeLineSectors(diskSectors, mostLines), 0, mostLines);
}

export function isWhole(view: MapView): boolean {
  return view.lines * view.lineSectors >= view.diskSectors;
}

export function canZoomIn(view: MapView): boolean {
  return view.lineSectors > LEAST_LINE_SECTORS;
}

export function shownRange(view: MapView): SectorRange {
  const firstSector = view.firstLine * view.lineSectors;
  const end = Math.min(view.diskSectors, firstSector + view.lines * view.lineSectors);
  return { firstSector, sectorCount: Math.max(0, end - firstSector) };
}

/** Halves (`doublings` > 0: in) or doubles a line so many times; the anchor stays at its height in the picture. */
export function zoomed(view: MapView, doublings: number, anchorSector: number, mostLines: number): MapView {
  const whole = wholeLineSectors(view.diskSectors, mostLines);
  const wanted = view.lineSectors / 2 ** doublings;
  const lineSectors = Math.max(LEAST_LINE_SECTORS, Math.min(whole, wanted));
  const height = (anchorSector / view.lineSectors - view.firstLine) / view.lines;
  const linesAbove = Math.max(0, Math.min(mostLines - 1, Math.floor(height * mostLines)));
  const firstLine = Math.floor(anchorSector / lineSectors) - linesAbove;
  return placed(view.diskSectors, lineSectors, firstLine, mostLines);
}

export function panned(view: MapView, lines: number): MapView {
  return placed(view.diskSectors, view.lineSectors, view.firstLine + lines, view.lines);
}

/** The view moved so that the sector is in it; the same object when it already is. */
export function revealing(view: MapView, sector: number): MapView {
  const line = Math.floor(sector / view.lineSectors);
  if (line >= view.firstLine && line < view.firstLine + view.lines) return view;
  return placed(view.diskSectors, view.lineSectors, line - Math.floor(view.lines / 2), view.lines);
}

/** The same part of the disk after the panel's height changed. */
export function refitted(view: MapView, mostLines: number, anchorSector: number): MapView {
  if (isWhole(view)) return wholeDisk(view.diskSectors, mostLines);
  const { diskSectors, lineSectors, firstLine } = view;
  return revealing(placed(diskSectors, lineSectors, firstLine, mostLines), anchorSector);
}
