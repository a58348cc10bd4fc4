// npm run bench [-- --json]: measures in a real Chromium what the engine costs, prints a table; with --json one figure a line.
// Names of parts measure only those: private, save, picked, open, merge, script, check, convert, lab, files.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { ARGS, findBrowser } from './find-browser.mjs';
import { ensureInstalled, ROOT } from './install.mjs';
import { serve } from './serve.mjs';

const PORT = 4193;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** Chains that are given to the page as picked files. */
const PICKED = {
  shallow: { sizeBytes: GIB, depth: 1, baseBytes: GIB, changedBytes: 16 * MIB, seed: 3, writesData: true },
  deep: {
    sizeBytes: 512 * MIB,
    depth: 64,
    baseBytes: 512 * MIB,
    changedBytes: 8 * MIB,
    seed: 4,
    writesData: true,
  },
  huge: {
    sizeBytes: 2040 * GIB,
    depth: 64,
    baseBytes: 64 * GIB,
    changedBytes: 32 * MIB,
    seed: 2,
    writesData: false,
  },
};
const SCRIPT_LIMIT_BYTES = 120 * 1024;

const asJson = process.argv.includes('--json');
const only = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const wanted = (name) => only.length === 0 || only.includes(name);

/** What the builds say goes to standard error: standard output is for figures. */
function buildParts() {
  const script = path.join(ROOT, 'tools/build.mjs');
  // Only the size of its scripts is asked of the page.
  const parts = wanted('script') ? ['core', 'app'] : ['core'];
  const { status } = spawnSync(process.execPath, [script, ...parts, '--if-stale'], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) throw new Error('The build failed.');
}

async function buildBenches() {
  const { build } = await import('vite');
  const shared = { configFile: false, logLevel: 'error', publicDir: false };
  await build({
    ...shared,
    root: path.join(ROOT, 'bench'),
    base: './',
    worker: { format: 'es' },
    build: {
      outDir: path.join(ROOT, 'build/bench/page'),
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
    },
  });
  await build({
    ...shared,
    root: ROOT,
    build: {
      ssr: true,
      rollupOptions: {
        input: ['makeChainNode', 'checkNode', 'convertNode', 'mergeNode', 'labNode', 'filesNode'].map(
          (name) => `bench/${name}.ts`,
        ),
      },
      outDir: path.join(ROOT, 'build/bench/node'),
      emptyOutDir: true,
      target: 'node20',
    },
  });
  // Where the program looks for it, in its own thread too.
  copyFileSync(path.join(ROOT, 'build/core/core.wasm'), path.join(ROOT, 'build/bench/node/core.wasm'));
}

