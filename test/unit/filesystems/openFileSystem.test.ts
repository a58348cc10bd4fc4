import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { ExfatFileSystem } from '../../../src/filesystems/exfat/exfat.ts';
import { fileSystemsWith } from '../../../src/filesystems/openFileSystem.ts';
import { SevenZipFileSystem } from '../../../src/filesystems/sevenZip/sevenZipFileSystem.ts';
import type { VolumeContentKind } from '../../../src/volumes/volume.ts';

const window = { sizeBytes: 512, readNow: () => undefined };
const open = fileSystemsWith(() => Promise.reject(new Error('nothing is loaded before it is asked for')));
const READ: readonly VolumeContentKind[] = ['ntfs', 'fat', 'exfat', 'ext', 'iso9660', 'hfs+'];
const REFUSED: readonly VolumeContentKind[] = [
  'apfs',
  'refs',
  'xfs',
  'btrfs',
  'swap',
  'lvm',
  'luks',
  'bitlocker',
  'storage-spaces',
  'empty',
  'unknown',
];

describe('the reader for a volume', () => {
  it('is our own for exFAT and 7-Zip for what it reads', () => {
    for (const kind of READ) {
      const expected = kind === 'exfat' ? ExfatFileSystem : SevenZipFileSystem;
      expect(open(window, { kind, name: kind })).toBeInstanceOf(expected);
    }
  });

  it('is refused by name for everything else, with what it means and what can be done', () => {
    for (const kind of REFUSED) {
      try {
        open(window, { kind, name: `The ${kind}` });
        expect.fail(`${kind} was opened`);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        expect(error.code).toBe('unsupported');
        expect(error.message).toContain(`The ${kind}`);
        expect(error.problem.meaning).toMatch(/\.$/);
        expect(error.problem.remedy).toMatch(/\.$/);
      }
    }
    expect(() => open(window, { kind: 'luks', name: 'LUKS (encrypted)' })).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ meaning: expect.stringContaining('key') }),
      }),
    );
  });
});
