/** What Hyper-V and Windows say: CHECKPOINTS, "Visible states" [M]; VHD-FACTS, "Windows' own words for what is wrong". */
import { describe, expect, it } from 'vitest';
import { DiskError, type ErrorCode } from '../../../../src/base/errors.ts';
import { CHAIN_RULES } from '../../../../src/chain/findings.ts';
import { checkLinks } from '../../../../src/lab/machine/checkLinks.ts';
import { faultFor, HYPERV_EVENTS, statusOf, WINDOWS_SAYS } from '../../../../src/lab/rules/hyperv.ts';
import { checkpoint, factsOf, machineWith } from '../../../support/labFacts.ts';

it('events 19080 (merge finished), 19100 (merge failed, will be retried) [M]', () => {
  expect(HYPERV_EVENTS.mergeFinished).toMatchObject({ code: '19080', text: 'Merge finished' });
  expect(HYPERV_EVENTS.mergeFailed).toMatchObject({ code: '19100', text: 'Merge failed, will be retried' });
});

describe('VM status “Merging” [M]', () => {
  it.each([
    ['running', {}, 'Running'],
    ['running', { merging: 'A' }, 'Running, merging'],
    ['running', { merging: 'A', savingMemoryOf: 'B' }, 'Running, saving memory, merging'],
    ['off', { merging: 'A' }, 'Off, merging'],
    ['saved', {}, 'Saved'],
    ['paused', {}, 'Paused'],
    ['off', { hostOn: false, merging: 'A' }, 'Host without power'],
  ] as const)('%s %o reads “%s”', (power, facts, text) => {
    expect(statusOf(factsOf(machineWith([checkpoint('A', null)], 'A', { power }), facts))).toBe(text);
  });

  it('says that the machine was removed', () => {
    expect(statusOf(factsOf({ ...machineWith([], null), now: null }))).toBe('Removed');
  });
});

function fault(code: ErrorCode, field?: string) {
  const where = { file: 'x.avhd', offset: 0, lengthBytes: 0, ...(field ? { field } : {}) };
  return faultFor(new DiskError({ code, message: 'Found this.', where }));
}

describe('faults in Windows’ words', () => {
  it.each([
    ['vanished', undefined, '0x80070002'],
    ['no-space', undefined, '0x80070070'],
    ['parent-missing', undefined, '0xC03A000D'],
    ['corrupt', 'parentUniqueId', '0xC03A000E'],
    ['corrupt', 'footer.checksum', '0xC03A0003'],
    ['truncated', undefined, '0xC03A0013'],
    ['not-a-disk', undefined, '0xC03A0004'],
  ] as const)('%s %s has the code %s', (code, field, windows) => {
    expect(fault(code, field)).toEqual({
      text: `Found this. Windows: “${WINDOWS_SAYS[windows]}”`,
      code: windows,
    });
  });

  it('adds no code where none is known', () => {
    expect(fault('cancelled')).toEqual({ text: 'Found this.', code: null });
    expect(fault('corrupt')).toEqual({ text: 'Found this.', code: null });
  });

  it('has the codes that the chain’s own findings have', () => {
    expect(CHAIN_RULES['parent-missing'].code).toBe(fault('parent-missing').code);
    expect(CHAIN_RULES['parent-id-mismatch'].code).toBe(fault('corrupt', 'parentUniqueId').code);
  });
});

it('a parent that changed its id behind its child’s back is an id mismatch: 0xC03A000E', () => {
  const image = (id: string, parent: string | null) =>
    ({ id, idText: id, parent: parent === null ? null : { id: parent, idText: parent } }) as never;
  const links = () => checkLinks(['child.avhd', 'base.vhd'], [image('b', 'a'), image('x', null)]);
  const error = caught(links);
  expect(faultFor(error)).toEqual({
    text: `child.avhd names a parent with the id a; base.vhd has the id x. Windows: “${WINDOWS_SAYS['0xC03A000E']}”`,
    code: '0xC03A000E',
  });
});

function caught(run: () => void): DiskError {
  try {
    run();
  } catch (error) {
    if (error instanceof DiskError) return error;
  }
  throw new Error('a DiskError was expected');
}
