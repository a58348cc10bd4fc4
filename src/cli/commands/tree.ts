/** `tree PATH…`: the trees that the named files form, with what is below them wherever it was found. */
import { dateText, sizeText } from '../../base/units.ts';
import type { FileView, OtherFileView, PileView } from '../../engine/api.ts';
import type { Call } from '../arguments.ts';
import type { CollectedFile } from '../collect.ts';
import { drawTree } from '../drawTree.ts';
import type { Io } from '../io.ts';
import { fileRecord, hasErrors, namesOf, otherRecord } from '../records.ts';
import { Session } from '../session.ts';
import { findingLine, jsonText, printable } from '../text.ts';

type TreeCall = Extract<Call, { command: 'tree' }>;

export async function treeCommand(call: TreeCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, call.paths, call, true);
  try {
    const pile = session.view();
    const files = withParents(pile, targets);
    const others = brokenDisks(pile, targets, call.paths);
    const failures = pile.failures.filter(({ file }) => targets.some(({ path }) => path === file));
    if (call.json) {
      const records = [
        ...files.map((view) => fileRecord(session, view, pile.files)),
        ...others.map((other) => otherRecord(session, other)),
        ...failures.map((failure) => failureRecord(session, failure)),
      ];
      await io.out(jsonText({ files: records }));
    } else {
      await io.out(`${humanText(session, files, others, failures)}\n`);
    }
    return failures.length > 0 || files.some(hasErrors) || others.some(hasErrors);
  } finally {
    await session.close();
  }
}

/** The named files that are disks and everything that they are read from, in the order of their trees. */
function withParents({ files }: PileView, targets: readonly CollectedFile[]): FileView[] {
  const named = new Set(targets.map(({ path }) => path));
  const byId = new Map(files.map((file) => [file.id, file]));
  const wanted = new Set<number>();
  for (const file of files) {
    if (!named.has(file.path)) continue;
    for (let at: FileView | undefined = file; at && !wanted.has(at.id); at = byId.get(at.parent ?? -1)) {
      wanted.add(at.id);
    }
  }
  return files.filter(({ id }) => wanted.has(id));
}

/** Files that should be disks and are none. What merely lies beside disks in a folder is not spoken of. */
function brokenDisks(
  { others }: PileView,
  targets: readonly CollectedFile[],
  given: readonly string[],
): OtherFileView[] {
  const named = new Map(targets.map((target) => [target.path, target]));
  return others.filter(({ path, format }) => {
    const target = named.get(path);
    if (!target) return false;
    return format !== 'unknown' || given.includes(target.shown) || /\.(a?vhdx?|v\d\d)$/i.test(path);
  });
}

function failureRecord(session: Session, failure: PileView['failures'][number]) {
  const { rule, severity, code, offset, message } = failure;
  const file = session.shown(failure.file);
  return {
    path: file,
    id: null,
    type: null,
    parent: null,
    findings: [{ rule, severity, code, file, offset, message }],
  };
}

function humanText(
  session: Session,
  files: readonly FileView[],
  others: readonly OtherFileView[],
  failures: PileView['failures'],
): string {
  const drawn = drawTree(
    files.map((view) => ({
      id: view.id,
      parent: view.parent,
      cut: view.type === 'differencing' && view.parent === null,
      row: rowOf(session, view),
      notes: notesOf(session, view, files),
    })),
  );
  const rest = [
    ...others.flatMap((other) => [
      `– ${printable(session.shown(other.path))}  ${sizeText(other.sizeBytes)}, not a disk that can be read`,
      ...other.findings.map((finding) => `    ${findingLine(finding)}`),
    ]),
    ...failures.map((failure) => `– ${printable(session.shown(failure.file))}\n    ${findingLine(failure)}`),
  ];
  if (drawn.length + rest.length === 0) return 'No disks here.';
  return [...drawn, ...(drawn.length > 0 && rest.length > 0 ? [''] : []), ...rest].join('\n');
}

function rowOf(session: Session, view: FileView): string[] {
  return [
    printable(session.shown(view.path)),
    `${view.format === 'raw' ? 'raw' : view.type}`,
    `${sizeText(view.virtualSizeBytes)} disk`,
    `${sizeText(view.sizeBytes)} file`,
    view.maker ? printable(view.maker.looksLike) : '',
    view.modifiedMs === null ? '' : dateText(new Date(view.modifiedMs)),
  ];
}

function notesOf(session: Session, view: FileView, files: readonly FileView[]): string[] {
  const notes = view.findings.map(findingLine);
  if (view.type === 'differencing' && view.parent === null) {
    notes.push(`seeks id ${view.seeks?.idText ?? ''}`);
    for (const name of namesOf(view.seeks)) notes.push(`      ${printable(name)}`);
    for (const { file, reasons } of view.candidates.slice(0, 2)) {
      const candidate = files.find(({ id }) => id === file);
      if (candidate)
        notes.push(`likely ${printable(session.shown(candidate.path))}: ${printable(reasons[0] ?? '')}`);
    }
  }
  return notes;
}
