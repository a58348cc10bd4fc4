import { expect, it } from 'vitest';
import { LabModel } from '../../support/labModel.ts';
const from = Number(process.env.FROM ?? 1), count = Number(process.env.COUNT ?? 50);
it('model', async () => {
  const t = performance.now();
  const sum: Record<string, number> = {};
  const bad: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    try {
      const { counts } = await LabModel.run(seed, 14);
      for (const [k, v] of Object.entries(counts)) sum[k] = (sum[k] ?? 0) + v;
    } catch (e) { bad.push(e.message); if (bad.length < 3) console.log('x\n', e.message, e.cause?.stack); if (bad.length > 12) break; }
  }
  console.log(bad.join('\n'), sum, (performance.now() - t) / count, 'ms each');
  expect(bad).toEqual([]);
}, 1e9);
