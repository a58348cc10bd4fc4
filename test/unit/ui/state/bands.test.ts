import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandOf, bandsOf, STOPS } from '../../../../src/ui/state/bands.ts';

const even = (count: number) => Array.from({ length: count }, () => 1);

describe('layers to colours', () => {
  it('gives up to sixteen layers a stop each, evenly spaced, leaf 0 and base 15', () => {
    for (let count = 2; count <= STOPS; count++) {
      const bands = bandsOf(even(count), null);
      expect(bands).toHaveLength(count);
      expect(bands[0]?.stop).toBe(0);
      expect(bands.at(-1)?.stop).toBe(15);
      expect(new Set(bands.map(({ stop }) => stop)).size).toBe(count);
      for (const [i, band] of bands.entries()) {
        expect(band.stop).toBe(Math.round((i * 15) / (count - 1)));
        expect(band.label).toBe(String(i));
      }
    }
  });

  it('gives a disk of one file the stop of the leaf', () => {
    expect(bandsOf([7], null)).toEqual([{ from: 0, to: 0, stop: 0, label: '0' }]);
    expect(bandsOf([], null)).toEqual([]);
  });

  it('joins the neighbours that answer least', () => {
    // Layers 5 and 6 answer nothing, everything else much: they are the pair that joins.
    const answers = even(17).map((_, layer) => (layer === 5 || layer === 6 ? 0 : 100));
    const bands = bandsOf(answers, null);
    expect(bands).toHaveLength(STOPS);
    expect(bands.filter(({ from, to }) => to > from).map(({ label }) => label)).toEqual(['5–6']);
  });

  it('spreads a chain of 64 equal layers over all stops', () => {
    const bands = bandsOf(even(64), null);
    const widths = bands.slice(1, -1).map(({ from, to }) => to - from + 1);
    expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(4);
  });

  it('covers every layer once, in order, and never joins leaf, base or the selected layer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1e9), { minLength: 1, maxLength: 200 }),
        fc.option(fc.nat(199), { nil: null }),
        (answers, selected) => {
          const bands = bandsOf(answers, selected);
          expect(bands.length).toBe(Math.min(answers.length, STOPS));
          expect(
            bands.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
          ).toEqual(answers.map((_, layer) => layer));
          const alone = [
            0,
            answers.length - 1,
            ...(selected !== null && selected < answers.length ? [selected] : []),
          ];
          for (const layer of alone) {
            const band = bandOf(bands, layer);
            expect(band).toMatchObject({ from: layer, to: layer });
          }
          expect(bands.every((band, i) => i === 0 || band.stop > (bands[i - 1]?.stop ?? -1))).toBe(true);
        },
      ),
    );
  });
});
