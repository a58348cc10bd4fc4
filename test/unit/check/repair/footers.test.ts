/** One example for each repair of a footer: mostly, the bytes that come back are those that were there. */
import { describe, expect, it } from 'vitest';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { buildImage, fixChecksums, mixedEndianId } from '../../../support/imageBuilder.ts';
import { hasSharedImage, sharedImage } from '../../../support/sharedImages.ts';
import { BLOCK, differencingDisk, dynamicDisk, filled, getU32, setU32 } from './examples.ts';
import { expectBytes, plannedFor, type Repaired, repaired, troubles } from './repairing.ts';

const CHECKSUM = 64;

function titles({ plan }: Repaired): string[] {
  return plan.steps.map(({ rule }) => rule);
}

describe('the footer at the end and its copy', () => {
  const sound = dynamicDisk();
  const whole = sound.bytes();
  const end = sound.footerOffset;

  it.each([
    ['zeros where the footer was', 0, 512, ['footer-missing']],
    ['noise where the footer was', 0xa7, 512, ['footer-missing']],
    ['a byte of it', 0xff, 1, ['footer-checksum']],
  ] as const)('written anew from the copy: %s', async (_name, byte, length, expected) => {
    const bytes = whole.slice();
    bytes.fill(byte, end + 100, end + 100 + Math.min(length, 412));
    if (length === 512) bytes.fill(byte, end, end + 100);
    const done = await repaired(bytes);
    expect(titles(done)).toEqual(expected);
    expectBytes(done.bytes, whole);
    expect(troubles(done.after)).toEqual([]);
  });

  it('at the end of the file where it was cut off, in the slack behind the last block', async () => {
    const done = await repaired(whole.slice(0, end));
    expect(titles(done)).toEqual(['footer-missing']);
    expect(done.bytes.length).toBe(end);
    expectBytes(done.bytes.subarray(0, end - 512), whole.subarray(0, end - 512));
    expectBytes(done.bytes.subarray(end - 512), whole.subarray(end));
  });

  it('where the file ends inside it', async () => {
    const done = await repaired(whole.slice(0, end + 77));
    expect(titles(done)).toEqual(['footer-missing']);
    expectBytes(done.bytes, whole);
  });

  it.each([
    ['footer-copy-missing', 0],
    ['footer-checksum', 100],
  ])('the copy from the footer: %s', async (rule, at) => {
    const bytes = whole.slice();
    bytes.fill(0xee, at, at + 50);
    const done = await repaired(bytes);
    expect(titles(done)).toEqual([rule]);
    expectBytes(done.bytes, whole);
    const [step] = done.plan.steps;
    expect(step?.changes.every(({ offset }) => offset < 512)).toBe(true);
    expect(step?.loses).toBeNull();
  });

  it('a changed field belongs to one change, named and with its bytes', async () => {
    const bytes = whole.slice();
    bytes[68] = (bytes[68] ?? 0) ^ 1;
    const { plan } = await repaired(bytes);
    expect(plan.steps[0]?.changes).toEqual([
      {
        field: 'Footer copy · uniqueId',
        offset: 68,
        before: bytes.slice(68, 84),
        after: whole.slice(68, 84),
      },
    ]);
  });

  it('both whole and different: a choice, and nothing by itself', async () => {
    const bytes = whole.slice();
    setU32(bytes, 24, 1234);
    fixChecksums(bytes);
    const asked = await repaired(bytes);
    expect(asked.plan.steps).toEqual([]);
    expect(asked.plan.choices[0]).toMatchObject({ id: 'footer-copy-differs', chosen: null });
    expect(asked.plan.left.map(({ finding }) => finding.rule)).toEqual(['footer-copy-differs']);
    const byEnd = await repaired(bytes, { choices: { 'footer-copy-differs': 'end' } });
    expectBytes(byEnd.bytes, whole);
    const byCopy = await repaired(bytes, { choices: { 'footer-copy-differs': 'copy' } });
    expectBytes(byCopy.bytes.subarray(end), bytes.subarray(0, 512));
    expect(troubles(byCopy.after)).toEqual([]);
  });

  it('both with a wrong checksum and the same bytes: it is filled in', async () => {
    const bytes = whole.slice();
    for (const at of [0, end]) setU32(bytes, at + CHECKSUM, 77);
    const done = await repaired(bytes);
    expect(titles(done)).toEqual(['footer-checksum']);
    expect(done.plan.steps[0]?.why).toContain('not known');
    expectBytes(done.bytes, whole);
  });

  it('both with a wrong checksum and different: a choice', async () => {
    const bytes = whole.slice();
    setU32(bytes, 24, 5);
    setU32(bytes, end + 24, 6);
    const { plan } = await repaired(bytes);
    expect(plan.steps).toEqual([]);
    expect(plan.choices.map(({ options }) => options.map(({ id }) => id))).toEqual([['end', 'copy']]);
    const done = await repaired(bytes, { choices: { 'footer-checksum': 'copy' } });
    expect(troubles(done.after)).toEqual([]);
    expect(getU32(done.bytes, end + 24)).toBe(5);
  });

  it('a wrong checksum beside an impossible size is left', async () => {
    const bytes = whole.slice();
    for (const at of [0, end]) bytes.fill(0xff, at + 48, at + 56);
    const { plan } = await repaired(bytes);
    expect(plan.steps).toEqual([]);
    expect(plan.left.find(({ finding }) => finding.rule === 'footer-checksum')?.why).toContain('size');
  });

  it.each([
    ['cookie', 0, 'footer-lost'],
    ['fileFormatVersion', 12, 'format-version'],
  ])('one legal value proves the wrong field: %s in both', async (field, at, rule) => {
    const bytes = whole.slice();
    for (const place of [0, end]) setU32(bytes, place + at, 0x0bad_0bad);
    const done = await repaired(bytes);
    expect(titles(done)).toEqual([rule]);
    expect(done.plan.steps[0]?.changes.map((each) => each.field)).toEqual([
      `Footer copy · ${field}`,
      `Footer · ${field}`,
    ]);
    expectBytes(done.bytes, whole);
  });

  it('over which Xen wrote while it had the disk open: only when that is chosen', async () => {
    const bytes = whole.slice();
    bytes.fill(0xc7, end);
    const asked = await repaired(bytes);
    expect(asked.plan.steps).toEqual([]);
    const left = asked.plan.left.map(({ finding }) => finding);
    expect(troubles(left)).toEqual(['footer-in-use', 'footer-missing']);
    const done = await repaired(bytes, { choices: { 'footer-in-use': 'yes' } });
    expectBytes(done.bytes, whole);
  });

  it('a footer of 511 bytes stays so', async () => {
    const old = dynamicDisk({ endFooter: 511 });
    const bytes = old.bytes();
    const untouched = await repaired(bytes);
    expect(untouched.plan.steps).toEqual([]);
    bytes.fill(1, old.footerOffset + 90, old.footerOffset + 99);
    const done = await repaired(bytes);
    expectBytes(done.bytes, old.bytes());
  });
});

