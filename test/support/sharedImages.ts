/** The real images that lie beside the repository where they do; tests that need one skip by its name elsewhere. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { MemoryFile } from '../../src/storage/memoryFile.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/images/', import.meta.url));

/** Programs that unpack bzip2 to standard output, with their arguments before the file's name. */
const BZIP2 = [
  ['bunzip2', '-c'],
  ['7zz', 'x', '-so'],
  ['7z', 'x', '-so'],
  ['python3', '-c', 'import bz2,sys; sys.stdout.buffer.write(bz2.open(sys.argv[1]).read())'],
] as const;

export function hasSharedImage(packedName: string): boolean {
  return existsSync(FOLDER + packedName) && (packedName.endsWith('.gz') || bunzip2(packedName) !== null);
}

/** The unpacked image, read-only. */
export function sharedImage(packedName: string): MemoryFile {
  const path = FOLDER + packedName;
  const bytes = packedName.endsWith('.gz') ? gunzipSync(readFileSync(path)) : bunzip2(packedName);
  if (!bytes) throw new Error(`nothing here unpacks ${packedName}`);
  return MemoryFile.of(packedName.replace(/\.(gz|bz2)$/, ''), bytes, 'read-only');
}

const unpacked = new Map<string, Uint8Array | null>();

function bunzip2(packedName: string): Uint8Array | null {
  const known = unpacked.get(packedName);
  if (known !== undefined) return known;
  let bytes: Uint8Array | null = null;
  for (const [program, ...args] of BZIP2) {
    try {
      bytes = execFileSync(program, [...args, FOLDER + packedName], {
        maxBuffer: 2 ** 30,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      break;
    } catch {
      // Not installed, or not able to: the next one is tried.
    }
  }
  unpacked.set(packedName, bytes);
  return bytes;
}
