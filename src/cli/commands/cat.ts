/** `cat FILE PATH`: a file of the disk as seen, to standard output. */
import { DiskError } from '../../base/errors.ts';
import { extractInto } from '../../engine/filesExtracting.ts';
import { Extraction } from '../../filesystems/out/extraction.ts';
import type { CallOf } from '../call.ts';
import { entryOf } from '../diskPaths.ts';
import { withPoint } from '../insidesOf.ts';
import type { Io } from '../io.ts';
import { openVolume } from '../openVolume.ts';
import { OutPlace } from '../outPlace.ts';
import { UsageError } from '../usage.ts';

type CatCall = CallOf<'cat'>;

export async function catCommand(call: CatCall, io: Io): Promise<boolean> {
  if (call.json) throw new UsageError('“cat” prints bytes, not JSON.', 'Leave --json out.');
  return withPoint(io, call, async (inside, disk) => {
    const { place, listing } = await openVolume(io, inside, disk, call.volume);
    const entry = entryOf(listing, call.path);
    const kind = listing.kind(entry);
    if (kind !== 'file') {
      const hint = kind === 'folder' ? 'disklab ls shows what is in it.' : null;
      throw new UsageError(`“${call.path}” is a ${kind}: only files have contents.`, hint);
    }
    const { failed } = await inside.look((insides, tools) => {
      // In a terminal, a line of progress would stand between those of the file.
      const report = io.outIsTerminal ? () => undefined : tools.report;
      const open = async () => ({ extraction: new Extraction(new OutPlace(io), tools), name: '' });
      return extractInto(insides, place, [listing.path(entry)], open, { ...tools, report });
    });
    const [fault] = failed;
    if (fault) throw new DiskError({ ...fault.problem, meaning: 'What was printed is not the whole file.' });
    return false;
  });
}
