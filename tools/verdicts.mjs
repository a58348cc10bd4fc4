// npm run verdicts: runs the ten experiments as they are set up and writes what they found: the page's verdicts and the documents.
// The lessons and the glossary as documents are written with them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createServer } from 'vite';
import { build } from './build.mjs';
import { ensureInstalled, ROOT } from './install.mjs';

const VERDICTS = path.join(ROOT, 'src/ui/experiments/verdicts.json');
const HEAD = `# What people say of checkpoints, tried out

Ten claims from the literature, each run as an experiment on real disks. Every sentence below is computed from the figures beside it; time is
what counted requests cost on the storage that is named, or the lab's simulated time, so the figures are the same on every machine.
\`npm run verdicts\` makes this page and the one in the app; in the app each experiment can be set otherwise and run on your own chain.

![The ten questions, what was claimed and whether it holds, and what the figures say](pictures/verdicts-light.png)`;

await ensureInstalled();
await build(['core']);
const server = await createServer({
  root: ROOT,
  configFile: false,
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
  appType: 'custom',
  logLevel: 'error',
});
try {
  const load = (file) => server.ssrLoadModule(`/src/${file}`);
  const { ABOUTS } = await load('lab/experiments/abouts.ts');
  const { EXPERIMENTS } = await load('lab/experiments/experiments.ts');
  const { experimentMarkdown, sourcesMarkdown } = await load('lab/experiments/markdown.ts');
  const { recordOf, runForRecord } = await load('lab/experiments/verdictRecord.ts');
  const { memoryTree } = await load('lab/drive/labFolders.ts');
  const { nodeHasher } = await load('cli/nodeHasher.ts');
  const { lessonsMarkdown, glossaryMarkdown } = await load('lab/lessons/markdown.ts');
  const module = await (await load('core/loadCoreNode.ts')).loadCore();
  const labHost = () => ({
    module,
    createHasher: async () => nodeHasher(),
    folder: memoryTree(),
    storage: 'memory',
  });
  const records = [];
  const texts = [];
  for (const about of ABOUTS) {
    const startMs = performance.now();
    const { signal } = new AbortController();
    const result = await runForRecord(EXPERIMENTS[about.id], {
      module,
      labHost,
      signal,
      advance: () => undefined,
    });
    records.push(recordOf(about.id, result));
    texts.push(experimentMarkdown(about, result));
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    console.log(`${about.number}. ${about.id}, ${seconds} s: ${result.verdict.headline}`);
  }
  writeFileSync(VERDICTS, JSON.stringify(records, null, 2));
  const sources = `## Sources\n\n${sourcesMarkdown()}`;
  writeFileSync(path.join(ROOT, 'docs/experiments.md'), `${[HEAD, ...texts, sources].join('\n\n')}\n`);
  writeFileSync(path.join(ROOT, 'docs/lessons.md'), lessonsMarkdown());
  writeFileSync(path.join(ROOT, 'docs/glossary.md'), glossaryMarkdown());
} finally {
  await server.close();
}
const biome = path.join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
spawnSync(process.execPath, [biome, 'format', '--write', VERDICTS], { stdio: 'inherit' });
