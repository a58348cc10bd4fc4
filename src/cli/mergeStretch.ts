/** The stretch that a call names: its layers, the names under which one folder knows them, and who else stands on them. */
import fs from 'node:fs';
import path from 'node:path';
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { parentPathsFor } from '../chain/parentPaths.ts';
import type { FileId } from '../engine/api.ts';
import { childrenOf } from '../engine/mergeStretch.ts';
import type { Pile } from '../engine/pile.ts';
import type { ParentReference } from '../formats/diskImage.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import type { NewFormat, Stretch } from '../merge/stretch.ts';
import { JoinedFile } from '../storage/joinedFile.ts';
import { NodeTree } from '../storage/nodeTree.ts';
import type { CallOf } from './call.ts';
import type { CollectedFile } from './collect.ts';
import type { Io } from './io.ts';
import { Session } from './session.ts';
import { UsageError } from './usage.ts';

export interface ChosenStretch {
  readonly stretch: Stretch;
  /** null in place. */
  readonly format: NewFormat | null;
  /** Rooted where the target lies, with every folder in which the chain or a child of it has files. */
  readonly tree: NodeTree;
  /** Of the target, as the user would write it. */
  readonly folder: string;
  /** The other folders, likewise. */
  readonly others: readonly string[];
  /** Paths as the user would write them, by name. */
  readonly shown: ReadonlyMap<string, string>;
}

