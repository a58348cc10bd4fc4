/** One example for each repair of table entries, with exactly the sectors that are lost. */
import { describe, expect, it } from 'vitest';
import { patchOf, planRepair } from '../../../../src/check/repair/planRepair.ts';
import { openImage } from '../../../../src/formats/openImage.ts';
import { buildImage } from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';
import { BLOCK, differencingDisk, dynamicDisk, filled, getU32, setU32 } from './examples.ts';
import { checkContext, expectBytes, plannedFor, repaired, rulesOf, troubles } from './repairing.ts';

const UNUSED = 0xffff_ffff;
const PER_BLOCK = BLOCK / 512;

describe('entries that lead nowhere', () => {
  const built = dynamicDisk();
  const entryAt = (block: number) => built.batOffset + block * 4;

  it.each([
    ['far outside', 0x0080_0000, 'block-outside-file'],
    ['at the footer', built.footerOffset / 512, 'block-outside-file'],
    ['at the copy', 0, 'block-over-structure'],
    ['into the header', 2, 'block-over-structure'],
    ['into the table', built.batOffset / 512, 'block-over-structure'],
  ])('%s', async (_name, sector, rule) => {
    const bytes = built.bytes();
    setU32(bytes, entryAt(1), sector);
    const done = await repaired(bytes);
    const expected = built.bytes();
    setU32(expected, entryAt(1), UNUSED);
    expectBytes(done.bytes, expected);
    expect(done.plan.steps).toHaveLength(1);
    expect(done.plan.steps[0]).toMatchObject({
      rule,
      changes: [{ field: 'BAT entry 1', offset: entryAt(1) }],
      loses: { sectorCount: PER_BLOCK, ranges: [{ firstSector: PER_BLOCK, sectorCount: PER_BLOCK }] },
    });
    expect(done.plan.steps[0]?.lossText).toContain('read as zeros');
    expect(troubles(done.after)).toEqual([]);
  });

  it('neighbours make one change, and one loss', async () => {
    const bytes = built.bytes();
    for (const block of [1, 2]) setU32(bytes, entryAt(block), 0x0080_0000 + block * 100);
    const { plan } = await repaired(bytes);
    expect(plan.steps[0]?.changes.map(({ field }) => field)).toEqual(['BAT entries 1 to 2']);
    expect(plan.steps[0]?.loses).toEqual({ sectorCount: 16, ranges: [{ firstSector: 8, sectorCount: 16 }] });
  });

  it('in a differencing disk the sectors fall to the parent', async () => {
    const bytes = differencingDisk().bytes();
    setU32(bytes, differencingDisk().batOffset + 4, 0x0080_0000);
    const { plan } = await repaired(bytes);
    expect(plan.steps[0]?.lossText).toContain('fall to the parent');
  });

  it('a table of noise becomes few changes, quickly', async () => {
    const blocks = 200_000;
    const large = buildImage({ type: 'dynamic', virtualSizeBytes: blocks * BLOCK, blockSizeBytes: BLOCK });
    const noise = new Uint8Array(blocks * 4);
    for (let i = 0; i < blocks; i += 2) setU32(noise, i * 4, 0x4000_0000 + i * 64);
    for (let i = 1; i < blocks; i += 2) setU32(noise, i * 4, UNUSED);
    large.content.write(large.batOffset, noise);
    const { plan } = await plannedFor(large.file('noise.vhd'));
    const patch = patchOf(plan);
    expect(patch.changes.length).toBeLessThan(1024 + 200);
    expect(plan.steps[0]?.loses?.sectorCount).toBe((blocks / 2) * PER_BLOCK);
  });
});

