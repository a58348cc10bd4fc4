/** What requests cost, against figures worked out by hand. */
import { describe, expect, it } from 'vitest';
import { DRIVES, type DriveModel } from '../../../../src/lab/drive/driveModel.ts';
import { LabDrive } from '../../../../src/lab/drive/labDrive.ts';
import { MemoryFolder } from '../../../../src/storage/memoryFolder.ts';
import { failure } from '../../../support/storageConformance.ts';

/** A byte takes 1 µs, so that every figure is a sum of round ones. */
const PLAIN: DriveModel = {
  name: 'plain',
  requestUs: 1000,
  seekUs: 20_000,
  bytesPerSecond: 1e6,
  flushUs: 300_000,
};

async function drive(model: DriveModel = PLAIN) {
  const folder = new MemoryFolder();
  for (const name of ['a.vhd', 'b.vhd']) folder.put(name, new Uint8Array(100_000));
  const made = new LabDrive(folder, model);
  const [a, b] = [await made.open('a.vhd', 'read-write'), await made.open('b.vhd', 'read-write')];
  expect(made.takeBusyUs()).toBe(0);
  return { made, a, b };
}

describe('the cost of a request', () => {
  it('is that of its bytes, and of a seek where it begins elsewhere than the last one ended', async () => {
    const { made, a, b } = await drive();
    const cost = async (work: () => unknown) => {
      await work();
      return made.takeBusyUs();
    };
    expect(await cost(() => a.read(0, new Uint8Array(512)))).toBe(1000 + 20_000 + 512);
    expect(await cost(() => a.read(512, new Uint8Array(512)))).toBe(1000 + 512);
    expect(await cost(() => a.readNow?.(1024, new Uint8Array(100)))).toBe(1000 + 100);
    expect(await cost(() => a.write(1124, new Uint8Array(7)))).toBe(1000 + 7);
    expect(await cost(() => b.write(1131, new Uint8Array(7)))).toBe(1000 + 20_000 + 7);
    expect(await cost(() => b.read(0, new Uint8Array(10)))).toBe(1000 + 20_000 + 10);
    expect(await cost(() => b.flush())).toBe(300_000);
    // Neither a flush nor names and sizes move the head.
    expect(await cost(() => b.truncate(5000))).toBe(1000);
    expect(await cost(() => b.read(10, new Uint8Array(10)))).toBe(1000 + 10);
    expect(await cost(() => made.list())).toBe(1000);
    expect(await cost(() => b.read(20, new Uint8Array(0)))).toBe(0);
    expect(
      await cost(() =>
        a.readMany([
          { offset: 0, target: new Uint8Array(10) },
          { offset: 10, target: new Uint8Array(20) },
          { offset: 50, target: new Uint8Array(30) },
        ]),
      ),
    ).toBe(3 * 1000 + 2 * 20_000 + 60);
    expect(made.use).toEqual({
      reads: 8,
      readBytes: 512 + 512 + 100 + 10 + 10 + 60,
      writes: 2,
      writtenBytes: 14,
      flushes: 1,
      seeks: 5,
      others: 2,
      busyUs: 21_512 + 1512 + 1100 + 1007 + 21_007 + 21_010 + 300_000 + 1000 + 1010 + 1000 + 43_060,
    });
  });

  it('is one request for each name that is made, changed or removed; opening and closing are free', async () => {
    const { made } = await drive();
    const file = await made.create('c.vhd');
    await file.close();
    await made.rename('c.vhd', 'd.vhd');
    await (await made.open('d.vhd', 'read-only')).close();
    await made.remove('d.vhd');
    expect([made.takeBusyUs(), made.use.others]).toEqual([3000, 3]);
    await made.home('a.vhd').folder.list();
    expect(made.takeBusyUs()).toBe(1000);
  });

  it('is nothing for what was refused, and for what is not asked for by the machine', async () => {
    const { made, a } = await drive();
    made.sizeLimitBytes = 200_000;
    await failure('truncated', () => a.read(99_999, new Uint8Array(2)));
    await failure('truncated', () => a.readNow?.(99_999, new Uint8Array(2)));
    await failure('no-space', () => a.write(100_000, new Uint8Array(1)));
    await failure('no-space', () => a.truncate(100_001));
    await failure('vanished', () => made.open('nowhere.vhd', 'read-only'));
    await made.alter('a.vhd', 0, new Uint8Array(10));
    made.sizeOf('a.vhd');
    made.lose('b.vhd');
    expect(made.takeBusyUs()).toBe(0);
  });

  it('keeps parts of a microsecond for the next time', async () => {
    const { made, a } = await drive(DRIVES.ssd);
    // 60 + 20 + 512 / 500 = 81.024, then 61.024 each.
    await a.read(0, new Uint8Array(512));
    expect(made.takeBusyUs()).toBe(81);
    for (let i = 1; i < 42; i++) await a.read(i * 512, new Uint8Array(512));
    // 81.024 + 41 · 61.024 = 2583.008
    expect(made.takeBusyUs()).toBe(2583 - 81);
    expect(made.use.busyUs).toBe(2583);
  });

  it('is that of the drive of the moment', async () => {
    const { made, a } = await drive();
    made.model = DRIVES.disk;
    expect(made.model).toBe(DRIVES.disk);
    await a.write(0, new Uint8Array(16_000));
    expect(made.takeBusyUs()).toBe(50 + 8300 + 100);
    await a.flush();
    expect(made.takeBusyUs()).toBe(8300);
  });
});
