/** Where saved files go: pickers must be called in the click itself. */
import type { Problem } from '../../../base/errors.ts';
import type { ExtractTarget } from '../../../engine/api.ts';
import { pickFolder } from '../../lab/share/pickFolder.ts';
import { isOpen, noPicker } from '../../save/pickTarget.ts';
import type { TargetOption } from '../../save/targetOptions.ts';

/** `file`: one file. The private ways need no picker, and end with a download. */
export type OutWay = 'folder' | 'zip' | 'file' | 'private-zip' | 'private-file';

interface Pickers {
  readonly files: boolean;
  readonly folders: boolean;
}

export function pickersHere(): Pickers {
  return {
    files: typeof window.showSaveFilePicker === 'function',
    folders: typeof window.showDirectoryPicker === 'function',
  };
}

const STORED = 'The browser may clear that storage: download it from there.';

export function waysOf({ files, folders }: Pickers, isSingle: boolean): readonly TargetOption<OutWay>[] {
  const ways: TargetOption<OutWay>[] = [];
  if (isSingle) {
    if (files)
      ways.push({
        value: 'file',
        title: 'A file on this computer',
        explain: 'The browser asks where. It writes beside the name and swaps when all is there.',
      });
    ways.push({
      value: 'private-file',
      title: 'The browser’s private storage, then a download',
      explain: files ? STORED : `This browser has no picker for files to write. ${STORED}`,
    });
  }
  if (folders)
    ways.push({
      value: 'folder',
      title: isSingle ? 'Into a folder of this computer' : 'As files, into a folder of this computer',
      explain:
        'The browser asks which. Nothing that is there is written over, and nothing is written outside it; times are kept in a ZIP only.',
    });
  if (isSingle) return ways;
  if (files)
    ways.push({
      value: 'zip',
      title: 'As one ZIP on this computer',
      explain: 'The browser asks where. Folders and times are kept in it.',
    });
  ways.push({
    value: 'private-zip',
    title: 'As one ZIP in the browser’s private storage, then a download',
    explain: files ? STORED : `This browser has no picker for files to write. ${STORED}`,
  });
  return ways;
}

interface ChosenOut {
  /** null = the reader closed the picker, or there is a problem. */
  readonly target: ExtractTarget | null;
  readonly problem: Problem | null;
}

/** `openNames`: files that the disk is read from. `name` is that of the file or the ZIP. */
export async function pickOut(way: OutWay, name: string, openNames: readonly string[]): Promise<ChosenOut> {
  if (way === 'folder') {
    const { folder, problem } = await pickFolder();
    return { target: folder && { kind: 'folder', handle: folder }, problem };
  }
  const kind = way === 'zip' || way === 'private-zip' ? 'zip' : 'file';
  if (way === 'private-zip' || way === 'private-file')
    return { target: { kind, target: { kind: 'private', name } }, problem: null };
  try {
    const zip = { description: 'ZIP archive', accept: { 'application/zip': ['.zip' as const] } };
    const types = kind === 'zip' ? { types: [zip] } : {};
    const handle = await window.showSaveFilePicker({ suggestedName: name, ...types });
    if (openNames.includes(handle.name)) return { target: null, problem: isOpen(handle.name) };
    return { target: { kind, target: { kind: 'handle', handle } }, problem: null };
  } catch (error) {
    const closed = error instanceof DOMException && error.name === 'AbortError';
    return { target: null, problem: closed ? null : noPicker(error) };
  }
}
