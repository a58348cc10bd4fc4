/** What the chart's canvas takes from the page: colours and type out of the CSS tokens. Read anew when the theme changes. */
import { theme } from '../../state/theme.svelte.ts';

export interface PlotLook {
  readonly paper: string;
  readonly sunk: string;
  readonly rule: string;
  readonly edge: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly accent: string;
  readonly selected: string;
  readonly error: string;
  /** CSS pixels of a unit of the drawing. */
  readonly unit: number;
  readonly font: string;
}

export function readPlotLook(): PlotLook {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const unit = theme.size === 'projector' ? 1.25 : 1;
  return {
    paper: token('--paper'),
    sunk: token('--sunk'),
    rule: token('--rule'),
    edge: token('--edge'),
    ink: token('--ink'),
    ink2: token('--ink-2'),
    ink3: token('--ink-3'),
    accent: token('--accent'),
    selected: token('--selected'),
    error: token('--error'),
    unit,
    font: `${11 * unit}px ${token('--sans')}`,
  };
}
