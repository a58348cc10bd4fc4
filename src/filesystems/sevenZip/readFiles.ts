/** Reads files of a volume, by as few runs of 7-Zip as will do. */
import { DiskError, toProblem } from '../../base/errors.ts';
import type { VolumeContentKind } from '../../volumes/volume.ts';
import type { DiskWindow } from '../diskWindow.ts';
import type { ContentSink, ReadItem } from '../fileSystem.ts';
import { Extraction, notGiven } from './extraction.ts';
import type { NamedRoot } from './listVolume.ts';
import { mountProducedFiles, OUTPUT_FOLDER } from './producedFiles.ts';
import { isPlainPath, type SharedPaths } from './producedNames.ts';
import type { ModuleFiles, SevenZipFactory } from './sevenZipModule.ts';
import { runSevenZip } from './sevenZipRun.ts';
import { complaints, typeSwitch } from './volumeFacts.ts';
import { VOLUME_PATH, VolumeFile } from './volumeFile.ts';
import { compatible, WantedFiles } from './wantedFiles.ts';

const LIST_PATH = '/list';
/** Runs that 7-Zip itself broke off; every one is begun anew without the file it stopped at. */
const MOST_STOPS = 8;

/** What a listing told of the volume. */
export interface KnownVolume {
  readonly factory: SevenZipFactory;
  readonly window: DiskWindow;
  readonly kind: VolumeContentKind;
  readonly root: NamedRoot;
  readonly shared: SharedPaths;
}

const NO_RANGES = new Float64Array(0);

export async function readFiles(
  known: KnownVolume,
  items: readonly ReadItem[],
  sink: ContentSink,
): Promise<void> {
  const refuse = (item: ReadItem, why: string) => {
    sink.begin(item);
    sink.end(item, { sizeBytes: 0, problem: notGiven(why), touched: NO_RANGES });
  };
  let waiting: ReadItem[] = [];
  for (const item of items) {
    if (isPlainPath(item.path)) waiting.push(item);
    else refuse(item, 'a part of its path is empty, "." or ".."');
  }
  let stops = 0;
  while (waiting.length > 0) {
    const { now, later } = compatible(waiting);
    const { missing, isWhole, stop } = await extract(known, now, sink);
    if (stop && ++stops > MOST_STOPS) throw stop;
    if (isWhole) for (const item of missing) refuse(item, '7-Zip does not find it');
    waiting = isWhole ? later : [...missing, ...later];
  }
}

interface RunResult {
  readonly missing: readonly ReadItem[];
  /** The run came to its end: what is missing now stays missing. */
  readonly isWhole: boolean;
  readonly stop: DiskError | null;
}

async function extract(
  known: KnownVolume,
  items: readonly ReadItem[],
  sink: ContentSink,
): Promise<RunResult> {
  const wanted = new WantedFiles(items, known.shared, (item) => pathInSevenZip(item.path, known.root));
  const extraction: Extraction = new Extraction(wanted, sink, () => volume);
  const volume = new VolumeFile(known.window, extraction);
  const decoder = new TextDecoder();
  let code: number | null;
  try {
    code = await runSevenZip(known.factory, extractArguments(known.kind), {
      prepare(files: ModuleFiles) {
        volume.mount(files);
        mountProducedFiles(files, extraction);
        files.writeFile(LIST_PATH, new TextEncoder().encode(wanted.lines()));
      },
      onOutput() {},
      onPath: (path) => extraction.onPath(path),
      onErrorOutput: (memory, start, end) =>
        extraction.onErrorOutput(decoder.decode(memory.slice(start, end))),
    });
  } catch (error) {
    if (extraction.fault) throw extraction.fault.error;
    // 7-Zip stopped while it read one file: the others can still be had.
    if (error instanceof DiskError && extraction.finish(toProblem(error)))
      return { missing: wanted.missing, isWhole: false, stop: error };
    throw error;
  }
  const complaint = extraction.complaint;
  extraction.finish();
  if (code !== null && !extraction.hasBegun && /Cannot open the file as|Is not archive/.test(complaint))
    throw new DiskError({
      code: 'corrupt',
      message:
        `7-Zip cannot read the file system (exit code ${code}). ${complaints(complaint.split('\n')).join(' ')}`.trim(),
      meaning: 'What describes its files is damaged or missing. Nothing was changed.',
      remedy: 'Look at the same volume at an older point of the chain, or check it with its own system.',
    });
  return { missing: wanted.missing, isWhole: code !== null, stop: null };
}

function extractArguments(kind: VolumeContentKind): string[] {
  return [
    'x',
    typeSwitch(kind) ?? '',
    '-y',
    '-aoa', // several files of one path follow each other
    '-bd',
    '-bso0',
    '-snh-', // hard links as files of their own
    '-sns-', // no alternate streams
    '-ssc', // names that differ in case differ
    '-r-',
    '-sccUTF-8',
    '-scsUTF-8',
    `-o${OUTPUT_FOLDER}`,
    `-i@${LIST_PATH}`,
    VOLUME_PATH,
  ];
}

function pathInSevenZip(path: string, root: NamedRoot): string {
  if (root.name === '' || root.beside.has(path.split('/', 1)[0] ?? '')) return path;
  return `${root.name}/${path}`;
}
