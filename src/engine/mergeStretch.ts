/** The stretch that a request names: its files, and every file here or in private storage that stands on one of them. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { inParallel } from '../base/inParallel.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import type { ChildOf, Stretch } from '../merge/stretch.ts';
import type { FileId, MergeRequest } from './api.ts';
import type { ImageEntry, Pile } from './pile.ts';
import type { Platform, PrivateFolder } from './platform.ts';

/** A stretch, and the files of the pile behind it. */
export interface StretchOfFiles extends Stretch {
  /** By layer of the whole chain. */
  readonly ids: readonly FileId[];
  /** Children that the pile knows, by layer of the stretch; those that only lie in private storage are not among them. */
  readonly branches: readonly ImageEntry[];
}

/** Throws 'bad-request' where the request names no stretch of the chain. */
export async function stretchOf(
  platform: Platform,
  pile: Pile,
  request: MergeRequest,
): Promise<StretchOfFiles> {
  const { first, last } = checkRequest(request);
  const { ids, images, complete } = pile.chainFrom(request.leaf);
  if (last >= images.length) {
    throw badRequest(`The chain has ${images.length} files; there is no layer ${last} in it.`);
  }
  const names = ids.map((id) => pile.get(id).path);
  const known = childrenOf(pile, ids.slice(first, last + 1));
  const children = known.map(({ entry, of }) => ({ name: entry.path, image: entry.content, of: of + first }));
  const unopened = await unopenedChildren(platform, pile, images.slice(first, last + 1));
  return {
    images,
    names,
    complete,
    first,
    last,
    ids,
    children: [...children, ...unopened.map((child) => ({ ...child, of: child.of + first }))],
    branches: known.map(({ entry }) => entry),
  };
}

/** Every file that the merged disk is read from lies in private storage: where a journal finds it again. */
export function isAllPrivate(pile: Pile, { ids, first }: StretchOfFiles): boolean {
  return ids.slice(first).every((id) => pile.get(id).storage === 'private');
}

function checkRequest(request: MergeRequest): MergeRequest {
  const { first, last, way, format } = request;
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last < first) {
    throw badRequest(`Layers ${first} to ${last} are no stretch of a chain.`);
  }
  if ((way === 'in-place') !== (format === null)) {
    throw badRequest(
      way === 'in-place'
        ? 'A merge in place keeps the format of the file that is merged into.'
        : 'A merge to a new file needs a format for it.',
    );
  }
  return request;
}

/**
 * Files that stand on one of `stretch`, other than its own next layer. One that seeks an id of it and was not linked to
 * anything, because several files carry that id, counts too: it may be this one that it means.
 */
export function childrenOf(pile: Pile, stretch: readonly FileId[]): { entry: ImageEntry; of: number }[] {
  const { entries, forest } = pile.trees();
  const found: { entry: ImageEntry; of: number }[] = [];
  for (const [of, id] of stretch.entries()) {
    const rawId = entries.find((entry) => entry.id === id)?.content.id ?? '';
    for (const [place, entry] of entries.entries()) {
      if (entry.id === id || entry.id === stretch[of - 1]) continue;
      const parent = forest.links[place]?.parent ?? null;
      const stands =
        parent === null ? names(entry.content, rawId) : must(entries[parent], 'a linked file').id === id;
      if (stands) found.push({ entry, of });
    }
  }
  return found;
}

function names({ parent }: DiskImage, id: string): boolean {
  return id !== '' && parent?.id === id;
}

const FILES_AT_ONCE = 8;

/** Files of private storage that the pile does not hold: a sibling that nobody opened reads wrong after a merge as well. */
async function unopenedChildren(
  platform: Platform,
  pile: Pile,
  stretch: readonly DiskImage[],
): Promise<ChildOf[]> {
  const folder = await platform.privateFolder().catch(() => null);
  if (folder === null) return [];
  const open = new Set(pile.all.flatMap(({ storage, path }) => (storage === 'private' ? [path] : [])));
  const others = (await folder.list()).filter(({ name }) => !open.has(name));
  const found = await inParallel(others, FILES_AT_ONCE, async ({ name }): Promise<ChildOf[]> => {
    const image = await lookedAt(folder, name);
    return image === null
      ? []
      : stretch.flatMap(({ id }, of) => (names(image, id) ? [{ name, image, of }] : []));
  });
  return found.flat();
}

/** The image of a file that is closed again; null where it is none, or somebody else has it. */
async function lookedAt(folder: PrivateFolder, name: string): Promise<DiskImage | null> {
  try {
    const file = await folder.open(name, 'read-only');
    try {
      const content = await openImage(file);
      return isDiskImage(content) ? content : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DiskError) return null;
    throw error;
  }
}

function badRequest(message: string): DiskError {
  return new DiskError({ code: 'bad-request', message, meaning: 'Nothing was changed.' });
}
