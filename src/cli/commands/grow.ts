/** `grow FILE SIZE`: the same disk with zeros behind its end. */
import { grouped, sizeText } from '../../base/units.ts';
import { growPatch } from '../../engine/making.ts';
import { applyChange } from '../applyChange.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { Session } from '../session.ts';
import { jsonText, printable } from '../text.ts';
import { UsageError } from '../usage.ts';

type GrowCall = CallOf<'grow'>;

export async function growCommand(call: GrowCall, io: Io): Promise<boolean> {
  const { session, targets } = await Session.open(io, [call.file], call, false);
  try {
    const [given] = targets;
    if (!given) throw new UsageError(`There is no “${call.file}”.`);
    const { sizeBytes } = call;
    const patch = await growPatch(session.pile, { file: session.idOf(given), virtualSizeBytes: sizeBytes });
    const changedBytes = patch.changes.reduce((sum, { after }) => sum + after.length, 0);
    if (!call.json) {
      await io.out(
        `${printable(given.shown)} grows to a disk of ${sizeText(sizeBytes)}: ${grouped(changedBytes)} bytes change, ` +
          `the file goes from ${sizeText(patch.sizeBefore)} to ${sizeText(patch.sizeAfter)}\n`,
      );
    }
    const applied = await applyChange(io, session, given, call.change, patch);
    if (call.json) {
      const { path, fileBytes, undo } = applied;
      await io.out(jsonText({ path, virtualSizeBytes: sizeBytes, fileBytes, changedBytes, undo }));
    } else if (applied.path !== null) {
      const undo =
        applied.undo === null
          ? ''
          : `; to take it back: disklab repair ${printable(applied.path)} --undo ${printable(applied.undo)}`;
      await io.out(`${printable(applied.path)} is written${undo}\n`);
    }
    return false;
  } finally {
    await session.close();
  }
}
