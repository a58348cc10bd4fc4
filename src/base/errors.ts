/**
 * The one error type of the engine. Every fault of the outside world (a file, a permission, a call that cannot be
 * answered) is a `DiskError` with a code from a closed set; faults of our own are `assert` failures.
 */

/** Closed set: what went wrong, from the reader's side. */
export type ErrorCode =
  | 'truncated' // the file ends before the bytes that a structure points at
  | 'changed' // the file on disk is no longer the one that was opened
  | 'vanished' // the file is gone
  | 'permission' // the browser or the system no longer lets us read or write it
  | 'io' // the storage failed for another reason
  | 'no-space' // the target is full
  | 'busy' // somebody else holds the file
  | 'not-a-disk' // no known structure in it
  | 'unsupported' // recognised, but not read by this version
  | 'corrupt' // a structure contradicts itself or the file
  | 'limit' // larger than what this program takes on, see ARCHITECTURE.md
  | 'parent-missing' // the answer lies in a file that is not here
  | 'bad-request' // the call itself cannot be answered
  | 'cancelled' // the user said so
  | 'engine-failed'; // a trap or a failed assertion: the engine must be restarted

/** A place in a file. `offset` and `lengthBytes` in bytes. */
export interface Where {
  readonly file: string;
  readonly offset: number;
  readonly lengthBytes: number;
  readonly field?: string;
}

/** What a `DiskError` carries; plain data, so it can cross a worker boundary. */
export interface Problem {
  readonly code: ErrorCode;
  /** One sentence: what happened, with what was found and what was expected. */
  readonly message: string;
  readonly where?: Where;
  /** What it means for the data. */
  readonly meaning?: string;
  /** What can be done. */
  readonly remedy?: string;
}

export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }

  get code(): ErrorCode {
    return this.problem.code;
  }
}

/** A result that can cross a worker boundary, where an Error would lose its fields. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Problem };

/** Any thrown value as a `Problem`; what is not a `DiskError` is a fault of ours. */
export function toProblem(error: unknown): Problem {
  if (error instanceof DiskError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'engine-failed',
    message: `The engine stopped: ${message}`,
    meaning: 'No file of yours was changed. What is on screen may be incomplete.',
    remedy: 'Restart the engine; the files stay as they are.',
  };
}
