/** `ls FILE [PATH]`: the volumes of the disk as seen, or what is in a folder of one. */
import { type Listing, ROOT_ENTRY } from '../../filesystems/listing.ts';
import type { VolumeTable } from '../../volumes/volume.ts';
import type { CallOf } from '../call.ts';
import { entryOf } from '../diskPaths.ts';
import { entryLines, entryRecord } from '../entryText.ts';
import { type SeenDisk, withPoint } from '../insidesOf.ts';
import type { Io } from '../io.ts';
import { type OpenedVolume, openVolume } from '../openVolume.ts';
import { Printer } from '../printer.ts';
import { jsonText, printable } from '../text.ts';
import { volumeLines, volumeRecord } from '../volumeChoice.ts';
import { type WalkedEntry, walkFolder } from '../walkFolder.ts';

type ListCall = CallOf<'ls'>;

/** True where something was left out, or may be: what a missing file holds cannot be told from what is not there. */
export function listCommand(call: ListCall, io: Io): Promise<boolean> {
  return withPoint(io, call, async (inside, disk) => {
    const table = await inside.look((insides, tools) => insides.table(disk.at, tools));
    for (const note of table.notes) io.err(`${printable(disk.shown)}: ▲ warning: ${printable(note)}\n`);
    if (!isAboutOne(call, table)) {
      await io.out(call.json ? jsonText(tableRecord(disk, table)) : `${volumeLines(table).join('\n')}\n`);
      return !disk.complete;
    }
    return listFolder(call, io, await openVolume(io, inside, disk, call.volume));
  });
}

/** Else the volumes are listed. */
function isAboutOne({ volume, path, recursive }: ListCall, { volumes }: VolumeTable): boolean {
  const [first, ...others] = volumes;
  return volume !== null || path !== null || recursive || (others.length === 0 && !!first?.content.readable);
}

function tableRecord({ shown }: SeenDisk, { scheme, diskId, notes, volumes }: VolumeTable) {
  return { path: shown, scheme, diskId, notes, volumes: volumes.map(volumeRecord) };
}

async function listFolder(
  { path, recursive, json }: ListCall,
  io: Io,
  { disk, volume, listing, read }: OpenedVolume,
): Promise<boolean> {
  const from = path === null ? ROOT_ENTRY : entryOf(listing, path);
  const entries = () => entriesAt(listing, from, recursive);
  const left: string[] = [];
  const printer = new Printer(io);
  if (json) {
    const { facts, warnings } = read;
    const head = { path: disk.shown, volume: volume.number, folder: listing.path(from), facts, warnings };
    await printer.record(head, 'entries', noting(entries(), left), (each) => entryRecord(listing, each));
  } else {
    for (const line of entryLines(listing, entries(), noting(entries(), left))) await printer.line(line);
  }
  await printer.end();
  for (const deep of left) io.err(`disklab: ${deep} lies too deep: what is in it was left out.\n`);
  return left.length > 0;
}

/** A file stands for itself. */
function entriesAt(listing: Listing, from: number, recursive: boolean): Iterable<WalkedEntry> {
  if (listing.isFolder(from)) return walkFolder(listing, from, recursive);
  return [{ entry: from, path: listing.name(from), isTooDeep: false }];
}

/** What is told of those that were left out; more than so many are a loop. */
const MOST_LEFT = 20;
const TOLD = 400;

function* noting(entries: Iterable<WalkedEntry>, left: string[]): Generator<WalkedEntry> {
  for (const walked of entries) {
    const { path, isTooDeep } = walked;
    if (isTooDeep && left.length < MOST_LEFT) left.push(`“${printable(path.slice(-TOLD))}”`);
    yield walked;
  }
}
