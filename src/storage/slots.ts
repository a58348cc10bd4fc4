/**
 * Two slots of a journal, written in turn, so that the one before is whole while the next is being written. Shared by
 * the undo file and the merge journal: magic at 0, version at 8, sequence at 16, CRC-32C in the last four bytes. All
 * numbers are big-endian.
 */
import { equalBytes, viewOf } from '../base/bytes.ts';
import { crc32c } from '../base/checksum.ts';

export const SLOT_BYTES = 4096;
/** Both slots: where what they speak of begins. */
export const SLOTS_BYTES = 2 * SLOT_BYTES;

const SLOT = { magic: 0, version: 8, sequence: 16, crc: SLOT_BYTES - 4 } as const;

export interface SlotKind {
  /** Eight characters. */
  readonly magic: string;
  readonly version: number;
}

/** Where the slot of a sequence number goes: never over the one before it. Sequences count from 1. */
export function slotOffset(sequence: number): number {
  return ((sequence - 1) % 2) * SLOT_BYTES;
}

/** Fills in what every slot has, the checksum last: the other fields stand in `bytes` already. */
export function sealSlot(bytes: Uint8Array, { magic, version }: SlotKind, sequence: number): void {
  const view = viewOf(bytes);
  bytes.set(magicBytes(magic), SLOT.magic);
  view.setUint32(SLOT.version, version);
  view.setBigUint64(SLOT.sequence, BigInt(sequence));
  view.setUint32(SLOT.crc, crc32c(bytes.subarray(0, SLOT.crc)));
}

/** The sequence of a slot; null for anything but a whole slot of this kind and version. */
export function sequenceOf(bytes: Uint8Array, { magic, version }: SlotKind): number | null {
  const view = viewOf(bytes);
  const isOne =
    bytes.length === SLOT_BYTES &&
    equalBytes(bytes.subarray(SLOT.magic, SLOT.version), magicBytes(magic)) &&
    view.getUint32(SLOT.crc) === crc32c(bytes.subarray(0, SLOT.crc)) &&
    view.getUint32(SLOT.version) === version;
  const sequence = isOne ? Number(view.getBigUint64(SLOT.sequence)) : 0;
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : null;
}

/** Whole slots, the one that counts first; none where neither is whole. `bytes` are those of both places. */
export function newestFirst<T extends { readonly sequence: number }>(
  bytes: Uint8Array,
  parse: (bytes: Uint8Array, offset: number) => T | null,
): T[] {
  return [0, SLOT_BYTES]
    .map((offset) => parse(bytes.subarray(offset, offset + SLOT_BYTES), offset))
    .filter((slot) => slot !== null)
    .sort((a, b) => b.sequence - a.sequence);
}

/**
 * True for the bytes of both places where no slot is whole and nothing was written to the second one: then the first was
 * being written, the power went, and what the journal was to speak of has not begun. Behind the second slot there is
 * always one that is whole.
 */
export function isUnmade(bytes: Uint8Array): boolean {
  return bytes.subarray(SLOT_BYTES).every((byte) => byte === 0);
}

function magicBytes(magic: string): Uint8Array {
  return Uint8Array.from(magic, (char) => char.charCodeAt(0));
}
