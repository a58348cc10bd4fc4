/** `repair FILE` and `reparent CHILD PARENT`: the plan, and where it is wanted, its bytes. */
import path from 'node:path';
import { toHex } from '../../base/bytes.ts';
import { parentPathsFor } from '../../chain/parentPaths.ts';
import { checkFile } from '../../check/checkFile.ts';
import { patchOf } from '../../check/repair/planRepair.ts';
import type { Finding, ParentLink, RepairPlan } from '../../engine/api.ts';
import type { WorkTools } from '../../engine/checking.ts';
import { contextOf, planFor } from '../../engine/repairing.ts';
import { NodeFolder } from '../../storage/nodeFolder.ts';
import { finishPatch, undoPatch, unfinishedPatches } from '../../storage/patchJournal.ts';
import { type Applied, applyChange, reopen } from '../applyChange.ts';
import type { CallOf, ParentWay } from '../call.ts';
import type { CollectedFile } from '../collect.ts';
import type { Io } from '../io.ts';
import { planLines } from '../planText.ts';
import { progressLine } from '../progressLine.ts';
import { checkRecord, hasErrors } from '../records.ts';
import { Session } from '../session.ts';
import { findingLines, jsonText, printable } from '../text.ts';
import { UsageError } from '../usage.ts';

type RepairCall = CallOf<'repair' | 'reparent'>;

export async function repairCommand(call: RepairCall, io: Io): Promise<boolean> {
  if (call.command === 'repair' && call.undo !== null) return undo(call.file, call.undo, io);
  if (call.change.kind === 'in-place') await finishFirst(call.file, io);
  const named = call.command === 'reparent' ? [call.file, call.newParent] : [call.file];
  const { session, targets } = await Session.open(io, named, call, false);
  try {
    const [given, parent] = targets;
    if (!given) throw new UsageError(`There is no “${call.file}”.`);
    if (call.command === 'reparent' && !parent) throw new UsageError('A file cannot be its own parent.');
    const line = progressLine(io);
    const tools = await session.tools(line);
    const request = {
      file: session.idOf(given),
      choices: call.command === 'repair' ? call.choices : {},
      parent: call.command === 'reparent' && parent ? linkTo(session, given, parent, call.way) : null,
    };
    const plan = await planFor(session.pile, request, tools).finally(line.clear);
    if (!call.json) await io.out(`${planLines(plan).join('\n')}\n`);
    const applied = await applyChange(io, session, given, call.change, patchOf(plan));
    const after = applied.path === null ? null : await findingsIn(applied.path, tools);
    await io.out(call.json ? jsonText(record(session, given, plan, applied, after)) : text(applied, after));
    return hasErrors({ findings: after ?? plan.left.map(({ finding }) => finding) });
  } finally {
    await session.close();
  }
}

/** A parent's way as its child spells it. */
export function linkTo(
  session: Session,
  child: Pick<CollectedFile, 'path'>,
  parent: CollectedFile,
  way: ParentWay,
): ParentLink {
  const windowsFolder =
    way.windowsFolder ?? (process.platform === 'win32' ? path.dirname(path.resolve(parent.shown)) : null);
  const { absolutePath, relativePath } = parentPathsFor(child.path, parent.path, windowsFolder);
  if (way.path === 'absolute' && absolutePath === null) {
    throw new UsageError(
      'The parent’s absolute path is not known: Windows needs one like C:\\disks.',
      'Say --windows-folder FOLDER.',
    );
  }
  return {
    parent: session.idOf(parent),
    absolutePath: way.path === 'relative' ? null : absolutePath,
    relativePath: way.path === 'absolute' ? null : relativePath,
  };
}

/** A change that a crash interrupted: the file is whole only when that is done. */
async function finishFirst(file: string, io: Io): Promise<void> {
  const folder = new NodeFolder(path.dirname(file));
  for (const unfinished of await unfinishedPatches(folder)) {
    if (unfinished.file !== path.basename(file)) continue;
    await finishPatch(folder, unfinished.undoName);
    io.err(`${printable(file)}: a change in place had been interrupted; it is finished now.\n`);
  }
}

async function undo(file: string, undoFile: string, io: Io): Promise<boolean> {
  if (path.dirname(path.resolve(file)) !== path.dirname(path.resolve(undoFile))) {
    throw new UsageError('The undo file lies beside the file that it takes back.');
  }
  await undoPatch(new NodeFolder(path.dirname(undoFile)), path.basename(undoFile));
  await io.out(`${printable(file)} is as it was before.\n`);
  return false;
}

async function findingsIn(changed: string, tools: WorkTools): Promise<readonly Finding[]> {
  const content = await reopen(changed);
  try {
    return (await checkFile(content, contextOf(tools))).findings;
  } finally {
    await content.file.close();
  }
}

function text({ path: written, undo: undoFile }: Applied, after: readonly Finding[] | null): string {
  if (written === null) return '';
  const lines = [`\n${printable(written)} is written.`];
  if (undoFile !== null) lines.push(`To take it back: --undo ${printable(undoFile)}`);
  const serious = (after ?? []).filter(({ severity }) => severity !== 'note');
  lines.push(serious.length === 0 ? 'A check finds nothing wrong with it.' : 'A check still finds:');
  return `${[...lines, ...serious.flatMap(findingLines)].join('\n')}\n`;
}

function record(
  session: Session,
  given: CollectedFile,
  plan: RepairPlan,
  applied: Applied,
  after: readonly Finding[] | null,
) {
  const finding = (each: Finding) => checkRecord(session, given.path, each);
  return {
    path: given.shown,
    sizeBefore: plan.sizeBefore,
    sizeAfter: plan.sizeAfter,
    steps: plan.steps.map(({ changes, ...step }) => ({
      ...step,
      changes: changes.map(({ field, offset, before, after: bytes }) => ({
        field,
        offset,
        before: toHex(before),
        after: toHex(bytes),
      })),
    })),
    choices: plan.choices.map(({ id, rule, question, options, chosen }) => ({
      id,
      rule,
      question,
      chosen,
      options: options.map(({ id: option, title, meaning }) => ({ id: option, title, meaning })),
    })),
    left: plan.left.map(({ finding: each, why }) => ({ ...finding(each), why })),
    written: applied.path,
    undo: applied.undo,
    findings: after?.map(finding) ?? null,
  };
}
