/** Labels at the left edge of the map. */
import { GIB, KIB, MIB, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import { isWhole, type MapView } from './mapView.ts';

export interface AxisLabel {
  /** Lines from the top; may be a fraction at the end of the disk. */
  readonly line: number;
  readonly text: string;
}

const LEAST_SPACING_PX = 24;

/** Whole disk: offsets in one unit, the unit written at the end. A part of it: where it starts, then distances. */
export function axisLabels(view: MapView, pitchPx: number): AxisLabel[] {
  let step = 1;
  while (step * pitchPx < LEAST_SPACING_PX) step *= 2;
  return isWhole(view) ? wholeLabels(view, step, pitchPx) : partLabels(view, step);
}

function unitOf(bytes: number): number {
  return bytes >= GIB ? GIB : bytes >= MIB ? MIB : KIB;
}

function wholeLabels(view: MapView, step: number, pitchPx: number): AxisLabel[] {
  const lineBytes = view.lineSectors * SECTOR_BYTES;
  const unit = unitOf(lineBytes * step);
  const endLine = view.diskSectors / view.lineSectors;
  const end: AxisLabel = { line: endLine - 1, text: sizeText(view.diskSectors * SECTOR_BYTES) };
  const labels: AxisLabel[] = [];
  for (let line = 0; line < view.lines; line += step) {
    const crowded = line > 0 && (end.line - line) * pitchPx < LEAST_SPACING_PX / 2;
    if (!crowded) labels.push({ line, text: String((line * lineBytes) / unit) });
  }
  return endLine > 1 ? [...labels, end] : labels;
}

function partLabels(view: MapView, step: number): AxisLabel[] {
  const lineBytes = view.lineSectors * SECTOR_BYTES;
  const labels: AxisLabel[] = [];
  for (let line = 0; line < view.lines; line += step) {
    const text = line === 0 ? sizeText(view.firstLine * lineBytes) : `+${sizeText(line * lineBytes)}`;
    labels.push({ line, text });
  }
  return labels;
}
