// npm start: installs what is missing, builds what is stale, serves the built app and prints its address.
//   --port N   this port, or fail (default: the first free one from 4173)   --host H   default 127.0.0.1
//   --base P   serve under this path (default /)                            --no-build serve what is there
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureInstalled, ROOT } from './install.mjs';
import { serve } from './serve.mjs';

const FIRST_PORT = 4173;
const PORT_TRIES = 50;

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      base: { type: 'string', default: '/' },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const port = values.port === undefined ? FIRST_PORT : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port.`);
  const basePath = `/${values.base.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');
  return { ...values, port, tries: values.port === undefined ? PORT_TRIES : 1, basePath };
}

try {
  const { host, port, tries, basePath, 'no-build': noBuild } = readOptions();
  if (!noBuild) {
    ensureInstalled();
    build(['core', 'app', 'cli'], { ifStale: true });
  }
  const { address } = await serve({ folder: path.join(ROOT, 'dist/app'), host, port, tries, basePath });
  console.log(`Disklab is at ${address}  (Ctrl+C ends it)`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
