/**
 * The merge journal on disk (docs/formats/merge-journal.md): two slots that say how far the merge has come, the head
 * behind them, and two areas for the sectors that are being written over. Every place and size of the format stands
 * here. All numbers are big-endian.
 */
import { assert } from '../base/assert.ts';
import { viewOf } from '../base/bytes.ts';
import { crc32c } from '../base/checksum.ts';
import { MIB } from '../base/units.ts';
import { SLOT_BYTES, SLOTS_BYTES, sealSlot, sequenceOf, slotOffset } from '../storage/slots.ts';

export const JOURNAL_SUFFIX = '.merge-journal';
/** Most bytes of redo records in one commit, their headers included. */
export const REDO_LIMIT_BYTES = 4 * MIB;
export const HEAD_OFFSET = SLOTS_BYTES;
export const HEAD_LIMIT_BYTES = MIB;
export const SPARES_LIMIT = 256;
export const RECORD_HEADER_BYTES = 16;
/** What the redo records of a commit begin at a multiple of: they share no sector with anything else. */
const ALIGNMENT_BYTES = 4096;

/**
 * 'copied': all data is in the target, and its spare room was given back. 'relinked': the target has taken the newest
 * source's place, and files are left to be removed.
 */
export type MergePhase = 'planned' | 'copying' | 'copied' | 'relinked';

export interface JournalState {
  readonly phase: MergePhase;
  /** First block of the target that is not merged yet. */
  readonly nextBlock: number;
  readonly copiedBytes: number;
  /** Places in the target that no block uses, sectors of the file; at most 256. */
  readonly spares: readonly number[];
  /** Where the next place at the end goes, bytes; 0 for flat targets. */
  readonly contentEnd: number;
  /** CRC-32C of the target's table once the redo records are in it; 0 for flat targets. */
  readonly tableCrc: number;
}

/** Whole sectors of the target that are written over in place. */
export interface RedoRecord {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface JournalSlot {
  /** Counts up with every commit, from 1. */
  readonly sequence: number;
  readonly state: JournalState;
  /** How many bytes, and their CRC-32C. */
  readonly headBytes: number;
  readonly headCrc: number;
  /** This commit's redo records: where they are, how many bytes, and their CRC-32C. */
  readonly redoOffset: number;
  readonly redoBytes: number;
  readonly redoCrc: number;
}

const PHASES: readonly MergePhase[] = ['planned', 'copying', 'copied', 'relinked'];
const KIND = { magic: 'dlabmrge', version: 1 };

/** Behind the magic and the version; the sequence stands between, the checksum at the end (storage/slots.ts). */
const SLOT = {
  phase: 12,
  nextBlock: 24,
  copiedBytes: 32,
  contentEnd: 40,
  tableCrc: 48,
  headBytes: 52,
  headCrc: 56,
  redoOffset: 60,
  redoBytes: 68,
  redoCrc: 72,
  spareCount: 76,
  spares: 80,
} as const;

/**
 * Where the redo records of the next commit go: never over those of the commit before it, and as far in front as that
 * leaves room for, so that the journal stays as small as its largest commits.
 */
export function nextRedoOffset(
  before: Pick<JournalSlot, 'headBytes' | 'redoOffset' | 'redoBytes'>,
  lengthBytes: number,
): number {
  const first = aligned(HEAD_OFFSET + before.headBytes);
  if (before.redoBytes === 0 || first + lengthBytes <= before.redoOffset) return first;
  return aligned(before.redoOffset + before.redoBytes);
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

export function slotBytes({ sequence, state, ...sizes }: JournalSlot): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES);
  const view = viewOf(bytes);
  const { spares } = state;
  assertState(state);
  view.setUint32(SLOT.phase, PHASES.indexOf(state.phase) + 1);
  view.setBigUint64(SLOT.nextBlock, BigInt(state.nextBlock));
  view.setBigUint64(SLOT.copiedBytes, BigInt(state.copiedBytes));
  view.setBigUint64(SLOT.contentEnd, BigInt(state.contentEnd));
  view.setUint32(SLOT.tableCrc, state.tableCrc);
  view.setUint32(SLOT.headBytes, sizes.headBytes);
  view.setUint32(SLOT.headCrc, sizes.headCrc);
  view.setBigUint64(SLOT.redoOffset, BigInt(sizes.redoOffset));
  view.setUint32(SLOT.redoBytes, sizes.redoBytes);
  view.setUint32(SLOT.redoCrc, sizes.redoCrc);
  view.setUint32(SLOT.spareCount, spares.length);
  for (const [i, spare] of spares.entries()) view.setUint32(SLOT.spares + 4 * i, spare);
  sealSlot(bytes, KIND, sequence);
  return bytes;
}

