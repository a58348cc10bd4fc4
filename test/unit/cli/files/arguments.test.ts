import { describe, expect, it } from 'vitest';
import { parseCall } from '../../../../src/cli/arguments.ts';
import { UsageError } from '../../../../src/cli/usage.ts';

function refused(...args: readonly string[]): string {
  try {
    parseCall(args);
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  throw new Error(`${args.join(' ')} was taken`);
}

const COMMON = { with: [], parent: null, raw: false, json: false };
const SEEN = { ...COMMON, at: null, volume: null };

describe('calls that look into disks', () => {
  it('are understood', () => {
    expect(parseCall(['ls', 'a'])).toEqual({
      ...SEEN,
      command: 'ls',
      file: 'a',
      path: null,
      recursive: false,
    });
    expect(parseCall(['ls', 'a', '/', '--volume', '2', '--at', 'b', '--recursive', '--json'])).toEqual({
      ...COMMON,
      json: true,
      command: 'ls',
      file: 'a',
      path: '/',
      volume: 2,
      at: 'b',
      recursive: true,
    });
    expect(parseCall(['cat', 'a', 'b/c'])).toEqual({ ...SEEN, command: 'cat', file: 'a', path: 'b/c' });
    expect(parseCall(['extract', 'a', 'b', 'c', 'out'])).toEqual({
      ...SEEN,
      command: 'extract',
      file: 'a',
      paths: ['b', 'c'],
      out: 'out',
      zip: false,
      force: false,
    });
    expect(parseCall(['extract', 'a', 'b', 'OUT.Zip', '--force'])).toMatchObject({ zip: true, force: true });
    expect(parseCall(['extract', 'a', 'b', 'out', '--zip'])).toMatchObject({ zip: true });
    expect(parseCall(['diff', 'a', 'b', '--contents'])).toEqual({
      ...COMMON,
      command: 'diff',
      files: ['a', 'b'],
      path: '',
      volume: null,
      contents: true,
    });
    expect(parseCall(['diff', 'a', 'b', 'c'])).toMatchObject({ path: 'c', contents: false });
  });

  it('give words behind --with to it once they have what they need', () => {
    expect(parseCall(['ls', 'a', '--with', 'x', 'y'])).toMatchObject({ with: ['x', 'y'], path: null });
    expect(parseCall(['ls', '--with', 'x', 'a'])).toMatchObject({ with: ['x'], file: 'a' });
    expect(parseCall(['diff', 'a', '--with', 'x', 'b'])).toMatchObject({ with: ['x'], files: ['a', 'b'] });
    expect(parseCall(['extract', 'a', 'b', '--with', 'x', 'out'])).toMatchObject({ with: ['x'], out: 'out' });
    expect(parseCall(['extract', 'a', 'b', 'out', '--with', 'x', 'y'])).toMatchObject({
      with: ['x', 'y'],
      out: 'out',
    });
  });

  it('are refused where they are at fault', () => {
    expect(refused('ls')).toContain('needs a file');
    expect(refused('ls', 'a', 'b', 'c')).toContain('“c” is one file too many');
    expect(refused('cat', 'a')).toContain('a path in the disk');
    expect(refused('extract', 'a', 'b')).toContain('a folder or a ZIP');
    expect(refused('extract', 'a', 'b', 'out', '--force')).toContain('--force is for a ZIP');
    expect(refused('diff', 'a')).toContain('a second disk');
    expect(refused('diff', 'a', 'b', '--at', 'c')).toContain('takes no --at');
    expect(refused('cat', 'a', 'b', '--recursive')).toContain('takes no --recursive');
    for (const number of ['0', '-1', 'x', '1.5', '1e3', '0x1'])
      expect(refused('ls', 'a', `--volume=${number}`)).toContain('not the number of a volume');
  });
});
