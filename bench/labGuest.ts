/**
 * What a guest of the lab gets done: with and without a live merge of its disk under way, and beside a plain loop of the
 * same reads, writes and flushes on one flat file of the same drive: what this machine can do at most.
 */
import { must } from '../src/base/assert.ts';
import { GIB, KIB, MIB, SECTOR_BYTES } from '../src/base/units.ts';
import type { CoreModule } from '../src/core/core.ts';
import { DRIVES } from '../src/lab/drive/driveModel.ts';
import { LabDrive } from '../src/lab/drive/labDrive.ts';
import type { GuestAction, GuestKind } from '../src/lab/guest/guest.ts';
import { LabGuest } from '../src/lab/guest/labGuest.ts';
import type { Lab } from '../src/lab/lab.ts';
import { MemoryFolder } from '../src/storage/memoryFolder.ts';
import { type Figure, shown } from './figures.ts';
import { saveMemory, startMachine } from './labMachine.ts';
import { median, timed } from './timing.ts';

const DISK_BYTES = 4 * GIB;
/** Little: saving it is no part of what is measured. */
const MEMORY_BYTES = 4 * MIB;
const ROUNDS = 5;
const OPERATIONS = 1000;
/** Written in front of a merge, in a part of the disk that the guest leaves alone, so that the merge lasts. */
const MERGED_BYTES = 128 * MIB;
const MERGED_AT_BYTES = 2 * GIB;
const WRITE_BYTES = 1 * MIB;

/** A stretch of the run. */
interface Stretch {
  readonly operations: number;
  readonly ms: number;
  readonly simulatedUs: number;
  readonly actions: readonly GuestAction[];
}

export async function guestFigures(module: CoreModule, kind: GuestKind): Promise<Figure[]> {
  const lab = await startMachine(module, {
    diskBytes: DISK_BYTES,
    memoryBytes: MEMORY_BYTES,
    guest: kind,
    load: 100,
    volume: true,
  });
  const recorder = new Recorder();
  try {
    const plain = await PlainDrive.create();
    const rounds: Round[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      await layOut(lab, round);
      const alone = await recorder.watch(lab, (operations) => operations < OPERATIONS);
      const merging = await whileMerging(lab, recorder);
      const plainAlone = await plain.play(alone.actions);
      const plainMerging = await plain.play(merging.actions);
      // The first one warms up.
      if (round >= 0) rounds.push({ alone, merging, plainAlone, plainMerging });
    }
    return figuresOf(kind.replace('-', ' '), rounds);
  } finally {
    recorder.stop();
    await lab.close();
  }
}

interface Round {
  readonly alone: Stretch;
  readonly merging: Stretch;
  readonly plainAlone: Cost;
  readonly plainMerging: Cost;
}

/** A checkpoint with much above it, so that deleting it begins a merge that lasts. */
async function layOut(lab: Lab, round: number): Promise<void> {
  await lab.do({ do: 'take', name: 'below' });
  await saveMemory(lab);
  for (let at = 0; at < MERGED_BYTES; at += WRITE_BYTES) {
    const firstSector = (MERGED_AT_BYTES + at) / SECTOR_BYTES;
    const sectorCount = WRITE_BYTES / SECTOR_BYTES;
    await lab.do({
      do: 'write',
      disk: 'disk0',
      firstSector,
      sectorCount,
      seed: round * 1000 + at / WRITE_BYTES,
    });
  }
}

async function whileMerging(lab: Lab, recorder: Recorder): Promise<Stretch> {
  let ended = false;
  await lab.do({ do: 'delete', checkpoint: 'below' });
  lab.log.onEvent = ({ text }) => {
    if (text.startsWith('Merge finished')) ended = true;
  };
  try {
    return await recorder.watch(lab, () => !ended);
  } finally {
    lab.log.onEvent = null;
  }
}

/** Keeps what the guest asks of its disk. */
class Recorder {
  private actions: GuestAction[] | null = null;
  private operations = 0;
  private readonly next = LabGuest.prototype.next;

