/** Vite plugins of our own: the core is rebuilt in `vite dev`; the built page gets its policy and its service worker. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import {
  LGPL_FILE,
  SEVEN_ZIP_FOLDER,
  SEVEN_ZIP_PACKAGE,
  SEVEN_ZIP_PROGRAM,
  SEVEN_ZIP_TEXTS,
} from './seven-zip.mjs';

/** Rebuilds the AssemblyScript core when a file under assembly/ changes in `vite dev`. */
export function coreWatch(): Plugin {
  return {
    name: 'disklab-core-watch',
    apply: 'serve',
    configureServer(server) {
      if (process.env.VITEST) return;
      const folder = path.resolve(server.config.root, 'assembly') + path.sep;
      server.watcher.add(folder);
      let turn: Promise<void> = Promise.resolve();
      server.watcher.on('change', (file) => {
        if (!path.resolve(server.config.root, file).startsWith(folder) || !file.endsWith('.ts')) return;
        turn = turn.then(async () => {
          const { failed, output } = await buildCore(server.config.root);
          if (failed) server.ws.send({ type: 'error', err: { message: output, stack: '' } });
          else server.ws.send({ type: 'full-reload' });
        });
      });
    },
  };
}

function buildCore(root: string): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['tools/build.mjs', 'core'], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    child.on('close', (status) => resolve({ failed: status !== 0, output }));
  });
}

/**
 * Only in the built page: `vite dev` injects <style> elements, which the policy forbids. Everything that is not named
 * is forbidden. `data:` images are small icons that the build writes into the style sheet; `blob:` ones are pictures out of a disk.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function contentSecurityPolicy(): Plugin {
  return {
    name: 'disklab-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Emits licences.txt: the words that the parts built into the app ask to be passed on with them. */
export function licences(): Plugin {
  return {
    name: 'disklab-licences',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licencesText() });
    },
  };
}

function licencesText(): string {
  const read = (...parts: string[]) => readFileSync(path.join(ROOT, ...parts), 'utf8');
  const own = `Disklab\n\n${read('LICENSE')}`;
  // What the page runs: the dependencies, and what svelte leaves in compiled components.
  const names = [...Object.keys(JSON.parse(read('package.json')).dependencies), 'svelte'];
  const others = names.map((name) => {
    const folder = path.join('node_modules', name);
    const { version, license } = JSON.parse(read(folder, 'package.json'));
    const files = readdirSync(path.join(ROOT, folder)).filter((entry) => /licen[cs]e(\.|$)/i.test(entry));
    if (files.length === 0) throw new Error(`${name} comes without the text of its licence (${license}).`);
    return [`${name} ${version} (${license})`, ...files.map((file) => read(folder, file))].join('\n\n');
  });
  const lgpl = `7-Zip stands under this licence:\n\n${readFileSync(LGPL_FILE, 'utf8')}`;
  return [own, ...others, lgpl].map((text) => text.trim()).join(`\n\n${'-'.repeat(72)}\n\n`);
}

/**
 * 7-Zip's parts lie in a folder of their own, as they came and under their own names, so that anybody can put others in their
 * place; its licences lie beside them. The script and the program are emitted where they are imported (`?url`).
 */
export function sevenZipParts(): Plugin {
  return {
    name: 'disklab-7-zip',
    apply: 'build',
    buildStart() {
      for (const name of SEVEN_ZIP_TEXTS) {
        const source = readFileSync(path.join(SEVEN_ZIP_PACKAGE, name));
        this.emitFile({ type: 'asset', fileName: `${SEVEN_ZIP_FOLDER}/${name}`, source });
      }
    },
  };
}

/** For `assetFileNames`, of the page and of its workers. */
export function assetFileName({ names }: { readonly names: readonly string[] }): string {
  const isPart = names.some((name) => SEVEN_ZIP_PROGRAM.includes(path.basename(name)));
  return isPart ? `${SEVEN_ZIP_FOLDER}/[name][extname]` : 'assets/[name]-[hash][extname]';
}

/** Emits sw.js, which keeps every built file and every file of public/ for visits without a network. */
export function offline(): Plugin {
  let publicDir = '';
  return {
    name: 'disklab-offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const contents = new Map<string, string | Uint8Array>();
        for (const [name, file] of Object.entries(bundle)) {
          if (!name.endsWith('.map')) contents.set(name, file.type === 'asset' ? file.source : file.code);
        }
        for (const name of filesUnder(publicDir))
          contents.set(name, readFileSync(path.join(publicDir, name)));
        const names = [...contents.keys()].sort();
        const hash = createHash('sha256');
        for (const name of names) hash.update(`${name}\0`).update(contents.get(name) ?? '');
        const files = ['./', ...names.filter((name) => name !== 'index.html').map((name) => `./${name}`)];
        const version = hash.digest('hex').slice(0, 16);
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: serviceWorkerText(version, files) });
      },
    },
  };
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

const ROOT = path.resolve(import.meta.dirname, '..');
const TEMPLATE = new URL('./service-worker.js', import.meta.url);

function serviceWorkerText(version: string, files: readonly string[]): string {
  return readFileSync(TEMPLATE, 'utf8')
    .replace("'VERSION'", () => JSON.stringify(version))
    .replace("['FILES']", () => JSON.stringify(files, null, 2));
}
