/** How long a machine stands still while a checkpoint is taken, for a small disk and for a large one. */
import { must } from '../src/base/assert.ts';
import { GIB, MIB, SECTOR_BYTES, TIB } from '../src/base/units.ts';
import type { CoreModule } from '../src/core/core.ts';
import { LabGuest } from '../src/lab/guest/labGuest.ts';
import type { Lab } from '../src/lab/lab.ts';
import { atMost, type Figure, shown } from './figures.ts';
import { saveMemory, startMachine } from './labMachine.ts';
import { median } from './timing.ts';

const ROUNDS = 15;
const MEMORY_BYTES = 64 * MIB;
const BLOCKS_IN_USE = 300;
const AT_WORK_US = 500_000;
const MOST_RATIO = 1.5;

interface Pause {
  readonly ms: number;
  readonly simulatedUs: number;
}

export async function pauseFigures(module: CoreModule): Promise<Figure[]> {
  const small = await machine(module, GIB);
  const large = await machine(module, TIB);
  const watch = new PauseWatch();
  const pauses = { small: [] as Pause[], large: [] as Pause[] };
  try {
    for (let round = -1; round < ROUNDS; round++) {
      const ofSmall = await pauseOf(small, watch);
      const ofLarge = await pauseOf(large, watch);
      // The first one warms up.
      if (round < 0) continue;
      pauses.small.push(ofSmall);
      pauses.large.push(ofLarge);
    }
  } finally {
    watch.stop();
    await small.close();
    await large.close();
  }
  return figuresOf(pauses.small, pauses.large);
}

/** Blocks all over the disk are in use. */
async function machine(module: CoreModule, diskBytes: number): Promise<Lab> {
  const lab = await startMachine(module, {
    diskBytes,
    memoryBytes: MEMORY_BYTES,
    guest: 'file-server',
    load: 60,
    volume: false,
  });
  const stride = Math.floor(diskBytes / SECTOR_BYTES / BLOCKS_IN_USE);
  for (let i = 0; i < BLOCKS_IN_USE; i++)
    await lab.do({ do: 'write', disk: 'disk0', firstSector: i * stride, sectorCount: 8, seed: i });
  return lab;
}

/** The checkpoint goes again, so that the chain is as long in every round. */
async function pauseOf(lab: Lab, watch: PauseWatch): Promise<Pause> {
  await lab.advance(lab.nowUs + AT_WORK_US);
  const pause = await watch.during(lab, () => lab.do({ do: 'take', name: 'again' }));
  await saveMemory(lab);
  await lab.do({ do: 'delete', checkpoint: 'again' });
  await lab.do({ do: 'merge-now' });
  return pause;
}

/** From where the guest's state is noted, which is the first thing when the machine is paused, to the step in which it goes on. */
class PauseWatch {
  private savedAtMs = Number.NaN;
  private readonly save = LabGuest.prototype.save;

  constructor() {
    const { save } = this;
    const note = () => {
      this.savedAtMs = performance.now();
    };
    LabGuest.prototype.save = function saveAndNote() {
      note();
      return save.call(this);
    };
  }

  async during(lab: Lab, take: () => Promise<void>): Promise<Pause> {
    let pausedUs: number | null = null;
    const pauses: Pause[] = [];
    lab.log.onEvent = ({ text, atUs }) => {
      if (text.includes(': 1. ')) pausedUs = atUs;
      if (text.includes(': 4. ') && pausedUs !== null)
        pauses.push({ ms: performance.now() - this.savedAtMs, simulatedUs: atUs - pausedUs });
    };
    try {
      await take();
    } finally {
      lab.log.onEvent = null;
    }
    return must(pauses[0], 'the machine was paused and went on');
  }

  stop(): void {
    LabGuest.prototype.save = this.save;
  }
}

function figuresOf(small: readonly Pause[], large: readonly Pause[]): Figure[] {
  const us = (pauses: readonly Pause[]) => median(pauses.map(({ ms }) => ms * 1000));
  const simulated = (pauses: readonly Pause[]) => median(pauses.map(({ simulatedUs }) => simulatedUs));
  const ratio = us(large) / us(small);
  return [
    atMost('lab, pause of a checkpoint: disk of 1 TiB / of 1 GiB', ratio, MOST_RATIO),
    shown('  1 GiB', us(small), 'µs'),
    shown('  1 TiB', us(large), 'µs'),
    atMost('  simulated: 1 TiB / 1 GiB', simulated(large) / simulated(small), MOST_RATIO),
    shown('  simulated: 1 GiB', simulated(small), 'µs'),
    shown('  simulated: 1 TiB', simulated(large), 'µs'),
  ];
}
