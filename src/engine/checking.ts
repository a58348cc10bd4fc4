/** Checks files of the pile wholly, and their places in the trees. */
import { Pacer } from '../base/pacer.ts';
import { ProgressMeter, type Report } from '../base/progress.ts';
import { checkBytes, checkFile } from '../check/checkFile.ts';
import { checkLinks } from '../check/checkLinks.ts';
import type { CheckContext, FileCheck } from '../check/fileCheck.ts';
import type { CoreModule } from '../core/core.ts';
import type { DiskImage, RefusedFile } from '../formats/diskImage.ts';
import { isDiskImage } from '../formats/openImage.ts';
import type { IsZero } from '../storage/sparseWriter.ts';
import type { CheckView, FileId } from './api.ts';
import type { Pile } from './pile.ts';

/** What the engine's long work is given. */
export interface WorkTools {
  readonly module: CoreModule;
  readonly now: Date;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly isZero: IsZero;
}

/** What is known of files as long as they are held: choosing in a repair plan must not read everything again. */
const known = new WeakMap<DiskImage | RefusedFile, FileCheck>();

/** The check of a file, made now where it was not made before. */
export async function checkOf(content: DiskImage | RefusedFile, context: CheckContext): Promise<FileCheck> {
  return known.get(content) ?? checkNow(content, context);
}

async function checkNow(content: DiskImage | RefusedFile, context: CheckContext): Promise<FileCheck> {
  const check = await checkFile(content, context);
  known.set(content, check);
  return check;
}

/** `ids` null = every file. Files that are not checked count in the links with what opening them found. */
export async function checkPile(
  pile: Pile,
  ids: readonly FileId[] | null,
  { module, now, report, signal }: WorkTools,
): Promise<CheckView> {
  const startMs = performance.now();
  const entries = [...new Set(ids ?? pile.all.map(({ id }) => id))].map((id) => pile.get(id));
  const total = entries.reduce((sum, { content }) => sum + checkBytes(content), 0);
  const meter = new ProgressMeter(report, 'Checking', 'bytes', total);
  const checks = new Map<FileId, FileCheck>();
  let before = 0;
  const pacer = new Pacer();
  for (const { id, content } of entries) {
    await pacer.step();
    signal.throwIfAborted();
    meter.enter(`Checking ${content.file.name}`);
    const context: CheckContext = { module, now, advance: (bytes) => meter.advance(bytes), signal };
    checks.set(id, await checkNow(content, context));
    // What a sound file does not need to have read is done all the same.
    before += checkBytes(content);
    meter.advanceTo(before);
    if (isDiskImage(content)) pile.noteBlocks(id, checks.get(id)?.blocks ?? null);
  }
  meter.finish();
  return {
    files: withLinks(pile, checks),
    readBytes: [...checks.values()].reduce((sum, { readBytes }) => sum + readBytes, 0),
    seconds: (performance.now() - startMs) / 1000,
  };
}

function withLinks(pile: Pile, checks: ReadonlyMap<FileId, FileCheck>): CheckView['files'] {
  const { entries, forest } = pile.trees();
  const ofFiles = entries.map(({ id, content }) => checks.get(id)?.findings ?? content.findings);
  const refused = pile.all.flatMap(({ content, path }) => (isDiskImage(content) ? [] : [{ content, path }]));
  const ofLinks = checkLinks(forest, ofFiles, refused);
  const placeOf = new Map(entries.map(({ id }, place) => [id, place]));
  return [...checks].map(([file, { findings, space, readBytes }]) => ({
    file,
    findings: [...findings, ...(ofLinks[placeOf.get(file) ?? -1] ?? [])],
    space,
    readBytes,
  }));
}
