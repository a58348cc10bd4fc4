import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../src/base/units.ts';
import { DRIVES } from '../../../../src/lab/drive/driveModel.ts';
import { GUEST_KINDS, type GuestKind, type GuestOperation } from '../../../../src/lab/guest/guest.ts';
import { GuestDisk } from '../../../support/guestDisk.ts';
import { plainFat } from '../../../support/plainFat.ts';

const SECTORS_256_MIB = (256 * MIB) / 512;
const SECTORS_32_MIB = (32 * MIB) / 512;

/** One line for each operation, bytes by their sum, so that two runs compare quickly. */
function lines(operations: readonly GuestOperation[]): string[] {
  return operations.map(({ afterUs, name, actions }) => {
    const parts = actions.map((action) => {
      if (action.kind === 'read') return `r${action.firstSector}+${action.sectorCount}`;
      if (action.kind === 'touch') return `t${action.page}`;
      if (action.kind === 'flush') return 'f';
      return `w${action.firstSector}+${action.bytes.length}:${crc32(action.bytes)}`;
    });
    return `${afterUs} ${name} ${parts.join(' ')}`;
  });
}

function countOf(operations: readonly GuestOperation[], name: GuestOperation['name']): number {
  return operations.filter((operation) => operation.name === name).length;
}

/** After its boot. */
async function running(kind: GuestKind, load: number, sectorCount = SECTORS_256_MIB, hasVolume = true) {
  const disk = hasVolume ? GuestDisk.installed(sectorCount, 5) : new GuestDisk(sectorCount);
  const guest = await disk.start(kind, load, { hasVolume });
  for (let boot = true; boot; ) boot = disk.run(guest, 1)[0]?.name === 'boot';
  return { disk, guest };
}

describe('a guest on its volume', { timeout: 60_000 }, () => {
  it.each(GUEST_KINDS)('reads nothing but what was written, in small operations: %s', async (kind) => {
    const { disk, guest } = await running(kind, 100);
    const operations = disk.run(guest, 1200);
    expect(disk.wrongSectors).toBe(0);
    expect(disk.unknownSectors).toBe(0);
    for (const { actions } of operations) {
      let bytes = 0;
      for (const action of actions) {
        if (action.kind === 'read') bytes += action.sectorCount * 512;
        if (action.kind === 'write') bytes += action.bytes.length;
      }
      expect(bytes).toBeLessThanOrEqual(1.2 * MIB);
    }
    expect(operations.some(({ actions }) => actions.some((action) => action.kind === 'touch'))).toBe(true);
    expect(plainFat(disk).troubles).toEqual([]);
  });

  it.each(GUEST_KINDS)('keeps the files of which it tells: %s', async (kind) => {
    const { disk, guest } = await running(kind, 100, SECTORS_32_MIB);
    disk.run(guest, 900);
    const found = [...plainFat(disk).files].map(([name, bytes]) => [name, bytes.length]);
    expect(found.sort()).toEqual(
      guest
        .files()
        .map(({ name, sizeBytes }) => [name, sizeBytes])
        .sort(),
    );
  });

  it('serves files: whole ones are read, some changed, made and removed', async () => {
    const { disk, guest } = await running('file-server', 80);
    const operations = disk.run(guest, 2000);
    expect(countOf(operations, 'read file')).toBeGreaterThan(1000);
    for (const name of ['write file', 'new file', 'remove file'] as const) {
      expect(countOf(operations, name), name).toBeGreaterThan(50);
    }
  });

  it('builds: many small files come, a program, and they go again', async () => {
    const { disk, guest } = await running('build', 80);
    const operations = disk.run(guest, 1500);
    expect(countOf(operations, 'compile')).toBeGreaterThan(400);
    expect(countOf(operations, 'remove file')).toBeGreaterThan(300);
    expect(countOf(operations, 'new file')).toBeGreaterThan(5);
    expect(guest.files().length).toBeLessThan(200);
  });

  it('does next to nothing when it is idle, and at no load whatever it is', async () => {
    for (const [kind, load] of [
      ['idle', 100],
      ['database', 0],
    ] as const) {
      const { disk, guest } = await running(kind, load);
      const fromUs = disk.nowUs;
      const operations = disk.run(guest, 100);
      expect(disk.nowUs - fromUs).toBeGreaterThan(30e6);
      expect(countOf(operations, 'log')).toBeGreaterThan(20);
      expect(countOf(operations, 'query')).toBe(0);
    }
  });

  it('goes over to other work when it is told', async () => {
    const { disk, guest } = await running('idle', 50);
    guest.setWork('build', 100);
    expect(guest.kind).toBe('build');
    expect(countOf(disk.run(guest, 100), 'compile')).toBeGreaterThan(30);
  });

  it('asks again and again for a system on a disk without one', async () => {
    const disk = new GuestDisk(SECTORS_32_MIB);
    const guest = await disk.start('file-server', 100);
    const operations = disk.run(guest, 20);
    expect(new Set(lines(operations))).toEqual(new Set(['1000000 boot r0+1']));
    expect(guest.files()).toEqual([]);
  });

  it('goes on when its volume is full', async () => {
    const { disk, guest } = await running('build', 100, SECTORS_32_MIB);
    // Programs of others fill what is free.
    const before = guest.files().length;
    guest.setWork('file-server', 100);
    disk.run(guest, 3000);
    guest.setWork('build', 100);
    disk.run(guest, 500);
    expect(guest.files().length).toBeGreaterThan(before / 2);
    expect(plainFat(disk).troubles).toEqual([]);
    expect(disk.wrongSectors + disk.unknownSectors).toBe(0);
  });
});

