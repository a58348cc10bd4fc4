/** Faults on purpose, as the machine's owner meets them: in the log, with Windows' code. */
import { expect, it } from 'vitest';
import { DiskError } from '../../../src/base/errors.ts';
import { Lab } from '../../../src/lab/lab.ts';
import { labHost, smallScenario } from '../../support/labHost.ts';

const BASE = 'Virtual Hard Disks/VM.vhd';

it('a parent whose id changed while the machine was off: the start fails with 0xC03A000E, and the log says so', async () => {
  const lab = await Lab.create(await labHost(), smallScenario());
  await lab.do({ do: 'take', name: 'one' });
  await lab.do({ do: 'change-id', file: BASE });
  await expect(lab.do({ do: 'start' })).rejects.toThrow('names a parent with the id');
  expect(lab.log.events.at(-1)).toMatchObject({ kind: 'fault', severity: 'error', code: '0xC03A000E' });
  expect(lab.state.power).toBe('off');
});

it('what is refused beforehand leaves the log alone', async () => {
  const lab = await Lab.create(await labHost(), smallScenario());
  const { count } = lab.log;
  await expect(lab.do({ do: 'resume' })).rejects.toThrow('paused');
  expect(lab.log.count).toBe(count);
});

it('applying counts once it is written, also where the old files cannot be removed: the guest is not said to read wrong', async () => {
  const lab = await Lab.create(await labHost(), smallScenario());
  await lab.do({ do: 'take', name: 'one' });
  await lab.do({ do: 'start' });
  await lab.do({ do: 'write', disk: 'disk0', firstSector: 8, sectorCount: 8, seed: 1 });
  await lab.do({ do: 'turn-off' });
  const { remove } = lab.folder;
  lab.folder.remove = async (name) => {
    if (name.endsWith('.avhd'))
      throw new DiskError({
        code: 'busy',
        message: `${name} is open`,
      });
    await remove.call(lab.folder, name);
  };
  await expect(lab.do({ do: 'apply', checkpoint: 'one', takeFirst: false })).rejects.toThrow('is open');
  lab.folder.remove = remove;
  await lab.do({ do: 'start' });
  await lab.advance(lab.nowUs + 20e6);
  expect(lab.view().guest).toMatchObject({ wrongReads: 0 });
  expect(lab.view().guest.checkedReads).toBeGreaterThan(0);
});
