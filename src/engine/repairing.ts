/** Plans repairs of files of the pile and carries them out: into a new file, or in place in private storage. */
import { fromHex } from '../base/bytes.ts';
import { DiskError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { checkFile } from '../check/checkFile.ts';
import type { CheckContext } from '../check/fileCheck.ts';
import { patchOf, planRepair } from '../check/repair/planRepair.ts';
import type { RepairPlan } from '../check/repair/repairPlan.ts';
import type { Finding } from '../formats/finding.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import type { CreateParent } from '../formats/vhd/create.ts';
import { copyPatched } from '../storage/copyPatched.ts';
import type { FileSink } from '../storage/fileSink.ts';
import type { Patch } from '../storage/patch.ts';
import { PatchedFile } from '../storage/patchedFile.ts';
import type { ParentLink, RepairRequest, RepairResult, SaveTarget } from './api.ts';
import { checkOf, type WorkTools } from './checking.ts';
import type { Pile, PileEntry } from './pile.ts';
import type { Platform } from './platform.ts';
import { openTarget } from './targets.ts';

export function contextOf({ module, now, signal }: WorkTools): CheckContext {
  return { module, now, signal };
}

export async function planFor(pile: Pile, request: RepairRequest, tools: WorkTools): Promise<RepairPlan> {
  const { content } = pile.get(request.file);
  const meter = new ProgressMeter(tools.report, `Checking ${content.file.name}`, 'bytes', null);
  const context = { ...contextOf(tools), advance: (bytes: number) => meter.advance(bytes) };
  const check = await checkOf(content, context);
  const parent = request.parent === null ? null : createParent(pile, request.parent);
  return planRepair(content, check, { context, choices: request.choices, parent });
}

/** What a child's header and locators say of this parent. Throws 'bad-request' where the file cannot be one. */
export function createParent(pile: Pile, link: ParentLink): CreateParent {
  const { content, path } = pile.get(link.parent);
  const id = isDiskImage(content) && content.format === 'vhd' ? fromHex(content.id) : null;
  if (!id || !isDiskImage(content)) {
    throw new DiskError({
      code: 'bad-request',
      message: `“${path}” is no VHD, so no differencing VHD can name it as its parent.`,
      meaning: 'Nothing was written.',
      remedy: 'Convert it to a dynamic VHD first, and take that as the parent.',
    });
  }
  const { absolutePath, relativePath } = link;
  return {
    id,
    name: absolutePath ?? content.file.name,
    modified: content.modified,
    ...(absolutePath === null ? {} : { absolutePath }),
    ...(relativePath === null ? {} : { relativePath }),
  };
}

/** The plan's bytes in a new file; the original stays as it is. */
export async function repairToCopy(
  platform: Platform,
  pile: Pile,
  request: RepairRequest,
  target: SaveTarget,
  tools: WorkTools,
): Promise<RepairResult> {
  const startMs = performance.now();
  const entry = pile.get(request.file);
  const patch = patchOf(await planFor(pile, request, tools));
  const findings = await findingsAfter(entry, patch, tools);
  const { sink, name } = await openTarget(platform, pile, target);
  const { fileBytes } = await writePatched(entry, patch, sink, tools);
  const seconds = (performance.now() - startMs) / 1000;
  return { name, fileBytes, undoName: null, findings, seconds, pile: null };
}

export async function writePatched(
  entry: PileEntry,
  patch: Patch,
  sink: FileSink,
  { report, signal, isZero }: WorkTools,
): Promise<{ fileBytes: number; writtenBytes: number }> {
  const { file } = entry.content;
  const meter = new ProgressMeter(report, `Copying ${file.name}`, 'bytes', file.sizeBytes);
  const advance = (bytes: number) => meter.advance(bytes);
  const written = await copyPatched(file, sink, patch, { isZero, advance, signal });
  meter.finish();
  return written;
}

/** What a check finds in the file once the patch is in it. */
async function findingsAfter(entry: PileEntry, patch: Patch, tools: WorkTools): Promise<readonly Finding[]> {
  const content = await openImage(new PatchedFile(entry.content.file, patch));
  return (await checkFile(content, contextOf(tools))).findings;
}
