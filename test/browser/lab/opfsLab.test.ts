/** The lab's drive over a real browser's private storage: a live merge to its end, with the plug pulled, and killed. */
import { type Remote, wrap } from 'comlink';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BASE, JOURNAL, LEAF, SIBLING, truthOf } from '../../support/driveScene.ts';
import { expectBytes, failure } from '../../support/storageConformance.ts';
import { unwrap } from '../storage/remote.ts';
import type { DriveRemote } from './drive.worker.ts';

const workers: Worker[] = [];

function startWorker(): { worker: Worker; remote: Remote<DriveRemote> } {
  const worker = new Worker(new URL('./drive.worker.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return { worker, remote: wrap<DriveRemote>(worker) };
}

async function removeFolders(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  for (const name of ['lab-disks', 'lab-snapshots', 'lab-machines'])
    await root.removeEntry(name, { recursive: true }).catch(() => {});
}

beforeEach(removeFolders);
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.terminate();
  // The locks of a worker go a moment after it.
  await expect.poll(async () => removeFolders().then(() => 'gone', String)).toBe('gone');
});

async function expectMerged(remote: Remote<DriveRemote>, leaf?: Uint8Array): Promise<void> {
  const found = await unwrap(remote.found(true));
  expect(found.names).toEqual([LEAF, SIBLING, BASE]);
  if (leaf) expectBytes(found.leaf, leaf);
  else expect(found.wrongSectors).toEqual([]);
  expectBytes(found.sibling, truthOf(SIBLING));
  expect(found.leafParent).toEqual(['web01.vhd', '..\\Virtual Hard Disks\\web01.vhd']);
  expect(found.busyUs).toBeGreaterThan(0);
}

describe("the lab's drive in private storage", () => {
  it('merges while a guest writes, files in two folders', async () => {
    const { remote } = startWorker();
    expect(await unwrap(remote.begin(1, 1000))).toBe('switched');
    await unwrap(remote.flushAndRead());
    await unwrap(remote.close());
    await expectMerged(remote);
    const root = await navigator.storage.getDirectory();
    const disks: string[] = [];
    for await (const name of (await root.getDirectoryHandle('lab-disks')).keys()) disks.push(name);
    expect(disks).toEqual(['web01.vhd']);
  });

  it('loses nothing that was flushed when the plug is pulled in the middle of it', async () => {
    const { remote } = startWorker();
    expect(await unwrap(remote.begin(2, 2))).toBe('copying');
    await unwrap(remote.cutPower(5));
    const error = await failure('io', () => unwrap(remote.found(false)));
    expect(error.message).toContain('the power is off');
    await unwrap(remote.close());
    await unwrap(remote.powerOn());
    expect(await unwrap(remote.resume())).toBeGreaterThan(0);
    await expectMerged(remote);
  });

  it('goes on in another worker after the first is killed in the middle of it', async () => {
    const first = startWorker();
    expect(await unwrap(first.remote.begin(3, 2))).toBe('copying');
    const leaf = await unwrap(first.remote.flushAndRead());
    first.worker.terminate();
    const { remote } = startWorker();
    // Its locks go a moment later.
    await expect
      .poll(() => unwrap(remote.found(false)).then(({ names }) => names, String))
      .toContain(JOURNAL);
    expectBytes((await unwrap(remote.found(false))).leaf, leaf);
    expect(await unwrap(remote.resume())).toBeGreaterThan(0);
    await expectMerged(remote, leaf);
  });

  it('has one file open for a reader and for writers, which private storage alone refuses', async () => {
    const { remote } = startWorker();
    expect(await unwrap(remote.share())).toEqual({ read: [1, 7, 3], again: [1, 7, 3] });
  });

  it('keeps no snapshots: they would have to copy every byte', async () => {
    const { remote } = startWorker();
    await failure('bad-request', () => unwrap(remote.snapshot()));
  });
});
