import { describe, expect, it } from 'vitest';
import type { FileView } from '../../../../src/engine/api.ts';
import { planGrow as growPatchOf } from '../../../../src/export/planGrow.ts';
import { createVhd, endFooterOffset, nextBitmapOffset } from '../../../../src/formats/vhd/create.ts';
import { planCompact } from '../../../../src/ui/make/compactPlan.ts';
import { azureRows, heldBy, paddingToMib, planConvert } from '../../../../src/ui/make/convertPlan.ts';
import { type NewDisk, newDiskSizes, planCreate } from '../../../../src/ui/make/createPlan.ts';
import { growSizeProblem, listOf, planGrow } from '../../../../src/ui/make/growPlan.ts';
import { chainFrom } from '../../../../src/ui/save/chainFrom.ts';
import { buildImage } from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';
import { fileOf, filesOf, findingOf } from '../../../support/pileOf.ts';

const KIB = 1024;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

const DISK: NewDisk = {
  type: 'dynamic',
  sizeText: '40 GiB',
  blockSizeBytes: 2 * MIB,
  parent: null,
  withRelative: true,
  relativePath: '.\\base.vhd',
  withAbsolute: false,
  folder: '',
  absolutePath: '',
};

const base = (more: Partial<FileView> = {}) => fileOf(7, { name: 'base.vhd', more });

describe('a new disk', () => {
  it('takes what the writer lays out, empty and full, for every type, block size and path', () => {
    for (const type of ['fixed', 'dynamic', 'differencing'] as const) {
      for (const blockSizeBytes of [MIB / 2, 2 * MIB, 8 * MIB]) {
        for (const size of [512, 3 * MIB, 127 * GIB, 2040 * GIB]) {
          for (const [withRelative, withAbsolute] of [
            [true, false],
            [false, true],
            [true, true],
          ] as const) {
            const sizes = newDiskSizes({ ...DISK, type, blockSizeBytes, withRelative, withAbsolute }, size);
            expect(sizes).toEqual(laidOut(type, size, blockSizeBytes, withRelative, withAbsolute));
          }
        }
      }
    }
  });

  it('is planned from the size that is typed, and not at all from a wrong one', () => {
    const plan = planCreate(DISK, null, '', ['NEW DISK.VHD']);
    expect(plan.title).toBe('New dynamic disk of 40 GiB');
    expect(plan.suggestedName).toBe('New disk 2.vhd');
    expect(plan.work).toEqual({
      operation: 'create',
      request: { type: 'dynamic', virtualSizeBytes: 40 * GIB, blockSizeBytes: 2 * MIB, parent: null },
    });
    expect(planCreate({ ...DISK, sizeText: '40 GB' }, null, '', [])).toMatchObject({
      work: null,
      figures: null,
    });
  });

  it('under a parent has its size, whatever is typed, and the ticked paths only', () => {
    const disk: NewDisk = {
      ...DISK,
      type: 'differencing',
      parent: 7,
      sizeText: 'rubbish',
      absolutePath: 'D:\\base.vhd',
    };
    expect(planCreate(disk, base(), 'base.vhd', []).work).toMatchObject({
      request: {
        virtualSizeBytes: GIB,
        parent: { parent: 7, relativePath: '.\\base.vhd', absolutePath: null },
      },
    });
    const both = planCreate({ ...disk, withAbsolute: true, withRelative: false }, base(), 'base.vhd', []);
    expect(both.work).toMatchObject({
      request: { parent: { relativePath: null, absolutePath: 'D:\\base.vhd' } },
    });
  });

  it('is refused without a parent, without a path, and under a raw image', () => {
    const disk: NewDisk = { ...DISK, type: 'differencing', parent: 7 };
    const messages = (plan: ReturnType<typeof planCreate>) =>
      plan.obstacles.map(({ message }) => message).join();
    const refused = [
      planCreate({ ...disk, parent: null }, null, '', []),
      planCreate({ ...disk, withRelative: false }, base(), 'base.vhd', []),
      planCreate({ ...disk, withAbsolute: true }, base(), 'base.vhd', []),
      planCreate(disk, base({ format: 'raw', type: 'fixed' }), 'base.img', []),
    ];
    expect(refused.map(({ work }) => work)).toEqual([null, null, null, null]);
    expect(refused.map(messages)).toEqual([
      'No parent is chosen.',
      'No path to the parent is given.',
      'The absolute path is not known.',
      'base.img is a raw image.',
    ]);
  });
});

