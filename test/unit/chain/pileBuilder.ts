/** Piles for tests of the forest: images that are nothing but their identity, without bytes behind them. */
import { Prng } from '../../../src/base/prng.ts';
import { GIB } from '../../../src/base/units.ts';
import type { LinksByHand, PileFile } from '../../../src/chain/pile.ts';
import type { DiskImage, ImageType } from '../../../src/formats/diskImage.ts';
import type { RandomAccessFile } from '../../../src/storage/randomAccessFile.ts';

export interface FileSpec {
  readonly path: string;
  /** Short; spelled out to 32 digits. '' for raw images. */
  readonly id: string;
  /** The id that it seeks; absent for bases. */
  readonly seeks?: string;
  readonly names?: readonly string[];
  readonly virtualSizeBytes?: number;
  readonly modified?: string;
  readonly parentModified?: string;
  readonly changed?: string;
  readonly type?: ImageType;
}

export function idOf(short: string): string {
  return short === '' ? '' : short.toUpperCase().padStart(32, '0');
}

export function pileFile(spec: FileSpec): PileFile {
  const parent = spec.seeks === undefined ? null : idOf(spec.seeks);
  const type = spec.type ?? (parent === null ? 'dynamic' : 'differencing');
  const [header = '', ...locators] = [...(spec.names ?? [])].reverse();
  const image: DiskImage = {
    file: namedFile(spec.path.split('/').at(-1) ?? ''),
    format: spec.id === '' ? 'raw' : 'vhd',
    type,
    virtualSizeBytes: spec.virtualSizeBytes ?? GIB,
    blockSizeBytes: spec.id === '' ? null : 2 ** 21,
    id: idOf(spec.id),
    idText: `{${spec.id}}`,
    maker: null,
    modified: spec.modified === undefined ? null : new Date(spec.modified),
    parent:
      parent === null
        ? null
        : {
            id: parent,
            idText: `{${spec.seeks}}`,
            modified: spec.parentModified === undefined ? null : new Date(spec.parentModified),
            name: header,
            paths: locators
              .reverse()
              .map((path) => ({ platform: 'W2ru', path, offset: 4096, lengthBytes: 512 })),
          },
    tables: { kind: 'flat', dataOffset: 0 },
    structures: [
      {
        name: 'Dynamic disk header',
        offset: 512,
        lengthBytes: 1024,
        value: '',
        explanation: '',
        fields: [field('parentUniqueId', 552, 16)],
      },
      {
        name: 'Footer',
        offset: 8192,
        lengthBytes: 512,
        value: '',
        explanation: '',
        fields: [field('uniqueId', 8260, 16)],
      },
    ],
    findings: [],
  };
  return { image, path: spec.path, changedMs: spec.changed === undefined ? null : Date.parse(spec.changed) };
}

function field(name: string, offset: number, lengthBytes: number) {
  return { name, offset, lengthBytes, value: '', explanation: '' };
}

function namedFile(name: string): RandomAccessFile {
  const refuse = () => Promise.reject(new Error('the forest is found without reading'));
  return {
    name,
    sizeBytes: 4096,
    access: 'read-only',
    durable: false,
    readThroughBytes: 0,
    read: refuse,
    readMany: refuse,
    write: refuse,
    truncate: refuse,
    flush: refuse,
    close: refuse,
  };
}

export function pile(...specs: readonly FileSpec[]): PileFile[] {
  return specs.map(pileFile);
}

/** A base and `depth` files on top, each made from the one before. */
export function chainSpecs(depth: number, prefix = 'd'): FileSpec[] {
  return Array.from({ length: depth + 1 }, (_, layer) => ({
    path: `${prefix}${layer}.vhd`,
    id: hexId(prefix, layer),
    ...(layer > 0 ? { seeks: hexId(prefix, layer - 1), names: [`.\\${prefix}${layer - 1}.vhd`] } : {}),
  }));
}

function hexId(prefix: string, layer: number): string {
  return (prefix.charCodeAt(0) * 0x10000 + layer + 1).toString(16);
}

/** A random forest with orphans, renamed files and copies: every trouble at once, from one seed. */
export function randomSpecs(seed: number, count: number): FileSpec[] {
  const random = new Prng(seed);
  const specs: FileSpec[] = [];
  for (let i = 0; i < count; i++) {
    const roll = random.fraction();
    const folder = random.below(4) === 0 ? `set${random.below(3)}/` : '';
    const path = `${folder}f${i}.vhd`;
    const modified = new Date(Date.UTC(2021, 0, 1 + random.below(300))).toISOString();
    const id = roll > 0.95 && i > 0 ? (specs[random.below(i)]?.id ?? 'a') : (i + 1).toString(16);
    if (roll < 0.15 || i === 0) specs.push({ path, id, modified });
    else if (roll < 0.25)
      specs.push({ path, id, modified, seeks: `dead${random.below(100)}`, names: [`gone${i}.vhd`] });
    else {
      const parent = specs[random.below(i)];
      const name =
        random.below(3) === 0 ? 'C:\\elsewhere\\renamed.vhd' : `C:\\vm\\${parent?.path.split('/').at(-1)}`;
      specs.push({ path, id, modified, seeks: parent?.id ?? 'a', names: [name] });
    }
  }
  return specs;
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = new Prng(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

export const NO_HANDS: LinksByHand = new Map();
