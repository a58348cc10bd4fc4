import { describe, expect, it, vi } from 'vitest';
import type { FileSource, Outcome, PileView } from '../../../../src/engine/api.ts';
import { gatherFiles, gatherHandles } from '../../../../src/ui/open/gather.ts';
import { Opener } from '../../../../src/ui/open/opener.svelte.ts';
import {
  Recent,
  type RecentEntry,
  type RecentStore,
  whenText,
} from '../../../../src/ui/state/recent.svelte.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';

/** Remembers what it was asked to open. */
class ListeningEngine extends FakeEngine {
  readonly opened: string[][] = [];

  override open(sources: readonly FileSource[] = []): Promise<Outcome<PileView>> {
    if (sources.length > 0)
      this.opened.push(sources.map((source) => (source.kind === 'private' ? source.name : source.path)));
    return super.open();
  }
}

class MemoryStore implements RecentStore {
  entries: readonly RecentEntry[] = [];
  load = () => Promise.resolve(this.entries);
  save = (entries: readonly RecentEntry[]) => {
    this.entries = entries;
    return Promise.resolve();
  };
}

function setUp() {
  history.replaceState(null, '', '#');
  const engine = new ListeningEngine({ layers: 2, units: 16, seed: 3 });
  const session = new Session(new FakeClient(engine));
  const store = new MemoryStore();
  return { engine, session, store, opener: new Opener(session, new Recent(store)) };
}

async function folder(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(name, { recursive: true }).catch(() => undefined);
  const made = await root.getDirectoryHandle(name, { create: true });
  await made.getFileHandle('base.vhd', { create: true });
  const inner = await made.getDirectoryHandle('Snapshots', { create: true });
  await inner.getFileHandle('child.avhd', { create: true });
  await inner.getFileHandle('readme.txt', { create: true });
  return made;
}

