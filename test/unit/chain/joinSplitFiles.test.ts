import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { joinSplitFiles } from '../../../src/chain/joinSplitFiles.ts';
import { MemoryFile } from '../../../src/storage/memoryFile.ts';
import { shuffled } from './pileBuilder.ts';

function piece(path: string, bytes: Uint8Array = new Uint8Array(600)) {
  return { path, file: MemoryFile.of(path.split('/').at(-1) ?? '', bytes, 'read-only') };
}

function pieceName(number: number, stem = 'disk'): string {
  return number === 0 ? `${stem}.vhd` : `${stem}.v${String(number).padStart(2, '0')}`;
}

async function paths(...names: readonly string[]) {
  const joined = await joinSplitFiles(names.map((name) => piece(name)));
  return joined.map(({ pieces, findings }) => ({
    pieces: pieces.map(({ path }) => path),
    rules: findings.map(({ rule }) => rule),
  }));
}

function withFooter(lengthBytes: number, footerBytes = 512): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  bytes.set(new TextEncoder().encode('conectix'), lengthBytes - footerBytes);
  return bytes;
}

describe('joinSplitFiles', { timeout: 60_000 }, () => {
  it('reads as the whole file, however it was cut and in whatever order the pieces come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 2, maxLength: 64 }),
        fc.nat(2 ** 31),
        async (lengths, seed) => {
          const pieces = lengths.map((length, number) => {
            const bytes = new Uint8Array(length);
            new Prng(seed + number).fill(bytes);
            return piece(pieceName(number), bytes);
          });
          const [joined, ...rest] = await joinSplitFiles(shuffled(pieces, seed));
          expect(rest).toEqual([]);
          expect(joined?.findings).toEqual([]);
          expect(joined?.pieces.map(({ path }) => path)).toEqual(
            lengths.map((_, number) => pieceName(number)),
          );
          const whole = Buffer.concat(pieces.map(({ file }) => file.bytes()));
          const read = new Uint8Array(whole.length);
          await joined?.file.read(0, read);
          expect(joined?.file.sizeBytes).toBe(whole.length);
          expect(whole.equals(read)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves everything else as it is and where it is', async () => {
    expect(await paths('a.vhd', 'notes.v1', 'b.v00', 'c.v64', 'd.vhdx', 'e.txt')).toHaveLength(6);
    expect(await paths('a.vhd', 'b.v01')).toEqual([
      { pieces: ['a.vhd'], rules: [] },
      { pieces: ['b.v01'], rules: [] },
    ]);
  });

  it('keeps sets apart by folder and name, without case', async () => {
    expect(await paths('y/disk.v01', 'x/disk.vhd', 'y/DISK.VHD', 'x/Disk.V01')).toEqual([
      { pieces: ['x/disk.vhd', 'x/Disk.V01'], rules: [] },
      { pieces: ['y/DISK.VHD', 'y/disk.v01'], rules: [] },
    ]);
  });

  it('names the pieces that are missing', async () => {
    const [set] = await joinSplitFiles([piece('disk.vhd'), piece('disk.v01'), piece('disk.v04')]);
    expect(set?.findings[0]).toMatchObject({ rule: 'piece-missing', severity: 'error', file: 'disk.vhd' });
    expect(set?.findings[0]?.message).toContain('not here: .v02, .v03');
    const [headless] = await joinSplitFiles([piece('disk.v01'), piece('disk.v02')]);
    expect(headless?.findings[0]?.message).toContain('the .vhd');
  });

  it('uses the first of two files with the same number and says so', async () => {
    expect(await paths('disk.vhd', 'disk.v01', 'DISK.v01')).toEqual([
      { pieces: ['disk.vhd', 'disk.v01'], rules: ['piece-repeated'] },
      { pieces: ['DISK.v01'], rules: [] },
    ]);
  });

  it.each([512, 511])('does not join a disk that ends in a footer of %i bytes', async (footerBytes) => {
    const whole = piece('disk.vhd', withFooter(1024 - (512 - footerBytes), footerBytes));
    const joined = await joinSplitFiles([whole, piece('disk.v01')]);
    expect(joined.map(({ pieces }) => pieces.length)).toEqual([1, 1]);
  });

  it('joins although the last piece ends in a footer: there it belongs', async () => {
    const joined = await joinSplitFiles([piece('disk.vhd'), piece('disk.v01', withFooter(2048))]);
    expect(joined.map(({ pieces }) => pieces.length)).toEqual([2]);
  });

  it('leaves a piece that cannot be read to whoever opens the set', async () => {
    const closed = piece('disk.vhd');
    await closed.file.close();
    const joined = await joinSplitFiles([closed, piece('disk.v01')]);
    expect(joined).toHaveLength(1);
  });
});
