import { describe, expect, it } from 'vitest';
import { parseCall } from '../../../src/cli/arguments.ts';
import { UsageError } from '../../../src/cli/usage.ts';

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

describe('parseCall', () => {
  it('understands every command', () => {
    expect(parseCall(['tree', 'a', 'b'])).toEqual({ ...COMMON, command: 'tree', paths: ['a', 'b'] });
    expect(parseCall(['info', 'a', '--json'])).toEqual({ ...COMMON, json: true, command: 'info', file: 'a' });
    expect(parseCall(['trace', 'a', '--sector', '0x800', '--count=8'])).toEqual({
      ...COMMON,
      command: 'trace',
      file: 'a',
      range: { firstSector: 2048, sectorCount: 8 },
    });
    expect(parseCall(['read', '--sector', '5', 'a'])).toMatchObject({
      range: { firstSector: 5, sectorCount: 1 },
    });
    expect(parseCall(['hash', '--', '-a.vhd'])).toMatchObject({ command: 'hash', file: '-a.vhd' });
    expect(parseCall(['export', 'a', 'b', '--format', 'RAW', '--force'])).toEqual({
      ...COMMON,
      command: 'export',
      file: 'a',
      out: 'b',
      format: 'raw',
      force: true,
      blockSizeBytes: null,
      wholeMib: false,
    });
  });

  it('understands merges', () => {
    const plain = { plan: false, verify: false, yes: false };
    expect(parseCall(['merge', 'a'])).toEqual({
      ...COMMON,
      ...plain,
      command: 'merge',
      file: 'a',
      into: null,
      to: null,
    });
    expect(parseCall(['merge', 'a', '--into', 'b', '--plan', '--verify', '--yes'])).toMatchObject({
      into: 'b',
      plan: true,
      verify: true,
      yes: true,
    });
    expect(
      parseCall(['merge', 'a', '--to', 'n', '--format', 'Differencing', '--block-size', '1M']),
    ).toMatchObject({ to: { path: 'n', format: 'differencing', blockSizeBytes: 2 ** 20 } });
    expect(parseCall(['merge', 'a', '--to', 'n'])).toMatchObject({
      to: { path: 'n', format: null, blockSizeBytes: null },
    });
    expect(refused('merge', 'a', '--format', 'raw')).toContain('--to');
    expect(refused('merge', 'a', '--block-size', '1M')).toContain('--to');
    expect(refused('merge', 'a', '--to', 'n', '--format', 'vhdx')).toContain(
      'dynamic, fixed, raw, differencing',
    );
    expect(refused('merge', 'a', '--to', 'n', '--format', 'raw', '--block-size', '1M')).toContain(
      'no blocks',
    );
    expect(refused('merge', 'a', '--to', 'n', '--force')).toContain('takes no --force');
    expect(refused('merge', 'a', 'b')).toContain('one file too many');
    expect(parseCall(['recover', 'f', '--abandon', '--verify', '--with', 'g', 'h'])).toEqual({
      ...COMMON,
      command: 'recover',
      folder: 'f',
      with: ['g', 'h'],
      plan: false,
      abandon: true,
      verify: true,
    });
    expect(refused('recover')).toContain('needs a folder');
    expect(refused('recover', 'f', '--yes')).toContain('takes no --yes');
  });

  it('understands what checks, repairs and makes disks', () => {
    expect(parseCall(['check', 'a', 'b'])).toEqual({ ...COMMON, command: 'check', paths: ['a', 'b'] });
    expect(parseCall(['repair', 'a'])).toMatchObject({ change: { kind: 'plan' }, undo: null, choices: {} });
    expect(parseCall(['repair', 'a', '--in-place'])).toMatchObject({
      change: { kind: 'in-place', yes: false },
    });
    expect(
      parseCall(['repair', 'a', '--out', 'b', '--choose', 'overlap-1=keep-3', '--choose', 'x=y']),
    ).toMatchObject({
      change: { kind: 'out', out: 'b', force: false },
      choices: { 'overlap-1': 'keep-3', x: 'y' },
    });
    expect(parseCall(['reparent', 'a', 'b', '--yes', '--windows-folder', 'C:\\d'])).toMatchObject({
      file: 'a',
      newParent: 'b',
      change: { kind: 'in-place', yes: true },
      way: { path: 'both', windowsFolder: 'C:\\d' },
    });
    expect(parseCall(['create', 'a', '--size', '1.5GiB', '--type', 'Fixed'])).toMatchObject({
      out: 'a',
      sizeBytes: 1.5 * 2 ** 30,
      type: 'fixed',
      blockSizeBytes: null,
    });
    expect(parseCall(['create', 'a', '--parent', 'p', '--block-size', '512k'])).toMatchObject({
      sizeBytes: null,
      type: null,
      parent: 'p',
      blockSizeBytes: 2 ** 19,
    });
    expect(parseCall(['grow', 'a', '40G'])).toMatchObject({ sizeBytes: 40 * 2 ** 30 });
    expect(parseCall(['compare', 'a', 'b'])).toMatchObject({ files: ['a', 'b'] });
    expect(parseCall(['compact', 'a', 'b', '--force'])).toMatchObject({ out: 'b', force: true });
    expect(parseCall(['export', 'a', 'b', '--format', 'dynamic', '--block-size', '4MiB'])).toMatchObject({
      blockSizeBytes: 4 * 2 ** 20,
    });
  });

  it('refuses calls of those that mean two things or nothing', () => {
    expect(refused('repair', 'a', '--plan', '--in-place')).toContain('Only one of');
    expect(refused('repair', 'a', '--out', 'b', '--in-place')).toContain('Only one of');
    expect(refused('repair', 'a', '--choose', 'x')).toContain('CHOICE=OPTION');
    expect(refused('reparent', 'a')).toContain('needs a parent');
    expect(refused('grow', 'a', 'large')).toContain('not a size');
    expect(refused('create', 'a')).toContain('--size is missing');
    expect(refused('create', 'a', '--size', '1G', '--type', 'differencing')).toContain('fixed, dynamic');
    expect(refused('create', 'a', '--size', '1G', '--type', 'fixed', '--block-size', '2M')).toContain(
      'no blocks',
    );
    expect(refused('create', 'a', '--parent', 'b', '--size', '1G')).toContain('size of its parent');
    expect(refused('export', 'a', 'b', '--format', 'raw', '--whole-mib')).toContain('fixed');
    expect(refused('compare', 'a')).toContain('a second disk');
    for (const size of ['1e3', '1.5', '0x10', '1 000', '99999TiB']) {
      expect(refused('grow', 'a', size)).toContain('not a size');
    }
  });

  it('gives help and the version wherever they are asked for', () => {
    for (const args of [[], ['--help'], ['-h'], ['hash', '--help'], ['hash', 'a', '-h']]) {
      expect(parseCall(args)).toEqual({ command: 'help' });
    }
    expect(parseCall(['--version'])).toEqual({ command: 'version' });
  });

  it('takes several paths behind --with, and still finds the file', () => {
    const withs = (...args: readonly string[]) => {
      const call = parseCall(args);
      if (!('with' in call)) throw new Error('a command');
      return [call.with, 'file' in call ? call.file : 'paths' in call ? call.paths : null];
    };
    expect(withs('hash', 'a', '--with', 'x', 'y', 'z')).toEqual([['x', 'y', 'z'], 'a']);
    expect(withs('hash', '--with', 'x', 'a')).toEqual([['x'], 'a']);
    expect(withs('hash', '--with', 'x', '--with', 'y', 'a')).toEqual([['x', 'y'], 'a']);
    expect(withs('tree', 'a', 'b', '--with', 'x', 'y')).toEqual([
      ['x', 'y'],
      ['a', 'b'],
    ]);
    expect(withs('tree', '--with', 'x', 'a', 'b')).toEqual([['x'], ['a', 'b']]);
    expect(parseCall(['export', 'a', '--with', 'x', 'out', '--format', 'raw'])).toMatchObject({
      file: 'a',
      out: 'out',
      with: ['x'],
    });
  });

  it('says what is wrong and what was probably meant', () => {
    expect(refused('hsah', 'a')).toContain('Did you mean hash?');
    expect(refused('frobnicate')).toContain('--help');
    expect(refused('hash', 'a', '--jsno')).toContain('Did you mean --json?');
    expect(refused('hash', 'a', '-x')).toContain('no option -x');
    expect(refused('hash')).toContain('needs a file');
    expect(refused('hash', 'a', 'b')).toContain('one file too many');
    expect(refused('export', 'a', '--format', 'raw')).toContain('a file to write to');
    expect(refused('export', 'a', 'b')).toContain('raw, fixed, dynamic');
    expect(refused('export', 'a', 'b', '--format', 'dinamic')).toContain('dynamic');
    expect(refused('export', 'a', 'b', '--format', 'qcow2')).toContain('qcow2');
    expect(refused('hash', 'a', '--sector', '1')).toContain('takes no --sector');
    expect(refused('read', 'a')).toContain('--sector is missing');
    expect(refused('read', 'a', '--sector')).toContain('needs a value');
    expect(refused('read', 'a', '--sector', '1', '--sector', '2')).toContain('2 times');
    expect(refused('hash', 'a', '--json=yes')).toContain('takes no value');
    expect(refused('hash', '')).toContain('empty');
  });

  it.each(['-1', '1.5', 'ten', '1e3', '0x', '9007199254740993', ' 1'])('takes no sector %j', (text) => {
    expect(refused('read', 'a', `--sector=${text}`)).toContain('--sector');
  });

  it('takes no empty range and none that no disk has', () => {
    expect(refused('read', 'a', '--sector', '0', '--count', '0')).toContain('--count is 0');
    expect(refused('read', 'a', '--sector', '9007199254740991', '--count', '9')).toContain('No disk');
  });
});
