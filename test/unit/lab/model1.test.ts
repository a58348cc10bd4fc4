import { it, vi } from 'vitest';
import { LabModel } from '../../support/labModel.ts';
import { Lab } from '../../../src/lab/lab.ts';
import { clockText } from '../../../src/lab/labTime.ts';
it('one', async () => {
  const real = Lab.prototype.do; let lab: Lab | null = null; const said: string[] = [];
  vi.spyOn(Lab.prototype, 'do').mockImplementation(async function (this: Lab, c) { lab = this; said.push(`> ${this.nowUs / 1e6} ${JSON.stringify(c)}`); try { return await real.call(this, c); } catch (e) { said.push(`   !! ${e.message}`); throw e; } finally { } });
  try { await LabModel.run(Number(process.env.SEED), 14); } catch (e) { said.push(e.message, e.cause?.stack); }
  let seen = 0;
  console.log(said.join('\n') + '\n\n' + lab!.log.events.map((e) => `${clockText(e.atUs)} ${e.kind} ${e.text}`).join('\n') + JSON.stringify(lab!.state.checkpoints.map((c) => [c.id, c.name, c.parent, c.deletedAtUs, c.files])) + JSON.stringify(lab!.state.now));
}, 1e6);
