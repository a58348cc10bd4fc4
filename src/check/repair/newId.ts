/** A new unique id for a file that has none. */
import { crc32c } from '../../base/checksum.ts';
import { Prng } from '../../base/prng.ts';
import { ID_BYTES } from '../../formats/vhd/uniqueId.ts';

/**
 * 16 bytes that look like a random GUID as Windows stores it, made from the file: the plan that was looked at must be
 * the one that is carried out, so the id is not drawn anew each time.
 */
export function newId(structure: Uint8Array, fileBytes: number): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  const partBytes = 4;
  const seeds = [structure, structure.subarray(0, 512), structure.subarray(512), structure.subarray(64, 576)];
  seeds.forEach((bytes, part) => {
    const seed = crc32c(bytes, fileBytes) + part;
    new Prng(seed).fill(id.subarray(part * partBytes, (part + 1) * partBytes));
  });
  id[7] = ((id[7] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}