describe('real files whose ids were changed without their checksums', () => {
  for (const name of ['dfvfs-image.vhd.gz', 'dfvfs-image-differential.vhd.gz']) {
    it.skipIf(!hasSharedImage(name))(name, async () => {
      const done = await repaired(sharedImage(name).bytes());
      expect(
        done.plan.steps.every(({ changes }) => changes.every(({ field }) => field.endsWith('checksum'))),
      ).toBe(true);
      expect(troubles(done.before)).toContain('footer-checksum');
      expect(troubles(done.after)).toEqual([]);
    });
  }
});

describe('what follows the footer', () => {
  it.each([1, 511, 512, 5000, 100_000])('%i bytes are cut off', async (count) => {
    const whole = dynamicDisk().bytes();
    const bytes = new Uint8Array(whole.length + count).fill(0x77);
    bytes.set(whole);
    const done = await repaired(bytes);
    expect(titles(done)).toEqual(['trailing-data']);
    expect(done.plan.sizeAfter).toBe(whole.length);
    expectBytes(done.bytes, whole);
    expect(troubles(done.after)).toEqual([]);
  });

  it('behind a fixed disk too', async () => {
    const whole = buildImage({ type: 'fixed', virtualSizeBytes: 20 * 512, data: filled(3) }).bytes();
    const bytes = new Uint8Array(whole.length + 3000).fill(9);
    bytes.set(whole);
    const done = await repaired(bytes);
    expectBytes(done.bytes, whole);
  });

  it('with the copy lost as well', async () => {
    const whole = dynamicDisk().bytes();
    const bytes = new Uint8Array(whole.length + 900).fill(9);
    bytes.set(whole);
    bytes.fill(0, 0, 512);
    const done = await repaired(bytes);
    expect(titles(done).sort()).toEqual(['footer-copy-missing', 'trailing-data']);
    expectBytes(done.bytes, whole);
  });
});

