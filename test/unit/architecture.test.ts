/** The import rule: every folder of src/ imports itself and what stands to its left, with a short list of exceptions. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

const ORDER = [
  'base',
  'storage',
  'formats',
  'core',
  'chain',
  'check',
  'export',
  'merge',
  'volumes',
  'filesystems',
  'lab',
  'engine',
  'cli',
  'ui',
];

/** Where a folder may import less than what stands to its left. Longest prefix wins. */
const ONLY: readonly { from: string; may: readonly string[] }[] = [
  { from: 'src/ui/widgets/', may: ['src/ui/widgets/', 'src/base/'] },
  { from: 'src/ui/', may: ['src/ui/', 'src/base/', 'src/engine/api.ts', 'src/engine/client.ts'] },
  // The entry of the page: it only mounts the user interface.
  { from: 'src/main.ts', may: ['src/ui/', 'src/base/', 'src/engine/client.ts', 'src/serviceWorker.ts'] },
  { from: 'src/serviceWorker.ts', may: [] },
];

const NEVER: readonly { from: string; to: string }[] = [
  { from: 'src/formats/vhd/', to: 'src/formats/vhdx/' },
  { from: 'src/formats/vhdx/', to: 'src/formats/vhd/' },
];

interface Import {
  readonly line: number;
  readonly target: string;
}

/** A Svelte file with everything but its scripts blanked out, so that lines keep their numbers. */
function scriptsOf(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  let scripts = '';
  let end = 0;
  for (const match of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = match.index + (match[1] ?? '').length;
    scripts += blank(text.slice(end, start)) + (match[2] ?? '');
    end = start + (match[2] ?? '').length;
  }
  return scripts + blank(text.slice(end));
}

