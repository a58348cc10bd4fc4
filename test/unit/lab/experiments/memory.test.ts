/** The lab is played again here: orders are counted by the guest at each pause, and read from the sectors of each checkpoint's disk. */
import { describe, expect, test } from 'vitest';
import { MEMORY } from '../../../../src/lab/experiments/memory/experiment.ts';
import { Lab } from '../../../../src/lab/lab.ts';
import { chainOf } from '../../../../src/lab/machine/tree.ts';
import { openPoint } from '../../../../src/lab/transfer/openPoint.ts';
import { experimentTools } from '../../../support/experimentTools.ts';
import { labHost } from '../../../support/labHost.ts';

const SETUP = { ...MEMORY.about.setup, load: 20, diskBytes: 32 * 2 ** 20, seed: 3 };

async function ordersOnDisk(lab: Lab, node: string): Promise<number> {
  const { module } = await labHost();
  const { disk, close } = await openPoint(lab.folder, chainOf(lab.state, node, 'disk0'), true, { module });
  const bytes = new Uint8Array(disk.sectorCount * 512);
  await disk.read(0, bytes);
  await close();
  const at = Buffer.from(bytes).indexOf('ORDER BOOK orders ');
  return Number(Buffer.from(bytes.subarray(at + 18, at + 28)).toString('latin1'));
}

describe('memory of a checkpoint', () => {
  test('lost are the orders that were confirmed and are not on the checkpoint’s disk', async () => {
    const figures = await MEMORY.run(SETUP, await experimentTools());
    const scenario = figures.scenarios[0]?.scenario;
    if (!scenario) throw new Error('a scenario');
    const lab = await Lab.create(await labHost(), scenario);
    const confirmed = new Map<string, number>();
    for (const { atUs, command } of scenario.commands) {
      await lab.advance(atUs);
      if (command.do === 'guest') break;
      await lab.do(command);
      if (command.do === 'take' && command.name)
        confirmed.set(command.name, lab.view().guest.figures.confirmedOrders);
    }
    await lab.do({ do: 'turn-off' });
    const lost: Record<string, number[]> = { standard: [], production: [] };
    for (const { id, name, savedState } of lab.state.checkpoints) {
      const [kind = ''] = name.split(' ');
      lost[kind]?.push((confirmed.get(name) ?? 0) - (await ordersOnDisk(lab, id)));
      expect(savedState !== null).toBe(kind === 'standard');
    }
    await lab.close();
    const sorted = lost.standard?.toSorted((a, b) => a - b) ?? [];
    expect(sorted).toHaveLength(5);
    expect(sorted.at(-1)).toBeGreaterThan(0);
    const point = (id: string) => figures.series.find((one) => one.id === id)?.points[0];
    expect(point('without memory')).toEqual({
      x: 20,
      low: sorted[0],
      median: sorted[2],
      high: sorted[4],
      count: 5,
    });
    expect(point('production')?.median).toBe(0);
    expect(lost.production).toEqual([0, 0, 0]);
    expect(point('with memory')).toMatchObject({ low: 0, median: 0, high: 0 });

    const verdict = MEMORY.verdict(figures, SETUP);
    expect(verdict.fits).toBe('depends');
    expect(verdict.claims.map(({ holds }) => holds)).toEqual(['partly', 'partly']);
    for (const { id } of MEMORY.about.predictions) expect(verdict.answers[id]).toBeTruthy();

    const facts = Object.fromEntries(
      Object.entries(figures.facts ?? {}).map(([name, value]) => [
        name,
        name.endsWith('orders lost') || name.endsWith('most lost') ? 0 : value,
      ]),
    );
    const opposite = MEMORY.verdict({ ...figures, facts }, SETUP);
    expect(opposite.fits).toBe('none');
    expect(opposite.claims[0]?.holds).toBe('no');
  });
});
