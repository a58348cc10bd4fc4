// Finds the browsers that tests run in. Nothing is ever downloaded: Chromium is LAB_CHROMIUM, an installed one, or the
// one inside the package @sparticuz/chromium (Linux x64); Firefox is LAB_FIREFOX or an installed one.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

export const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const WINDOWS_ROOTS = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap(
  (name) => process.env[name] ?? [],
);
const onWindows = (...names) => WINDOWS_ROOTS.flatMap((root) => names.map((name) => path.join(root, name)));

const CHROMIUM_PLACES = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: onWindows(
    'Google\\Chrome\\Application\\chrome.exe',
    'Microsoft\\Edge\\Application\\msedge.exe',
    'Chromium\\Application\\chrome.exe',
  ),
};

const FIREFOX_PLACES = {
  linux: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'],
  darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  win32: onWindows('Mozilla Firefox\\firefox.exe'),
};

const HELP = `No Chromium was found for the browser tests.
  Debian, Ubuntu:  apt-get install -y chromium
  or set LAB_CHROMIUM=/path/to/chrome (Chrome, Edge and Chromium 121 or newer work)
  or run the tests that need no browser:  npm run test:unit`;

function named(variable) {
  const file = process.env[variable];
  if (file && !existsSync(file)) throw new Error(`${variable}=${file} does not exist.`);
  return file || undefined;
}

/** Unpacks the regular files of a ustar archive, as much of the format as the packed libraries use. */
function untar(tar, folder) {
  const text = (from, to) => tar.toString('latin1', from, to).replace(/\0.*$/s, '');
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const name = text(offset, offset + 100);
    if (name === '') break;
    const sizeBytes = Number.parseInt(text(offset + 124, offset + 136), 8) || 0;
    const type = tar[offset + 156];
    const target = path.resolve(folder, name);
    if (path.relative(folder, target).startsWith('..'))
      throw new Error(`An archive names a path outside: ${name}`);
    if (type === 0x30 || type === 0) {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, tar.subarray(offset + 512, offset + 512 + sizeBytes), { mode: 0o755 });
    }
    offset += 512 + Math.ceil(sizeBytes / 512) * 512;
  }
}

function starts(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Unpacks the packed Chromium once a version, into the user's cache folder. */
function bundledChromium() {
  const bundle = path.resolve(import.meta.dirname, '../node_modules/@sparticuz/chromium');
  if (!existsSync(path.join(bundle, 'bin/chromium.br'))) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(bundle, 'package.json'), 'utf8'));
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const folder = path.join(cache, 'disklab', `chromium-${version}`);
  const program = path.join(folder, 'chromium');
  if (!existsSync(program)) {
    const unpacked = (name) => brotliDecompressSync(readFileSync(path.join(bundle, 'bin', name)));
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    untar(unpacked('al2023.tar.br'), unfinished);
    untar(unpacked('fonts.tar.br'), unfinished);
    writeFileSync(path.join(unfinished, 'chromium'), unpacked('chromium.br'), { mode: 0o755 });
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  }
  return {
    executablePath: program,
    env: starts(program) ? {} : { LD_LIBRARY_PATH: path.join(folder, 'lib') },
  };
}

/** The Chromium for tests. Throws with the ways out when there is none. */
export function findBrowser() {
  const chosen = named('LAB_CHROMIUM');
  if (chosen) return { executablePath: chosen, env: {}, source: 'LAB_CHROMIUM' };
  const installed = (CHROMIUM_PLACES[process.platform] ?? []).find((place) => existsSync(place));
  if (installed && process.env.LAB_BROWSER !== 'bundled') {
    return { executablePath: installed, env: {}, source: 'installed' };
  }
  const bundled = process.platform === 'linux' && process.arch === 'x64' ? bundledChromium() : undefined;
  if (bundled) return { ...bundled, source: 'bundled' };
  throw new Error(HELP);
}

/** The Firefox for tests, or undefined: its tests are then skipped by name. */
export function findFirefox() {
  return named('LAB_FIREFOX') ?? (FIREFOX_PLACES[process.platform] ?? []).find((place) => existsSync(place));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { executablePath, source } = findBrowser();
    console.log(`Chromium for tests: ${executablePath} (${source})`);
    console.log(`Firefox for tests: ${findFirefox() ?? 'none'}`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
