/** Where a new file goes: the browser's picker, which must be called in the click itself, or private storage. */
import type { Problem } from '../../base/errors.ts';
import type { SaveFormat, SaveTarget } from '../../engine/api.ts';
import { extensionFor } from './savePlan.ts';

export type Where = 'picked' | 'private';

export function canPickTarget(): boolean {
  return typeof window.showSaveFilePicker === 'function';
}

/** null when the user closed the picker. */
async function pickTarget(format: SaveFormat, suggestedName: string): Promise<FileSystemFileHandle | null> {
  const raw = format === 'raw';
  const usual = extensionFor(format);
  // A differencing disk may keep the name that Hyper-V gives checkpoints.
  const asked: `.${string}`[] = suggestedName.toLowerCase().endsWith('.avhd') ? ['.avhd', usual] : [usual];
  try {
    return await window.showSaveFilePicker({
      suggestedName,
      types: [
        {
          description: raw ? 'Raw disk image' : 'Virtual hard disk',
          accept: { 'application/octet-stream': asked },
        },
      ],
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

/** `target` null = the user closed the picker, or there is a problem. */
export interface ChosenTarget {
  readonly target: SaveTarget | null;
  readonly problem: Problem | null;
}

/** Asks for the target; one that is open here is refused. `openNames` are the names of the files of the pile. */
export async function chooseTarget(
  where: Where,
  format: SaveFormat,
  suggestedName: string,
  openNames: readonly string[],
): Promise<ChosenTarget> {
  if (where === 'private') return { target: { kind: 'private', name: suggestedName }, problem: null };
  try {
    const handle = await pickTarget(format, suggestedName);
    if (!handle) return { target: null, problem: null };
    if (openNames.includes(handle.name)) return { target: null, problem: isOpen(handle.name) };
    return { target: { kind: 'handle', handle }, problem: null };
  } catch (error) {
    return { target: null, problem: noPicker(error) };
  }
}

export function isOpen(name: string): Problem {
  return {
    code: 'bad-request',
    message: `A file named ${name} is open here.`,
    meaning: 'Writing over a file that the disk is read from would destroy it. Nothing was written.',
    remedy: 'Choose another name.',
  };
}

export function noPicker(error: unknown): Problem {
  return {
    code: 'permission',
    message: `The browser did not open its picker: ${error instanceof Error ? error.message : String(error)}.`,
    meaning: 'Nothing was written.',
    remedy: 'Save into the browser’s private storage instead, and download from there.',
  };
}