describe('the database', { timeout: 60_000 }, () => {
  it.each([true, false])(
    'confirms orders that its disk does not have yet (volume: %s)',
    async (hasVolume) => {
      const { disk, guest } = await running('database', 80, SECTORS_256_MIB, hasVolume);
      let most = 0;
      let checkpoints = 0;
      for (let i = 0; i < 40; i++) {
        checkpoints += countOf(disk.run(guest, 500), 'checkpoint');
        const { confirmedOrders, writtenOrders } = guest.figures();
        expect(writtenOrders).toBeLessThanOrEqual(confirmedOrders);
        most = Math.max(most, confirmedOrders - writtenOrders);
      }
      expect(checkpoints).toBeGreaterThan(10);
      expect(most).toBeGreaterThan(200);
      expect(guest.figures().writtenOrders).toBeGreaterThan(1000);
      const { writtenOrders } = guest.figures();
      const booted = await disk.afterCut(3).start('database', 80, { hasVolume });
      const found = booted.figures();
      expect(found.confirmedOrders).toBe(found.writtenOrders);
      expect(found.writtenOrders).toBe(writtenOrders);
      expect(found.writtenOrders).toBeLessThan(guest.figures().confirmedOrders);
    },
  );

  it('has everything on the disk when it is asked to', async () => {
    const { disk, guest } = await running('database', 80);
    disk.run(guest, 1500);
    const { confirmedOrders, writtenOrders } = guest.figures();
    expect(confirmedOrders).toBeGreaterThan(writtenOrders);
    disk.perform(guest.quiesce());
    expect(guest.figures().writtenOrders).toBe(confirmedOrders);
    expect((await disk.lastFlushed().start('database', 80)).figures()).toEqual({
      operations: 0,
      confirmedOrders,
      writtenOrders: confirmedOrders,
    });
    expect(guest.quiesce()).toEqual([{ kind: 'flush' }]);
  });
});

