/** Seeded damage of the kinds that a repair undoes, with the sectors that cannot come back. */
import type { Prng } from '../../../../src/base/prng.ts';
import type { CreateParent } from '../../../../src/formats/vhd/create.ts';
import { fixChecksums } from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';
import { setU32 } from './examples.ts';

export interface Damaged {
  readonly kinds: readonly string[];
  readonly bytes: Uint8Array;
  /** Blocks whose sectors are lost, ascending. */
  readonly lostBlocks: readonly number[];
  readonly blockSizeBytes: number;
  /** The true parent, where the link to it was damaged. */
  readonly parent: CreateParent | null;
  /** True where the size of the disk is not known any more. */
  readonly isResized: boolean;
}

type Bytes = Uint8Array<ArrayBuffer>;

const COPY = { offset: 0, length: 512 };
const HEADER = 512;

/** One kind of damage to the footers, one to the header, one to the table; each with some chance, one of them surely. */
export async function damaged(prng: Prng, sound: Uint8Array): Promise<Damaged> {
  const image = await opened(sound);
  const { tables } = image;
  const kinds: string[] = [];
  let bytes: Bytes = sound.slice();
  let parent: CreateParent | null = null;
  const lost = new Set<number>();
  if (tables.kind === 'vhd-blocks') {
    if (prng.below(3) === 0) {
      const allocated = Array.from({ length: tables.batEntries }, (_, block) => block);
      kinds.push('entries');
      for (let count = 1 + prng.below(3); count > 0; count--) {
        const block = allocated[prng.below(allocated.length)] ?? 0;
        const inStructures = [0, 1, 2, Math.floor(tables.batOffset / 512)];
        const outside = Math.ceil(bytes.length / 512) + 1 + prng.below(2 ** 30);
        const sector = prng.below(3) === 0 ? (inStructures[prng.below(4)] ?? 0) : outside;
        setU32(bytes, tables.batOffset + block * 4, sector);
        lost.add(block);
      }
    }
    if (prng.below(3) === 0) {
      const kind = prng.below(image.type === 'differencing' ? 4 : 2);
      kinds.push(['header checksum', 'header cookie', 'parent link', 'parent link'][kind] ?? '');
      if (kind === 0) setU32(bytes, HEADER + 36, prng.next());
      else if (kind === 1) bytes.fill(prng.next() | 1, HEADER, HEADER + 1 + prng.below(8));
      else {
        parent = trueParent(image.parent);
        prng.fill(bytes.subarray(HEADER + 40, HEADER + 60));
        if (prng.below(2) === 0) bytes.fill(0, HEADER + 576, HEADER + 768);
        fixChecksums(bytes);
      }
    }
  }
  let isResized = false;
  if (kinds.length === 0 || prng.below(2) === 0) {
    const kind = prng.below(tables.kind === 'flat' ? 3 : FOOTER_KINDS.length);
    kinds.push(FOOTER_KINDS[kind] ?? '');
    isResized = FOOTER_KINDS[kind] === 'both lost';
    bytes = damageFooters(prng, bytes, FOOTER_KINDS[kind] ?? '', tables.kind === 'flat');
  }
  const lostBlocks = [...lost].sort((a, b) => a - b);
  return { kinds, bytes, lostBlocks, blockSizeBytes: image.blockSizeBytes ?? 512, parent, isResized };
}

/** The first three are those of fixed disks. */
const FOOTER_KINDS = [
  'checksums',
  'features',
  'appended',
  'end zeroed',
  'end garbled',
  'end cut',
  'end byte',
  'copy zeroed',
  'copy garbled',
  'copy byte',
  'cookies',
  'both lost',
] as const;

function damageFooters(prng: Prng, bytes: Bytes, kind: string, isFixed: boolean): Bytes {
  const end = { offset: bytes.length - 512, length: 512 };
  const both = isFixed ? [end] : [COPY, end];
  const part = ({ offset, length }: typeof end) => bytes.subarray(offset, offset + length);
  const at = prng.below(426) + 86;
  const value = prng.next();
  switch (kind) {
    case 'checksums':
      for (const place of both) setU32(bytes, place.offset + 64, value);
      break;
    case 'features':
      for (const place of both) setU32(bytes, place.offset + 8, 0);
      fixChecksums(bytes);
      break;
    case 'appended': {
      const longer = new Uint8Array(bytes.length + 1 + prng.below(9000));
      prng.fill(longer);
      longer.set(bytes);
      return longer;
    }
    case 'end zeroed':
      part(end).fill(0);
      break;
    case 'end garbled':
      prng.fill(part(end));
      break;
    case 'end cut':
      return bytes.slice(0, end.offset + prng.below(512));
    case 'end byte':
    case 'copy byte': {
      const place = part(kind === 'end byte' ? end : COPY);
      place[at] = (place[at] ?? 0) ^ (1 + prng.below(255));
      break;
    }
    case 'copy zeroed':
      part(COPY).fill(0);
      break;
    case 'copy garbled':
      prng.fill(part(COPY));
      break;
    case 'cookies':
      for (const place of both) setU32(bytes, place.offset, value);
      break;
    default:
      for (const place of both) part(place).fill(0);
  }
  return bytes;
}

function trueParent(link: Awaited<ReturnType<typeof opened>>['parent']): CreateParent {
  const path = (platform: string) => link?.paths.find((each) => each.platform === platform)?.path;
  const [absolutePath, relativePath] = [path('W2ku'), path('W2ru')];
  return {
    id: Uint8Array.from(Buffer.from(link?.id ?? '', 'hex')),
    name: link?.name ?? '',
    modified: link?.modified ?? null,
    ...(absolutePath === undefined ? {} : { absolutePath }),
    ...(relativePath === undefined ? {} : { relativePath }),
  };
}