describe('a disk of 2040 GiB, every block in the file', () => {
  const blocks = 1_044_480;
  const stride = 4097;
  const built = buildImage({ type: 'dynamic', virtualSizeBytes: blocks * 2 ** 21, layout: 'packed' });
  const bat = new Uint8Array(blocks * 4);
  for (let i = 0; i < blocks; i++) setU32(bat, i * 4, 10_000 + i * stride);
  built.content.write(built.batOffset, bat);
  built.content.write((10_000 + blocks * stride) * 512 - 512, new Uint8Array(512));

  it('is planned for by its table and little else', async () => {
    const file = built.file('large.vhd');
    let readBytes = 0;
    const counted = new Proxy(file, {
      get(target, key) {
        if (key === 'readNow') return undefined;
        if (key === 'read' || key === 'readMany') {
          return async (first: unknown, second: unknown) => {
            const requests = Array.isArray(first) ? first : [{ offset: first, target: second }];
            for (const request of requests) readBytes += request.target.length;
            return target.readMany(requests);
          };
        }
        return Reflect.get(target, key, target);
      },
    });
    const content = await openImage(counted);
    const check = {
      findings: content.findings,
      space: null,
      blocks: null,
      badBlocks: new Uint32Array(0),
      readBytes: 0,
    };
    readBytes = 0;
    const plan = await planRepair(content, check, {
      context: await checkContext(),
      choices: {},
      parent: null,
    });
    expect(plan.steps.map(({ rule }) => rule)).toEqual(['footer-missing']);
    expect(readBytes).toBeGreaterThan(bat.length);
    expect(readBytes).toBeLessThan(bat.length + 5 * 2 ** 20);
  });
});

describe('blocks partly in the file', () => {
  const built = dynamicDisk({ layout: 'packed' });
  /** Block 1 is the last in the file; three of its sectors are left. */
  const cut = built.bytes().slice(0, (built.places.get(1) ?? 0) + 512 + 3 * 512);

  it('are for the user to decide, and the footer with them', async () => {
    const { plan, bytes } = await repaired(cut);
    expect(plan.steps).toEqual([]);
    expectBytes(bytes, cut);
    expect(plan.choices).toMatchObject([{ id: 'block-outside-file-1', chosen: null }]);
    expect(plan.choices[0]?.options[0]?.preview[0]?.bytes.every((byte) => byte === 0x11)).toBe(true);
    expect(rulesOf(plan.left.map(({ finding }) => finding))).toEqual([
      'block-outside-file',
      'footer-missing',
    ]);
  });

  it('kept: what is missing becomes zeros', async () => {
    const done = await repaired(cut, { choices: { 'block-outside-file-1': 'keep' } });
    const expected = built.bytes();
    const missing = (built.places.get(1) ?? 0) + 512 + 3 * 512;
    const loses = done.plan.steps.map((step) => step.loses).find((each) => each !== null);
    expect(loses).toEqual({ sectorCount: 5, ranges: [{ firstSector: PER_BLOCK + 3, sectorCount: 5 }] });
    expectBytes(done.bytes.subarray(0, missing), expected.subarray(0, missing));
    expect(troubles(done.after)).toEqual([]);
    const disk = await readFlat([await opened(built)]);
    disk.fill(0, (PER_BLOCK + 3) * 512, 2 * BLOCK);
    expectBytes(await readFlat([await opened(done.bytes)]), disk);
  });

  it('taken out: the whole block reads as zeros', async () => {
    const done = await repaired(cut, { choices: { 'block-outside-file-1': 'unallocate' } });
    expect(troubles(done.after)).toEqual([]);
    const disk = await readFlat([await opened(built)]);
    disk.fill(0, BLOCK, 2 * BLOCK);
    expectBytes(await readFlat([await opened(done.bytes)]), disk);
  });

  it('of a differencing disk lose only the sectors whose bits are set', async () => {
    const child = differencingDisk({ layout: 'packed' });
    const place = child.places.get(1) ?? 0;
    const bytes = child.bytes().slice(0, place + 512 + 2 * 512);
    const lossOf = async (choice: string) => {
      const { plan } = await repaired(bytes, { choices: { 'block-outside-file-1': choice } });
      return plan.steps
        .map((step) => step.loses)
        .find((each) => each !== null)
        ?.ranges.map(({ firstSector }) => firstSector);
    };
    expect(await lossOf('keep')).toEqual([PER_BLOCK + 3, PER_BLOCK + 5]);
    expect(await lossOf('unallocate')).toEqual([PER_BLOCK, PER_BLOCK + 3, PER_BLOCK + 5]);
  });
});

