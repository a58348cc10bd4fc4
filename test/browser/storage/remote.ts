/** A storage inside a worker, as the conformance suite in the page sees it. */
import { type Remote as Proxied, wrap } from 'comlink';
import { DiskError, type Outcome } from '../../../src/base/errors.ts';
import type { DiskFolder } from '../../../src/storage/diskFolder.ts';
import type { FileSink } from '../../../src/storage/fileSink.ts';
import type { RandomAccessFile, ReadRequest } from '../../../src/storage/randomAccessFile.ts';
import type { Remote, RemoteState } from './storage.worker.ts';

export type StorageWorker = Proxied<Remote>;

export function startWorker(): { worker: Worker; remote: StorageWorker } {
  const worker = new Worker(new URL('./storage.worker.ts', import.meta.url), { type: 'module' });
  return { worker, remote: wrap<Remote>(worker) };
}

export async function unwrap<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const result = await outcome;
  if (result.ok) return result.value;
  throw new DiskError(result.error);
}

class RemoteFile implements RandomAccessFile {
  readonly name: string;
  readonly access: RandomAccessFile['access'];
  readonly durable: boolean;
  readonly readThroughBytes: number;
  sizeBytes: number;
  private readonly id: number;

  constructor(
    private readonly remote: StorageWorker,
    state: RemoteState,
    /** Reads are served by `readNow` over there. */
    private readonly now: boolean,
  ) {
    this.id = state.id;
    this.name = state.name;
    this.access = state.access;
    this.durable = state.durable;
    this.readThroughBytes = state.readThroughBytes;
    this.sizeBytes = state.sizeBytes;
  }

  read(offset: number, target: Uint8Array): Promise<void> {
    return this.readMany([{ offset, target }]);
  }

  async readMany(requests: readonly ReadRequest[]): Promise<void> {
    const wanted = requests.map(({ offset, target }) => ({ offset, lengthBytes: target.length }));
    const results = await unwrap(this.remote.read(this.id, wanted, this.now && requests.length > 0));
    requests.forEach(({ target }, i) => {
      target.set(results[i] ?? []);
    });
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.sizeBytes = await unwrap(this.remote.write(this.id, offset, source));
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.sizeBytes = await unwrap(this.remote.truncate(this.id, sizeBytes));
  }

  async flush(): Promise<void> {
    await unwrap(this.remote.flush(this.id));
  }

  close(): Promise<void> {
    return unwrap(this.remote.close(this.id));
  }
}

export class RemoteFolder implements DiskFolder {
  constructor(
    private readonly remote: StorageWorker,
    private readonly name: string,
    private readonly now = false,
  ) {}

  list() {
    return unwrap(this.remote.list(this.name));
  }

  async open(name: string, access: RandomAccessFile['access']): Promise<RandomAccessFile> {
    return new RemoteFile(this.remote, await unwrap(this.remote.open(this.name, name, access)), this.now);
  }

  async create(name: string): Promise<RandomAccessFile> {
    return new RemoteFile(this.remote, await unwrap(this.remote.create(this.name, name)), this.now);
  }

  rename(source: string, target: string): Promise<void> {
    return unwrap(this.remote.rename(this.name, source, target));
  }

  remove(name: string): Promise<void> {
    return unwrap(this.remote.remove(this.name, name));
  }

  snapshot(name: string): Promise<File> {
    return unwrap(this.remote.snapshot(this.name, name));
  }

  async sink(name: string): Promise<FileSink> {
    const { remote } = this;
    const id = await unwrap(remote.makeSink(this.name, name));
    return {
      name,
      write: (offset, source) => unwrap(remote.sinkWrite(id, offset, source)),
      truncate: (sizeBytes) => unwrap(remote.sinkTruncate(id, sizeBytes)),
      close: () => unwrap(remote.sinkClose(id)),
      abort: () => unwrap(remote.sinkAbort(id)),
    };
  }
}