/** Static, dynamic and type imports, re-exports, and workers made of `new URL('…', import.meta.url)`. */
function importsOf(file: string, text: string): Import[] {
  const isSvelte = file.endsWith('.svelte');
  const code = isSvelte ? scriptsOf(text) : text;
  const found = ts.preProcessFile(code, true, true).importedFiles.map(({ fileName, pos }) => ({
    at: pos,
    target: fileName,
  }));
  for (const match of code.matchAll(/new URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g)) {
    found.push({ at: match.index, target: match[1] ?? '' });
  }
  if (isSvelte) {
    const markup = text.replace(/<script\b[\s\S]*?<\/script>/g, (part) => part.replace(/[^\n]/g, ' '));
    for (const match of markup.matchAll(/(?:\bimport\s*\(|@import)\s*['"]([^'"]+)['"]/g)) {
      found.push({ at: match.index, target: match[1] ?? '' });
    }
  }
  return found.map(({ at, target }) => ({ line: text.slice(0, at).split('\n').length, target }));
}

/** Why `from` may not import `to`; null when it may. Both are paths from the root, `/` between. */
function objection(from: string, to: string): string | null {
  if (to.startsWith('build/core/')) {
    return from.startsWith('src/core/') ? null : 'only core imports the compiled assembly';
  }
  if (!to.startsWith('src/')) return 'nothing under src/ imports files from outside';
  const never = NEVER.find((pair) => from.startsWith(pair.from) && to.startsWith(pair.to));
  if (never) return `${never.from} never imports ${never.to}`;
  const only = ONLY.find((rule) => from.startsWith(rule.from));
  if (only) {
    if (only.may.some((prefix) => to.startsWith(prefix))) return null;
    return `${only.from} imports only ${only.may.join(', ') || 'nothing'}`;
  }
  const [fromFolder, toFolder] = [from, to].map((file) => file.split('/')[1] ?? '') as [string, string];
  const [fromPlace, toPlace] = [ORDER.indexOf(fromFolder), ORDER.indexOf(toFolder)];
  if (fromPlace < 0) return `${fromFolder} has no place in the order`;
  if (toPlace < 0) return `${toFolder} has no place in the order`;
  if (toPlace > fromPlace) return `${fromFolder} stands left of ${toFolder}`;
  // The terminal and the page do not know each other.
  if (fromFolder === 'ui' && toFolder === 'cli') return 'ui never imports cli';
  return null;
}

/** Every breach as `file:line: what, why`. Packages are not looked at. */
function breaches(file: string, text: string): string[] {
  return importsOf(file, text).flatMap(({ line, target }) => {
    if (!target.startsWith('.')) return [];
    const clean = target.replace(/\?.*$/, '');
    const to = path.posix.normalize(path.posix.join(path.posix.dirname(file), clean));
    const why = objection(file, to);
    return why === null ? [] : [`${file}:${line}: imports ${to}: ${why}`];
  });
}

function sources(): string[] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.split(path.sep).join('/')}`)
    .filter((name) => /\.(ts|js|mjs|svelte|css)$/.test(name))
    .sort();
}

test('every import under src/ keeps to the import rule', () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(10);
  const found = files.flatMap((file) => breaches(file, readFileSync(path.join(ROOT, file), 'utf8')));
  expect(found).toEqual([]);
});

test.each([
  ['src/base/a.ts', "import { x } from '../storage/x.ts';", 1],
  ['src/base/a.ts', "\nimport type { X } from '../ui/x.ts';", 2],
  ['src/chain/a.ts', "\n\nconst x = await import('../engine/engine.ts');", 3],
  ['src/chain/a.ts', "type X = import('../engine/api.ts').X;", 1],
  ['src/chain/a.ts', "export { x } from '../lab/sample.ts';", 1],
  ['src/chain/a.ts', "import * as core from '../../build/core/core.js';", 1],
  ['src/engine/a.ts', "import url from '../../build/core/core.wasm?url';", 1],
  ['src/core/a.ts', "import { x } from '../../test/support/x.ts';", 1],
  ['src/formats/vhd/a.ts', "import { x } from '../vhdx/x.ts';", 1],
  ['src/formats/vhdx/a.ts', "import { x } from '../vhd/x.ts';", 1],
  [
    'src/ui/App.svelte',
    '<p>x</p>\n<script lang="ts">\nimport { x } from \'../engine/engine.ts\';\n</script>',
    3,
  ],
  ['src/ui/App.svelte', "<p>x</p>\n{#await import('../chain/x.ts')}{/await}", 2],
  ['src/ui/a.ts', "import { x } from '../formats/x.ts';", 1],
  ['src/ui/widgets/a.ts', "import { x } from '../state/x.ts';", 1],
  ['src/ui/widgets/a.ts', "import type { x } from '../../engine/api.ts';", 1],
  ['src/main.ts', "import { x } from './engine/engine.ts';", 1],
  ['src/base/a.ts', "const worker = new Worker(new URL('../engine/worker.ts', import.meta.url));", 1],
  ['src/newcomer/a.ts', "import { x } from '../base/x.ts';", 1],
])('the check catches a breach in %s: %s', (file, text, line) => {
  expect(breaches(file, text)).toEqual([expect.stringMatching(`^${file}:${line}: `)]);
});

test.each([
  ['src/core/a.ts', "import * as core from '../../build/core/core.js';"],
  ['src/core/a.ts', "import url from '../../build/core/core.wasm?url';"],
  ['src/cli/main.ts', "import { Engine } from '../engine/engine.ts';"],
  ['src/ui/state/a.svelte.ts', "import { connect } from '../../engine/client.ts';"],
  ['src/ui/widgets/A.svelte', "<script>import { formatBytes } from '../../base/units.ts';</script>"],
  [
    'src/main.ts',
    "import App from './ui/App.svelte';\nimport './ui/look/base.css';\nimport { mount } from 'svelte';",
  ],
  [
    'src/chain/a.ts',
    "// import { x } from '../engine/engine.ts';\nconst text = 'import(\"../engine/x.ts\")';",
  ],
])('the check lets through %s: %s', (file, text) => {
  expect(breaches(file, text)).toEqual([]);
});
