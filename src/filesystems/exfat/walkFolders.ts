/** Goes through all folders of an exFAT volume, the root first, each once. */
import { DiskError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { MIB, sizeText } from '../../base/units.ts';
import type { Notes } from '../../volumes/notes.ts';
import type { DiskWindow } from '../diskWindow.ts';
import { type ListOptions, MOST_ENTRIES } from '../fileSystem.ts';
import { ROOT_ENTRY } from '../listing.ts';
import { ClusterSet } from './clusterSet.ts';
import type { Allocation, Clusters } from './clusters.ts';
import { Columns } from './columns.ts';
import { EntryReader, type FileSet, type FolderItem } from './entrySets.ts';

/** No folder may be larger (specification, 7.4.9 and 3.2.1). */
const MOST_FOLDER_BYTES = 256 * MIB;
const PIECE_BYTES = 256 * 1024;
const ADVANCE_EVERY = 1000;

export interface Walked {
  readonly columns: Columns;
  readonly label: string;
  readonly bitmap: (Allocation & { readonly lengthBytes: number }) | null;
}

interface Walk {
  readonly window: DiskWindow;
  readonly clusters: Clusters;
  readonly columns: Columns;
  readonly seen: ClusterSet;
  readonly warnings: Notes;
  readonly options: ListOptions;
  label: string;
  bitmap: Walked['bitmap'];
}

/** Throws 'limit', and where the root folder cannot be read at all what reading it threw. */
export function walkFolders(
  window: DiskWindow,
  clusters: Clusters,
  rootCluster: number,
  warnings: Notes,
  options: ListOptions,
): Walked {
  const columns = new Columns(options.mostEntries ?? MOST_ENTRIES);
  columns.add(-1, {
    name: '',
    isFolder: true,
    attributes: 0,
    modifiedMs: Number.NaN,
    sizeBytes: Number.POSITIVE_INFINITY,
    validBytes: Number.POSITIVE_INFINITY,
    firstCluster: rootCluster,
    isContiguous: false,
  });
  const walk: Walk = {
    window,
    clusters,
    columns,
    seen: new ClusterSet(),
    warnings,
    options,
    label: '',
    bitmap: null,
  };
  // A folder's entries are added behind it, so this comes to all of them.
  for (let entry = ROOT_ENTRY; entry < columns.count; entry++)
    if (columns.isFolder(entry)) walkFolder(walk, entry);
  options.onEntries?.(columns.count - 1);
  return walk;
}

function walkFolder(walk: Walk, folder: number): void {
  const before = walk.columns.count;
  try {
    for (const item of itemsOf(walk, folder)) takeItem(walk, folder, item);
  } catch (error) {
    const isPartial = folder !== ROOT_ENTRY || walk.columns.count > before;
    const isOfVolume =
      error instanceof DiskError &&
      ['corrupt', 'parent-missing', 'bad-request', 'truncated'].includes(error.code);
    if (!isPartial || !isOfVolume) throw error;
    walk.warnings.add(() => `${nameOf(walk, folder)} could not be read to its end. ${error.message}`);
  }
}

function* itemsOf(walk: Walk, folder: number): Generator<FolderItem, void, undefined> {
  const { columns, clusters, window, seen, warnings } = walk;
  const contents = columns.contents(folder);
  if (contents.sizeBytes === 0) return;
  const wholeBytes = folder === ROOT_ENTRY ? Number.POSITIVE_INFINITY : contents.sizeBytes;
  if (folder !== ROOT_ENTRY && wholeBytes > MOST_FOLDER_BYTES)
    warnings.add(
      () =>
        `${nameOf(walk, folder)} says that it is larger than any folder may be; its first ${sizeText(MOST_FOLDER_BYTES)} are read.`,
    );
  const reader = new EntryReader();
  let readBytes = 0;
  for (const run of clusters.runs(contents, wholeBytes, PIECE_BYTES)) {
    for (let at = 0; at < run.lengthBytes; at += clusters.clusterBytes)
      if (!seen.add(Math.floor((run.offset + at) / clusters.clusterBytes))) {
        warnings.add(
          () =>
            `${nameOf(walk, folder)} uses clusters that another folder uses too, or its own twice; it is read as far as there.`,
        );
        return;
      }
    for (let at = 0; at < run.lengthBytes; at += PIECE_BYTES) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, run.lengthBytes - at));
      window.readNow(run.offset + at, piece);
      yield* reader.take(piece);
      readBytes += piece.length;
      if (reader.ended || readBytes >= MOST_FOLDER_BYTES) break;
    }
    if (reader.ended || readBytes >= MOST_FOLDER_BYTES) break;
  }
  yield* reader.finish();
}

function takeItem(walk: Walk, folder: number, item: FolderItem): void {
  const { columns, warnings, options } = walk;
  if (item.kind === 'label' && folder === ROOT_ENTRY) walk.label = item.label;
  if (item.kind === 'bitmap' && folder === ROOT_ENTRY && !item.isSecond) walk.bitmap = item;
  if (item.kind === 'broken')
    warnings.add(
      () => `${nameOf(walk, folder)} holds an entry of which parts are missing; it is not listed.`,
    );
  if (item.kind !== 'file') return;
  const file: FileSet = { ...item, name: shown(item.name) };
  columns.add(folder, file);
  if (!file.isChecksumRight)
    warnings.add(
      () =>
        `The checksum of the entry “${printable(file.name)}” in ${nameOf(walk, folder)} is wrong; what it says may be wrong too.`,
    );
  if (!file.isFolder && file.sizeBytes > walk.clusters.heapBytes)
    warnings.add(
      () => `“${printable(file.name)}” in ${nameOf(walk, folder)} says that it is larger than the volume.`,
    );
  if ((columns.count - 1) % ADVANCE_EVERY === 0) options.onEntries?.(columns.count - 1);
}

/** A listing's names hold no `/`: where one stands on the disk it is spelled out. */
function shown(name: string): string {
  return name.replaceAll('/', '\\u{2F}');
}

function nameOf(walk: Walk, folder: number): string {
  return folder === ROOT_ENTRY ? 'The root folder' : `The folder “${printable(walk.columns.path(folder))}”`;
}
