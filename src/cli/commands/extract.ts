/** `extract FILE PATH… OUT`: files and folders of the disk as seen, into a folder or a ZIP. */
import { grouped, sizeText } from '../../base/units.ts';
import type { ExtractReport } from '../../engine/filesApi.ts';
import { extractInto, type OpenOutlet } from '../../engine/filesExtracting.ts';
import { folderConsumer } from '../../filesystems/out/folderPlace.ts';
import { zipConsumer } from '../../filesystems/out/zipPlace.ts';
import type { CallOf } from '../call.ts';
import { entryOf } from '../diskPaths.ts';
import { type Inside, type SeenDisk, withPoint } from '../insidesOf.ts';
import type { Io } from '../io.ts';
import { openVolume } from '../openVolume.ts';
import { checkOut, outSink, refuseInputs } from '../outFile.ts';
import { checkTargetFolder, OutFolder } from '../outFolder.ts';
import { jsonText, printable, tellProblems } from '../text.ts';

type ExtractCall = CallOf<'extract'>;

/** True where not everything came out whole. */
export async function extractCommand(call: ExtractCall, io: Io): Promise<boolean> {
  const { out, zip } = call;
  if (zip) checkOut(call);
  else checkTargetFolder(out);
  return withPoint(io, call, async (inside, disk) => {
    if (zip) refuseInputs(out, inside.session.pathsOf(disk.layers));
    const report = await extract(call, io, inside, disk);
    const { name: _name, sha256: _sha256, ...told } = report;
    await io.out(
      call.json ? jsonText({ path: out, zip, ...told }) : `${reportLines(call, report).join('\n')}\n`,
    );
    tellProblems(io, 'not extracted', report.failed);
    return report.failed.length > 0;
  });
}

async function extract(call: ExtractCall, io: Io, inside: Inside, disk: SeenDisk): Promise<ExtractReport> {
  const { signal } = io;
  const { place, listing } = await openVolume(io, inside, disk, call.volume);
  const paths = call.paths.map((path) => listing.path(entryOf(listing, path)));
  const folder = new OutFolder(call.out);
  let progress = { files: 0 };
  const open: OpenOutlet = async (_, plan) => {
    if (call.zip) {
      const sink = await outSink(call.out);
      try {
        return { extraction: await zipConsumer(sink, listing, plan, { signal }), name: call.out };
      } catch (error) {
        await sink.abort();
        throw error;
      }
    }
    const extraction = await folderConsumer(folder.open(), listing, plan, { signal });
    progress = extraction.progress;
    return { extraction, name: call.out };
  };
  try {
    return await inside.look((insides, tools) => extractInto(insides, place, paths, open, tools));
  } catch (error) {
    folder.removeEmpty();
    if (signal.aborted && progress.files > 0)
      io.err(`disklab: whole and left in ${printable(call.out)}: ${filesText(progress.files)}.\n`);
    throw error;
  }
}

function reportLines(
  { out }: ExtractCall,
  { files, folders, bytes, seconds, renamed, skipped, failed }: ExtractReport,
): string[] {
  const inFolders = `${grouped(folders)} ${folders === 1 ? 'folder' : 'folders'}`;
  const parts = [filesText(files), inFolders, sizeText(bytes), `${seconds.toFixed(1)} s`];
  if (failed.length > 0) parts.push(`${grouped(failed.length)} failed`);
  return [
    `${printable(out)}: ${parts.join(', ')}`,
    ...renamed.map(({ from, to }) => `renamed  ${printable(from)} -> ${printable(to)}`),
    ...skipped.map((path) => `skipped  ${printable(path)}: not a file`),
  ];
}

function filesText(files: number): string {
  return `${grouped(files)} ${files === 1 ? 'file' : 'files'}`;
}