function laidOut(
  type: NewDisk['type'],
  virtualSizeBytes: number,
  blockSizeBytes: number,
  relative: boolean,
  absolute: boolean,
): { empty: number; full: number } {
  const parent = {
    id: new Uint8Array(16).fill(2),
    name: 'base.vhd',
    modified: null,
    ...(absolute ? { absolutePath: 'D:\\base.vhd' } : {}),
    ...(relative ? { relativePath: '.\\base.vhd' } : {}),
  };
  const vhd = createVhd({
    type,
    virtualSizeBytes,
    blockSizeBytes,
    id: new Uint8Array(16).fill(1),
    modified: null,
    ...(type === 'differencing' ? { parent } : {}),
  });
  if (!vhd.blocks) return { empty: virtualSizeBytes + 512, full: virtualSizeBytes + 512 };
  const { bitmapBytes, batEntries } = vhd.blocks;
  // From the second block on the distance is always the same.
  const first = nextBitmapOffset(vhd.firstBlockOffset, bitmapBytes) + bitmapBytes + blockSizeBytes;
  const stride = nextBitmapOffset(first, bitmapBytes) + bitmapBytes + blockSizeBytes - first;
  return {
    empty: endFooterOffset(vhd.firstBlockOffset) + 512,
    full: endFooterOffset(first + (batEntries - 1) * stride) + 512,
  };
}

describe('converting', () => {
  const files = filesOf([
    {
      name: 'leaf.avhd',
      parent: 'base.vhd',
      more: { blocks: { allocated: 3, total: 512, strideSectors: 4104, aligned4k: true } },
    },
    {
      name: 'base.vhd',
      more: { blocks: { allocated: 5, total: 512, strideSectors: 4104, aligned4k: true } },
    },
  ]);
  const leaf = files[0] as FileView;
  const chain = chainFrom(files, 1);

  it('counts each held block once for larger blocks and several times for smaller ones, never more than the disk', () => {
    expect(heldBy(files, GIB, 2 * MIB)).toEqual({ bytes: 16 * MIB, blocks: 8 });
    expect(heldBy(files, GIB, 8 * MIB)).toEqual({ bytes: 16 * MIB, blocks: 8 });
    expect(heldBy(files, GIB, MIB / 2)).toEqual({ bytes: 16 * MIB, blocks: 32 });
    expect(heldBy(files, 4 * MIB, 2 * MIB)).toEqual({ bytes: 4 * MIB, blocks: 2 });
  });

  it('asks for the block size only where blocks are written, and for whole MiB only where they count', () => {
    const request = (format: 'raw' | 'fixed' | 'dynamic') =>
      planConvert(leaf, 'leaf', chain, { format, blockSizeBytes: MIB, wholeMib: true }, []).work?.request;
    expect(request('raw')).toEqual({ file: 1, format: 'raw' });
    expect(request('fixed')).toEqual({ file: 1, format: 'fixed', wholeMib: true });
    expect(request('dynamic')).toEqual({ file: 1, format: 'dynamic', blockSizeBytes: MIB });
  });

  it('of a chain without its base is refused, and says which file is missing', () => {
    const orphan = fileOf(1, {
      name: 'leaf.avhd',
      more: {
        type: 'differencing',
        link: 'orphan',
        seeks: { id: '', idText: '', modified: null, name: 'gone.vhd', paths: [] },
      },
    });
    const plan = planConvert(
      orphan,
      'leaf',
      chainFrom([orphan], 1),
      { format: 'raw', blockSizeBytes: MIB, wholeMib: false },
      [],
    );
    expect(plan).toMatchObject({ work: null, measure: null, figures: null });
    expect(plan.obstacles[0]?.meaning).toContain('gone.vhd');
  });

  it('says what Azure’s rule adds', () => {
    expect([0, 1, 512, MIB - 512, MIB, MIB + 512].map(paddingToMib)).toEqual([
      0,
      MIB - 1,
      MIB - 512,
      512,
      0,
      MIB - 512,
    ]);
    expect(azureRows(GIB - 512).map(([, value]) => value.replaceAll('\u202f', ''))).toEqual([
      '1073741312 B',
      '512 B',
      '1073741824 B = 1024 MiB',
      '1073742336 B',
    ]);
  });
});

