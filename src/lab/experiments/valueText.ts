/** Figures as words: three significant digits, the unit always written, thin spaces in groups of three. */
import { durationText, grouped, sizeText } from '../../base/units.ts';
import type { FigureAxis, FigureUnit } from './figures.ts';

/** Three significant digits: `0.41`, `12.3`, `1 240`. */
export function numberText(value: number): string {
  if (value < 0) return negative(numberText(-value));
  if (value === 0) return '0';
  const digits =
    value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(value)));
  const text = value.toFixed(digits);
  const [whole = '0', part] = text.split('.');
  const kept = part?.replace(/0+$/, '') ?? '';
  return kept === '' ? grouped(Number(whole)) : `${grouped(Number(whole))}.${kept}`;
}

/** With a minus sign, unless no figure of it is left. */
function negative(text: string): string {
  return /[1-9]/.test(text) ? `−${text}` : text;
}

/** `0.41 ms`, `18 µs`, `1.7 s`, `2 h 4 min`. */
export function timeUsText(us: number): string {
  if (us < 0) return negative(timeUsText(-us));
  if (us < 1000) return `${numberText(us)} µs`;
  if (us < 1e6) return `${numberText(us / 1000)} ms`;
  return us < 120e6 ? `${numberText(us / 1e6)} s` : durationText(us / 1e6);
}

export function valueText(value: number | null, unit: FigureUnit): string {
  if (value === null) return 'never';
  switch (unit) {
    case 'us':
      return timeUsText(value);
    case 'seconds':
      return value === 0 ? '0 s' : timeUsText(value * 1e6);
    case 'bytes':
      return value < 0 ? negative(sizeText(Math.round(-value))) : sizeText(Math.round(value));
    case 'percent':
      return `${numberText(value)} %`;
    case 'per-second':
      return `${numberText(value)}/s`;
    case 'count':
      return numberText(value);
  }
}

/** `16`, `512 MiB`, or the name that stands there. */
export function xText(x: number, axis: FigureAxis): string {
  return axis.names?.[x] ?? valueText(x, axis.unit);
}

/** `1 differencing disk`, `16 differencing disks`. */
export function disksText(count: number): string {
  return count === 1 ? '1 differencing disk' : `${numberText(count)} differencing disks`;
}