/** For callers of ours: what a slot has room for. */
function assertState({ spares, nextBlock, copiedBytes, contentEnd, tableCrc }: JournalState): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
  assert(spares.length <= SPARES_LIMIT, `at most ${SPARES_LIMIT} spare places`);
  assert([nextBlock, copiedBytes, contentEnd].every(isCount), 'counts and places are whole numbers');
  assert(
    [...spares, tableCrc].every((value) => isCount(value) && value < 2 ** 32),
    'fits 32 bits',
  );
}

/** null for anything but a whole slot of this version in its own place: `offset` is that in the journal. */
export function parseSlot(bytes: Uint8Array, offset: number): JournalSlot | null {
  const sequence = sequenceOf(bytes, KIND);
  if (sequence === null || slotOffset(sequence) !== offset) return null;
  const view = viewOf(bytes);
  const number = (at: number) => Number(view.getBigUint64(at));
  const phase = PHASES[view.getUint32(SLOT.phase) - 1];
  const spareCount = view.getUint32(SLOT.spareCount);
  const headBytes = view.getUint32(SLOT.headBytes);
  const redoBytes = view.getUint32(SLOT.redoBytes);
  const large = {
    nextBlock: number(SLOT.nextBlock),
    copiedBytes: number(SLOT.copiedBytes),
    contentEnd: number(SLOT.contentEnd),
  };
  const redoOffset = number(SLOT.redoOffset);
  if (phase === undefined || ![...Object.values(large), redoOffset].every(Number.isSafeInteger)) return null;
  if (spareCount > SPARES_LIMIT || headBytes > HEAD_LIMIT_BYTES || redoBytes > REDO_LIMIT_BYTES) return null;
  const spares = Array.from({ length: spareCount }, (_, i) => view.getUint32(SLOT.spares + 4 * i));
  return {
    sequence,
    state: { phase, ...large, spares, tableCrc: view.getUint32(SLOT.tableCrc) },
    headBytes,
    headCrc: view.getUint32(SLOT.headCrc),
    redoOffset,
    redoBytes,
    redoCrc: view.getUint32(SLOT.redoCrc),
  };
}

const RECORD = { offset: 0, lengthBytes: 8 } as const;

/** The records of one commit, one behind the other. */
export function redoBytesOf(records: readonly RedoRecord[]): Uint8Array {
  const total = records.reduce((sum, { bytes }) => sum + RECORD_HEADER_BYTES + bytes.length, 0);
  assert(total <= REDO_LIMIT_BYTES, `${total} bytes of redo records, at most ${REDO_LIMIT_BYTES}`);
  const all = new Uint8Array(total);
  const view = viewOf(all);
  let at = 0;
  for (const { offset, bytes } of records) {
    assert(isPlace(offset, bytes.length), 'a record has a place and bytes');
    view.setBigUint64(at + RECORD.offset, BigInt(offset));
    view.setUint32(at + RECORD.lengthBytes, bytes.length);
    all.set(bytes, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + bytes.length;
  }
  return all;
}

/** The records of a commit, views of `all`; null where the bytes are not those that the slot speaks of. */
export function parseRedo(all: Uint8Array, { redoBytes, redoCrc }: JournalSlot): RedoRecord[] | null {
  if (all.length !== redoBytes || crc32c(all) !== redoCrc) return null;
  const view = viewOf(all);
  const records: RedoRecord[] = [];
  for (let at = 0; at < all.length; ) {
    if (at + RECORD_HEADER_BYTES > all.length) return null;
    const offset = Number(view.getBigUint64(at + RECORD.offset));
    const lengthBytes = view.getUint32(at + RECORD.lengthBytes);
    const end = at + RECORD_HEADER_BYTES + lengthBytes;
    if (!isPlace(offset, lengthBytes) || end > all.length) return null;
    records.push({ offset, bytes: all.subarray(at + RECORD_HEADER_BYTES, end) });
    at = end;
  }
  return records;
}

function isPlace(offset: number, lengthBytes: number): boolean {
  return offset >= 0 && lengthBytes > 0 && Number.isSafeInteger(offset + lengthBytes);
}
