/** Real files for the page: a real drop, and pickers that hand out handles which a real drop produced. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CDPSession, Page } from '@playwright/test';

/** One for each page, as long as it lives. */
const sessions = new WeakMap<Page, Promise<CDPSession>>();

function sessionOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  return session;
}

/** Drops files or folders of this machine on the middle of the page: the page gets real handles. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await sessionOf(page);
  const size = page.viewportSize() ?? { width: 1280, height: 800 };
  const at = { x: size.width / 2, y: size.height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
}

type Picker = 'showOpenFilePicker' | 'showSaveFilePicker' | 'showDirectoryPicker';

interface PickerStub {
  handles: FileSystemHandle[];
  calls: string[];
}

/** What the stubs keep in the page. */
interface StubbedWindow {
  pickerStub: PickerStub;
  catchDrop: boolean;
}

/**
 * A headless browser refuses to show pickers. The stub keeps the picker's contract: handles, or an AbortError when the
 * user cancels. Call before the page is opened.
 */
export async function stubPickers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const stub: PickerStub = { handles: [], calls: [] };
    const stubbed: StubbedWindow = Object.assign(window, { pickerStub: stub, catchDrop: false });
    const catching = (event: DragEvent) => {
      if (!stubbed.catchDrop) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.type !== 'drop') return;
      stubbed.catchDrop = false;
      const items = [...(event.dataTransfer?.items ?? [])].map((item) => item.getAsFileSystemHandle());
      void Promise.all(items).then((handles) => {
        stub.handles = handles.filter((handle) => handle !== null);
        document.documentElement.dataset.pickerReady = String(stub.handles.length);
      });
    };
    for (const type of ['dragenter', 'dragover', 'drop'] as const)
      window.addEventListener(type, catching, true);
    const answer = (name: string, one: boolean) => async (options?: { mode?: string }) => {
      stub.calls.push(name);
      if (!navigator.userActivation.isActive) throw new DOMException('No user gesture.', 'SecurityError');
      const { handles } = stub;
      stub.handles = [];
      const [first] = handles;
      if (!first) throw new DOMException('The user aborted a request.', 'AbortError');
      // What the real picker does: who chose a file or a folder to save to has allowed to write it.
      if (name === 'showSaveFilePicker' || options?.mode === 'readwrite')
        await first.requestPermission({ mode: 'readwrite' });
      return one ? first : handles;
    };
    Object.assign(window, {
      showOpenFilePicker: answer('showOpenFilePicker', false),
      showSaveFilePicker: answer('showSaveFilePicker', true),
      showDirectoryPicker: answer('showDirectoryPicker', true),
    });
  });
}

/** The next picker gives these files or folders. Without paths it is cancelled. */
export async function pickNext(page: Page, paths: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    delete document.documentElement.dataset.pickerReady;
    Object.assign(window, { catchDrop: true });
  });
  if (paths.length === 0) return page.evaluate(() => void Object.assign(window, { catchDrop: false }));
  await drop(page, paths);
  await page.locator(`html[data-picker-ready="${paths.length}"]`).waitFor();
}

/** An empty file in `folder` that the next save picker hands out. */
export async function saveNextTo(page: Page, folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, '');
  await pickNext(page, [file]);
  return file;
}

/** Pickers that were asked for, in order. */
export function pickerCalls(page: Page): Promise<Picker[]> {
  return page.evaluate(() => (window as { pickerStub?: { calls: Picker[] } }).pickerStub?.calls ?? []);
}

/** A browser without pickers, as Firefox and Safari are. Call before the page is opened. */
export async function withoutPickers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker']) {
      Reflect.deleteProperty(window, name);
    }
  });
}
