/** `tree PATH…`: the trees that the named files form, with what is below them wherever it was found. */
import { dateText, sizeText } from '../../base/units.ts';
import type { FileView, Finding, OtherFileView, PileView } from '../../engine/api.ts';
import type { CallOf } from '../call.ts';
import { brokenDisks, withParents } from '../chosenFiles.ts';
import { drawTree } from '../drawTree.ts';
import type { Io } from '../io.ts';
import { fileRecord, hasErrors, otherRecord } from '../records.ts';
import { Session } from '../session.ts';
import { findingLine, jsonText, printable } from '../text.ts';
import { tellWaiting } from '../waiting.ts';

type TreeCall = CallOf<'tree'>;

export async function treeCommand(call: TreeCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, call.paths, call, true);
  try {
    const pile = session.view();
    const files: FileView[] = [];
    for (const view of withParents(pile, targets)) files.push(await session.withTable(view));
    await tellWaiting(io, session, files);
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
  const folder = commonFolder(files.map((view) => view.path));
  const name = (path: string) => printable(session.shown(path).slice(folder.length));
  const finding = (each: Finding) =>
    findingLine({ ...each, message: each.message.replaceAll(`“${folder}`, '“') });
  const drawn = drawTree(
    files.map((view) => ({
      id: view.id,
      parent: view.parent,
      cut: view.type === 'differencing' && view.parent === null,
      row: rowOf(view, name(view.path)),
      notes: [...view.findings.map(finding), ...candidatesOf(view, files, name)],
    })),
  );
  const rest = [
    ...others.flatMap((other) => [
      `– ${printable(session.shown(other.path))}  ${sizeText(other.sizeBytes)}, not a disk that can be read`,
      ...other.findings.map((each) => `    ${findingLine(each)}`),
    ]),
    ...failures.flatMap((each) => [`– ${printable(session.shown(each.file))}`, `    ${findingLine(each)}`]),
  ];
  if (drawn.length + rest.length === 0) return 'No disks here.';
  const parts = [
    folder === '' ? [] : [printable(folder)],
    drawn,
    drawn.length > 0 && rest.length > 0 ? [''] : [],
    rest,
  ];
  return parts.flat().join('\n');
}

/** The folder that all files lie in or below, with its slash; '' for a single file and where there is none. */
function commonFolder(paths: readonly string[]): string {
  if (paths.length < 2) return '';
  const [first = '', ...others] = paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1));
  let folder = first;
  while (!others.every((other) => other.startsWith(folder))) {
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}

function rowOf(view: FileView, name: string): string[] {
  return [
    name,
    view.format === 'raw' ? 'raw' : view.type,
    `${sizeText(view.virtualSizeBytes)} disk`,
    `${sizeText(view.sizeBytes)} file`,
    view.maker ? printable(view.maker.looksLike) : '',
    view.modifiedMs === null ? '' : dateText(new Date(view.modifiedMs)),
  ];
}

function candidatesOf(view: FileView, files: readonly FileView[], name: (path: string) => string): string[] {
  return view.candidates.slice(0, 2).flatMap(({ file, reasons }) => {
    const candidate = files.find(({ id }) => id === file);
    return candidate ? [`perhaps ${name(candidate.path)}: ${printable(reasons[0] ?? '')}`] : [];
  });
}
