/** `diff A B [PATH]`: what became of files between two disks, or two points of one chain. Exit status 1 where they differ. */
import type { FilesCompared } from '../../engine/filesApi.ts';
import { compareFiles } from '../../engine/filesComparing.ts';
import type { CallOf } from '../call.ts';
import { changeLine, changeRecord, countLine } from '../changeText.ts';
import { entryOf, findEntry } from '../diskPaths.ts';
import { type Inside, withInside } from '../insidesOf.ts';
import type { Io } from '../io.ts';
import { type OpenedVolume, openVolume } from '../openVolume.ts';
import { Printer } from '../printer.ts';
import { tellProblems } from '../text.ts';
import { UsageError } from '../usage.ts';

type DiffCall = CallOf<'diff'>;

interface Compared extends FilesCompared {
  readonly before: OpenedVolume;
  readonly after: OpenedVolume;
  readonly folder: string;
  readonly seconds: number;
}

export function diffCommand(call: DiffCall, io: Io): Promise<boolean> {
  return withInside(io, call.files, call, async (inside) => {
    const compared = await compare(call, io, inside);
    const { changes, problems, seconds } = compared;
    const printer = new Printer(io);
    if (call.json) await printer.record(headOf(call, compared), 'changes', changes, changeRecord);
    else {
      for (const change of changes) await printer.line(changeLine(change));
      await printer.line(countLine(compared, call.contents, seconds));
    }
    await printer.end();
    tellProblems(io, 'not compared', problems);
    return changes.length + problems.length > 0;
  });
}

async function compare(call: DiffCall, io: Io, inside: Inside): Promise<Compared> {
  const startMs = performance.now();
  const [one, other] = inside.disks;
  if (!one || !other) throw new UsageError('There is nothing to compare.');
  const before = await openVolume(io, inside, one, call.volume);
  const after = await openVolume(io, inside, other, call.volume);
  const folder = folderOf(call.path, before, after);
  const request = { before: before.place, after: after.place, path: folder, contents: call.contents };
  const compared = await inside.look((insides, tools) => compareFiles(insides, request, tools));
  return { ...compared, before, after, folder, seconds: (performance.now() - startMs) / 1000 };
}

/** As the disk has it; it may be there at one of the two only. */
function folderOf(path: string, before: OpenedVolume, after: OpenedVolume): string {
  const there = findEntry(after.listing, path) < 0 && findEntry(before.listing, path) >= 0 ? before : after;
  return there.listing.path(entryOf(there.listing, path));
}

function headOf(
  { contents }: DiffCall,
  { before, after, folder, unchanged, hashed, proven, ...rest }: Compared,
) {
  const side = ({ disk, volume }: OpenedVolume) => ({ path: disk.shown, volume: volume.number });
  const { problems, seconds } = rest;
  return {
    before: side(before),
    after: side(after),
    folder,
    contents,
    unchanged,
    hashed,
    proven,
    problems,
    seconds,
  };
}
