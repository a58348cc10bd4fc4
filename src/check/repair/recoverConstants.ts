/**
 * A structure whose checksum does not hold, or whose cookie is gone, may be wrong only in fields that have one legal
 * value. Where that value makes the stored checksum hold, those fields were the wrong ones, and nothing is guessed.
 */
import { equalBytes, viewOf } from '../../base/bytes.ts';
import type { Struct } from '../../formats/struct.ts';
import {
  type DynamicDiskHeader,
  HEADER_COOKIE,
  HEADER_VERSION,
  headerChecksum,
  headerStruct,
  USUAL_HEADER_OFFSET,
} from '../../formats/vhd/dynamicDiskHeader.ts';
import { NO_OFFSET } from '../../formats/vhd/fieldTypes.ts';
import {
  DISK_TYPE_CODES,
  FEATURE_RESERVED,
  FILE_FORMAT_VERSION,
  FOOTER_COOKIE,
  type Footer,
  footerChecksum,
  footerStruct,
} from '../../formats/vhd/footer.ts';

export interface Recovered<V> {
  readonly bytes: Uint8Array;
  /** The fields that were wrong. */
  readonly fields: readonly (keyof V)[];
}

/** null where the bytes hold already, or where more than such fields is wrong. */
export function recoverFooter(bytes: Uint8Array): Recovered<Footer> | null {
  const isFixed = footerStruct.parse(bytes).diskType === DISK_TYPE_CODES.fixed;
  const legal: Partial<Footer> = {
    cookie: FOOTER_COOKIE,
    features: FEATURE_RESERVED,
    fileFormatVersion: FILE_FORMAT_VERSION,
    dataOffset: isFixed ? NO_OFFSET : BigInt(USUAL_HEADER_OFFSET),
  };
  return recover(footerStruct, bytes, legal, footerChecksum);
}

/** The same for the dynamic disk header. */
export function recoverHeader(bytes: Uint8Array): Recovered<DynamicDiskHeader> | null {
  const legal: Partial<DynamicDiskHeader> = {
    cookie: HEADER_COOKIE,
    dataOffset: NO_OFFSET,
    headerVersion: HEADER_VERSION,
    reserved1: 0,
  };
  return recover(headerStruct, bytes, legal, headerChecksum);
}

/** Tries the fewest fields first. */
function recover<V extends { checksum: number }>(
  struct: Struct<V>,
  bytes: Uint8Array,
  legal: Partial<V>,
  checksumOf: (bytes: Uint8Array) => number,
): Recovered<V> | null {
  const stored = viewOf(bytes).getUint32(struct.offsetOf('checksum'));
  if (stored === checksumOf(bytes)) return null;
  const legalBytes = new Uint8Array(struct.sizeBytes);
  struct.write({ ...struct.parse(bytes), ...legal }, legalBytes);
  const part = (from: Uint8Array, field: keyof V) => {
    return from.subarray(struct.offsetOf(field), struct.offsetOf(field) + struct.lengthOf(field));
  };
  const names = Object.keys(legal).map((name) => name as keyof V);
  const wrong = names.filter((field) => !equalBytes(part(bytes, field), part(legalBytes, field)));
  const subsets = Array.from({ length: 2 ** wrong.length }, (_, bits) => {
    return wrong.filter((_field, i) => (bits >> i) & 1);
  });
  for (const fields of subsets.sort((a, b) => a.length - b.length)) {
    const tried = bytes.slice(0, struct.sizeBytes);
    for (const field of fields) part(tried, field).set(part(legalBytes, field));
    if (fields.length > 0 && checksumOf(tried) === stored) return { bytes: tried, fields };
  }
  return null;
}
