import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { BlobSink } from '../../../src/engine/blobSink.ts';
import { newFolderIn } from '../../../src/engine/labFolder.ts';
import type { FileSink } from '../../../src/storage/fileSink.ts';
import { MemorySink } from '../../support/memorySink.ts';

/** What the browser gives for a folder that was picked, as far as it is used here. */
class PickedFolder {
  readonly kind = 'directory';
  readonly folders = new Map<string, PickedFolder>();
  readonly files = new Map<string, { readonly name: string }>();

  constructor(readonly name: string) {}

  async *keys() {
    yield* [...this.folders.keys(), ...this.files.keys()];
  }

  async getDirectoryHandle(name: string): Promise<PickedFolder> {
    const folder = this.folders.get(name) ?? new PickedFolder(name);
    this.folders.set(name, folder);
    return folder;
  }

  async getFileHandle(name: string): Promise<{ readonly name: string }> {
    const file = { name };
    this.files.set(name, file);
    return file;
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.folders.delete(name)) throw new DOMException('gone', 'NotFoundError');
  }
}

function picked(): { root: PickedFolder; handle: FileSystemDirectoryHandle } {
  const root = new PickedFolder('picked');
  const handle: unknown = root;
  return { root, handle: handle as FileSystemDirectoryHandle };
}

const handleSink = async (): Promise<FileSink> => new MemorySink();

describe('the machine’s folder', () => {
  it('is a new one of its name, with the folders of its files', async () => {
    const { root, handle } = picked();
    const target = await newFolderIn(handle, 'VM', handleSink);
    await target.sinkOf('Snapshots/a.avhd');
    await target.sinkOf('Snapshots/b.avhd');
    await target.sinkOf('Virtual Machines/x.json');
    const made = root.folders.get('VM');
    expect(target.name).toBe('VM');
    expect([...(made?.folders.keys() ?? [])]).toEqual(['Snapshots', 'Virtual Machines']);
    expect([...(made?.folders.get('Snapshots')?.files.keys() ?? [])]).toEqual(['a.avhd', 'b.avhd']);
  });

  it('takes another name where that is taken, also by a name that differs in case alone', async () => {
    const { root, handle } = picked();
    await root.getDirectoryHandle('vm');
    await root.getFileHandle('VM 2');
    expect((await newFolderIn(handle, 'VM', handleSink)).name).toBe('VM 3');
  });

  it('goes when it is given up; one that is gone already is no fault', async () => {
    const { root, handle } = picked();
    const target = await newFolderIn(handle, 'VM', handleSink);
    await target.abandon();
    expect(root.folders.size).toBe(0);
    await target.abandon();
  });

  it('is refused in the words of every storage where the browser refuses it', async () => {
    const { root, handle } = picked();
    root.getDirectoryHandle = async () => {
      throw new DOMException('no', 'NotAllowedError');
    };
    await expect(newFolderIn(handle, 'VM', handleSink)).rejects.toMatchObject({ code: 'permission' });
    await expect(newFolderIn(handle, 'VM', handleSink)).rejects.toBeInstanceOf(DiskError);
  });
});

describe('a file that is put together in memory', () => {
  it('takes pieces one behind the other, and a piece again with other bytes', async () => {
    const sink = new BlobSink('out.zip');
    const source = Uint8Array.of(1, 2, 3);
    await sink.write(0, source);
    source.fill(9);
    await sink.write(3, Uint8Array.of(4));
    await sink.write(0, Uint8Array.of(7, 8, 9));
    await sink.close();
    const file = sink.file('application/zip');
    expect([file.name, file.type]).toEqual(['out.zip', 'application/zip']);
    expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([7, 8, 9, 4]);
  });

  it('takes no piece with a gap before it, and none of another length', async () => {
    const sink = new BlobSink('out.zip');
    await sink.write(0, new Uint8Array(3));
    await expect(sink.write(4, new Uint8Array(1))).rejects.toThrow('pieces lie one behind the other');
    await expect(sink.write(0, new Uint8Array(2))).rejects.toThrow('pieces lie one behind the other');
  });
});
