/** `create NEW …`: an empty disk, or a child of another. */
import { randomBytes } from 'node:crypto';
import { sizeText } from '../../base/units.ts';
import { createParent } from '../../engine/repairing.ts';
import { type CreateDiskOptions, createDisk } from '../../export/createDisk.ts';
import type { CallOf } from '../call.ts';
import type { Io } from '../io.ts';
import { checkOut, outSink, refuseInputs } from '../outFile.ts';
import { Session } from '../session.ts';
import { jsonText, printable } from '../text.ts';
import { UsageError } from '../usage.ts';
import { linkTo } from './repair.ts';

type CreateCall = CallOf<'create'>;

export async function createCommand(call: CreateCall, io: Io): Promise<boolean> {
  checkOut(call);
  const { out } = call;
  const options = { ...(await whatToMake(call, io)), identity: { id: randomBytes(16), made: new Date() } };
  const { fileBytes, writtenBytes } = await createDisk(await outSink(out), options);
  const { type, virtualSizeBytes } = options;
  await io.out(
    call.json
      ? jsonText({ path: out, type, virtualSizeBytes, fileBytes, writtenBytes })
      : `${printable(out)}: ${type}, a disk of ${sizeText(virtualSizeBytes)} in ${sizeText(fileBytes)}\n`,
  );
  return false;
}

async function whatToMake(call: CreateCall, io: Io): Promise<Omit<CreateDiskOptions, 'identity'>> {
  const blocks = call.blockSizeBytes === null ? {} : { blockSizeBytes: call.blockSizeBytes };
  if (call.parent === null) {
    if (call.type === null || call.sizeBytes === null) throw new UsageError('--size and --type are missing.');
    return { type: call.type, virtualSizeBytes: call.sizeBytes, ...blocks };
  }
  const { session, targets } = await Session.open(io, [call.parent], { ...call, parent: null }, false);
  try {
    const [given] = targets;
    if (!given) throw new UsageError(`There is no “${call.parent}”.`);
    const { view } = session.target(given);
    if (!view) throw new UsageError(`“${call.parent}” is not a disk, so it cannot be a parent.`);
    refuseInputs(call.out, session.pathsOf(session.view().files));
    const link = linkTo(session, { path: call.out.replaceAll('\\', '/') }, given, call.way);
    // Windows 10 writes no time stamp of the parent.
    const parent = { ...createParent(session.pile, link), modified: null };
    return { type: 'differencing', virtualSizeBytes: view.virtualSizeBytes, parent, ...blocks };
  } finally {
    await session.close();
  }
}
