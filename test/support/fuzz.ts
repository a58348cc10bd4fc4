/**
 * Piles of damaged images through opening, checking, repair plans, assembly and reading. The same seed and pile give the
 * same images. Nothing of the test runner is in here: the long run works without it.
 */
import { DiskError } from '../../src/base/errors.ts';
import { Prng } from '../../src/base/prng.ts';
import { assemble } from '../../src/chain/assemble.ts';
import type { DiskChain } from '../../src/chain/diskChain.ts';
import { openChain } from '../../src/chain/openChain.ts';
import { checkFile } from '../../src/check/checkFile.ts';
import { checkLinks } from '../../src/check/checkLinks.ts';
import type { FileCheck } from '../../src/check/fileCheck.ts';
import { patchOf, planRepair } from '../../src/check/repair/planRepair.ts';
import type { CoreModule } from '../../src/core/core.ts';
import type { DiskImage, RefusedFile } from '../../src/formats/diskImage.ts';
import type { Finding } from '../../src/formats/finding.ts';
import { isDiskImage, openImage } from '../../src/formats/openImage.ts';
import { BytesFile } from './bytesFile.ts';
import { demandBounded, demandImage, demandReads } from './fuzzDemands.ts';
import { mutated, type SoundImage, soundImages } from './mutations.ts';
import { patched } from './patches.ts';

const SECTOR = 512;
/** Damaged images in a pile; a sound one is there too. */
export const PILE_IMAGES = 10;
/** A pass over a disk takes so many sectors at a time; of what is larger than whole, the ends and a place between. */
const PIECE_SECTORS = 64;
const WHOLE_SECTORS = 1024;
const CHAIN_MEMORY = { stagingBytes: 65_536, ownerBytes: 65_536, pageBytes: 65_536 };
const NOW = new Date('2030-01-01T00:00:00Z');

export interface FuzzTotals {
  images: number;
  opened: number;
  refused: number;
  findings: number;
  repairs: number;
  chains: number;
  sectorsRead: number;
  readFaults: number;
  slowest: { readonly milliseconds: number; readonly pile: number; readonly image: number };
}

export function noTotals(): FuzzTotals {
  const counts = { images: 0, opened: 0, refused: 0, findings: 0, repairs: 0, chains: 0 };
  return { ...counts, sectorsRead: 0, readFaults: 0, slowest: { milliseconds: 0, pile: 0, image: 0 } };
}

/** Told before an image, for whoever watches from outside that none takes for ever. */
export type OnImage = (pile: number, image: number) => void;

/** The piles of one seed. A failure names seed and pile, which alone give it again. */
export class Fuzzer {
  readonly totals = noTotals();
  private readonly sound: readonly SoundImage[] = soundImages();

  constructor(
    private readonly core: CoreModule,
    private readonly seed: number,
    private readonly onImage: OnImage = () => undefined,
  ) {}

  async run(pile: number): Promise<void> {
    try {
      await new Pile(this.core, this.sound, (this.seed + pile * 7919) >>> 0, pile, this).run();
    } catch (error) {
      throw new Error(`seed ${this.seed}, pile ${pile}: ${String(error)}`, { cause: error });
    }
  }

  /** Adds the time of one image's work; an image has several pieces of it. */
  async timed<T>(pile: number, image: number, spent: number[], work: () => Promise<T>): Promise<T> {
    this.onImage(pile, image);
    const start = performance.now();
    const result = await work();
    const milliseconds = (spent[image] ?? 0) + performance.now() - start;
    spent[image] = milliseconds;
    if (milliseconds > this.totals.slowest.milliseconds) this.totals.slowest = { milliseconds, pile, image };
    return result;
  }
}

class Pile {
  private readonly prng: Prng;
  private readonly context;
  private readonly spent: number[] = [];
  private readonly images: DiskImage[] = [];
  private readonly findings: (readonly Finding[])[] = [];
  private readonly places: number[] = [];

  constructor(
    private readonly core: CoreModule,
    private readonly sound: readonly SoundImage[],
    seed: number,
    private readonly pile: number,
    private readonly fuzzer: Fuzzer,
  ) {
    this.prng = new Prng(seed);
    this.context = { module: core, now: NOW };
  }

