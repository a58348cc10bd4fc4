/** One example for each repair of the header, the locators, the table's end and Xen's map. */
import { describe, expect, it } from 'vitest';
import { fixChecksums } from '../../../support/imageBuilder.ts';
import { differencingDisk, dynamicDisk, filled, getU32, PARENT, setU32 } from './examples.ts';
import { expectBytes, repaired, rulesOf, troubles } from './repairing.ts';

const HEADER = 512;

describe('the header', () => {
  const sound = dynamicDisk();

  it('its checksum is filled in where everything else is possible', async () => {
    const bytes = sound.bytes();
    setU32(bytes, HEADER + 36, 1);
    const done = await repaired(bytes);
    expect(done.plan.steps.map(({ rule }) => rule)).toEqual(['header-checksum']);
    expect(done.plan.steps[0]?.changes).toMatchObject([
      { field: 'Dynamic disk header · checksum', offset: HEADER + 36 },
    ]);
    expectBytes(done.bytes, sound.bytes());
  });

  it.each([
    ['block size', 32, 4095],
    ['place of the table', 20, 0x7fff_fe00],
    ['entries', 28, 2],
  ])('not where its %s cannot be right', async (_name, at, value) => {
    const bytes = sound.bytes();
    setU32(bytes, HEADER + at, value);
    const { plan } = await repaired(bytes);
    expect(plan.steps).toEqual([]);
    expect(plan.left.some(({ finding }) => finding.rule === 'header-checksum')).toBe(true);
  });

  it.each([
    ['cookie', 0, 'header-missing'],
    ['headerVersion', 24, 'header-version'],
    ['dataOffset', 8, 'header-checksum'],
  ])('one legal value proves the wrong field: %s', async (field, at, rule) => {
    const bytes = sound.bytes();
    setU32(bytes, HEADER + at, 0x0bad_0bad);
    const done = await repaired(bytes);
    expect(done.plan.steps.map((step) => step.rule)).toEqual([rule]);
    expect(done.plan.steps[0]?.changes.map((each) => each.field)).toEqual([`Dynamic disk header · ${field}`]);
    expectBytes(done.bytes, sound.bytes());
  });

  it('reserved bytes stay unless that is chosen', async () => {
    const bytes = sound.bytes();
    bytes.fill(7, HEADER + 800, HEADER + 810);
    bytes.fill(7, 300, 305);
    bytes.copyWithin(sound.footerOffset, 0, 512);
    fixChecksums(bytes);
    expect((await repaired(bytes)).plan.steps).toEqual([]);
    const done = await repaired(bytes, { choices: { 'header-reserved': 'yes', 'footer-reserved': 'yes' } });
    expectBytes(done.bytes, sound.bytes());
  });
});

describe('locators', () => {
  const path = PARENT.locators[0]?.data ?? new Uint8Array(0);
  const withLocator = (locator: object) => {
    return differencingDisk({
      parent: { ...PARENT, locators: [{ platform: 'W2ku', data: path, ...locator }] },
    });
  };

  it('a space that is neither sectors nor bytes becomes whole sectors', async () => {
    const done = await repaired(withLocator({ space: 700 }).bytes());
    expect(done.plan.steps.map(({ rule }) => rule)).toEqual(['locator-data-space']);
    expectBytes(done.bytes, withLocator({}).bytes());
  });

  it('a path outside the file is taken out', async () => {
    const done = await repaired(withLocator({ offset: 0x7000_0000n }).bytes());
    expect(done.plan.steps.map(({ rule }) => rule)).toEqual(['locator-outside-file']);
    expect(getU32(done.bytes, HEADER + 576)).toBe(0);
    expect(troubles(done.after)).toEqual([]);
  });

  it('a length beyond the space becomes that of the path', async () => {
    const done = await repaired(withLocator({ length: 3000 }).bytes());
    expect(done.plan.steps.map(({ rule }) => rule)).toEqual(['locator-length']);
    expectBytes(done.bytes, withLocator({}).bytes());
  });
});

describe('behind the table', () => {
  it('padding that is noise is left, or ones where that is chosen', async () => {
    const built = dynamicDisk();
    const bytes = built.bytes();
    bytes.fill(0x3c, built.batOffset + 40, built.batOffset + 60);
    expect((await repaired(bytes)).plan.steps).toEqual([]);
    const done = await repaired(bytes, { choices: { 'bat-padding': 'yes' } });
    expectBytes(done.bytes, built.bytes());
  });

  it('entries behind the end of the disk are left, or taken out where that is chosen', async () => {
    const built = dynamicDisk({ extraEntries: 20 });
    const bytes = built.bytes();
    setU32(bytes, built.batOffset + 4 * 9, 17);
    setU32(bytes, built.batOffset + 4 * 12, 40);
    expect((await repaired(bytes)).plan.steps).toEqual([]);
    const done = await repaired(bytes, { choices: { 'entries-beyond-disk': 'yes' } });
    expectBytes(done.bytes, built.bytes());
  });

  it('Xen’s map is marked as stale where its checksum is wrong, and where the table changes', async () => {
    const built = dynamicDisk({
      layout: 'packed',
      gapSectors: (index) => (index === 0 ? 8 : 0),
      creator: 'tap\0',
    });
    const sound = built.bytes();
    const at = built.batOffset + 512;
    sound.set(new TextEncoder().encode('tdbatmap'), at);
    new DataView(sound.buffer).setBigUint64(at + 8, BigInt(at + 512));
    setU32(sound, at + 16, 1);
    setU32(sound, at + 20, 0x0001_0002);
    sound[at + 512] = 0x80;
    setU32(sound, at + 24, ~0x80 >>> 0);
    expect((await repaired(sound)).plan.steps).toEqual([]);
    const wrong = sound.slice();
    setU32(wrong, at + 24, 5);
    const done = await repaired(wrong);
    expect(done.plan.steps.map(({ rule }) => rule)).toEqual(['batmap-checksum']);
    expect(done.bytes[at + 28]).toBe(1);
    expect(rulesOf(done.after)).not.toContain('batmap-checksum');
    const table = sound.slice();
    setU32(table, built.batOffset, 0x0100_0000);
    expect((await repaired(table)).bytes[at + 28]).toBe(1);
  });

  it('leaked space is named, and left for a compact', async () => {
    const built = dynamicDisk({ blocks: [[0, { data: filled(1) }]], gapSectors: () => 64 });
    const { plan } = await repaired(built.bytes());
    expect(plan.steps).toEqual([]);
    expect(plan.left).toMatchObject([{ finding: { rule: 'leaked-space' } }]);
    expect(plan.left[0]?.why).toContain('compact');
  });
});
