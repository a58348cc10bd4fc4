/** Passes calls of `tools/bench.mjs` on to the worker, with the files and handles that the user would give. */
import type { BenchCall } from './bench.worker.ts';

declare global {
  interface Window {
    /** Runs one bench in the page's worker. */
    runBench(name: string): Promise<unknown>;
  }
}

const input = document.querySelector('input') as HTMLInputElement;
const handles: FileSystemFileHandle[] = [];
const worker = new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' });

document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  const items = [...(event.dataTransfer?.items ?? [])];
  for (const handle of await Promise.all(items.map((item) => item.getAsFileSystemHandle()))) {
    if (handle?.kind !== 'file') continue;
    // Workers cannot ask.
    await handle.requestPermission({ mode: 'readwrite' });
    handles.push(handle as FileSystemFileHandle);
  }
  document.body.dataset.dropped = String(handles.length);
});

window.runBench = (name) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.ok ? resolve(data.value) : reject(new Error(data.message)));
    worker.onerror = ({ message }) => reject(new Error(message));
    const call: BenchCall = { name, files: [...(input.files ?? [])], handles };
    worker.postMessage(call);
  });