  async run(): Promise<void> {
    const { prng, sound, fuzzer } = this;
    for (let image = 0; image < PILE_IMAGES; image++) {
      const which = sound[prng.below(sound.length)];
      if (!which) continue;
      const bytes = mutated(prng, which);
      await this.timed(image, () => this.openAndCheck(image, `${image}-${which.name}`, bytes));
    }
    const [base] = sound;
    if (base) await this.openAndCheck(PILE_IMAGES, base.name, base.bytes);
    fuzzer.totals.images += PILE_IMAGES;
    await this.readAll();
  }

  private timed<T>(image: number, work: () => Promise<T>): Promise<T> {
    return this.fuzzer.timed(this.pile, image, this.spent, work);
  }

  private async openAndCheck(place: number, name: string, bytes: Uint8Array): Promise<void> {
    const { totals } = this.fuzzer;
    const file = new BytesFile(name, bytes);
    const content = await openImage(file);
    demandReads(file, 'opening');
    demandImage(content, file);
    demandBounded(content.findings, file, 'opening');
    const check = await checkFile(content, this.context);
    demandReads(file, 'checking');
    demandBounded(check.findings, file, 'checking');
    totals.findings += check.findings.length;
    await this.planAndRepair(content, check, bytes);
    if (!isDiskImage(content)) {
      totals.refused++;
      return;
    }
    totals.opened++;
    this.images.push(content);
    this.findings.push(check.findings);
    this.places.push(place);
  }

  /** What a repair would write must open again without a fault of ours, and need no further look to do so. */
  private async planAndRepair(
    content: DiskImage | RefusedFile,
    check: FileCheck,
    bytes: Uint8Array,
  ): Promise<void> {
    const plan = await planRepair(content, check, { context: this.context, choices: {}, parent: null });
    if (plan.steps.length === 0) return;
    this.fuzzer.totals.repairs++;
    const repaired = new BytesFile(content.file.name, patched(bytes, patchOf(plan)));
    const again = await openImage(repaired);
    demandImage(again, repaired);
  }

  /** Every second pile as its trees are, from each of its files; else all images one above the other, parents or not. */
  private async readAll(): Promise<void> {
    const { images, pile } = this;
    const forest = assemble(images.map((image) => ({ image, path: image.file.name })));
    if (forest.order.length !== images.length) throw new Error('assembling lost a file');
    const links = checkLinks(forest, this.findings);
    for (const [i, image] of images.entries()) demandBounded(links[i] ?? [], image.file, 'links');
    if (pile % 2 === 1) {
      await this.readChain(images);
      return;
    }
    for (const [i, place] of this.places.entries()) {
      const layers = chainOf(forest.links, i).flatMap((layer) => images[layer] ?? []);
      await this.timed(place, () => this.readChain(layers));
    }
  }

  private async readChain(layers: readonly DiskImage[]): Promise<void> {
    const { totals } = this.fuzzer;
    const chain = await orFault(totals, () =>
      openChain(this.core, layers, { complete: true, ...CHAIN_MEMORY }),
    );
    if (!chain) return;
    totals.chains++;
    for (const first of this.startsOf(chain)) await this.readPiece(chain, first);
  }

  private startsOf({ sectorCount }: DiskChain): number[] {
    const starts: number[] = [];
    const whole = Math.min(sectorCount, WHOLE_SECTORS);
    for (let first = 0; first < whole; first += PIECE_SECTORS) starts.push(first);
    if (sectorCount > whole) starts.push(sectorCount - PIECE_SECTORS, this.prng.below(sectorCount));
    return starts;
  }

  private async readPiece(chain: DiskChain, first: number): Promise<void> {
    const { totals } = this.fuzzer;
    const count = Math.min(PIECE_SECTORS, chain.sectorCount - first);
    await orFault(totals, async () => {
      if (this.prng.below(4) === 0) {
        const { extents } = await chain.trace(first, count);
        const answered = extents.reduce((sum, extent) => sum + extent.sectorCount, 0);
        if (answered !== count) throw new Error(`the trace answers ${answered} of ${count} sectors`);
      }
      await chain.read(first, new Uint8Array(count * SECTOR));
      totals.sectorsRead += count;
    });
  }
}

/** null where the world is at fault, which a damaged image may be; anything else is a fault of ours. */
async function orFault<T>(totals: FuzzTotals, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    totals.readFaults++;
    return null;
  }
}

function chainOf(links: ReturnType<typeof assemble>['links'], leaf: number): number[] {
  const layers: number[] = [];
  for (let at: number | null = leaf; at !== null; at = links[at]?.parent ?? null) {
    layers.push(at);
    if (layers.length > links.length) throw new Error('the links run in a circle');
  }
  return layers;
}
