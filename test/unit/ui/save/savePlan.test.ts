import { describe, expect, it } from 'vitest';
import type { FileView } from '../../../../src/engine/api.ts';
import { chainFrom, whyIncomplete } from '../../../../src/ui/save/chainFrom.ts';
import { estimateSave, heldAtMost, suggestName, whyNotFormat } from '../../../../src/ui/save/savePlan.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

function file(id: number, parent: number | null, more: Partial<FileView> = {}): FileView {
  return {
    id,
    name: `${id}.vhd`,
    path: `${id}.vhd`,
    sizeBytes: 10 * MIB,
    storage: 'memory',
    format: 'vhd',
    type: parent === null ? 'dynamic' : 'differencing',
    virtualSizeBytes: GIB,
    blockSizeBytes: 2 * MIB,
    rawId: '',
    idText: '',
    maker: null,
    modifiedMs: null,
    seeks: null,
    parent,
    link: 'whole',
    matches: true,
    candidates: [],
    children: [],
    duplicates: [],
    findings: [],
    blocks: { allocated: 4, total: 512, strideSectors: 4104, aligned4k: true },
    ...more,
  };
}

describe('the size of a saved disk', () => {
  it('is the disk for raw, and a footer more for fixed', () => {
    expect(estimateSave('raw', GIB, { bytes: 3 * MIB, blocks: 2 })).toEqual({
      fileBytes: GIB,
      writtenBytes: 3 * MIB,
    });
    expect(estimateSave('fixed', GIB, { bytes: 3 * MIB, blocks: 2 }).fileBytes).toBe(GIB + 512);
  });

  it('is about what is held for dynamic, with tables and bitmaps', () => {
    const { fileBytes, writtenBytes } = estimateSave('dynamic', GIB, { bytes: 5 * MIB, blocks: 4 });
    expect(fileBytes).toBe(512 + 1024 + 2048 + 4 * (2 * MIB + 512) + 512);
    expect(writtenBytes).toBe(fileBytes - 3 * MIB);
  });

  it('counts no more than the whole disk as held', () => {
    const full = { allocated: 512, total: 512, strideSectors: 4104, aligned4k: true };
    expect(heldAtMost([file(1, 2), file(2, null)], GIB)).toEqual({ bytes: 16 * MIB, blocks: 8 });
    expect(heldAtMost([file(1, 2, { blocks: full }), file(2, null, { blocks: full })], GIB)).toEqual({
      bytes: GIB,
      blocks: 512,
    });
  });

  it('rules a VHD out above 2040 GiB', () => {
    expect(whyNotFormat('dynamic', 2040 * GIB)).toBeNull();
    expect(whyNotFormat('fixed', 2040 * GIB + 512)).toContain('2040 GiB');
    expect(whyNotFormat('raw', 4096 * GIB)).toBeNull();
  });
});

describe('the name of a saved disk', () => {
  it('follows the leaf and is never one that is there already', () => {
    expect(suggestName('disk.avhd', 'dynamic', [])).toBe('disk whole.vhd');
    expect(suggestName('disk.avhd', 'raw', ['DISK WHOLE.IMG'])).toBe('disk whole 2.img');
  });

  it('leaves out what a file system refuses', () => {
    expect(suggestName('a/b:c\u0007*.vhd', 'raw', [])).toBe('a b c whole.img');
    expect(suggestName('***.vhd', 'raw', [])).toBe('disk whole.img');
  });
});

describe('the chain below a file', () => {
  it('goes down to the base', () => {
    const files = [file(1, 2), file(2, 3), file(3, null), file(4, 3)];
    expect(chainFrom(files, 1)).toMatchObject({ complete: true, brokenAt: null });
    expect(chainFrom(files, 1).layers.map((layer) => layer.id)).toEqual([1, 2, 3]);
    expect(chainFrom(files, 4).layers.map((layer) => layer.id)).toEqual([4, 3]);
  });

  it('is incomplete at an orphan, wherever in the chain it is, and names it', () => {
    const orphan = file(2, null, { link: 'orphan', type: 'differencing' });
    const chain = chainFrom([file(1, 2), orphan], 1);
    expect(chain.complete).toBe(false);
    expect(chain.brokenAt?.id).toBe(2);
    expect(whyIncomplete(orphan).why).toContain('2.vhd');
  });

  it('ends in a circle instead of going round', () => {
    const chain = chainFrom([file(1, 2, { link: 'cycle' }), file(2, 1, { link: 'cycle' })], 1);
    expect(chain).toMatchObject({ complete: false });
    expect(chain.layers).toHaveLength(2);
  });
});
