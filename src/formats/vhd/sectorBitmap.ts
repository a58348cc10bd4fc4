/** A block's bitmap as bytes: one bit a sector, most significant first; set = this file holds the sector. */

/** A run of sectors with one answer, counted from the bitmap's first bit. */
export interface BitRun {
  readonly from: number;
  readonly sectorCount: number;
  readonly isSet: boolean;
}

/** The runs of [from, from + sectorCount), in order. */
export function bitRuns(bitmap: Uint8Array, from: number, sectorCount: number): BitRun[] {
  const runs: BitRun[] = [];
  const end = from + sectorCount;
  for (let at = from; at < end; ) {
    const isSet = bitAt(bitmap, at);
    const sameByte = isSet ? 0xff : 0x00;
    let next = at + 1;
    while (next < end) {
      if (next % 8 === 0 && bitmap[next / 8] === sameByte) next = Math.min(next + 8, end);
      else if (bitAt(bitmap, next) === isSet) next++;
      else break;
    }
    runs.push({ from: at, sectorCount: next - at, isSet });
    at = next;
  }
  return runs;
}

export function setBits(bitmap: Uint8Array, from: number, sectorCount: number): void {
  const end = from + sectorCount;
  for (let at = from; at < end; ) {
    const byte = at >>> 3;
    if (at % 8 === 0 && end - at >= 8) {
      bitmap[byte] = 0xff;
      at += 8;
    } else {
      bitmap[byte] = (bitmap[byte] ?? 0) | (0x80 >> (at & 7));
      at++;
    }
  }
}

function bitAt(bitmap: Uint8Array, sector: number): boolean {
  return ((bitmap[sector >>> 3] ?? 0) & (0x80 >> (sector & 7))) !== 0;
}
