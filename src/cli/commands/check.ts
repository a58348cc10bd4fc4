/** `check PATH…`: everything that is wrong with the files and with their places in the trees. */
import { grouped, sizeText } from '../../base/units.ts';
import type { CheckView, FileCheckView, SpaceUse } from '../../engine/api.ts';
import { checkPile } from '../../engine/checking.ts';
import type { CallOf } from '../call.ts';
import { brokenDisks, withParents } from '../chosenFiles.ts';
import type { Io } from '../io.ts';
import { progressLine } from '../progressLine.ts';
import { checkRecord, hasErrors } from '../records.ts';
import { Session } from '../session.ts';
import { findingLine, findingLines, jsonText, printable } from '../text.ts';
import { tellWaiting } from '../waiting.ts';

type CheckCall = CallOf<'check'>;

export async function checkCommand(call: CheckCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, call.paths, call, true);
  try {
    const pile = session.view();
    const disks = withParents(pile, targets);
    await tellWaiting(io, session, disks);
    const ids = [...disks, ...brokenDisks(pile, targets, call.paths)].map(({ id }) => id);
    const failures = pile.failures.filter(({ file }) => targets.some(({ path }) => path === file));
    const line = progressLine(io);
    const view = await checkPile(session.pile, ids, await session.tools(line)).finally(line.clear);
    const pathOf = ({ file }: FileCheckView) => session.pile.get(file).path;
    if (call.json) {
      const findings = [
        ...view.files.flatMap((file) =>
          file.findings.map((finding) => checkRecord(session, pathOf(file), finding)),
        ),
        ...failures.map((finding) => checkRecord(session, finding.file, finding)),
      ];
      const files = view.files.map((file) => ({
        path: session.shown(pathOf(file)),
        readBytes: file.readBytes,
        space: file.space,
      }));
      await io.out(jsonText({ findings, files, seconds: view.seconds }));
    } else {
      const lines = [
        ...view.files.flatMap((file) => fileLines(session.shown(pathOf(file)), file)),
        ...failures.flatMap((each) => [printable(session.shown(each.file)), `  ${findingLine(each)}`, '']),
        summary(view),
      ];
      await io.out(`${lines.join('\n')}\n`);
    }
    return failures.length > 0 || view.files.some(hasErrors);
  } finally {
    await session.close();
  }
}

function fileLines(shown: string, { findings, space }: FileCheckView): string[] {
  const told = findings.length === 0 ? ['sound'] : findings.flatMap(findingLines);
  const lines = [...told, ...(space ? [spaceText(space)] : [])];
  return [printable(shown), ...lines.map((line) => `  ${line}`), ''];
}

function spaceText(space: SpaceUse): string {
  const parts = [
    ['structures', space.structureBytes],
    ['bitmaps', space.bitmapBytes],
    ['blocks', space.blockBytes],
    ['alignment', space.gapBytes],
    ['nothing points at', space.leakedBytes],
  ] as const;
  const told = parts.filter(([, bytes]) => bytes > 0).map(([name, bytes]) => `${name} ${sizeText(bytes)}`);
  return `${sizeText(space.fileBytes)}: ${told.join(', ')}`;
}

function summary({ files, readBytes, seconds }: CheckView): string {
  const count = (severity: string) =>
    files.reduce(
      (sum, { findings }) => sum + findings.filter((each) => each.severity === severity).length,
      0,
    );
  const counted = (number: number, word: string) => `${grouped(number)} ${word}${number === 1 ? '' : 's'}`;
  return (
    `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('note'), 'note')} ` +
    `in ${counted(files.length, 'file')}; ${sizeText(readBytes)} read in ${seconds.toFixed(1)} s`
  );
}
