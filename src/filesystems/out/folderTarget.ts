/** A folder that files are extracted into: the browser's and Node's are behind the same few calls. */
import type { FileSink } from '../../storage/fileSink.ts';
import type { NameRules } from './nameRules.ts';

/**
 * Names are single components; there is no way up. Faults are `DiskError`s: 'busy' where the name is taken, 'bad-request'
 * where the target does not hold it, 'no-space', 'permission' and the rest.
 */
export interface TargetFolder {
  /** A file, a folder, a link, whatever leads by that name. */
  has(name: string): Promise<boolean>;
  /** A new folder; throws 'busy' rather than using what is there. */
  make(name: string): Promise<TargetFolder>;
  /** One that `make` made before. */
  open(name: string): Promise<TargetFolder>;
  /** A new file: it is not there under its name before `close`, as far as the target can do that, and never after `abort`. */
  create(name: string, facts: FileFacts): Promise<FileSink>;
  /** When all is in it. Only where the target keeps times. */
  setModified?(modifiedMs: number): Promise<void>;
}

export interface FileFacts {
  readonly sizeBytes: number;
  /** Milliseconds since 1970, NaN = not known; passed over where the target keeps no times. */
  readonly modifiedMs: number;
}

export interface FolderTarget {
  /** As shown. */
  readonly name: string;
  readonly root: TargetFolder;
  readonly rules: NameRules;
  /** For a second attempt where a name was refused. */
  readonly timidRules: NameRules;
  /** So many small files are written at once. */
  readonly filesAtOnce: number;
}
