/** A chain of the pile under a lab: read-only, through handles of its own, so that it stays when the pile is closed. */
import { DiskError } from '../base/errors.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { USUAL_BLOCK_BYTES } from '../formats/vhd/blockAllocationTable.ts';
import { FIRST_SCENARIO } from '../lab/history/firstScenario.ts';
import type { Scenario } from '../lab/history/scenario.ts';
import { isMachineName, LONGEST_MACHINE_NAME } from '../lab/machine/machineNames.ts';
import type { Foundation } from '../lab/machine/newMachine.ts';
import { fileSafe } from '../lab/machine/paths.ts';
import { BlobFile } from '../storage/blobFile.ts';
import { MemoryFile } from '../storage/memoryFile.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import type { FileId } from './api.ts';
import type { Pile, PileEntry } from './pile.ts';
import type { Platform } from './platform.ts';

export interface FoundationFile {
  /** In the lab's folder: `Foundation/0-base.vhd`. */
  readonly name: string;
  readonly file: RandomAccessFile;
  readonly openAgain: () => Promise<RandomAccessFile>;
}

const FOLDER = 'Foundation';
const DISK = 'disk0';

/** Newest first. Throws 'parent-missing', 'bad-request' for what no differencing disk can stand on, and what opening does. */
export async function openFoundation(
  platform: Platform,
  pile: Pile,
  leaf: FileId,
): Promise<readonly FoundationFile[]> {
  const { ids, images, complete } = pile.chainFrom(leaf);
  const [newest] = images;
  if (!complete) throw incomplete(pile.get(ids.at(-1) ?? leaf));
  if (newest) checkCanBeParent(newest);
  const files: FoundationFile[] = [];
  try {
    for (const [i, id] of ids.entries()) {
      const entry = pile.get(id);
      const openAgain = openerOf(platform, entry);
      const name = `${FOLDER}/${i}-${entry.content.file.name}`;
      files.push({ name, openAgain, file: await openAgain() });
    }
    return files;
  } catch (error) {
    for (const { file } of files) await file.close();
    throw error;
  }
}

export function foundationOf(files: readonly FoundationFile[]): Foundation {
  return files.length === 0 ? {} : { [DISK]: files.map(({ name, file }) => ({ name, file })) };
}

/** A machine above the chain, off, with a guest that does nothing: what is tried is the user's to say. */
export function scenarioAbove(newest: DiskImage, seed: number): Scenario {
  const wanted = fileSafe(newest.file.name.replace(/\.[^.]*$/, ''))
    .slice(0, LONGEST_MACHINE_NAME)
    .trim();
  return {
    name: `Above ${newest.file.name}`,
    text: '',
    seed,
    machineName: isMachineName(wanted) ? wanted : 'machine',
    settings: FIRST_SCENARIO.settings,
    disks: [
      {
        type: 'dynamic',
        virtualSizeBytes: newest.virtualSizeBytes,
        blockSizeBytes: newest.blockSizeBytes ?? USUAL_BLOCK_BYTES,
      },
    ],
    policy: 'live',
    guest: { kind: 'idle', load: 0 },
    volume: false,
    drive: 'ssd',
    commands: [],
    endUs: 0,
  };
}

function openerOf(platform: Platform, entry: PileEntry): () => Promise<RandomAccessFile> {
  const { content, storage, path } = entry;
  const { file } = content;
  if (storage === 'private')
    return async () => (await platform.openSource({ kind: 'private', name: path })).file;
  if (file instanceof BlobFile) return async () => file.openedAgain();
  if (file instanceof MemoryFile) return async () => new MemoryFile(file.name, file.content, 'read-only');
  throw new DiskError({
    code: 'unsupported',
    message: `“${path}” cannot be opened a second time: it is put together from pieces.`,
    meaning: 'Nothing was changed.',
    remedy: 'Take it into private storage first, or save it as one file.',
  });
}

function checkCanBeParent({ id, file, virtualSizeBytes }: DiskImage): void {
  if (id === '')
    throw new DiskError({
      code: 'bad-request',
      message: `“${file.name}” is a raw disk: it has no id by which a differencing disk could name it.`,
      meaning: 'Nothing was changed.',
      remedy: 'Save it as a fixed or dynamic VHD, and take that into the lab.',
    });
  if (virtualSizeBytes <= 0)
    throw new DiskError({ code: 'bad-request', message: 'The disk has no sectors.' });
}

function incomplete({ path }: PileEntry): DiskError {
  return new DiskError({
    code: 'parent-missing',
    message: `The parent of “${path}” is not here.`,
    meaning: 'Nothing was changed: a machine cannot stand on a disk with gaps.',
    remedy: 'Add the parent to the pile, or point at it by hand.',
  });
}
