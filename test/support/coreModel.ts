/** A chain for the core alone: random block tables and bitmaps, and what each sector's answer is by plain loops. */
import { Prng } from '../../src/base/prng.ts';
import { type CoreLayer, type CoreModule, DiskCore } from '../../src/core/core.ts';
import { LAYER_MISSING, LAYER_UNALLOCATED } from '../../src/core/records.ts';

const UNUSED = 0xffffffff;

export interface ModelLayer extends CoreLayer {
  /** BAT entries, UNUSED where there is no block. */
  readonly entries: Uint32Array;
  /** One byte a sector of the layer: its bit. */
  readonly bits: Uint8Array;
}

export interface ModelOptions {
  readonly layers: number;
  readonly sectors: number;
  /** Block sizes to choose from, sectors. */
  readonly blockSectors: readonly number[];
  readonly incomplete: boolean;
  readonly flatBase: boolean;
}

export class CoreModel {
  readonly layers: ModelLayer[] = [];

  constructor(
    seed: number,
    readonly options: ModelOptions,
  ) {
    const prng = new Prng(seed);
    for (let i = 0; i < options.layers; i++) {
      const base = i === options.layers - 1;
      const kind = !base || options.incomplete ? 'differencing' : options.flatBase ? 'flat' : 'blocks';
      // Parents may be smaller or larger than the disk.
      const sectorCount =
        i === 0 || prng.below(3) > 0 ? options.sectors : 1 + prng.below(options.sectors * 2);
      this.layers.push(randomLayer(prng, kind, sectorCount, options.blockSectors));
    }
  }

  /** The answering layer of a sector (or a reserved value) and the offset in its file. */
  answer(sector: number): { layer: number; fileOffset: number } {
    for (const [index, layer] of this.layers.entries()) {
      if (sector >= layer.sectorCount) continue;
      if (layer.kind === 'flat') return { layer: index, fileOffset: layer.dataOffset + sector * 512 };
      const entry = layer.entries[Math.floor(sector / layer.blockSectors)] ?? UNUSED;
      if (entry === UNUSED) continue;
      if (layer.kind === 'differencing' && layer.bits[sector] === 0) continue;
      const fileOffset = (entry + layer.bitmapSectors + (sector % layer.blockSectors)) * 512;
      return { layer: index, fileOffset };
    }
    return { layer: this.options.incomplete ? LAYER_MISSING : LAYER_UNALLOCATED, fileOffset: -1 };
  }

  /**
   * What a write to the newest layer makes of it; blocks without a place get one. Returns those, in order: the core is to
   * be told of them first, then of the sectors.
   */
  write(firstSector: number, sectorCount: number): { block: number; entry: number }[] {
    const leaf = this.layers[0];
    if (!leaf || leaf.kind === 'flat') return [];
    const { blockSectors, bitmapSectors, entries, bits } = leaf;
    const added: { block: number; entry: number }[] = [];
    const end = firstSector + sectorCount;
    for (let block = Math.floor(firstSector / blockSectors); block * blockSectors < end; block++) {
      if (entries[block] !== UNUSED) continue;
      const used = [...entries].filter((entry) => entry !== UNUSED);
      const entry = Math.max(8, ...used.map((each) => each + bitmapSectors + blockSectors));
      entries[block] = entry;
      bits.fill(0, block * blockSectors, (block + 1) * blockSectors);
      added.push({ block, entry });
    }
    bits.fill(1, firstSector, end);
    return added;
  }

  async open(
    module: CoreModule,
    caches: { ownerBytes?: number; pageBytes?: number } = {},
  ): Promise<DiskCore> {
    const core = await DiskCore.create(module, this.layers, {
      sectorCount: this.options.sectors,
      incomplete: this.options.incomplete,
      stagingBytes: 1024 ** 2,
      ...caches,
    });
    core.beginIndex();
    for (const [i, layer] of [...this.layers.entries()].reverse()) {
      const bat = core.batBytes(i);
      const view = new DataView(bat.buffer, bat.byteOffset, bat.byteLength);
      for (const [block, entry] of layer.entries.entries()) view.setUint32(block * 4, entry);
      const used = core.indexLayer(i);
      const wanted = [...layer.entries.keys()].filter((block) => layer.entries[block] !== UNUSED);
      if (used.join() !== wanted.join()) throw new Error(`layer ${i}: other blocks are in use`);
    }
    core.settleIndex();
    return core;
  }

  /** Serves what the core asks for, checking that it asks at the right place. */
  provide(core: DiskCore): number {
    const requests = core.neededPages();
    for (const request of requests) {
      const layer = this.layers[request.layer];
      if (!layer) throw new Error(`the core asked for layer ${request.layer}`);
      const first = request.unit * core.unitSectors;
      const block = Math.floor(first / layer.blockSectors);
      const offset = (layer.entries[block] ?? 0) * 512 + (first % layer.blockSectors) / 8;
      if (offset !== request.fileOffset)
        throw new Error(`bitmap of unit ${request.unit}: ${request.fileOffset}, not ${offset}`);
      const bytes = new Uint8Array(core.pageSizeBytes);
      for (let i = 0; i < core.unitSectors; i++) {
        if (layer.bits[first + i]) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (0x80 >> (i & 7));
      }
      core.providePage(request, bytes);
    }
    return requests.length;
  }
}

function randomLayer(
  prng: Prng,
  kind: CoreLayer['kind'],
  sectorCount: number,
  blockSizes: readonly number[],
): ModelLayer {
  if (kind === 'flat') {
    const none = new Uint32Array(0);
    const dataOffset = prng.below(4) * 512;
    return {
      kind,
      sectorCount,
      blockSectors: 0,
      bitmapSectors: 0,
      batEntries: 0,
      dataOffset,
      entries: none,
      bits: new Uint8Array(0),
    };
  }
  const blockSectors = blockSizes[prng.below(blockSizes.length)] ?? 8;
  const bitmapSectors = Math.ceil(blockSectors / 8 / 512);
  const blocks = Math.ceil(sectorCount / blockSectors);
  // A table may be cut short by the file.
  const batEntries = prng.below(8) === 0 ? prng.below(blocks + 1) : blocks;
  const share = prng.fraction();
  let next = 8 + prng.below(8);
  const entries = Uint32Array.from({ length: batEntries }, () => {
    if (prng.fraction() > share) return UNUSED;
    const entry = next;
    next += bitmapSectors + blockSectors + prng.below(3);
    return entry;
  });
  // The bits of whole blocks, set past the end of the disk too: nothing may look at those.
  const bits = new Uint8Array(blocks * blockSectors);
  for (let at = 0; at < bits.length; ) {
    const length = 1 + prng.below(prng.below(4) === 0 ? blockSectors * 2 : 20);
    bits.fill(prng.below(2), at, at + length);
    at += length;
  }
  return { kind, sectorCount, blockSectors, bitmapSectors, batEntries, dataOffset: 0, entries, bits };
}
