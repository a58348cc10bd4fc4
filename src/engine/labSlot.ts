/** The lab that is open, and whose turn it is: its calls come one after the other, as its machine does one thing at a time. */
import { DiskError } from '../base/errors.ts';
import { LabDrive } from '../lab/drive/labDrive.ts';
import type { LabHistory } from '../lab/history/labHistory.ts';
import type { FoundationFile } from './labFoundation.ts';
import type { LabStore } from './platform.ts';

export interface OpenLab {
  readonly history: LabHistory;
  /** null: it lies in memory. */
  readonly store: LabStore | null;
  /** Files of the pile that it stands on, opened for it. */
  readonly foundation: readonly FoundationFile[];
}

export class LabSlot {
  private lab: OpenLab | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  /** Throws 'bad-request' where no lab is open. */
  use<T>(work: (lab: OpenLab) => Promise<T>): Promise<T> {
    return this.inTurn(() => {
      if (!this.lab) throw noLab();
      return work(this.lab);
    });
  }

  /** The same for what only looks: what it reads costs the machine no time, and does not move the drive's head. */
  look<T>(work: (lab: OpenLab) => Promise<T>): Promise<T> {
    return this.use((lab) => lab.history.lab.folder.unmetered(() => work(lab)));
  }

  /** `work` is given the lab that was open, and says which one is open from then on. */
  change<T>(work: (lab: OpenLab | null, put: (lab: OpenLab | null) => void) => Promise<T>): Promise<T> {
    return this.inTurn(() =>
      work(this.lab, (lab) => {
        this.lab = lab;
      }),
    );
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

export async function closeLab({ history, store, foundation }: OpenLab): Promise<void> {
  try {
    await history.close();
    for (const { file } of foundation) await file.close();
  } finally {
    store?.release();
  }
}

/** The machine's folder, also while its host has no power: then what the cut has left of it. */
export async function readableFolder({ history, store, foundation }: OpenLab): Promise<LabDrive> {
  const drive = history.lab.folder;
  if (drive.isOn) return drive;
  if (!store) {
    const copy = LabDrive.restore(drive.snapshot(), drive.model);
    copy.powerOn();
    return copy;
  }
  const copy = new LabDrive(store.folder, drive.model);
  await copy.usedBytes();
  for (const { name, file } of foundation) copy.mount(name, file);
  for (const name of drive.lost) copy.lose(name);
  return copy;
}

function noLab(): DiskError {
  return new DiskError({
    code: 'bad-request',
    message: 'No lab is open.',
    meaning: 'Nothing was changed.',
    remedy: 'Open a lab first.',
  });
}