describe('a run', { timeout: 60_000 }, () => {
  it.each(GUEST_KINDS)('is the same for the same seed, another for another: %s', async (kind) => {
    const run = async (seed: number) => {
      const disk = GuestDisk.installed(SECTORS_32_MIB, 5);
      return lines(disk.run(await disk.start(kind, 60, { seed }), 400));
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it('thinks as long whatever its answers took', async () => {
    const disk = GuestDisk.installed(SECTORS_32_MIB, 5);
    const [quick, slow] = [await disk.start('database', 60), await disk.start('database', 60)];
    for (let i = 0; i < 400; i++) {
      const a = quick.next();
      disk.nowUs += 1_000_000;
      const b = slow.next();
      expect(b.afterUs).toBe(a.afterUs);
      expect(b.name).toBe(a.name);
    }
  });

  const places = GUEST_KINDS.flatMap((kind) => [
    { kind, hasVolume: true, before: 40 },
    { kind, hasVolume: true, before: 1400 },
    { kind, hasVolume: false, before: 700 },
  ]);
  it.each(places)(
    'goes on exactly from what was saved: $kind, volume $hasVolume, after $before',
    async (place) => {
      const { kind, hasVolume, before } = place;
      const disk = hasVolume ? GuestDisk.installed(SECTORS_32_MIB, 5) : new GuestDisk(SECTORS_32_MIB);
      const guest = await disk.start(kind, 90, { hasVolume });
      disk.run(guest, before);
      const saved = guest.save();
      const atUs = disk.nowUs;
      const went = lines(disk.run(guest, 500));
      disk.nowUs = atUs;
      const restored = await disk.restore(saved);
      expect(restored.kind).toBe(kind);
      expect(Buffer.from(restored.save()).equals(saved)).toBe(true);
      const goes = lines(disk.run(restored, 500));
      expect(goes).toEqual(went);
      expect(restored.figures()).toEqual(guest.figures());
      expect(restored.files()).toEqual(guest.files());
      expect(lines([{ afterUs: 0, name: 'other', actions: restored.quiesce() }])).toEqual(
        lines([{ afterUs: 0, name: 'other', actions: guest.quiesce() }]),
      );
    },
  );

  it.each([
    ['file-server', 60],
    ['database', 60],
    ['build', 60],
    ['file-server', 20],
    ['database', 100],
  ] as const)('keeps an SSD busy as its load says: %s at %i', async (kind, load) => {
    const { disk, guest } = await running(kind, load);
    const { requestUs, seekUs, bytesPerSecond, flushUs } = DRIVES.ssd;
    const [operations, busyUs, idleUs] = [1000, { sum: 0 }, { sum: 0 }];
    for (const { afterUs, actions } of disk.run(guest, operations)) {
      idleUs.sum += afterUs;
      for (const action of actions) {
        if (action.kind === 'flush') busyUs.sum += flushUs;
        if (action.kind === 'read')
          busyUs.sum += requestUs + seekUs + (action.sectorCount * 512e6) / bytesPerSecond;
        if (action.kind === 'write')
          busyUs.sum += requestUs + seekUs + (action.bytes.length * 1e6) / bytesPerSecond;
      }
    }
    const totalUs = busyUs.sum + idleUs.sum;
    expect(busyUs.sum / totalUs).toBeGreaterThan(load / 100 - 0.06);
    expect(busyUs.sum / totalUs).toBeLessThan(load / 100 + 0.06);
    const perSecond = operations / (totalUs / 1e6);
    if (load === 60) {
      expect(perSecond).toBeGreaterThan(250);
      expect(perSecond).toBeLessThan(1000);
    }
  });
});

describe('a guest on bare sectors', () => {
  it.each([1, 2, 7, 64, 1000, 4096, 100_000, 2 ** 22])(
    'stays on its disk of %i sectors',
    async (sectorCount) => {
      for (const kind of GUEST_KINDS) {
        const disk = new GuestDisk(sectorCount);
        const guest = await disk.start(kind, 100, { hasVolume: false });
        const operations = disk.run(guest, 300);
        disk.perform(guest.quiesce());
        expect(disk.wrongSectors).toBe(0);
        expect(guest.files()).toEqual([]);
        const isMoving = ({ afterUs, actions }: GuestOperation) =>
          afterUs > 0 || actions.some((action) => action.kind !== 'touch');
        expect(operations.every(isMoving)).toBe(true);
      }
    },
  );
});