describe('both footers lost', () => {
  it.each(['dynamic', 'differencing'] as const)('made anew from header and table: %s', async (type) => {
    const built = type === 'dynamic' ? dynamicDisk() : differencingDisk();
    const bytes = built.bytes();
    for (const at of [0, built.footerOffset]) bytes.fill(0, at, at + 512);
    const done = await repaired(bytes);
    expect(titles(done)).toEqual(['footer-lost']);
    expect(troubles(done.after)).toEqual([]);
    expect(done.plan.steps[0]?.lossText).toContain('new id');
    const view = new DataView(done.bytes.buffer);
    expect(view.getBigUint64(48)).toBe(BigInt(5 * BLOCK));
    expect(view.getUint32(60)).toBe(type === 'dynamic' ? 3 : 4);
    expectBytes(done.bytes.subarray(512, built.footerOffset), bytes.subarray(512, built.footerOffset));
    const again = await repaired(bytes);
    expectBytes(again.bytes, done.bytes);
  });

  it('without a header nothing can be said', async () => {
    const built = buildImage({ type: 'fixed', virtualSizeBytes: 40 * 512, data: filled(1) });
    const { plan } = await repaired(built.bytes().slice(0, 40 * 512));
    expect(plan.steps).toEqual([]);
    for (const { why } of plan.left) expect(why).not.toBe('');
  });
});

describe('single fields of the footer', () => {
  it('the reserved bit is set, a temporary disk stays one', async () => {
    const done = await repaired(dynamicDisk({ features: 1 }).bytes());
    expect(titles(done)).toEqual(['features-unknown']);
    expectBytes(done.bytes, dynamicDisk({ features: 3 }).bytes());
  });

  it('a geometry beyond the size becomes that of the size', async () => {
    const done = await repaired(dynamicDisk({ geometry: [1000, 16, 63] }).bytes());
    expect(titles(done)).toEqual(['geometry-beyond-size']);
    expect(troubles(done.after)).toEqual([]);
  });

  it('not where the size hangs on it', async () => {
    const { plan } = await repaired(dynamicDisk({ geometry: [1000, 16, 63], creator: 'vpc ' }).bytes());
    expect(plan.steps).toEqual([]);
    expect(plan.left.map(({ finding }) => finding.rule)).toContain('geometry-beyond-size');
  });

  it('a saved state is only cleared when that is chosen', async () => {
    const bytes = dynamicDisk({ savedState: 1 }).bytes();
    const asked = await repaired(bytes);
    expect(asked.plan.steps).toEqual([]);
    expect(asked.plan.left.map(({ finding }) => finding.rule)).toEqual(['saved-state']);
    const done = await repaired(bytes, { choices: { 'saved-state': 'yes' } });
    expectBytes(done.bytes, dynamicDisk().bytes());
  });

  it('an empty id is replaced when that is chosen, by the same one each time', async () => {
    const bytes = dynamicDisk({ id: new Uint8Array(16) }).bytes();
    const done = await repaired(bytes, { choices: { 'id-empty': 'yes' } });
    const again = await repaired(bytes, { choices: { 'id-empty': 'yes' } });
    expect(troubles(done.after)).toEqual([]);
    expectBytes(again.bytes, done.bytes);
    expect(done.bytes.slice(68, 84)).not.toEqual(new Uint8Array(16));
  });

  it('what is not a disk of ours is left alone', async () => {
    const { plan } = await plannedFor(
      MemoryFile.of('x.vhdx', new TextEncoder().encode('vhdxfile'.repeat(100))),
    );
    expect(plan.steps).toEqual([]);
  });

  it('two footers that agree on a wrong header offset are pointed at the header', async () => {
    const done = await repaired(dynamicDisk({ dataOffset: 8192n, id: mixedEndianId(7) }).bytes());
    expect(titles(done)).toEqual(['header-misplaced']);
    expectBytes(done.bytes, dynamicDisk().bytes());
  });
});
