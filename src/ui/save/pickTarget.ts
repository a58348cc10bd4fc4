/** The browser's picker for the new file; it must be called in the click itself. */
import type { SaveFormat } from '../../engine/api.ts';
import { extensionFor } from './savePlan.ts';

export function canPickTarget(): boolean {
  return typeof window.showSaveFilePicker === 'function';
}

/** null when the user closed the picker. */
export async function pickTarget(
  format: SaveFormat,
  suggestedName: string,
): Promise<FileSystemFileHandle | null> {
  const raw = format === 'raw';
  try {
    return await window.showSaveFilePicker({
      suggestedName,
      types: [
        {
          description: raw ? 'Raw disk image' : 'Virtual hard disk',
          accept: { 'application/octet-stream': [extensionFor(format)] },
        },
      ],
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}