/** Throws `UsageError` where the call names no stretch, `DiskError` where a file is not there or is none of the kind. */
export async function chooseStretch(
  call: CallOf<'merge'>,
  io: Io,
): Promise<{ session: Session; chosen: ChosenStretch }> {
  const named = (call.into === null ? [call.file] : [call.file, call.into]).map(behindLink);
  let { session, targets } = await Session.open(io, named, call, false);
  try {
    let layers = layersOf(session, targets[0]);
    // A sibling lies beside its parent: every folder of the chain is looked through, not only that of CHILD.
    const looked = new Set(named.map((file) => path.dirname(file)));
    const paths = layers.ids.map((id) => session.shown(session.pile.get(id).path));
    if (paths.some((file) => behindLink(file) !== file || !looked.has(path.dirname(file)))) {
      await session.close();
      ({ session, targets } = await Session.open(io, [...named, ...paths.map(behindLink)], call, false));
      layers = layersOf(session, targets[0]);
    }
    const into = call.into === null ? null : idOfPath(session, targets, call.into);
    return { session, chosen: choose(call, session, layers, into) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Where a link leads; other paths as they are written. Siblings, journals and undo files lie beside the file itself. */
function behindLink(file: string): string {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() && fs.existsSync(file)
    ? fs.realpathSync(file)
    : file;
}

type Layers = ReturnType<Pile['chainFrom']>;

function layersOf(session: Session, given: CollectedFile | undefined): Layers {
  return session.pile.chainFrom(session.idOf(must(given, 'a call names its file')));
}

/** A file that is named twice is one target. */
function idOfPath(session: Session, targets: readonly CollectedFile[], file: string): FileId {
  const target = targets.find(({ shown }) => fs.realpathSync(shown) === fs.realpathSync(file));
  return session.idOf(must(target, 'every named file is a target'));
}

function choose(call: CallOf<'merge'>, session: Session, layers: Layers, into: FileId | null): ChosenStretch {
  const { ids, images, complete } = layers;
  const { pile } = session;
  const pathOf = (id: FileId) => session.shown(pile.get(id).path);
  const last = into === null ? oldestOf(call, layers) : ids.indexOf(into);
  if (last < 0) throw new UsageError(`“${call.into}” is no ancestor of “${call.file}”.`);
  if (call.to === null && last === 0) {
    throw new UsageError(`“${call.file}” cannot be merged into itself.`, 'Name one of its ancestors.');
  }
  const split = images.find(({ file }) => file instanceof JoinedFile);
  if (split) throw splitImage(split.file.name);
  const isBase = complete && last === images.length - 1;
  const format = call.to && (call.to.format ?? (call.into !== null && !isBase ? 'differencing' : 'dynamic'));
  const target = call.to === null ? pathOf(must(ids[last], 'the oldest layer')) : call.to.path;
  const folder = path.dirname(target);
  const children = childrenOf(pile, ids.slice(0, last + 1));
  const paths = [...ids, ...children.map(({ entry }) => entry.id)].map(pathOf);
  const others = foldersOf(paths).filter((each) => !isSameFolder(each, folder));
  const tree = new NodeTree(folder, others);
  const stretch: Stretch = {
    images,
    names: ids.map((id) => tree.nameOf(pathOf(id))),
    complete,
    first: 0,
    last,
    children: children.map(({ entry, of }) => ({
      name: tree.nameOf(pathOf(entry.id)),
      image: entry.content,
      of,
    })),
  };
  const shown = new Map(paths.map((file) => [tree.nameOf(file), file]));
  return { stretch, format, tree, folder, others, shown };
}

/** Where `--into` is left out. */
function oldestOf(call: CallOf<'merge'>, { ids, images, complete }: Layers): number {
  if (call.to !== null) return call.to.format === 'differencing' ? 0 : ids.length - 1;
  if (ids.length > 1) return 1;
  const [image] = images;
  if (complete) throw new UsageError(`“${call.file}” has no parent: there is nothing to merge it into.`);
  throw new DiskError({
    code: 'parent-missing',
    message: `The parent of ${image?.file.name ?? call.file} is not here.`,
    meaning: 'There is nothing to merge it into. Nothing was changed.',
    remedy: 'Name the folder that holds the parent: --with FOLDER.',
  });
}

/** How a new differencing disk names the file below the stretch; null where nothing is below. */
export function parentBelow({ stretch, shown }: ChosenStretch, to: string): Omit<CreateParent, 'id'> | null {
  const oldest = must(stretch.images[stretch.last], 'the oldest layer');
  const reference = oldest.parent;
  if (!reference) return null;
  const stored = (platform: string) => reference.paths.find((each) => each.platform === platform)?.path;
  const name = stretch.names[stretch.last + 1];
  const below = name === undefined ? null : real(shown.get(name) ?? name);
  if (below === null) {
    const beside = isSameFolder(
      path.dirname(to),
      path.dirname(shown.get(stretch.names[stretch.last] ?? '') ?? '.'),
    );
    return parentNamed(reference, stored('W2ku'), beside ? stored('W2ru') : undefined);
  }
  const isWindows = process.platform === 'win32';
  const { absolutePath, relativePath } = parentPathsFor(
    real(to),
    below,
    isWindows ? path.posix.dirname(below) : null,
  );
  // Elsewhere the path on Windows is known only from the file that the new one stands in for.
  return parentNamed(reference, absolutePath ?? stored('W2ku'), relativePath ?? undefined);
}

function parentNamed(
  reference: ParentReference,
  absolutePath: string | undefined,
  relativePath: string | undefined,
): Omit<CreateParent, 'id'> {
  return {
    name: absolutePath ?? reference.name,
    // Windows 10 writes no time stamp of the parent.
    modified: null,
    ...(absolutePath === undefined ? {} : { absolutePath }),
    ...(relativePath === undefined ? {} : { relativePath }),
  };
}

/** `/` between; the file need not be there yet. */
function real(file: string): string {
  const folder = fs.realpathSync(path.dirname(path.resolve(file)));
  const resolved = path.join(folder, path.basename(file));
  return (fs.existsSync(resolved) ? fs.realpathSync(resolved) : resolved).split(path.sep).join('/');
}

/** Those in which the files really lie. */
function foldersOf(files: readonly string[]): string[] {
  const byReal = new Map<string, string>();
  for (const file of files) {
    const folder = path.dirname(fs.realpathSync(file));
    const written = path.dirname(file);
    if (!byReal.has(folder)) byReal.set(folder, isSameFolder(written, folder) ? written : folder);
  }
  return [...byReal.values()];
}

function isSameFolder(a: string, b: string): boolean {
  return fs.realpathSync(a) === fs.realpathSync(b);
}

function splitImage(name: string): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `${name} is split into several files; a merge works on whole ones.`,
    meaning: 'Nothing was changed.',
    remedy: 'Export that disk to one file first, and take that in its place.',
  });
}
