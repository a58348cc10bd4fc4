import { it } from 'vitest';
import { Session } from 'node:inspector/promises';
import { LabModel } from '../../support/labModel.ts';
it('profile', async () => {
  for (let s = 1; s <= 40; s++) await LabModel.run(s + 1000, 8);
  const session = new Session(); session.connect();
  await session.post('Profiler.enable'); await session.post('Profiler.start');
  const c = process.cpuUsage(); const t = performance.now();
  for (let s = 1; s <= 60; s++) await LabModel.run(s, 8);
  const cpu = process.cpuUsage(c);
  const { profile } = await session.post('Profiler.stop');
  const self = new Map<string, number>(), total = new Map<string, number>();
  const dt = profile.timeDeltas!; const byId = new Map(profile.nodes.map((n) => [n.id, n]));
  const key = (n: any) => `${n.callFrame.functionName} ${n.callFrame.url.split('/').slice(-2).join('/')}:${n.callFrame.lineNumber}`;
  const parent = new Map<number, number>(); for (const n of profile.nodes) for (const ch of n.children ?? []) parent.set(ch, n.id);
  profile.samples!.forEach((id, i) => { const n = byId.get(id)!; self.set(key(n), (self.get(key(n)) ?? 0) + dt[i]!); const seen = new Set<string>(); for (let x: number | undefined = id; x !== undefined; x = parent.get(x)) { const k = key(byId.get(x)!); if (!seen.has(k)) { seen.add(k); total.set(k, (total.get(k) ?? 0) + dt[i]!); } } });
  const top = (m: Map<string, number>, n: number) => [...m].sort((a, b) => b[1] - a[1]).slice(0, n).map(([k, v]) => `${Math.round(v / 1000)} ${k}`).join('\n');
  console.log((performance.now() - t) / 60, cpu.user / 60000, '\nSELF\n' + top(self, 34), '\nTOTAL\n' + top(total, 60));
}, 300000);