describe('compacting', () => {
  it('needs blocks, and keeps the extension', () => {
    expect(planCompact(base(), 'base.vhd', []).work).toEqual({ operation: 'compact', request: { file: 7 } });
    expect(planCompact(fileOf(1, { name: 'x.AVHD' }), 'x', []).suggestedName).toBe('x compact.avhd');
    const fixed = planCompact(base({ type: 'fixed' }), 'base.vhd', []);
    expect(fixed).toMatchObject({ work: null, measure: null });
    expect(fixed.obstacles[0]?.instead).toBe('convert');
  });
});

describe('growing', () => {
  it('is refused for children, raw images, damaged files, and under children by name', () => {
    const messages = (file: FileView, children: string[] = []) =>
      planGrow(file, 'it', children, '2 GiB', []).obstacles.map(({ message }) => message);
    expect(messages(base())).toEqual([]);
    expect(messages(base({ type: 'differencing' }))[0]).toContain('differencing disk');
    expect(messages(base({ format: 'raw', type: 'fixed' }))[0]).toContain('raw image');
    expect(messages(base({ findings: [findingOf('bat-corrupt', 'error')] }))[0]).toContain('damaged');
    expect(messages(base({ findings: [findingOf('several-children', 'note')] }))).toEqual([]);
    expect(messages(base(), ['a.avhd', 'b.avhd'])[0]).toBe('a.avhd and b.avhd read through it.');
    expect(listOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b and 3 more');
  });

  it('goes only upwards, to whole sectors', () => {
    expect(growSizeProblem(base(), '2 GiB')).toBeNull();
    expect(growSizeProblem(base(), '1 GiB')).toMatch(/already/);
    expect(growSizeProblem(base(), '512 MiB')).toMatch(/would be lost/);
    expect(growSizeProblem(base(), '3000 GiB')).toMatch(/2040 GiB/);
    expect(planGrow(base(), 'it', [], '2 GiB', []).work).toEqual({
      operation: 'grow',
      request: { file: 7, virtualSizeBytes: 2 * GIB },
    });
    expect(planGrow(base(), 'it', [], '1 GiB', []).work).toBeNull();
  });

  it('is offered in place only in private storage', () => {
    expect(planGrow(base({ storage: 'private' }), 'it', [], '2 GiB', []).inPlace).toBe(true);
    expect(planGrow(base({ storage: 'user' }), 'it', [], '2 GiB', []).inPlace).toBe(false);
    expect(planGrow(base({ storage: 'private' }), 'it', [], '1 GiB', []).inPlace).toBe(false);
  });

  it('tells the size of the file then', () => {
    const fixed = base({ type: 'fixed', blockSizeBytes: null, sizeBytes: GIB + 512 });
    expect(planGrow(fixed, 'it', [], '2 GiB', []).figures).toMatchObject({
      fileBytes: 2 * GIB + 512,
      freedBytes: -GIB,
    });
  });

  it('never grows a dynamic file beyond the size that it tells', async () => {
    for (const blockSizeBytes of [4 * KIB, 16 * KIB, 2 * MIB]) {
      for (const layout of ['windows10', 'packed'] as const) {
        for (const virtualSizeBytes of [4.5 * blockSizeBytes, 5 * blockSizeBytes, 3000 * blockSizeBytes]) {
          const image = await opened(
            buildImage({
              type: 'dynamic',
              layout,
              virtualSizeBytes,
              blockSizeBytes,
              blocks: [
                [
                  Math.ceil(virtualSizeBytes / blockSizeBytes) - 1,
                  { data: new Uint8Array(blockSizeBytes).fill(7) },
                ],
              ],
            }),
          );
          const file = base({ virtualSizeBytes, blockSizeBytes, sizeBytes: image.file.sizeBytes });
          for (const after of [virtualSizeBytes + 512, 2 * virtualSizeBytes, 100_000 * blockSizeBytes]) {
            const { sizeAfter } = await growPatchOf(image, after);
            const told = planGrow(file, 'it', [], `${after} B`, []).figures;
            expect(sizeAfter, `${layout} ${blockSizeBytes} ${after}`).toBeLessThanOrEqual(
              told?.fileBytes ?? 0,
            );
          }
        }
      }
    }
  });
});
