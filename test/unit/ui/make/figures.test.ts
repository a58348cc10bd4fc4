import { describe, expect, it } from 'vitest';
import type { MeasureView } from '../../../../src/engine/api.ts';
import { planCompact } from '../../../../src/ui/make/compactPlan.ts';
import { planConvert } from '../../../../src/ui/make/convertPlan.ts';
import { basisText, figureRows, ratesText, shownFigures } from '../../../../src/ui/make/figures.ts';
import { nameProblem } from '../../../../src/ui/make/fileName.ts';
import type { Plan } from '../../../../src/ui/make/plan.ts';
import { chainFrom } from '../../../../src/ui/save/chainFrom.ts';
import { fileOf } from '../../../support/pileOf.ts';

const MIB = 2 ** 20;
const FILE = fileOf(1, {
  name: 'a.vhd',
  more: {
    sizeBytes: 9 * MIB,
    virtualSizeBytes: 100 * MIB + 512,
    blocks: { allocated: 4, total: 51, strideSectors: 4104, aligned4k: true },
  },
});
const MEASURED: MeasureView = {
  readBytes: 8 * MIB,
  writeBytes: 5 * MIB,
  fileBytes: 5 * MIB,
  exact: true,
  blocks: 2,
  newFiles: 1,
  freedBytes: 4 * MIB,
  readBytesPerSecond: 96 * MIB,
  writeBytesPerSecond: null,
  seconds: 57,
};

function rows(plan: Plan, measured: MeasureView | null): Record<string, string> {
  const shown = shownFigures(plan, measured);
  return Object.fromEntries((shown ? figureRows(plan, shown) : []).map(({ name, value }) => [name, value]));
}

describe('figures of a plan', () => {
  const compact = planCompact(FILE, 'a', []);

  it('are upper bounds until they are measured', () => {
    expect(rows(compact, null)).toMatchObject({ 'To read': '≤ 8 MiB', 'New file': '≤ 9 MiB', Blocks: '≤ 4' });
    expect(basisText(compact, null)).toMatch(/no data read yet/);
    expect(rows(compact, MEASURED)).toMatchObject({
      'To read': '8 MiB',
      'To write': '5 MiB',
      'New file': '5 MiB',
      'Less than now': '4 MiB',
      Blocks: '2',
      Time: 'about 57 s',
    });
  });

  it('never promise what is read and written of a conversion: zeros are left out on the way', () => {
    const fixed = planConvert(
      FILE,
      'a',
      chainFrom([FILE], 1),
      { format: 'fixed', blockSizeBytes: MIB, wholeMib: false },
      [],
    );
    expect(rows(fixed, MEASURED)).toMatchObject({
      'To read': '≤ 8 MiB',
      'To write': '≤ 5 MiB',
      'New file': '5 MiB',
    });
  });

  it('add what Azure’s rule adds to a measured size', () => {
    const azure = planConvert(
      FILE,
      'a',
      chainFrom([FILE], 1),
      { format: 'fixed', blockSizeBytes: MIB, wholeMib: true },
      [],
    );
    const shown = shownFigures(azure, MEASURED);
    expect(shown?.fileBytes).toBe(5 * MIB + MIB - 512);
    expect(shown?.freedBytes).toBe(4 * MIB - MIB + 512);
    expect(shownFigures(azure, null)?.fileBytes).toBe(101 * MIB + 512);
  });

  it('say when a file gets larger, and when nothing is gained', () => {
    expect(rows(compact, { ...MEASURED, freedBytes: -MIB })).toMatchObject({ 'More than now': '1 MiB' });
    expect(rows(compact, { ...MEASURED, freedBytes: 0 })).toMatchObject({ 'Less than now': 'nothing' });
  });

  it('say the rates that are known', () => {
    expect(ratesText(MEASURED)).toBe('96 MiB/s read');
    expect(ratesText({ ...MEASURED, writeBytesPerSecond: 80 * MIB })).toBe('96 MiB/s read, 80 MiB/s written');
    expect(rows(compact, { ...MEASURED, seconds: null })).not.toHaveProperty('Time');
    expect(rows(compact, { ...MEASURED, seconds: 0.2 })).toMatchObject({ Time: 'under 1 s' });
  });
});

describe('the name of a new file', () => {
  it.each(['', '  ', '.', '..', 'a/b', 'a\\b', 'C:x', 'a*', 'a\u0007', 'x'.repeat(201)])(
    'can’t be %j',
    (name) => {
      expect(nameProblem(name, [])).not.toBeNull();
    },
  );

  it('is not that of an open file, however it is spelled', () => {
    expect(nameProblem('Disk.VHD', ['disk.vhd'])).toMatch(/open here/);
    expect(nameProblem('Disk 2.vhd', ['disk.vhd'])).toBeNull();
  });
});
