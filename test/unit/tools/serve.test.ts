import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileFor, serve } from '../../../tools/serve.mjs';

let root = '';
let folder = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'disklab-serve-'));
  folder = path.join(root, 'app');
  await mkdir(path.join(folder, 'assets'), { recursive: true });
  await writeFile(path.join(root, 'secret.txt'), 'secret');
  await writeFile(path.join(folder, 'index.html'), '<p>app</p>');
  await writeFile(path.join(folder, 'manifest.webmanifest'), '{}');
  await writeFile(path.join(folder, 'assets/core.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d]));
});
afterAll(() => rm(root, { recursive: true }));

test.each([
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/?sector=1', 'index.html', 'text/html; charset=utf-8'],
  ['/assets/core.wasm', 'assets/core.wasm', 'application/wasm'],
  ['/manifest.webmanifest', 'manifest.webmanifest', 'application/manifest+json'],
])('%s is served with its type', async (url, file, type) => {
  expect(fileFor(folder, '/', url)).toBe(path.join(folder, file));
  const server = await serve({ folder });
  try {
    const response = await fetch(new URL(`.${url}`, server.address));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
  } finally {
    await server.close();
  }
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/assets/../../secret.txt',
  '/..%2fsecret.txt',
  '/..%5csecret.txt',
  '/%00',
  '/%zz',
  '//secret.txt/../../secret.txt',
])('%s stays inside the folder', (url) => {
  const file = fileFor(folder, '/', url);
  if (file !== null) expect(path.relative(folder, file)).not.toMatch(/^\.\./);
});

test('an app under a sub-path answers there and nowhere else', async () => {
  const server = await serve({ folder, basePath: '/some/deep/path/' });
  try {
    expect(server.address).toMatch(/\/some\/deep\/path\/$/);
    const statusOf = async (url: string) =>
      (await fetch(new URL(url, server.address), { redirect: 'manual' })).status;
    expect(await statusOf('./')).toBe(200);
    expect(await statusOf('/some/deep/path')).toBe(301);
    expect(await statusOf('/')).toBe(404);
    expect(await statusOf('/index.html')).toBe(404);
  } finally {
    await server.close();
  }
});

test('a taken port is stepped over, or named when no other may be tried', async () => {
  const first = await serve({ folder });
  const port = Number(new URL(first.address).port);
  try {
    await expect(serve({ folder, port })).rejects.toThrow(`Port ${port}`);
    const second = await serve({ folder, port, tries: 20 });
    expect(Number(new URL(second.address).port)).toBeGreaterThan(port);
    await second.close();
  } finally {
    await first.close();
  }
});
