import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import {
  guarded,
  guardedAsync,
  storageCode,
  storageError,
  storageFault,
} from '../../../src/storage/storageErrors.ts';

const domError = (name: string) => new DOMException('said by the browser', name);
const nodeError = (code: string) => Object.assign(new Error(`${code}: said by the system`), { code });

describe('faults of the storages', () => {
  it('come out in one vocabulary, whoever threw them', () => {
    const table = [
      ['vanished', domError('NotFoundError'), nodeError('ENOENT')],
      ['changed', domError('NotReadableError'), nodeError('ESTALE')],
      [
        'permission',
        domError('NotAllowedError'),
        nodeError('EACCES'),
        nodeError('EPERM'),
        nodeError('EROFS'),
      ],
      ['no-space', domError('QuotaExceededError'), nodeError('ENOSPC'), nodeError('EDQUOT')],
      ['busy', domError('NoModificationAllowedError'), nodeError('EBUSY'), nodeError('EEXIST')],
      ['io', domError('UnknownError'), nodeError('EIO'), new Error('x'), 'text', null, undefined, {}],
    ] as const;
    for (const [code, ...errors] of table) for (const error of errors) expect(storageCode(error)).toBe(code);
  });

  it('name the action, the file, the offset, what it means and what can be done', () => {
    const attempt = { action: 'read', file: 'a.vhd', offset: 1_234_567, lengthBytes: 512 } as const;
    const error = storageError(domError('NotFoundError'), attempt);
    expect(error.message).toMatch(/^Could not read 512 bytes at offset 1.234.567 of a\.vhd: .*\.$/);
    expect(error.problem.where).toEqual({ file: 'a.vhd', offset: 1_234_567, lengthBytes: 512 });
    expect(error.problem.meaning).toBeTruthy();
    expect(error.problem.remedy).toBeTruthy();
    expect(error.cause).toBeInstanceOf(DOMException);
  });

  it('quote the system where the code alone says little', () => {
    const error = storageError(nodeError('EIO'), { action: 'write', file: 'a.vhd' });
    expect(error.message).toBe('Could not write a.vhd: the storage failed (EIO: said by the system).');
  });

  it('pass a DiskError on as it is', async () => {
    const fault = storageFault('busy', { action: 'open', file: 'a.vhd' });
    const thrower = () => {
      throw fault;
    };
    expect(() => guarded({ action: 'read', file: 'b.vhd' }, thrower)).toThrow(fault);
    await expect(guardedAsync({ action: 'read', file: 'b.vhd' }, async () => thrower())).rejects.toBe(fault);
    expect(fault).toBeInstanceOf(DiskError);
  });
});
