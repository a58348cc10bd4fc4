/** What reads of a generated chain cost, from raw traces and from the bitmaps in the files: nothing of an experiment's own. */
import { openChain } from '../../src/chain/openChain.ts';
import type { ReadTrace } from '../../src/chain/readTrace.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { DiskImage } from '../../src/formats/diskImage.ts';
import type { ExperimentTools } from '../../src/lab/experiments/experiment.ts';
import type { FigureSeries, Figures } from '../../src/lab/experiments/figures.ts';

/** Nothing measured, no lab, nothing open. */
export function experimentTools(module: CoreModule, more: Partial<ExperimentTools> = {}): ExperimentTools {
  return {
    module,
    labHost: () => {
      throw new Error('this experiment needs no lab');
    },
    signal: new AbortController().signal,
    now: null,
    advance: () => {},
    chain: null,
    ...more,
  };
}

interface Range {
  readonly firstSector: number;
  readonly sectorCount: number;
}

/** Traces of the same reads, seen from the file that has `depth` differencing disks below and with it. */
export async function tracesAt(
  module: CoreModule,
  images: readonly DiskImage[],
  depth: number,
  reads: readonly Range[],
): Promise<ReadTrace[]> {
  const chain = await openChain(module, images.slice(images.length - 1 - depth), {
    complete: true,
    stagingBytes: 0,
  });
  const traces: ReadTrace[] = [];
  for (const { firstSector, sectorCount } of reads) traces.push(await chain.trace(firstSector, sectorCount));
  chain.close();
  return traces;
}

/** Places in the files that a reader with nothing in memory has to read, each sector of a table or a bitmap once. */
export function coldPlaces({ steps }: ReadTrace): {
  readonly meta: Set<string>;
  readonly data: number;
  readonly dataBytes: number;
} {
  const meta = new Set<string>();
  let data = 0;
  let dataBytes = 0;
  for (const step of steps) {
    if (step.action === 'bat-lookup') meta.add(`${step.layer} ${Math.floor(step.entryOffset / 512)}`);
    if (step.action === 'bitmap-lookup') {
      const bits = (step.sectorInBlock % 8) + step.sectorCount;
      const last = Math.floor((step.bitmapOffset + Math.ceil(bits / 8) - 1) / 512);
      for (let at = Math.floor(step.bitmapOffset / 512); at <= last; at++) meta.add(`${step.layer} ${at}`);
    }
    if (step.action === 'read-data') {
      data++;
      dataBytes += step.sectorCount * 512;
    }
  }
  return { meta, data, dataBytes };
}

export function filesWithData({ steps }: ReadTrace): number {
  return new Set(steps.filter(({ action }) => action === 'read-data').map(({ layer }) => layer)).size;
}

/** The middle value, the lower of two. */
export function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

export function mediansIn(figures: Figures, id: string): [number, number | null][] {
  const series = figures.series.find((each) => each.id === id);
  return (series?.points ?? []).map(({ x, median }) => [x, median]);
}

/** Figures with these curves and nothing else. */
export function figuresOf(
  curves: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>,
): Figures {
  const series = Object.entries(curves).map(
    ([id, points]): FigureSeries => ({
      id,
      label: id,
      kind: 'counted',
      line: null,
      points: points.map(([x, y]) => ({ x, median: y, low: y, high: y, count: 1 })),
    }),
  );
  const axis = { label: '', unit: 'count' as const, names: null };
  return { caption: '', x: axis, y: axis, series, tables: [], work: '', scenarios: [] };
}
