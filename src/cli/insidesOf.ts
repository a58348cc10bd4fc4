/** Opens the disks of a call to look into them: what is known of their insides, and the thread that reads it. */
import type { FileId, FileView } from '../engine/api.ts';
import type { FilesTools } from '../engine/filesListing.ts';
import { Insides } from '../engine/insides.ts';
import type { Io } from './io.ts';
import { progressLine } from './progressLine.ts';
import { Session, type SessionOptions } from './session.ts';
import { UsageError } from './usage.ts';
import { warnings } from './warnings.ts';

/** A disk as seen from one file. */
export interface SeenDisk {
  readonly at: FileId;
  /** The file, as the user would write it. */
  readonly shown: string;
  readonly layers: readonly FileView[];
  /** False: the last layer's parent is not here. */
  readonly complete: boolean;
}

export interface Inside {
  readonly session: Session;
  /** In the order in which they were named; a file that was named twice is there twice. */
  readonly disks: readonly SeenDisk[];
  /** Progress is on stderr while it works, and gone when it ends. */
  look<T>(work: (insides: Insides, tools: FilesTools) => Promise<T>): Promise<T>;
}

/** What is wrong with the files goes to stderr. Throws as `Session.openDisk` does. */
export async function withInside<T>(
  io: Io,
  named: readonly string[],
  options: SessionOptions,
  work: (inside: Inside) => Promise<T>,
): Promise<T> {
  const { session, targets } = await Session.open(io, named, options, false);
  let insides: Insides | null = null;
  try {
    const seen: SeenDisk[] = [];
    for (const given of targets) {
      const { disk, view, layers } = await session.openDisk(given);
      const unseen = layers.filter(unseenIn(seen));
      if (unseen.length > 0) warnings(io, session, unseen, disk);
      const { complete } = session.pile.chainFrom(view.id);
      seen.push({ at: view.id, shown: given.shown, layers, complete });
      disk.close();
    }
    const opened = new Insides({
      pile: session.pile,
      openHost: io.openFiles,
      leafOf: (at) => leafAround(seen, at),
    });
    insides = opened;
    const [first] = seen;
    const disks = seen.length < named.length && first ? named.map(() => first) : seen;
    return await work({ session, disks, look: (task) => withProgress(io, (tools) => task(opened, tools)) });
  } finally {
    insides?.close();
    await session.close();
  }
}

/** The disk of FILE, or with `--at` the same chain's as seen from an older file. Throws `UsageError` where it is none of them. */
export function withPoint<T>(
  io: Io,
  { file, at, ...options }: SessionOptions & { readonly file: string; readonly at: string | null },
  work: (inside: Inside, disk: SeenDisk) => Promise<T>,
): Promise<T> {
  return withInside(io, at === null ? [file] : [file, at], options, async (inside) => {
    const [leaf, disk = leaf] = inside.disks;
    if (!leaf || !disk) throw new UsageError('There is nothing to look into.');
    if (leaf.layers.some(({ id }) => id === disk.at)) return work(inside, disk);
    const chain = leaf.layers.map(({ path }) => `“${inside.session.shown(path)}”`);
    throw new UsageError(
      `--at: “${disk.shown}” is not of the chain of “${leaf.shown}”.`,
      `Its files are ${chain.join(', ')}.`,
    );
  });
}

function unseenIn(seen: readonly SeenDisk[]): (layer: FileView) => boolean {
  return ({ id }) => !seen.some(({ layers }) => layers.some((known) => known.id === id));
}

/** Of the disks that were named: the longest chain with this file shows the most points at once. */
function leafAround(seen: readonly SeenDisk[], at: FileId): FileId {
  const around = seen.filter(({ layers }) => layers.some(({ id }) => id === at));
  return around.sort((a, b) => b.layers.length - a.layers.length)[0]?.at ?? at;
}

async function withProgress<T>(io: Io, work: (tools: FilesTools) => Promise<T>): Promise<T> {
  const line = progressLine(io);
  try {
    return await work({ report: line.report, signal: io.signal });
  } finally {
    line.clear();
  }
}
