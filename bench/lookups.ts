/** Figures of lookups alone, no byte of data read: the index against the walk, and WASM against the same loop here. */
import { Prng } from '../src/base/prng.ts';
import type { DiskChain } from '../src/chain/diskChain.ts';
import { closeFiles, coreOf, openDisk, openFiles, type PrivateChain } from './chains.ts';
import { atLeast, type Figure, shown } from './figures.ts';
import { alternate } from './timing.ts';

const QUERIES = 400_000;

/** The index of `assembly/owners.ts` and the loop of `lookupMany`, in TypeScript. */
class TypeScriptIndex {
  private readonly newest: Uint8Array;
  private readonly full: Uint8Array;
  private readonly slotOf: Uint16Array;
  private readonly owners: Uint8Array;
  private readonly used: Uint8Array;
  private readonly unitShift: number;
  private readonly unitMask: number;

  private constructor(
    private readonly unitSectors: number,
    unitCount: number,
    private readonly bats: readonly DataView[],
    private readonly bitmapSectors: number,
  ) {
    this.unitShift = Math.log2(unitSectors);
    this.unitMask = unitSectors - 1;
    this.newest = new Uint8Array(unitCount).fill(255);
    this.full = new Uint8Array(unitCount).fill(255);
    this.slotOf = new Uint16Array(unitCount);
    this.owners = new Uint8Array(unitCount * unitSectors);
    this.used = new Uint8Array(unitCount);
  }

  /** Blocks as large as units, and the same bitmap size, in all layers. */
  static async of(disk: DiskChain): Promise<TypeScriptIndex> {
    const core = coreOf(disk);
    const bats = disk.layers.map((_, layer) => {
      const bytes = core.batBytes(layer);
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    });
    const index = new TypeScriptIndex(
      disk.unitSectors,
      disk.unitCount,
      bats,
      core.layers[0]?.bitmapSectors ?? 1,
    );
    for (let unit = 0; unit < disk.unitCount; unit++) await index.fillUnit(disk, unit, unit + 1);
    return index;
  }

  private async fillUnit(disk: DiskChain, unit: number, slot: number): Promise<void> {
    const { unitSectors } = this;
    const first = unit * unitSectors;
    const map = this.owners.subarray((slot - 1) * unitSectors, slot * unitSectors);
    const extents = await disk.extents(first, Math.min(unitSectors, disk.sectorCount - first));
    for (const { firstSector, sectorCount, layer } of extents) {
      map.fill(layer < 0 ? 255 : layer, firstSector - first, firstSector - first + sectorCount);
    }
    const layers = this.bats.flatMap((bat, layer) => (bat.getUint32(unit * 4) === 0xffffffff ? [] : [layer]));
    this.newest[unit] = layers[0] ?? 255;
    const last = layers.at(-1);
    this.full[unit] = last === this.bats.length - 1 ? last : 255;
    if (this.newest[unit] !== this.full[unit]) this.slotOf[unit] = slot;
  }

  private lookupOne(sector: number): number {
    const unit = sector >>> this.unitShift;
    const inUnit = sector & this.unitMask;
    let owner = this.full[unit] as number;
    if (this.newest[unit] !== owner) {
      const slot = this.slotOf[unit] as number;
      if (slot === 0) return Number.NaN;
      this.used[slot - 1] = 1;
      owner = this.owners[(slot - 1) * this.unitSectors + inUnit] as number;
    }
    if (owner >= 254) return -1;
    const entry = (this.bats[owner] as DataView).getUint32(unit * 4);
    return (entry + this.bitmapSectors + inUnit) * 512;
  }

  lookupMany(queries: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) queries[i] = this.lookupOne(queries[i] as number);
  }
}

export async function lookups(chain: PrivateChain): Promise<Figure[]> {
  const files = await openFiles(chain);
  const disk = await openDisk(files);
  await disk.survey();
  const core = coreOf(disk);
  const prng = new Prng(5);
  const queries = Float64Array.from({ length: QUERIES }, () => prng.below(disk.sectorCount));
  const staged = new Float64Array(core.staging.buffer, core.staging.byteOffset, QUERIES);
  const own = new Float64Array(QUERIES);
  const index = await TypeScriptIndex.of(disk);
  // The queries are answered in place: copying them in again costs both sides the same, a nanosecond each.
  const byIndex = () => {
    staged.set(queries);
    core.lookupStaged(QUERIES, false);
  };
  const byWalk = () => {
    staged.set(queries);
    core.lookupStaged(QUERIES, true);
  };
  const byTypeScript = () => {
    own.set(queries);
    index.lookupMany(own, QUERIES);
  };
  byIndex();
  const answers = staged.slice();
  byWalk();
  checkEqual('the walk', answers, staged);
  byTypeScript();
  checkEqual('TypeScript', answers, own);
  const toWalk = await alternate(15, byIndex, byWalk);
  const toTypeScript = await alternate(31, byIndex, byTypeScript);
  await closeFiles(files);
  const million = (milliseconds: number) => QUERIES / 1000 / milliseconds;
  return [
    atLeast('lookups at depth 64: the index, of the walk', toWalk.ratio, 5),
    atLeast('lookups at depth 64: WASM, of the same loop in TypeScript', toTypeScript.ratio, 1.5),
    shown('  the index', million(toTypeScript.first), 'million/s'),
    shown('  the walk', million(toWalk.second), 'million/s'),
    shown('  the index in TypeScript', million(toTypeScript.second), 'million/s'),
  ];
}

function checkEqual(what: string, expected: Float64Array, actual: Float64Array): void {
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(expected[i], actual[i]))
      throw new Error(`${what} answers ${actual[i]}, the index ${expected[i]}`);
  }
}
