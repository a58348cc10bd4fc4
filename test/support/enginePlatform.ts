/** An engine in Node over files in memory: private storage is a folder in memory, picked targets are sinks in memory. */
import { createHash } from 'node:crypto';
import { DiskError } from '../../src/base/errors.ts';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import type { Job, Outcome, Progress } from '../../src/engine/api.ts';
import { Engine } from '../../src/engine/engine.ts';
import { localFilesHost } from '../../src/engine/localFilesHost.ts';
import type { FileToOpen } from '../../src/engine/opening.ts';
import type { Platform, PrivateFolder } from '../../src/engine/platform.ts';
import { wasmContentHasher } from '../../src/filesystems/contentHasher.ts';
import { fileSystemsWith } from '../../src/filesystems/openFileSystem.ts';
import { loadSevenZipNode } from '../../src/filesystems/sevenZip/loadSevenZipNode.ts';
import { MACHINE_FOLDER, SNAPSHOT_FOLDER, VHD_FOLDER } from '../../src/lab/machine/machine.ts';
import { FolderTree } from '../../src/storage/folderTree.ts';
import { MemoryFile } from '../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../src/storage/randomAccessFile.ts';
import { LockingFolder } from './lockingFolder.ts';
import { MemorySink } from './memorySink.ts';

class PrivateMemory extends LockingFolder implements PrivateFolder {
  async snapshot(name: string): Promise<File> {
    return new File([new Uint8Array(this.bytes(name))], name);
  }
}

export interface TestEngine {
  readonly engine: Engine;
  readonly folder: PrivateMemory;
  /** What was saved to picked targets, by name. */
  readonly sinks: Map<string, MemorySink>;
  /** The lab's folders in private storage. */
  readonly lab: { readonly folder: FolderTree; isHeld: boolean };
}

const core = loadCore();
const filesTools = {
  loadCore: () => core,
  openFileSystem: fileSystemsWith(loadSevenZipNode),
  createHasher: wasmContentHasher,
};

function lockingTree(): FolderTree {
  const names = [VHD_FOLDER, SNAPSHOT_FOLDER, MACHINE_FOLDER];
  return new FolderTree(Object.fromEntries(names.map((name) => [name, new LockingFolder()])));
}

export function testEngine(instead: Partial<Platform> = {}): TestEngine {
  const folder = new PrivateMemory();
  const sinks = new Map<string, MemorySink>();
  const lab = { folder: lockingTree(), isHeld: false };
  const engine = new Engine({
    loadCore: () => core,
    privateFolder: async () => folder,
    quotaBytes: async () => null,
    takeLabStore: async () => {
      if (lab.isHeld) throw new DiskError({ code: 'busy', message: 'Another engine holds the lab.' });
      lab.isHeld = true;
      const release = () => {
        lab.isHeld = false;
      };
      return { folder: lab.folder, release };
    },
    async openSource(source) {
      if (source.kind !== 'private')
        throw new DiskError({ code: 'unsupported', message: 'Not in this test.' });
      const file = await folder.open(source.name, 'read-only');
      return { file, path: source.name, storage: 'private', changedMs: null, handle: null };
    },
    async handleSink({ name }) {
      const sink = new MemorySink();
      sinks.set(name, sink);
      return sink;
    },
    async createHasher() {
      const hash = createHash('sha256');
      return {
        update: (bytes) => void hash.update(bytes),
        digest: () => hash.digest('hex'),
        close: () => undefined,
      };
    },
    openFiles: (source) => localFilesHost(source, filesTools),
    folderTarget: async () => {
      throw new DiskError({ code: 'unsupported', message: 'Not in this test.' });
    },
    newId: () => new Uint8Array(16).fill(7),
    now: () => new Date('2026-01-02T03:04:05Z'),
    ...instead,
  });
  return { engine, folder, sinks, lab };
}

let jobs = 1;

/** A job that notes its progress; `onProgress` may cancel it. */
export function testJob(onProgress: (progress: Progress, id: number) => void = () => undefined): Job {
  const id = jobs++;
  return { id, report: (progress) => onProgress(progress, id) };
}

export function fileToOpen(path: string, bytes: Uint8Array | RandomAccessFile): FileToOpen {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const file = bytes instanceof Uint8Array ? MemoryFile.of(name, bytes, 'read-only') : bytes;
  return { path, open: async () => ({ file, path, storage: 'memory', changedMs: 1, handle: null }) };
}

/** The value, or the test fails with what the engine said. */
export function okValue<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}
