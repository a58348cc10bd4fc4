import { describe, expect, it } from 'vitest';
import { wholeDisk } from '../../../../src/ui/map/mapView.ts';
import { mergeLegend } from '../../../../src/ui/merge/picture/mergeLegend.ts';
import type { MergePicture } from '../../../../src/ui/merge/picture/props.ts';
import { bandsOf } from '../../../../src/ui/state/bands.ts';

function picture(layerCount: number, cells: number[]): MergePicture {
  const answers = Array.from({ length: layerCount }, () => 1);
  return {
    view: wholeDisk(32 * 2048 * 1024, 32),
    cells: Uint8Array.from(cells),
    cellsPerLine: cells.length,
    exact: true,
    bands: bandsOf(answers, null),
    layerCount,
    leaf: 1,
  };
}

describe('the legend of the merge map', () => {
  it('names the layers that are copied and says where the rest stays', () => {
    const legend = mergeLegend(picture(6, [0, 3, 5, 255]), { first: 0, last: 3 });
    expect(legend.layers.map(({ label }) => label)).toEqual(['0', '1', '2', '3']);
    expect(legend).toMatchObject({ pale: 'stays in the parent', inNoFile: true, missing: false });
    expect(legend.line).toBe('1 GiB');
  });

  it('says that newer files hide what is copied under them', () => {
    const { pale } = mergeLegend(picture(6, [0, 2]), { first: 1, last: 3 });
    expect(pale).toBe('in layer 0, not touched; what is copied under it is not shown');
    const both = mergeLegend(picture(6, [0, 2, 4]), { first: 2, last: 3 });
    expect(both.pale).toContain('stays in the parent, or in layers 0–1, not touched');
  });

  it('says nothing of what is not in the picture', () => {
    const legend = mergeLegend(picture(4, [0, 1, 2, 3]), { first: 0, last: 3 });
    expect(legend).toMatchObject({ pale: '', inNoFile: false, missing: false });
    expect(mergeLegend(picture(4, [254]), { first: 0, last: 3 }).missing).toBe(true);
  });

  it('names a shared colour by the layers that it stands for here', () => {
    const made = picture(64, [30]);
    const band = made.bands.find(({ from, to }) => from <= 30 && to >= 30 && to > from);
    if (!band) throw new Error('layers share colours');
    const { layers } = mergeLegend(made, { first: band.from + 1, last: band.to });
    const label = band.from + 1 === band.to ? `${band.to}` : `${band.from + 1}–${band.to}`;
    expect(layers).toEqual([{ stop: band.stop, label }]);
  });
});
