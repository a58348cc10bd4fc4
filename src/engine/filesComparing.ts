/** What became of files between two points, of one chain or of two. */
import type { Problem } from '../base/errors.ts';
import {
  type ContentPair,
  type ContentResult,
  compareListings,
  contentPairs,
} from '../filesystems/compareListings.ts';
import type { CompareRequest, FilesCompared, VolumeAt } from './filesApi.ts';
import { inspect } from './filesContents.ts';
import { hashAtPoints } from './filesHashing.ts';
import { type FilesTools, knownVolume } from './filesListing.ts';
import type { Insides } from './insides.ts';

export async function compareFiles(
  insides: Insides,
  request: CompareRequest,
  tools: FilesTools,
): Promise<FilesCompared> {
  const { path, contents } = request;
  const before = (await knownVolume(insides, request.before, tools)).listing;
  const after = (await knownVolume(insides, request.after, tools)).listing;
  if (!contents) return compareListings(before, after, path);
  const pairs = contentPairs(before, after, path);
  return compareListings(before, after, path, await lookAt(insides, request, pairs, tools));
}

/** Results by entry of the newer listing. */
async function lookAt(
  insides: Insides,
  { before, after, path }: CompareRequest,
  pairs: readonly ContentPair[],
  tools: FilesTools,
): Promise<Map<number, ContentResult>> {
  const isOneVolume = before.volume === after.volume && insides.span(before.at, after.at) !== null;
  let proven: ReadonlySet<string> = new Set();
  if (isOneVolume) {
    const wanted = new Set(pairs.map((pair) => pair.path));
    const only = (name: string) => wanted.has(name);
    ({ proven } = await hashAtPoints(insides, after.volume, path, [after.at, before.at], tools, only));
  }
  const faultsAfter = await hashMissing(
    insides,
    after,
    pairs.map((pair) => pair.after),
    tools,
  );
  const faultsBefore = await hashMissing(
    insides,
    before,
    pairs.map((pair) => pair.before),
    tools,
  );
  const [newer, older] = [insides.contentsOf(after), insides.contentsOf(before)];
  return new Map(
    pairs.map((pair): [number, ContentResult] => {
      const [was, is] = [older.get(pair.before), newer.get(pair.after)];
      if (proven.has(pair.path)) return [pair.after, { kind: 'proven' }];
      if (was !== undefined && is !== undefined)
        return [pair.after, { kind: 'hashed', before: was, after: is }];
      const problem = faultsAfter.get(pair.after) ?? faultsBefore.get(pair.before) ?? UNREAD;
      return [pair.after, { kind: 'problem', problem }];
    }),
  );
}

const UNREAD: Problem = {
  code: 'corrupt',
  message: 'The file could not be read whole at both points.',
  meaning: 'Whether its contents are the same is not known; it counts as its listing says.',
};

/** Hashes what has no hash yet; what could not be read is told. */
async function hashMissing(
  insides: Insides,
  place: VolumeAt,
  entries: readonly number[],
  tools: FilesTools,
): Promise<Map<number, Problem>> {
  const known = insides.contentsOf(place);
  const unknown = entries.filter((entry) => !known.has(entry));
  const volume = await knownVolume(insides, place, tools);
  const wanted = { headBytes: 0, hash: true, runs: false };
  const faults = new Map<number, Problem>();
  for (const { entry, sha256, problem } of await inspect(insides, place, volume, unknown, wanted, tools)) {
    if (sha256 !== null) insides.keepHash(place, entry, sha256);
    else if (problem) faults.set(entry, problem);
  }
  return faults;
}