describe('blocks that share bytes', () => {
  const built = dynamicDisk();
  const sharing = (block: number, of: number, sectors = 0) => {
    const bytes = built.bytes();
    setU32(bytes, built.batOffset + block * 4, (built.places.get(of) ?? 0) / 512 + sectors);
    return bytes;
  };

  it.each([
    ['one place', 0],
    ['three sectors apart', 3],
  ])('%s: both readings are shown, and nothing is done by itself', async (_name, sectors) => {
    const bytes = sharing(2, 3, sectors);
    const { plan } = await repaired(bytes);
    expect(plan.steps).toEqual([]);
    expect(plan.choices).toHaveLength(1);
    expect(plan.choices[0]).toMatchObject({ id: 'blocks-overlap-2-3', rule: 'blocks-overlap', chosen: null });
    const previews = plan.choices[0]?.options.map(({ id, preview }) => [
      id,
      preview[0]?.offset,
      preview[0]?.bytes[0],
    ]);
    const dataOf3 = (built.places.get(3) ?? 0) + 512;
    expect(previews?.sort()).toEqual([
      ['keep-2', dataOf3 + sectors * 512, 0x13],
      ['keep-3', dataOf3, 0x13],
    ]);
    expect(rulesOf(plan.left.map(({ finding }) => finding))).toEqual(['blocks-overlap']);
  });

  it('the one that is not kept is taken out, with its sectors lost', async () => {
    const done = await repaired(sharing(2, 3, 3), { choices: { 'blocks-overlap-2-3': 'keep-3' } });
    expectBytes(done.bytes, built.bytes());
    expect(done.plan.steps[0]?.loses?.ranges).toEqual([
      { firstSector: 2 * PER_BLOCK, sectorCount: PER_BLOCK },
    ]);
    const other = await repaired(sharing(2, 3, 3), { choices: { 'blocks-overlap-2-3': 'keep-2' } });
    expect(getU32(other.bytes, built.batOffset + 12)).toBe(UNUSED);
    // What is the bitmap of block 2 now is data of block 3.
    expect(troubles(other.after)).toEqual(['clear-bits-over-data']);
  });

  it('a choice that leaves an overlap is followed by the next one', async () => {
    const bytes = sharing(2, 3, 8);
    // 3, then 2 in its end, then 4 in the end of that.
    setU32(bytes, built.batOffset + 16, (built.places.get(3) ?? 0) / 512 + 16);
    const first = await repaired(bytes, { choices: { 'blocks-overlap-1-4': 'keep-3' } });
    expect(first.plan.choices.map(({ id, chosen }) => [id, chosen])).toContainEqual([
      'blocks-overlap-1-4',
      'keep-3',
    ]);
    const open = first.plan.choices.filter(({ chosen }) => chosen === null);
    const answers = Object.fromEntries(open.map(({ id, options }) => [id, options[0]?.id ?? '']));
    const done = await repaired(bytes, { choices: { 'blocks-overlap-1-4': 'keep-3', ...answers } });
    expect(troubles(done.after)).toEqual([]);
  });

  it('crowds are left, and choices are bounded', async () => {
    const many = buildImage({
      type: 'dynamic',
      virtualSizeBytes: 400 * BLOCK,
      blockSizeBytes: BLOCK,
      blocks: Array.from({ length: 200 }, (_, i) => [i, { data: filled(i) }] as const),
    });
    const pairs = many.bytes();
    for (let i = 0; i < 200; i++)
      setU32(pairs, many.batOffset + (200 + i) * 4, (many.places.get(i) ?? 0) / 512);
    const { plan } = await repaired(pairs);
    expect(plan.choices).toHaveLength(64);
    expect(plan.left.length).toBeGreaterThan(0);
    const crowd = many.bytes();
    for (let i = 0; i < 20; i++)
      setU32(crowd, many.batOffset + (200 + i) * 4, (many.places.get(0) ?? 0) / 512);
    const crowded = await repaired(crowd);
    expect(crowded.plan.choices).toEqual([]);
    expect(crowded.plan.left[0]?.why).toContain('damaged beyond');
  });
});
