/** Faults on purpose: bytes that change behind everybody's back. */
import { Prng } from '../../base/prng.ts';
import { FOOTER_NAME } from '../../formats/vhd/chooseFooter.ts';
import { FOOTER_BYTES, footerBytes, footerStruct } from '../../formats/vhd/footer.ts';
import { openDisk } from '../../merge/openFiles.ts';
import type { LabContext } from '../context.ts';
import { seededBytes } from './newDisks.ts';

export async function alterFile(
  lab: LabContext,
  name: string,
  offset: number,
  lengthBytes: number,
): Promise<void> {
  await lab.drive.alter(name, offset, seededBytes(new Prng(offset + lengthBytes), lengthBytes));
}

/** Every footer of the file gets another id: its children do not find their parent any more. */
export async function changeId(lab: LabContext, name: string): Promise<void> {
  const { file, structures } = await openDisk(lab.drive, name, 'read-only', false);
  const uniqueId = lab.ids.raw();
  const places = structures.filter(({ name: each }) => each === FOOTER_NAME).map(({ offset }) => offset);
  const isCopied = places.length > 0 && file.sizeBytes > 2 * FOOTER_BYTES;
  const offsets = new Set([...places, ...(isCopied ? [0, file.sizeBytes - FOOTER_BYTES] : [])]);
  const changes: { offset: number; bytes: Uint8Array }[] = [];
  for (const offset of offsets) {
    const bytes = new Uint8Array(FOOTER_BYTES);
    await file.read(offset, bytes);
    const footer = footerStruct.parse(bytes);
    if (footer.cookie === 'conectix') changes.push({ offset, bytes: footerBytes({ ...footer, uniqueId }) });
  }
  await file.close();
  for (const { offset, bytes } of changes) await lab.drive.alter(name, offset, bytes);
}
