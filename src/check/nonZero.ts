/** Where bytes that should be zeros are not: first and last such byte and their number; null where all are zeros. */
export function nonZero(bytes: Uint8Array): { first: number; last: number; count: number } | null {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return null;
  const last = bytes.findLastIndex((byte) => byte !== 0);
  let count = 0;
  for (const byte of bytes) if (byte !== 0) count++;
  return { first, last, count };
}
