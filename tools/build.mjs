// Builds the parts of Disklab: node tools/build.mjs [core] [app] [cli] [--if-stale]. Without names: all of them.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, ROOT } from './install.mjs';
import { copySevenZip, SEVEN_ZIP_FOLDER } from './seven-zip.mjs';

const SHARED_SOURCES = [
  'package-lock.json',
  'vite.config.ts',
  'tsconfig.json',
  'tools/build.mjs',
  'tools/vite-plugins.ts',
  'tools/seven-zip.mjs',
  'tools/service-worker.js',
];

/** In the order in which they need each other. `output` is written last and so tells how old the build is. */
const PARTS = {
  core: { build: buildCore, sources: ['assembly', 'asconfig.json'], output: 'build/core/core.wasm' },
  app: {
    build: buildApp,
    sources: ['src', 'public', 'index.html', 'build/core/core.wasm', ...SHARED_SOURCES],
    output: 'dist/app/index.html',
  },
  cli: {
    build: buildCli,
    sources: ['src', 'build/core/core.wasm', ...SHARED_SOURCES],
    output: 'dist/cli/core.wasm',
  },
};
export const ALL_PARTS = Object.keys(PARTS);

function run(script, args) {
  const { status } = spawnSync(process.execPath, [path.join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${path.basename(script)} ${args.join(' ')} failed.`);
}

function buildCore() {
  const wasm = path.join(ROOT, PARTS.core.output);
  rmSync(wasm, { force: true });
  run('assemblyscript/bin/asc.js', ['--target', 'release']);
  // The core has fixed buffers and no garbage collector: a trace of the runtime means that something allocates.
  const text = readFileSync(wasm.replace(/\.wasm$/, '.wat'), 'utf8');
  const runtime = [...new Set(text.match(/~lib\/rt\/[\w/]+/g))];
  if (runtime.length === 0) return;
  rmSync(wasm);
  throw new Error(
    `The core allocates: build/core/core.wat has ${runtime.join(', ')}. Use fixed buffers instead.`,
  );
}

function buildApp() {
  run('vite/bin/vite.js', ['build']);
}

function buildCli() {
  run('vite/bin/vite.js', ['build', '--mode', 'cli']);
  const program = path.join(ROOT, 'dist/cli/disklab.js');
  const text = readFileSync(program, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(program, `#!/usr/bin/env node\n${text}`);
  chmodSync(program, 0o755);
  copySevenZip(path.join(ROOT, 'dist/cli', SEVEN_ZIP_FOLDER));
  copyFileSync(path.join(ROOT, PARTS.core.output), path.join(ROOT, PARTS.cli.output));
}

/** Newest change at or under `file`, folders included, so that a removed source counts too. */
function newestChangeMs(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(file).reduce(
    (newest, name) => Math.max(newest, newestChangeMs(path.join(file, name))),
    stat.mtimeMs,
  );
}

function isStale({ sources, output }) {
  if (!existsSync(path.join(ROOT, output))) return true;
  const builtMs = statSync(path.join(ROOT, output)).mtimeMs;
  return sources.some((source) => newestChangeMs(path.join(ROOT, source)) > builtMs);
}

/** Builds the named parts, and what they need before them, in order. */
export function build(names, { ifStale = false } = {}) {
  const wanted = new Set(names);
  if (wanted.has('app') || wanted.has('cli')) if (isStale(PARTS.core)) wanted.add('core');
  for (const name of ALL_PARTS) {
    if (!wanted.has(name) || (ifStale && !isStale(PARTS[name]))) continue;
    console.log(`Building ${name} …`);
    PARTS[name].build();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = args.filter((arg) => arg !== '--if-stale' && !ALL_PARTS.includes(arg));
  try {
    if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(' ')}. Parts: ${ALL_PARTS.join(', ')}.`);
    ensureInstalled();
    build(names.length > 0 ? names : ALL_PARTS, { ifStale: args.includes('--if-stale') });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