describe('ways in', () => {
  it('walks a folder and keeps the paths', async () => {
    const { sources, unreadable, cutShort } = await gatherHandles([await folder('vm')]);
    expect(sources.map((source) => source.kind === 'handle' && source.path).sort()).toEqual([
      'vm/Snapshots/child.avhd',
      'vm/Snapshots/readme.txt',
      'vm/base.vhd',
    ]);
    expect(unreadable).toEqual([]);
    expect(cutShort).toBe(false);
  });

  it('stops at its bound and says so', async () => {
    const gathered = await gatherHandles([await folder('vm')], { mostFiles: 2 });
    expect(gathered.sources).toHaveLength(2);
    expect(gathered.cutShort).toBe(true);
  });

  it('goes on past what cannot be read, and reports it', async () => {
    const broken = await folder('vm');
    vi.spyOn(broken, 'values').mockImplementation(() => {
      throw new DOMException('gone', 'NotFoundError');
    });
    const file = await (await folder('other')).getFileHandle('a.vhd', { create: true });
    const gathered = await gatherHandles([broken, file]);
    expect(gathered.sources).toHaveLength(1);
    expect(gathered.unreadable.map(({ message }) => message)).toEqual(['vm could not be read: gone']);
  });

  it('takes files of an input with their paths', () => {
    const { sources } = gatherFiles([new File(['x'], 'a.vhd')]);
    expect(sources).toMatchObject([{ kind: 'blob', path: 'a.vhd' }]);
  });

  it('opens what a picker gives, and remembers it', async () => {
    const { engine, opener, session, store } = setUp();
    const handle = await folder('vm');
    vi.stubGlobal('showDirectoryPicker', () => Promise.resolve(handle));
    await opener.openFolder(() => expect.unreachable());
    expect(engine.opened).toHaveLength(1);
    expect(session.screen).toBe('explore');
    expect(store.entries).toMatchObject([{ title: 'vm', disks: 2, errors: 0 }]);
    await opener.openFolder(() => expect.unreachable());
    expect(store.entries).toHaveLength(1);
    vi.unstubAllGlobals();
  });

  it('takes the closing of a picker for an answer, not for a fault', async () => {
    const { engine, opener, session } = setUp();
    vi.stubGlobal('showOpenFilePicker', () =>
      Promise.reject(new DOMException('The user aborted a request.', 'AbortError')),
    );
    await opener.openFiles(() => expect.unreachable());
    expect(session.problems).toEqual([]);
    expect(engine.opened).toEqual([]);
    vi.stubGlobal('showOpenFilePicker', () => Promise.reject(new DOMException('no', 'SecurityError')));
    await opener.openFiles(() => expect.unreachable());
    expect(session.problems.map(({ problem }) => problem.code)).toEqual(['permission']);
    vi.unstubAllGlobals();
  });

  it('falls back to the input where there are no pickers', async () => {
    const { opener } = setUp();
    vi.stubGlobal('showDirectoryPicker', undefined);
    let asked = 0;
    await opener.openFolder(() => asked++);
    await opener.openFiles(() => asked++);
    expect(asked).toBe(2);
    vi.unstubAllGlobals();
  });

  it('opens a recent folder again, and says when it may not', async () => {
    const { engine, opener, session, store } = setUp();
    const handle = await folder('vm');
    vi.stubGlobal('showDirectoryPicker', () => Promise.resolve(handle));
    await opener.openFolder(() => expect.unreachable());
    vi.unstubAllGlobals();
    const entry = store.entries[0] as RecentEntry;
    await opener.openRecent(entry);
    expect(engine.opened).toHaveLength(2);
    vi.spyOn(handle, 'queryPermission').mockResolvedValue('prompt');
    vi.spyOn(handle, 'requestPermission').mockResolvedValue('denied');
    await opener.openRecent({ ...entry, handles: [handle] });
    expect(engine.opened).toHaveLength(2);
    expect(session.problems[0]?.problem.message).toContain('not allowed to read vm');
  });

  it('forgets one, and all', async () => {
    const store = new MemoryStore();
    const entry = (id: string): RecentEntry => ({
      id,
      title: id,
      handles: [],
      disks: 1,
      sizeBytes: 1,
      errors: 0,
      warnings: 0,
      openedMs: 0,
    });
    store.entries = [entry('a'), entry('b'), entry('c')];
    const recent = new Recent(store);
    await recent.load();
    await recent.forget('b');
    expect(store.entries.map(({ id }) => id)).toEqual(['a', 'c']);
    await recent.forgetAll();
    expect(store.entries).toEqual([]);
  });

  it('works without a list where the browser keeps nothing', async () => {
    const recent = new Recent({
      load: () => Promise.reject(new Error('no storage')),
      save: () => Promise.reject(new Error('no storage')),
    });
    await recent.load();
    expect(recent.list).toEqual([]);
    await recent.forgetAll();
  });
});

it('keeps handles in IndexedDB over a reload', async () => {
  const { session } = setUp();
  const handle = await folder('kept');
  const first = new Recent();
  await first.load();
  await first.forgetAll();
  await session.openSample();
  if (session.pile) await first.remember([handle], session.pile);
  const second = new Recent();
  await second.load();
  expect(second.list.map(({ title }) => title)).toEqual(['kept']);
  expect(await second.list[0]?.handles[0]?.isSameEntry(handle)).toBe(true);
  await second.forgetAll();
});

it('says when, in the words of a person', () => {
  const now = new Date(2026, 10, 21, 22, 30).getTime();
  const at = (...parts: [number, number, number, number, number]) =>
    whenText(new Date(...parts).getTime(), now);
  expect(at(2026, 10, 21, 2, 11)).toBe('today 02:11');
  expect(at(2026, 10, 20, 23, 59)).toBe('yesterday');
  expect(at(2026, 10, 19, 12, 0)).toBe('Thursday');
  expect(at(2026, 10, 12, 12, 0)).toBe('12 Nov');
  expect(at(2025, 10, 12, 12, 0)).toBe('12 Nov 2025');
});
