/** What leaves the lab: a checkpoint as one disk, the machine's folder, its scenario, and its disks as files of a pile. */
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { GIB, sizeText } from '../base/units.ts';
import { memoryTree } from '../lab/drive/labFolders.ts';
import { scenarioLink } from '../lab/history/scenarioLink.ts';
import { scenarioText } from '../lab/history/scenarioText.ts';
import { labDate } from '../lab/labTime.ts';
import { fileSafe } from '../lab/machine/paths.ts';
import { copyFolder } from '../lab/transfer/copyFolder.ts';
import { machineFiles } from '../lab/transfer/machineFiles.ts';
import { exportPoint } from '../lab/transfer/openPoint.ts';
import { zipFolder } from '../lab/transfer/zipFolder.ts';
import type { FolderEntry } from '../storage/diskFolder.ts';
import { folderSink } from '../storage/fileSink.ts';
import { type MemoryBytes, MemoryFile } from '../storage/memoryFile.ts';
import type { LabExportRequest, LabSaved, LabShare, SaveResult } from './api.ts';
import { BlobSink } from './blobSink.ts';
import type { WorkTools } from './checking.ts';
import { newFolderIn } from './labFolder.ts';
import type { LabWorkshop } from './labOpening.ts';
import { chainAt } from './labPoints.ts';
import { type OpenLab, readableFolder } from './labSlot.ts';
import type { FileToOpen } from './opening.ts';
import type { Platform } from './platform.ts';
import { newIdentity } from './saving.ts';
import { openTarget } from './targets.ts';

/** A zip is handed out as a whole, and files of private storage are copied into memory: both must fit there. */
const MOST_IN_MEMORY_BYTES = 2 * GIB;

export async function exportNode(
  { platform, pile }: LabWorkshop,
  open: OpenLab,
  { node, disk, format, target }: LabExportRequest,
  { module, report, signal }: WorkTools,
): Promise<SaveResult> {
  const startMs = performance.now();
  const { lab } = open.history;
  const chain = chainAt(lab, node, disk);
  const folder = await readableFolder(open);
  const { sink, name } = await openTarget(platform, pile, target);
  const hasher = await platform.createHasher().catch(async (error: unknown) => {
    await sink.abort();
    throw error;
  });
  const meter = new ProgressMeter(report, 'Exporting', 'bytes', lab.view().virtualSizeBytes[disk] ?? null);
  const written = await exportPoint(
    { folder, chain, complete: true },
    sink,
    { format, identity: newIdentity(platform), hasher, meter, signal },
    { module, signal },
  );
  return { ...written, name, seconds: (performance.now() - startMs) / 1000 };
}