  constructor() {
    const { next } = this;
    const keep = (actions: readonly GuestAction[]) => {
      this.operations++;
      this.actions?.push(...actions);
    };
    LabGuest.prototype.next = function nextAndKeep() {
      const operation = next.call(this);
      keep(operation.actions);
      return operation;
    };
  }

  async watch(lab: Lab, goOn: (operations: number) => boolean): Promise<Stretch> {
    const actions: GuestAction[] = [];
    const [before, beforeUs] = [this.operations, lab.nowUs];
    this.actions = actions;
    const ms = await timed(async () => {
      while (goOn(this.operations - before)) await lab.step();
    });
    this.actions = null;
    return { operations: this.operations - before, ms, simulatedUs: lab.nowUs - beforeUs, actions };
  }

  stop(): void {
    LabGuest.prototype.next = this.next;
  }
}

interface Cost {
  readonly ms: number;
  readonly simulatedUs: number;
}

class PlainDrive {
  private readonly buffer = new Uint8Array(512 * KIB);

  private constructor(
    private readonly drive: LabDrive,
    private readonly file: Awaited<ReturnType<LabDrive['create']>>,
  ) {}

  static async create(): Promise<PlainDrive> {
    const drive = new LabDrive(new MemoryFolder(), DRIVES.ssd);
    const file = await drive.create('plain');
    await file.truncate(DISK_BYTES);
    return new PlainDrive(drive, file);
  }

  async play(actions: readonly GuestAction[]): Promise<Cost> {
    const { drive, file, buffer } = this;
    drive.takeBusyUs();
    const ms = await timed(async () => {
      for (const action of actions) {
        if (action.kind === 'read')
          await file.read(
            action.firstSector * SECTOR_BYTES,
            buffer.subarray(0, action.sectorCount * SECTOR_BYTES),
          );
        else if (action.kind === 'write') await file.write(action.firstSector * SECTOR_BYTES, action.bytes);
        else if (action.kind === 'flush') await file.flush();
      }
    });
    return { ms, simulatedUs: drive.takeBusyUs() };
  }
}

function figuresOf(kind: string, rounds: readonly Round[]): Figure[] {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  const rate = ({ operations }: Stretch, seconds: number) => operations / seconds;
  const real = (each: Stretch) => rate(each, each.ms / 1000);
  const simulated = (each: Stretch) => rate(each, each.simulatedUs / 1e6);
  const last = must(rounds.at(-1), 'there were rounds');
  return [
    shown(
      `lab, ${kind}: while its disk is merged / without`,
      of((r) => real(r.merging) / real(r.alone)),
      '×',
    ),
    shown(
      '  without a merge',
      of((r) => real(r.alone)),
      'op/s',
    ),
    shown(
      '  with a live merge under way',
      of((r) => real(r.merging)),
      'op/s',
    ),
    shown(
      '  without / plain loop on the bare drive',
      of((r) => r.plainAlone.ms / r.alone.ms),
      '×',
    ),
    shown(
      '  with / plain loop on the bare drive',
      of((r) => r.plainMerging.ms / r.merging.ms),
      '×',
    ),
    shown(
      '  simulated: with / without',
      of((r) => simulated(r.merging) / simulated(r.alone)),
      '×',
    ),
    shown(
      '  simulated: without a merge',
      of((r) => simulated(r.alone)),
      'op/s',
    ),
    shown(
      '  simulated: with a live merge under way',
      of((r) => simulated(r.merging)),
      'op/s',
    ),
    shown(
      '  simulated: without / plain loop',
      of((r) => r.plainAlone.simulatedUs / r.alone.simulatedUs),
      '×',
    ),
    shown(
      '  simulated: with / plain loop',
      of((r) => r.plainMerging.simulatedUs / r.merging.simulatedUs),
      '×',
    ),
    shown('  operations in a round, without a merge', last.alone.operations, 'op'),
    shown('  operations in a round, with one', last.merging.operations, 'op'),
  ];
}
