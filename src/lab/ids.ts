/** Ids of a lab: from its seed and a count, so that the same commands make the same ones. */
import { Prng } from '../base/prng.ts';
import { guidText, ID_BYTES } from '../formats/vhd/uniqueId.ts';

export class LabIds {
  constructor(
    private readonly seed: number,
    public count = 0,
  ) {}

  /** 16 bytes as Windows stores a random GUID. */
  raw(): Uint8Array {
    const random = new Prng((this.seed ^ Math.imul(++this.count, 0x9e3779b1)) >>> 0);
    const id = new Uint8Array(ID_BYTES);
    random.fill(id);
    id[7] = ((id[7] ?? 0) & 0x0f) | 0x40;
    id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
    return id;
  }

  /** Upper case, as Hyper-V names its files. */
  guid(): string {
    return guidText(this.raw(), 'mixed-endian').toUpperCase();
  }
}
