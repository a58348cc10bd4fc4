/** Faults of every storage in one vocabulary: what the browser or Node throws becomes a `DiskError` here and nowhere else. */
import { assert } from '../base/assert.ts';
import { DiskError, type ErrorCode } from '../base/errors.ts';
import { grouped } from '../base/units.ts';

/** What was being done to which bytes when a storage failed. */
export interface Attempt {
  readonly action:
    | 'open'
    | 'read'
    | 'write'
    | 'truncate'
    | 'flush'
    | 'close'
    | 'list'
    | 'create'
    | 'rename'
    | 'remove';
  readonly file: string;
  readonly offset?: number;
  readonly lengthBytes?: number;
}

interface Words {
  readonly found: string;
  readonly meaning: string;
  readonly remedy: string;
}

const NOTHING_CHANGED = 'What was read before stays on screen; nothing was written.';

const WORDS: Partial<Record<ErrorCode, Words>> = {
  changed: {
    found: 'the file on disk is no longer the one that was opened',
    meaning: 'Another program wrote to it. What was read before may not fit what is there now.',
    remedy: 'Stop what writes to the file (a running virtual machine, a copy), then open it again.',
  },
  vanished: {
    found: 'the file is not there',
    meaning: 'It was moved, renamed or deleted, or the drive was taken out. Other files stay usable.',
    remedy: 'Put it back, then open it again.',
  },
  permission: {
    found: 'access was refused',
    meaning: NOTHING_CHANGED,
    remedy: 'Give permission again, or check who may read and write the file.',
  },
  'no-space': {
    found: 'there is no space left',
    meaning: 'What was being written is incomplete. Other files are untouched.',
    remedy: 'Make room on the target, or choose another one.',
  },
  busy: {
    found: 'somebody else holds the file',
    meaning: NOTHING_CHANGED,
    remedy: 'Close it in the other tab or program, then try again.',
  },
  unsupported: {
    found: 'this browser cannot do that',
    meaning: NOTHING_CHANGED,
    remedy: 'See the list of supported browsers in the README.',
  },
  'bad-request': {
    found: 'the storage refused the request',
    meaning: NOTHING_CHANGED,
    remedy: 'Choose another name or another place.',
  },
  cancelled: {
    found: 'it was cancelled',
    meaning: 'Nothing was kept of it.',
    remedy: 'Start it again.',
  },
  io: {
    found: 'the storage failed',
    meaning: 'The drive or its connection may be faulty.',
    remedy: 'Try again; if it fails at the same place, copy the file to another drive.',
  },
};

/** Names of DOMExceptions and `code`s of Node's system errors. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  NotFoundError: 'vanished',
  NotReadableError: 'changed',
  NotAllowedError: 'permission',
  SecurityError: 'permission',
  QuotaExceededError: 'no-space',
  NoModificationAllowedError: 'busy',
  InvalidModificationError: 'busy',
  NotSupportedError: 'unsupported',
  TypeMismatchError: 'bad-request',
  AbortError: 'cancelled',
  ENOENT: 'vanished',
  ENOTDIR: 'vanished',
  ENXIO: 'vanished',
  ENODEV: 'vanished',
  ESTALE: 'changed',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EFBIG: 'no-space',
  EBUSY: 'busy',
  ETXTBSY: 'busy',
  EEXIST: 'busy',
  ELOCKED: 'busy',
  EMFILE: 'busy',
  ENFILE: 'busy',
  EISDIR: 'bad-request',
  EINVAL: 'bad-request',
  ENAMETOOLONG: 'bad-request',
};

function textOf(error: unknown, key: 'code' | 'name'): string {
  if (typeof error !== 'object' || error === null || !(key in error)) return '';
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
}

/** The closed code for anything that a storage can throw. */
export function storageCode(error: unknown): ErrorCode {
  if (error instanceof DiskError) return error.code;
  return CODES[textOf(error, 'code')] ?? CODES[textOf(error, 'name')] ?? 'io';
}

function placeText({ action, file, offset, lengthBytes }: Attempt): string {
  if (offset === undefined) return `Could not ${action} ${file}`;
  const bytes = lengthBytes === undefined ? '' : `${grouped(lengthBytes)} bytes `;
  return `Could not ${action} ${bytes}at offset ${grouped(offset)} of ${file}`;
}

/** A `DiskError` with a code of our choice; `found` replaces the usual words for what was found. */
export function storageFault(code: ErrorCode, attempt: Attempt, found?: string, cause?: unknown): DiskError {
  const words = WORDS[code];
  return new DiskError(
    {
      code,
      message: `${placeText(attempt)}: ${found ?? words?.found ?? 'the storage failed'}.`,
      where: { file: attempt.file, offset: attempt.offset ?? 0, lengthBytes: attempt.lengthBytes ?? 0 },
      ...(words ? { meaning: words.meaning, remedy: words.remedy } : {}),
    },
    { cause },
  );
}

/** Whatever a storage threw, as a `DiskError`; one that is a `DiskError` already is passed on. */
export function storageError(error: unknown, attempt: Attempt): DiskError {
  if (error instanceof DiskError) return error;
  const code = storageCode(error);
  const said = error instanceof Error ? error.message.replace(/[.\s]+$/, '') : String(error);
  return storageFault(code, attempt, code === 'io' ? `the storage failed (${said})` : undefined, error);
}

/** Runs `work`; what it throws comes out as a `DiskError`. */
export function guarded<T>(attempt: Attempt, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(error, attempt);
  }
}

export async function guardedAsync<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, attempt);
  }
}

/** Throws 'truncated' unless `lengthBytes` at `offset` lie inside the file. */
export function checkRange(file: string, sizeBytes: number, offset: number, lengthBytes: number): void {
  assert(offset >= 0, `offset ${offset} in ${file}`);
  if (offset + lengthBytes <= sizeBytes) return;
  throw new DiskError({
    code: 'truncated',
    message:
      `${file} ends at byte ${grouped(sizeBytes)}; ` +
      `expected ${grouped(lengthBytes)} bytes at offset ${grouped(offset)}.`,
    where: { file, offset, lengthBytes },
    meaning: 'The file is cut short, or what points there is wrong. The bytes that are there stay readable.',
    remedy: 'Compare the size with the original and copy the file again.',
  });
}

/** Throws 'bad-request' on a file that was opened for reading. */
export function checkWritable(
  file: { name: string; access: string },
  action: Attempt['action'],
  offset?: number,
): void {
  if (file.access === 'read-write') return;
  throw storageFault('bad-request', { action, file: file.name, offset }, 'it is open for reading only');
}

/** A call on a file after its `close`. */
export function closedFault(action: Attempt['action'], file: string): DiskError {
  return storageFault('bad-request', { action, file }, 'it was closed before');
}

/** Names in a `DiskFolder` carry no separators and are not special. */
export function checkName(action: Attempt['action'], name: string): void {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return;
  throw storageFault('bad-request', { action, file: name }, 'that is not a file name');
}
