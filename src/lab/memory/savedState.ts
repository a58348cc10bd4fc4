/** Reads a saved state back (docs/formats/saved-state.md): every byte once, and everything is checked. */
import { hexOffset } from '../../base/bytes.ts';
import { grouped } from '../../base/units.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { GuestMemory } from './guestMemory.ts';
import { PAGE_BYTES } from './memory.ts';
import { usedBytes } from './pageContents.ts';
import { PageIndex } from './pageIndex.ts';
import { type ReadRecord, readRecord } from './readRecord.ts';
import { holdsCrc, readEnds, type SavedStateEnds } from './savedStateEnds.ts';
import { damagedState } from './savedStateErrors.ts';
import { INDEX_ENTRY, savedStateHeader } from './savedStateFormat.ts';
import { SequentialReader } from './sequentialReader.ts';

export interface SavedState {
  readonly memory: GuestMemory;
  readonly guest: Uint8Array;
}

/**
 * Throws 'corrupt' with the place of any damage, 'unsupported' for another version of the format. Takes memory for the
 * guest, the index and one record, whatever the file says.
 */
export async function readSavedState(file: RandomAccessFile): Promise<SavedState> {
  const ends = await readEnds(file);
  const index = new PageIndex(ends.index);
  const memory = GuestMemory.of(ends.header.seed, index.versions);
  const reader = new SequentialReader(file, ends.indexOffset);
  await reader.take(savedStateHeader.sizeBytes);
  const guest = (await reader.take(ends.header.guestBytes)).slice();
  const page = new Uint8Array(PAGE_BYTES);
  let recordCount = 0;
  while (reader.leftBytes > 0) {
    const record = await readRecord(file.name, reader);
    checkRecord(file.name, record, index, memory, page);
    recordCount++;
  }
  checkIndex(file.name, ends, index, memory, page);
  checkTrailer(file.name, ends, recordCount, reader.crc);
  return { memory, guest };
}

/** Each of its pages is expected here, and holds what its version makes of it. `room` takes one page. */
function checkRecord(
  fileName: string,
  { offset, lengthBytes, pages }: ReadRecord,
  index: PageIndex,
  memory: GuestMemory,
  room: Uint8Array,
): void {
  for (const { page, kept } of pages) {
    const damaged = (found: string) => damagedState(fileName, { offset, lengthBytes, found });
    if (!index.find(page, offset)) {
      throw damaged(`a record holds page ${grouped(page)}, the index does not say so, or it does so twice`);
    }
    memory.pageBytes(page, room);
    if (!isKept(room, kept)) {
      throw damaged(`page ${grouped(page)} does not hold what version ${memory.version(page)} of it holds`);
    }
  }
}

/** True where `kept` is the page without the zeros at its end. */
function isKept(page: Uint8Array, kept: Uint8Array): boolean {
  if (usedBytes(page) !== kept.length) return false;
  for (let i = 0; i < kept.length; i++) if (page[i] !== kept[i]) return false;
  return true;
}

/** Every record that it speaks of was there, and pages without one are zeros. */
function checkIndex(
  fileName: string,
  { indexOffset }: SavedStateEnds,
  index: PageIndex,
  memory: GuestMemory,
  page: Uint8Array,
): void {
  const damaged = (number: number, found: string) =>
    damagedState(fileName, {
      offset: indexOffset + number * INDEX_ENTRY.sizeBytes,
      lengthBytes: INDEX_ENTRY.sizeBytes,
      found,
    });
  const missing = index.firstMissing();
  if (missing >= 0)
    throw damaged(missing, `the record of page ${grouped(missing)} is not where its index says`);
  for (const number of index.zeroPages()) {
    memory.pageBytes(number, page);
    if (usedBytes(page) > 0) throw damaged(number, `page ${grouped(number)} has no record`);
  }
}

function checkTrailer(fileName: string, ends: SavedStateEnds, recordCount: number, crc: number): void {
  const damaged = (offset: number, lengthBytes: number, found: string) =>
    damagedState(fileName, { offset, lengthBytes, found });
  const trailerBytes = ends.crcCovered.length + 4;
  if (!holdsCrc(ends, crc)) {
    throw damaged(
      0,
      ends.trailerOffset + trailerBytes,
      `its bytes do not have the checksum ${hexOffset(ends.crc, 8)} that its trailer gives`,
    );
  }
  if (recordCount !== ends.recordCount) {
    throw damaged(
      ends.trailerOffset,
      trailerBytes,
      `it has ${grouped(recordCount)} records, its trailer says ${grouped(ends.recordCount)}`,
    );
  }
}
