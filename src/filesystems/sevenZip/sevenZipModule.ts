/**
 * 7-Zip compiled by emscripten, as far as it is used here: one module is one run of the program, with a file system of its
 * own in memory. The package's own types leave out what its files and folders are made of.
 */

/** What emscripten's files and folders can do; `this` is not used. */
interface NodeOperations {
  getattr(node: FsNode): FsAttributes;
  setattr(node: FsNode, attributes: { readonly size?: number }): void;
  mknod(parent: FsNode, name: string, mode: number, device: number): FsNode;
  symlink(parent: FsNode, name: string, target: string): FsNode;
}

interface StreamOperations {
  llseek?(stream: FsStream, offset: number, whence: number): number;
  /** Bytes read. */
  read?(stream: FsStream, heap: ArrayBufferView, at: number, length: number, position: number): number;
  /** Bytes written. */
  write?(stream: FsStream, heap: ArrayBufferView, at: number, length: number, position: number): number;
  close?(stream: FsStream): void;
}

interface FsAttributes {
  readonly size: number;
  readonly blocks: number;
}

interface FsStream {
  readonly position: number;
}

export interface FsNode {
  readonly mode: number;
  node_ops: NodeOperations;
  stream_ops: StreamOperations;
  usedBytes: number;
}

export interface ModuleFiles {
  readonly ErrnoError: new (errno: number) => Error;
  isDir(mode: number): boolean;
  mkdir(path: string): FsNode;
  writeFile(path: string, data: Uint8Array): void;
  lookupPath(path: string): { readonly node: FsNode };
}

export interface SevenZipModule {
  readonly FS: ModuleFiles;
  /** Returns the exit code; throws whatever a hook threw, and what stops the program. Changes `args`. */
  callMain(args: string[]): unknown;
}

/** Where a module's words go, and what it may take. */
export interface ModuleWiring {
  /** Standard output: [start, end) of the module's memory, for this call only. */
  onOutput(memory: Uint8Array, start: number, end: number): void;
  onErrorOutput(memory: Uint8Array, start: number, end: number): void;
  /** A file or a link is about to be opened or made at `path`: decoded as listings are, unlike emscripten's own names. */
  onPath(path: string): void;
  /** The module asked for more memory than it may have, and was refused. */
  onMemoryRefused(): void;
}

/** Starts one module. */
export type SevenZipFactory = (wiring: ModuleWiring) => Promise<SevenZipModule>;

/** Gets the parts from where they lie beside the program. Throws `DiskError` 'unsupported' where they are not there. */
export type LoadSevenZip = () => Promise<SevenZipFactory>;

/** errno values of emscripten's system calls. */
export const ERRNO = { accessDenied: 2, invalid: 28, inputOutput: 29 } as const;
