// Keeps node_modules in step with package-lock.json, so that a clean clone needs no step before `npm start` or `npm test`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..');

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(path.join(ROOT, lockFile), 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Why node_modules is not what package-lock.json asks for; null when it is. Packages for other systems may be absent. */
export function whyStale(wanted, installed) {
  if (installed === null) return 'nothing is installed yet';
  for (const [name, { version, optional, link }] of Object.entries(wanted)) {
    if (name === '' || link) continue;
    const found = installed[name]?.version;
    if (found === version || (found === undefined && optional)) continue;
    return `${name.replace(/^node_modules\//, '')} is ${found ?? 'missing'}, package-lock.json says ${version}`;
  }
  return null;
}

/** Runs `npm ci` when node_modules is missing or stale. Throws when that fails. */
export function ensureInstalled() {
  const wanted = packagesOf('package-lock.json');
  if (wanted === null)
    throw new Error('package-lock.json is missing or damaged: clone the repository again.');
  const reason = whyStale(wanted, packagesOf('node_modules/.package-lock.json'));
  if (reason === null) return;
  console.log(`Installing (${reason}) …`);
  // npm started us, as a rule, and says where it is; on Windows a bare `npm` is a script that only a shell can start.
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const options = { cwd: ROOT, stdio: 'inherit', shell: !npm && process.platform === 'win32' };
  const { status, error } = spawnSync(command, args, options);
  if (status !== 0)
    throw new Error(`npm ci failed${error ? `: ${error.message}` : ''}. Its own words stand above.`);
}