/** Into a new folder of the machine's name; taken away again where it is not complete. */
export async function saveMachine(
  platform: Platform,
  open: OpenLab,
  picked: FileSystemDirectoryHandle,
  { report, signal, isZero }: WorkTools,
): Promise<LabSaved> {
  const startMs = performance.now();
  const { state } = open.history.lab;
  const folder = await readableFolder(open);
  const entries = await machineFiles(folder);
  const meter = new ProgressMeter(report, 'Writing', 'bytes', bytesOf(entries));
  const target = await newFolderIn(picked, fileSafe(state.name), platform.handleSink);
  try {
    const { files, bytes } = await copyFolder(folder, namesOf(entries), target.sinkOf, {
      isZero,
      signal,
      advance: (done) => meter.advance(done),
    });
    meter.finish();
    return { files, bytes, seconds: (performance.now() - startMs) / 1000 };
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

/** Throws 'limit' where the files are too large to be put into one in memory. */
export async function zipMachine(open: OpenLab, { report, signal }: WorkTools): Promise<File> {
  const { state, nowUs } = open.history.lab;
  const folder = await readableFolder(open);
  const entries = await machineFiles(folder);
  checkFits(entries, 'Save the folder itself, or export a checkpoint as one disk.');
  const meter = new ProgressMeter(report, 'Packing', 'bytes', bytesOf(entries));
  const sink = new BlobSink(`${fileSafe(state.name)}.zip`);
  await zipFolder(folder, namesOf(entries), sink, {
    made: labDate(nowUs),
    signal,
    advance: (bytes) => meter.advance(bytes),
  });
  meter.finish();
  return sink.file('application/zip');
}

/** Throws 'unsupported' for a machine whose beginning nobody else has. */
export function shareLab({ history, foundation }: OpenLab): LabShare {
  if (foundation.length > 0) throw notShared('It stands on your own chain, which a scenario does not hold.');
  if (!history.view().history.canSeek)
    throw notShared('It was found in storage: what happened before it was opened is not known.');
  const scenario = history.scenario();
  const text = scenarioText(scenario);
  return { link: scenarioLink(scenario), text, fileName: `${fileSafe(scenario.name)}.json` };
}

/** The machine's disks as they are now, those that it stands on among them; the lab goes on with its own. */
export async function explored(lab: OpenLab, tools: WorkTools): Promise<FileToOpen[]> {
  const { state } = lab.history.lab;
  const files: FileToOpen[] = [];
  const add = (name: string, open: FileToOpen['open']) =>
    files.push({ path: `${fileSafe(state.name)}/${name}`, open });
  for (const { name, content } of await copiesOf(lab, tools)) {
    const path = `${fileSafe(state.name)}/${name}`;
    const file = new MemoryFile(name.slice(name.lastIndexOf('/') + 1), content, 'read-only');
    add(name, async () => ({ file, path, storage: 'memory', changedMs: null, handle: null }));
  }
  for (const { name, openAgain } of lab.foundation) {
    const path = `${fileSafe(state.name)}/${name}`;
    add(name, async () => ({
      file: await openAgain(),
      path,
      storage: 'user',
      changedMs: null,
      handle: null,
    }));
  }
  return files;
}

interface Copy {
  readonly name: string;
  readonly content: MemoryBytes;
}

/** In memory, pages are shared until somebody writes; private storage has to be read. */
async function copiesOf(open: OpenLab, { report, signal, isZero }: WorkTools): Promise<Copy[]> {
  const drive = await readableFolder(open);
  const isDisk = ({ name }: { readonly name: string }) => /\.a?vhd$/.test(name);
  if (!open.store) return drive.snapshot().files.filter((file) => isDisk(file) && !file.isLost);
  const entries = (await machineFiles(drive)).filter(isDisk);
  checkFits(entries, 'Save the machine’s folder, and open that.');
  const meter = new ProgressMeter(report, 'Reading the disks', 'bytes', bytesOf(entries));
  const tree = memoryTree();
  await copyFolder(drive, namesOf(entries), (name) => folderSink(tree, name), {
    isZero,
    signal,
    advance: (bytes) => meter.advance(bytes),
  });
  const copies: Copy[] = [];
  for (const { name } of entries) {
    const file = await tree.open(name, 'read-only');
    if (file instanceof MemoryFile) copies.push({ name, content: file.content });
  }
  return copies;
}

function namesOf(entries: readonly FolderEntry[]): string[] {
  return entries.map(({ name }) => name);
}

function bytesOf(entries: readonly FolderEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function checkFits(entries: readonly FolderEntry[], remedy: string): void {
  const bytes = bytesOf(entries);
  if (bytes <= MOST_IN_MEMORY_BYTES) return;
  throw new DiskError({
    code: 'limit',
    message: `The machine’s files have ${sizeText(bytes)}; up to ${sizeText(MOST_IN_MEMORY_BYTES)} are put together in memory.`,
    meaning: 'Nothing was made.',
    remedy,
  });
}

function notShared(why: string): DiskError {
  return new DiskError({
    code: 'unsupported',
    message: `This lab cannot be handed out as a scenario. ${why}`,
    meaning: 'Nothing was changed.',
    remedy: 'Save the machine’s folder instead.',
  });
}
