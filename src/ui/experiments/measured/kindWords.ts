/** How figures came about, in words. */
import type { FigureSeries } from '../../../engine/api.ts';

/** `counts from the engine’s traces; counts made time by the storage’s figures (SSD)`. */
export function kindsText(series: readonly FigureSeries[], storage: string): string {
  const words: Readonly<Record<FigureSeries['kind'], string>> = {
    counted: 'counts from the engine’s traces',
    modelled: `counts made time by the storage’s figures (${storage})`,
    simulated: 'time of the simulated machine',
    measured: 'time by this machine’s clock',
    foretold: 'foretold before it happened',
  };
  return [...new Set(series.map(({ kind }) => words[kind]))].join('; ');
}
