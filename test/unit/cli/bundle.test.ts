import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chainFiles, sha256, writeFiles } from '../../support/vhdFiles.ts';

const PROGRAM = fileURLToPath(new URL('../../../dist/cli/disklab.js', import.meta.url));

/** `npm test` builds it before the tests. */
describe.skipIf(!existsSync(PROGRAM))('the built program, dist/cli/disklab.js', () => {
  it('runs by itself, and its pipe may be closed at any time', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'disklab-bundle-'));
    try {
      const files = chainFiles({ seed: 5, depth: 2 });
      const paths = await writeFiles(folder, files);
      const [file = '', disk = Buffer.alloc(0)] = [paths.at(-1), files.at(-1)?.disk];
      const hash = spawnSync(process.execPath, [PROGRAM, 'hash', file], { encoding: 'utf8', cwd: folder });
      expect(hash).toMatchObject({ status: 0, stdout: `${sha256(disk)}  ${file}\n`, stderr: '' });

      const count = String(disk.length / 512);
      const whole = spawnSync(process.execPath, [PROGRAM, 'read', file, '--sector', '0', '--count', count], {
        maxBuffer: 2 ** 26,
      });
      expect(whole.status).toBe(0);
      expect(whole.stdout.equals(disk)).toBe(true);

      const reader = spawn(process.execPath, [PROGRAM, 'read', file, '--sector', '0', '--count', count]);
      let stderr = '';
      reader.stderr.on('data', (text) => {
        stderr += String(text);
      });
      reader.stdout.once('data', () => reader.stdout.destroy());
      const status = await new Promise((resolve) => reader.once('close', resolve));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

      const unknown = spawnSync(process.execPath, [PROGRAM, 'hash', '--sha', file], { encoding: 'utf8' });
      expect(unknown).toMatchObject({ status: 2, stdout: '' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
