/** Pointing a child at its parent: what is written, where it goes, and that the chain then reads as it should. */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import type { CreateParent } from '../../../../src/formats/vhd/create.ts';
import { mixedEndianId, utf16le } from '../../../support/imageBuilder.ts';
import { opened } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';
import { differencingDisk, dynamicDisk, PARENT, setU32 } from './examples.ts';
import { expectBytes, repaired, rulesOf, troubles } from './repairing.ts';

const NEW: CreateParent = {
  id: mixedEndianId(77),
  name: 'D:\\new\\other.vhd',
  absolutePath: 'D:\\new\\other.vhd',
  relativePath: '..\\new\\other.vhd',
  modified: new Date('2020-02-02T02:02:02Z'),
};

async function linkOf(bytes: Uint8Array) {
  const { parent } = await opened(bytes);
  const paths = Object.fromEntries((parent?.paths ?? []).map(({ platform, path }) => [platform, path]));
  return { id: parent?.id, name: parent?.name, modified: parent?.modified, paths };
}

const EXPECTED = {
  id: Buffer.from(NEW.id).toString('hex').toUpperCase(),
  name: NEW.name,
  modified: NEW.modified,
  paths: { W2ku: NEW.absolutePath, W2ru: NEW.relativePath },
};

describe('a new parent link', () => {
  it('goes into the space of the old paths where it fits', async () => {
    const built = differencingDisk();
    const done = await repaired(built.bytes(), { parent: NEW });
    expect(done.plan.sizeAfter).toBe(built.sizeBytes);
    expect(await linkOf(done.bytes)).toEqual(EXPECTED);
    expect((await opened(done.bytes)).parent?.paths.map(({ offset }) => offset)).toEqual(
      built.locatorOffsets,
    );
    expect(troubles(done.after)).toEqual([]);
    expect(done.plan.steps.map(({ rule }) => rule)).toEqual(['parent-link']);
    expect(done.plan.steps[0]?.lossText).toContain('id of the parent changes');
    expectBytes(done.bytes.subarray(built.places.get(1)), built.bytes().subarray(built.places.get(1)));
  });

  it('to the parent that it has already changes nothing', async () => {
    const built = differencingDisk();
    const same = { id: PARENT.id, name: PARENT.name, modified: null };
    const parent = { ...same, absolutePath: 'C:\\disks\\base.vhd', relativePath: '.\\base.vhd' };
    const done = await repaired(built.bytes(), { parent });
    expect(done.plan.steps).toEqual([]);
    expectBytes(done.bytes, built.bytes());
  });

  it('goes into a gap of zeros in front of the blocks where there was none', async () => {
    const built = differencingDisk({ parent: { ...PARENT, locators: [] }, gapSectors: () => 16 });
    const done = await repaired(built.bytes(), { parent: NEW });
    expect(done.plan.sizeAfter).toBe(built.sizeBytes);
    expect(await linkOf(done.bytes)).toEqual(EXPECTED);
    expect(troubles(done.after)).toEqual([]);
  });

  it('goes behind the last block where there is no room, and the footer with it', async () => {
    const built = differencingDisk({ parent: { ...PARENT, locators: [] }, layout: 'packed' });
    const done = await repaired(built.bytes(), { parent: NEW });
    expect(done.plan.sizeAfter).toBeGreaterThan(built.sizeBytes);
    expect(await linkOf(done.bytes)).toEqual(EXPECTED);
    expect(troubles(done.after)).toEqual([]);
  });

  it('a longer path leaves its old space', async () => {
    const built = differencingDisk({ layout: 'packed' });
    const absolutePath = `D:\\${'long folder\\'.repeat(40)}other.vhd`;
    const done = await repaired(built.bytes(), { parent: { ...NEW, name: absolutePath, absolutePath } });
    const link = await linkOf(done.bytes);
    expect(link).toEqual({
      ...EXPECTED,
      name: 'other.vhd',
      paths: { ...EXPECTED.paths, W2ku: absolutePath },
    });
    expect(troubles(done.after)).toEqual([]);
  });

  it('a path that is not given is taken out, and so is every other locator', async () => {
    const mac = { platform: 'MacX', data: new TextEncoder().encode('file://localhost/base.vhd') };
    const built = differencingDisk({ parent: { ...PARENT, locators: [...PARENT.locators, mac] } });
    const { absolutePath: _absolute, ...relative } = NEW;
    const done = await repaired(built.bytes(), { parent: relative });
    expect((await linkOf(done.bytes)).paths).toEqual({ W2ru: NEW.relativePath });
    const { absolutePath: _a, relativePath: _r, ...neither } = NEW;
    const bare = await repaired(built.bytes(), { parent: neither });
    expect((await linkOf(bare.bytes)).paths).toEqual({});
    expect(troubles(bare.after)).toEqual([]);
  });

  it('a path that lies in a block is not written there', async () => {
    const sound = differencingDisk({ layout: 'packed' });
    const at = sound.places.get(1) ?? 0;
    const locators = [{ platform: 'W2ku', data: utf16le('C:\\base.vhd'), offset: BigInt(at + 1024) }];
    const built = differencingDisk({ layout: 'packed', parent: { ...PARENT, locators } });
    const done = await repaired(built.bytes(), { parent: NEW });
    expect(await linkOf(done.bytes)).toEqual(EXPECTED);
    expect(troubles(done.after)).toEqual([]);
    const held = { from: built.places.get(1) ?? 0, to: (built.places.get(1) ?? 0) + 512 + 4096 };
    expectBytes(done.bytes.subarray(held.from, held.to), built.bytes().subarray(held.from, held.to));
  });

  it('together with a lost footer and an entry that leads nowhere', async () => {
    const built = differencingDisk();
    const bytes = built.bytes();
    bytes.fill(0, built.footerOffset);
    setU32(bytes, built.batOffset, 0x0090_0000);
    const done = await repaired(bytes, { parent: NEW });
    expect(await linkOf(done.bytes)).toEqual(EXPECTED);
    expect(rulesOf(done.plan.steps)).toEqual(['block-outside-file', 'footer-missing', 'parent-link']);
    expect(troubles(done.after)).toEqual([]);
  });

  it('makes an orphan read through its parent', async () => {
    const base = await opened(dynamicDisk({ id: NEW.id }));
    const child = differencingDisk();
    const done = await repaired(child.bytes(), { parent: NEW });
    const mended = await opened(done.bytes);
    expect(mended.parent?.id).toBe(base.id);
    expectBytes(await readFlat([mended, base]), await readFlat([await opened(child), base]));
  });

  it('is refused where there can be none', async () => {
    for (const bytes of [dynamicDisk().bytes(), new Uint8Array(4000)]) {
      const error = await repaired(bytes, { parent: NEW }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DiskError);
      expect(error).toMatchObject({ code: 'bad-request' });
    }
  });
});
