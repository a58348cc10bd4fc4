// A static file server for the built app: one folder, read-only, under any sub-path. Needs Node and nothing else.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

const MIME = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};

/** The file that a request means, or null: outside `basePath`, malformed, or out of the folder. */
export function fileFor(folder, basePath, url) {
  let name;
  try {
    name = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return null;
  }
  if (!name.startsWith(basePath) || name.includes('\0') || name.includes('\\')) return null;
  const relative = name.slice(basePath.length);
  const file = path.resolve(
    folder,
    relative === '' || relative.endsWith('/') ? `${relative}index.html` : relative,
  );
  const inside = path.relative(folder, file);
  return inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside) ? file : null;
}

async function answer(folder, basePath, request, response) {
  const refuse = (status, text, headers = {}) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(405, 'Read only', { Allow: 'GET, HEAD' });
  if (`${request.url}/` === basePath) return refuse(301, 'Moved', { Location: basePath });
  const file = fileFor(folder, basePath, request.url);
  const info = file && (await stat(file).catch(() => null));
  if (!info?.isFile()) return refuse(404, 'Not here');
  response.writeHead(200, {
    'Content-Type': MIME[path.extname(file)] ?? 'application/octet-stream',
    'Content-Length': info.size,
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  if (request.method === 'HEAD') return response.end();
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

function listen(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Serves `folder`. `port` may be 0 (any free one). With `tries` above 1 the next ports are tried when it is taken.
 * Gives the address and `close()`, which also ends connections that are still open.
 */
export async function serve({ folder, host = '127.0.0.1', port = 0, tries = 1, basePath = '/' }) {
  const server = createServer((request, response) => {
    answer(path.resolve(folder), basePath, request, response).catch(() => response.destroy());
  });
  for (let attempt = 0; ; attempt++) {
    try {
      await listen(server, host, port === 0 ? 0 : port + attempt);
      break;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
      if (attempt + 1 >= tries) throw new Error(`Port ${port + attempt} on ${host} is taken.`);
    }
  }
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    address: `http://${shownHost}:${server.address().port}${basePath}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
