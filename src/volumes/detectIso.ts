/** ISO 9660 by its volume descriptors, and UDF, which starts where they do (ECMA-119, ECMA-167). */
import { utf16, viewOf } from '../base/bytes.ts';
import { byteLabel, contentOf, type Detector, hasText } from './content.ts';

const ISO_DESCRIPTORS_OFFSET = 32 * 1024;
const DESCRIPTOR_BYTES = 2048;
const MOST_DESCRIPTORS = 32;
const PRIMARY = 1;
const SUPPLEMENTARY = 2;
const END = 255;

export const detectIso: Detector = (head) => {
  let primary: Uint8Array | null = null;
  let jolietLabel = '';
  let isUdf = false;
  for (let i = 0; i < MOST_DESCRIPTORS; i++) {
    const start = ISO_DESCRIPTORS_OFFSET + i * DESCRIPTOR_BYTES;
    const descriptor = head.subarray(start, start + DESCRIPTOR_BYTES);
    const isIso = hasText(descriptor, 1, 'CD001');
    if (hasText(descriptor, 1, 'NSR0')) isUdf = true;
    if (isIso && descriptor[0] === PRIMARY) primary ??= descriptor;
    if (isIso && descriptor[0] === SUPPLEMENTARY && hasText(descriptor, 88, '%/'))
      jolietLabel = utf16(descriptor.subarray(40, 72), false).trimEnd();
    // UDF's own descriptors follow behind the end of ISO 9660's.
    if (descriptor[0] !== END && !isIso && !hasText(descriptor, 1, 'BEA01') && !isUdf) break;
  }
  if (!primary) return isUdf ? contentOf('unknown', 'UDF') : null;
  const view = viewOf(primary);
  const label = byteLabel(primary.subarray(40, 72));
  const clusterBytes = view.getUint16(128, true);
  return contentOf('iso9660', isUdf ? 'ISO 9660 and UDF' : 'ISO 9660', {
    // Joliet's keeps small letters, but has room for 16 characters only.
    label: jolietLabel.length >= label.length ? jolietLabel : label,
    sizeBytes: view.getUint32(80, true) * clusterBytes,
    freeBytes: 0,
    clusterBytes,
  });
};