/** Files of a chain on this machine's disk. */
function makePicked(folder, shape) {
  mkdirSync(folder);
  const script = path.join(ROOT, 'build/bench/node/makeChainNode.js');
  const { status } = spawnSync(process.execPath, [script, folder, JSON.stringify(shape)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`The chain in ${folder} could not be made.`);
  return readdirSync(folder).map((name) => path.join(folder, name));
}

/** What runs in Node alone, in a process of its own: `check`, `convert`, `merge`, `lab`, `files`. */
function nodeFigures(part, work) {
  const folder = path.join(work, part);
  mkdirSync(folder);
  const script = path.join(ROOT, `build/bench/node/${part}Node.js`);
  const core = path.join(ROOT, 'build/core/core.wasm');
  const { status, stdout } = spawnSync(process.execPath, [script, folder, core], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The part “${part}” could not be measured.`);
  return JSON.parse(stdout);
}

/** A profile as after "Allow on every visit" for one folder, so that files dropped from there may be written. */
function seedProfile(profile, origin, folder) {
  const last_modified = String((BigInt(Date.now()) + 11_644_473_600_000n) * 1000n);
  const key = `${origin},*`;
  const object = {
    'display-name': path.basename(folder),
    'is-directory': true,
    path: folder,
    readable: true,
    writable: true,
  };
  const exceptions = {
    file_system_access_extended_permission: { [key]: { last_modified, setting: 1 } },
    file_system_access_chooser_data: { [key]: { last_modified, setting: { 'chosen-objects': [object] } } },
  };
  mkdirSync(path.join(profile, 'Default'), { recursive: true });
  writeFileSync(
    path.join(profile, 'Default/Preferences'),
    JSON.stringify({ profile: { content_settings: { exceptions } } }),
  );
}

async function dropFiles(page, files) {
  const cdp = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    const data = { items: [], files, dragOperationsMask: 1 };
    await cdp.send('Input.dispatchDragEvent', { type, x: 50, y: 50, data });
  }
  await cdp.detach();
  await page.waitForFunction((count) => document.body.dataset.dropped === String(count), files.length);
}

/** Most memory that the page's process ever held, MiB; null where the system does not tell it this way. */
async function peakMemory(page) {
  if (process.platform !== 'linux') return null;
  const cdp = await page.context().browser().newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  await cdp.detach();
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(
      ({ id }) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024,
    );
  return Math.max(...peaks);
}

/** Gzipped bytes of the scripts that the first screen waits for: what index.html names, and what those import at once. */
function firstScreen() {
  const folder = path.join(ROOT, 'dist/app');
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8');
  const scripts = new Set();
  const add = (file) => {
    if (scripts.has(file)) return;
    scripts.add(file);
    const code = readFileSync(path.join(folder, file), 'utf8');
    for (const [, name] of code.matchAll(/\b(?:from|import)\s*["'](\.[^"']+\.js)["']/g)) {
      add(path.posix.join(path.posix.dirname(file), name));
    }
  };
  for (const [, name] of html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)) add(name);
  const sizes = [...scripts].map((file) => [file, gzipSync(readFileSync(path.join(folder, file))).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const kib = (bytes) => bytes / 1024;
  return [
    {
      name: 'script of the first screen, gzip',
      value: kib(total),
      unit: 'KiB',
      target: kib(SCRIPT_LIMIT_BYTES),
      ok: total <= SCRIPT_LIMIT_BYTES,
    },
    ...sizes.map(([name, size]) => ({
      name: `  ${name}`,
      value: kib(size),
      unit: 'KiB',
      target: null,
      ok: null,
    })),
  ];
}

const valueText = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

function print(figures) {
  for (const figure of figures) {
    if (asJson) {
      console.log(JSON.stringify({ ...figure, name: figure.name.trim() }));
      continue;
    }
    const { name, value, unit, target, ok } = figure;
    const aim = target === null ? '' : `${ok ? 'ok    ' : 'MISSED'} target ${valueText(target)} ${unit}`;
    console.log(`${name.padEnd(72)} ${valueText(value).padStart(8)} ${unit.padEnd(10)} ${aim}`);
  }
}

function memoryFigures(peakMib, coreMib) {
  const value = peakMib ?? coreMib;
  const what = peakMib === null ? 'memory of the core' : 'whole process, at most';
  return [
    {
      name: `opening a 2040 GiB disk 64 deep: ${what}`,
      value,
      unit: 'MiB',
      target: 600,
      ok: value <= 600,
    },
    { name: '  memory of the core', value: coreMib, unit: 'MiB', target: null, ok: null },
  ];
}

/** Everything that runs in pages, each step in one of its own; prints what it finds. */
async function measure(context, address, work) {
  const inPage = async (bench, files = []) => {
    const page = await context.newPage();
    await page.goto(address);
    await page.setInputFiles('input', files);
    const run = (name) => page.evaluate((benchName) => window.runBench(benchName), name);
    await bench(run, page);
    await page.close();
  };
  const withPicked = async (name, bench) => {
    const folder = path.join(work, name);
    const files = makePicked(folder, PICKED[name]);
    await bench(files);
    rmSync(folder, { recursive: true, force: true });
  };

  if (wanted('private')) {
    await inPage(async (run) => {
      await run('make the whole disk');
      for (const name of ['random reads', 'lookups', 'whole disk']) print(await run(name));
      await run('remove the whole disk');
    });
  }
  if (wanted('merge')) {
    for (const name of MERGES) await inPage(async (run) => print(await run(name)));
  }
  if (wanted('save')) {
    const targets = ['ours.raw', 'plain.raw'].map((name) => path.join(work, 'save', name));
    mkdirSync(path.join(work, 'save'));
    for (const target of targets) writeFileSync(target, '');
    await inPage(async (run, page) => {
      await dropFiles(page, targets);
      print(await run('save picked'));
    });
  }
  if (wanted('picked')) {
    await withPicked('shallow', (files) =>
      inPage(async (run) => print(await run('read picked, shallow')), files),
    );
    await withPicked('deep', (files) => inPage(async (run) => print(await run('read picked, deep')), files));
  }
  if (wanted('open')) {
    await inPage(async (run) => print(await run('open huge, private')));
    await withPicked('huge', async (files) => {
      await inPage(async (run) => print(await run('open huge, picked')), files);
      // In a new page, so that the process holds what one opening takes and nothing else.
      await inPage(async (run, page) => {
        const coreMib = await run('hold huge');
        print(memoryFigures(await peakMemory(page), coreMib));
      }, files);
    });
  }
}

const MERGES = [
  'merge whole blocks, new',
  'merge whole blocks, there',
  'merge mixed runs',
  'merge small runs',
  'merge 64 layers',
];

async function main() {
  ensureInstalled();
  buildParts();
  await buildBenches();
  const { chromium } = await import('@playwright/test');
  const { executablePath, env } = findBrowser();
  const server = await serve({ folder: path.join(ROOT, 'build/bench/page'), port: PORT });
  const work = mkdtempSync(path.join(os.tmpdir(), 'disklab-bench-'));
  const profile = path.join(work, 'profile');
  seedProfile(profile, new URL(server.address).origin, path.join(work, 'save'));
  let context;
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath,
      env: { ...process.env, ...env },
      args: ARGS,
      headless: true,
    });
    await measure(context, server.address, work);
    if (wanted('script')) print(firstScreen());
    for (const part of ['check', 'convert', 'merge', 'lab', 'files'])
      if (wanted(part)) print(nodeFigures(part, work));
  } finally {
    await context?.close();
    await server.close();
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();
