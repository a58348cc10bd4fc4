/** Storages that only exist in workers, operated from a test in the page. */
import { expose } from 'comlink';
import { must } from '../../../src/base/assert.ts';
import { type Outcome, toProblem } from '../../../src/base/errors.ts';
import { folderSink } from '../../../src/storage/fileSink.ts';
import { OpfsFolder } from '../../../src/storage/opfsFolder.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';

const folders = new Map<string, Promise<OpfsFolder>>();
const files: RandomAccessFile[] = [];
const sinks: Awaited<ReturnType<typeof folderSink>>[] = [];

/** What a test sees of an open file. */
export interface RemoteState {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly access: RandomAccessFile['access'];
  readonly durable: boolean;
  readonly readThroughBytes: number;
}

async function outcome<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toProblem(error) };
  }
}

/** One folder object a name, as the engine has one. */
function folder(name: string): Promise<OpfsFolder> {
  const known = folders.get(name) ?? OpfsFolder.open(name);
  folders.set(name, known);
  return known;
}

function state(id: number): RemoteState {
  const { name, sizeBytes, access, durable, readThroughBytes } = fileOf(id);
  return { id, name, sizeBytes, access, durable, readThroughBytes };
}

const fileOf = (id: number) => must(files[id], 'an open file');
const sinkOf = (id: number) => must(sinks[id], 'a sink');

async function change(id: number, work: (file: RandomAccessFile) => Promise<void>): Promise<Outcome<number>> {
  return outcome(async () => {
    await work(fileOf(id));
    return fileOf(id).sizeBytes;
  });
}

const remote = {
  open: (inFolder: string, name: string, access: 'read-only' | 'read-write') =>
    outcome(async () => state(files.push(await (await folder(inFolder)).open(name, access)) - 1)),
  create: (inFolder: string, name: string) =>
    outcome(async () => state(files.push(await (await folder(inFolder)).create(name)) - 1)),
  list: (inFolder: string) => outcome(async () => (await folder(inFolder)).list()),
  rename: (inFolder: string, source: string, target: string) =>
    outcome(async () => (await folder(inFolder)).rename(source, target)),
  remove: (inFolder: string, name: string) => outcome(async () => (await folder(inFolder)).remove(name)),
  snapshot: (inFolder: string, name: string) => outcome(async () => (await folder(inFolder)).snapshot(name)),

  read: (id: number, requests: readonly { offset: number; lengthBytes: number }[], now: boolean) =>
    outcome(async () => {
      const file = fileOf(id);
      const made = requests.map(({ offset, lengthBytes }) => ({
        offset,
        target: new Uint8Array(lengthBytes),
      }));
      if (now) for (const { offset, target } of made) file.readNow?.(offset, target);
      else if (made.length === 1 && made[0]) await file.read(made[0].offset, made[0].target);
      else await file.readMany(made);
      return made.map(({ target }) => target);
    }),
  write: (id: number, offset: number, source: Uint8Array) => change(id, (file) => file.write(offset, source)),
  truncate: (id: number, sizeBytes: number) => change(id, (file) => file.truncate(sizeBytes)),
  flush: (id: number) => change(id, (file) => file.flush()),
  close: (id: number) => outcome(() => fileOf(id).close()),

  makeSink: (inFolder: string, name: string) =>
    outcome(async () => sinks.push(await folderSink(await folder(inFolder), name)) - 1),
  sinkWrite: (id: number, offset: number, source: Uint8Array) =>
    outcome(() => sinkOf(id).write(offset, source)),
  sinkTruncate: (id: number, sizeBytes: number) => outcome(() => sinkOf(id).truncate(sizeBytes)),
  sinkClose: (id: number) => outcome(() => sinkOf(id).close()),
  sinkAbort: (id: number) => outcome(() => sinkOf(id).abort()),
};

export type Remote = typeof remote;

expose(remote);
