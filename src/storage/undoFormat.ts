/**
 * The undo file on disk (docs/formats/undo.md): two slots that say how far the change has come, and the records behind
 * them. Every place and size of the format stands here. All numbers are big-endian.
 */
import { utf16, utf16Bytes, viewOf } from '../base/bytes.ts';
import { MIB } from '../base/units.ts';
import { newestFirst, SLOT_BYTES, SLOTS_BYTES, sealSlot, sequenceOf } from './slots.ts';

export { SLOT_BYTES, slotOffset } from './slots.ts';
/** Where the records begin: behind both slots. */
export const RECORDS_OFFSET = SLOTS_BYTES;
export const RECORD_HEADER_BYTES = 16;
/** A record covers at most so many bytes of the file: what is in memory at once. */
export const RECORD_LIMIT_BYTES = MIB;

export type UndoState = 'planned' | 'applying' | 'applied' | 'undoing';

const STATES: readonly UndoState[] = ['planned', 'applying', 'applied', 'undoing'];
const KIND = { magic: 'dlabundo', version: 1 };

/** Behind the magic and the version; the sequence stands between, the checksum at the end (slots.ts). */
const SLOT = {
  state: 12,
  sizeBefore: 24,
  sizeAfter: 32,
  recordBytes: 40,
  recordCrc: 48,
  nameBytes: 52,
  name: 56,
} as const;
const NAME_LIMIT_BYTES = 2048;

export interface UndoSlot {
  readonly state: UndoState;
  /** Counts up with every state; the valid slot with the higher one counts. */
  readonly sequence: number;
  readonly file: string;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  /** Bytes of all records, and their CRC-32C. */
  readonly recordBytes: number;
  readonly recordCrc: number;
}

/** False for names that a slot has no room for. */
export function fitsSlot(file: string): boolean {
  return file.length * 2 <= NAME_LIMIT_BYTES;
}

export function slotBytes(slot: UndoSlot): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES);
  const view = viewOf(bytes);
  const name = utf16Bytes(slot.file, false);
  view.setUint32(SLOT.state, STATES.indexOf(slot.state) + 1);
  view.setBigUint64(SLOT.sizeBefore, BigInt(slot.sizeBefore));
  view.setBigUint64(SLOT.sizeAfter, BigInt(slot.sizeAfter));
  view.setBigUint64(SLOT.recordBytes, BigInt(slot.recordBytes));
  view.setUint32(SLOT.recordCrc, slot.recordCrc);
  view.setUint32(SLOT.nameBytes, name.length);
  bytes.set(name, SLOT.name);
  sealSlot(bytes, KIND, slot.sequence);
  return bytes;
}

/** null for anything but a whole slot of this version. */
export function parseSlot(bytes: Uint8Array): UndoSlot | null {
  const sequence = sequenceOf(bytes, KIND);
  if (sequence === null) return null;
  const view = viewOf(bytes);
  const state = STATES[view.getUint32(SLOT.state) - 1];
  const nameBytes = view.getUint32(SLOT.nameBytes);
  const number = (offset: number) => Number(view.getBigUint64(offset));
  const slot = {
    sizeBefore: number(SLOT.sizeBefore),
    sizeAfter: number(SLOT.sizeAfter),
    recordBytes: number(SLOT.recordBytes),
  };
  if (state === undefined || nameBytes > NAME_LIMIT_BYTES) return null;
  if (!Object.values(slot).every(Number.isSafeInteger)) return null;
  return {
    ...slot,
    sequence,
    state,
    recordCrc: view.getUint32(SLOT.recordCrc),
    file: utf16(bytes.subarray(SLOT.name, SLOT.name + nameBytes), false),
  };
}

/** The state that counts, of the bytes of both slots; null where neither is whole. */
export function newestSlot(bytes: Uint8Array): UndoSlot | null {
  return newestFirst(bytes, parseSlot)[0] ?? null;
}

/**
 * 'change': the bytes before, then as many after. 'tail': bytes that the change cuts off, only before. Bytes that lie
 * behind the end of the file, before or after, are zeros.
 */
export type RecordKind = 'change' | 'tail';

export interface RecordHeader {
  readonly kind: RecordKind;
  /** In the file that is changed. */
  readonly offset: number;
  readonly lengthBytes: number;
}

const RECORD = { offset: 0, lengthBytes: 8, kind: 12 } as const;
const KINDS: readonly RecordKind[] = ['change', 'tail'];

export function recordHeaderBytes(header: RecordHeader): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES);
  const view = viewOf(bytes);
  view.setBigUint64(RECORD.offset, BigInt(header.offset));
  view.setUint32(RECORD.lengthBytes, header.lengthBytes);
  view.setUint32(RECORD.kind, KINDS.indexOf(header.kind) + 1);
  return bytes;
}

/** null for what no undo file has: another kind, no bytes, or more than a record takes. */
export function parseRecordHeader(bytes: Uint8Array): RecordHeader | null {
  const view = viewOf(bytes);
  const kind = KINDS[view.getUint32(RECORD.kind) - 1];
  const offset = Number(view.getBigUint64(RECORD.offset));
  const lengthBytes = view.getUint32(RECORD.lengthBytes);
  if (kind === undefined || lengthBytes === 0 || lengthBytes > RECORD_LIMIT_BYTES) return null;
  return Number.isSafeInteger(offset + lengthBytes) ? { kind, offset, lengthBytes } : null;
}

/** Bytes behind a record's header. */
export function recordPayloadBytes({ kind, lengthBytes }: RecordHeader): number {
  return kind === 'change' ? 2 * lengthBytes : lengthBytes;
}
