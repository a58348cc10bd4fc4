/** A folder to write into: the browser's picker, which must be called in the click itself. */
import type { Problem } from '../../../base/errors.ts';

export function canPickFolder(): boolean {
  return typeof window.showDirectoryPicker === 'function';
}

/** `folder` null = the user closed the picker, or there is a problem. */
export async function pickFolder(): Promise<{
  readonly folder: FileSystemDirectoryHandle | null;
  readonly problem: Problem | null;
}> {
  try {
    return { folder: await window.showDirectoryPicker({ mode: 'readwrite' }), problem: null };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return { folder: null, problem: null };
    return {
      folder: null,
      problem: {
        code: 'permission',
        message: `The browser did not open its picker: ${error instanceof Error ? error.message : String(error)}.`,
        meaning: 'Nothing was written.',
        remedy: 'Save the folder as a zip instead.',
      },
    };
  }
}
