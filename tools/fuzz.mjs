// npm run fuzz -- [--images N] [--seed S] [--pile P]: damaged images through opening, checking, repair plans and reading, on
// every core. Prints seed, rate, slowest image and memory; exits 1 on a crash, a hang or too much memory. --pile repeats one pile.
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build as buildParts } from './build.mjs';
import { ensureInstalled, ROOT } from './install.mjs';

const PILE_IMAGES = 10;
/** No image may take longer, tried twice. */
const SLOW_MS = 1000;
/** Without a sign for so long, a process hangs. */
const HANG_MS = 20_000;
/** Resident memory of one process. */
const MEMORY_LIMIT_BYTES = 768 * 2 ** 20;
const MIB = 2 ** 20;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    pile: { type: 'string' },
    processes: { type: 'string', default: String(os.availableParallelism()) },
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} takes a whole number.`);
  process.exit(2);
};

async function bundle() {
  const { build } = await import('vite');
  const outDir = path.join(ROOT, 'build/fuzz');
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    root: ROOT,
    build: { ssr: 'test/support/fuzzWorker.ts', outDir, emptyOutDir: true, target: 'node20' },
  });
  return path.join(outDir, 'fuzzWorker.js');
}

/** `done` resolves with totals and memory; rejects with what was thrown, or with where the process hangs. */
function startProcess(script, order) {
  const progressPath = path.join(folder, `progress${order.firstPile}`);
  const orderText = JSON.stringify({ ...order, slowMilliseconds: SLOW_MS, progressPath });
  // With V8's helper threads, Node 20 stands still for ever after some thousand instances of WebAssembly.
  const child = fork(script, [orderText], {
    execArgv: ['--single-threaded', '--min-semi-space-size=32', '--max-semi-space-size=64'],
  });
  const progress = () => {
    try {
      const bytes = readFileSync(progressPath);
      return bytes.length === 40 ? new Float64Array(new Uint8Array(bytes).buffer) : null;
    } catch {
      return null;
    }
  };
  const where = () => `seed ${order.seed}, pile ${progress()?.[0]}, image ${progress()?.[1]}`;
  const done = new Promise((resolve, reject) => {
    child.on('message', (result) => (result.error ? reject(new Error(result.error)) : resolve(result)));
    child.on('exit', (code, signal) =>
      reject(new Error(`${where()}: the process ended (${signal ?? code})`)),
    );
    const watchdog = setInterval(() => {
      const [, , began = 0, , rss = 0] = progress() ?? [];
      if (rss > MEMORY_LIMIT_BYTES)
        reject(new Error(`${where()}: ${Math.round(rss / MIB)} MiB of memory are more than the limit`));
      if (began > 0 && Date.now() - began > HANG_MS)
        reject(new Error(`${where()}: no sign of life for ${HANG_MS / 1000} s`));
    }, 200);
    watchdog.unref();
  });
  return { done, stop: () => child.kill('SIGKILL'), images: () => progress()?.[3] ?? 0 };
}

function printTotals(results, images, seconds) {
  const all = results.map(({ totals }) => totals);
  const peakBytes = Math.max(...results.map((each) => each.peakBytes));
  const sum = (key) => all.reduce((total, each) => total + each[key], 0);
  const slowest = all.map((each) => each.slowest).reduce((a, b) => (a.milliseconds > b.milliseconds ? a : b));
  console.log(
    `${images} images in ${seconds.toFixed(1)} s: ${Math.round(images / seconds)} a second in ${all.length} processes`,
  );
  for (const key of ['opened', 'refused', 'findings', 'repairs', 'chains', 'sectorsRead', 'readFaults'])
    console.log(`  ${key}: ${sum(key)}`);
  console.log(
    `  slowest image: ${slowest.milliseconds.toFixed(1)} ms (pile ${slowest.pile}, image ${slowest.image})`,
  );
  console.log(
    `  peak memory of a process: ${Math.round(peakBytes / MIB)} MiB of at most ${MEMORY_LIMIT_BYTES / MIB} MiB`,
  );
}

ensureInstalled();
buildParts(['core'], { ifStale: true });
const script = await bundle();
const seed = number('seed');
const firstPile = values.pile === undefined ? 0 : number('pile');
const piles = values.pile === undefined ? Math.ceil(number('images') / PILE_IMAGES) : 1;
const stride = Math.max(1, Math.min(number('processes'), piles));
console.log(`seed ${seed}, ${piles * PILE_IMAGES} images from pile ${firstPile} on`);

const folder = mkdtempSync(path.join(os.tmpdir(), 'disklab-fuzz-'));
const start = performance.now();
const processes = Array.from({ length: stride }, (_, i) =>
  startProcess(script, { seed, firstPile: firstPile + i, endPile: firstPile + piles, stride }),
);
const report = setInterval(() => {
  const images = processes.reduce((sum, each) => sum + each.images(), 0);
  console.log(`… ${images} images, ${Math.round((images * 1000) / (performance.now() - start))} a second`);
}, 30_000);
try {
  const results = await Promise.all(processes.map(({ done }) => done));
  printTotals(results, piles * PILE_IMAGES, (performance.now() - start) / 1000);
  const failures = results.flatMap((each) => each.failures);
  if (failures.length > 0) throw new Error(failures.join('\n'));
} catch (error) {
  console.error(error.message);
  console.error(`Repeat a pile: npm run fuzz -- --seed ${seed} --pile P`);
  process.exitCode = 1;
}
clearInterval(report);
for (const { stop } of processes) stop();
rmSync(folder, { recursive: true, force: true });
// The bundler keeps threads of its own.
process.exit();
