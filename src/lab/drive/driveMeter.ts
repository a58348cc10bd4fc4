/** Counts what is asked of the drive, and how long it is busy with it. */
import { requestNs } from '../../chain/cost/storageProfile.ts';
import type { DriveModel, DriveUse } from './driveModel.ts';

const NS_PER_US = 1000;

/** Everything but where the drive's last request ended. */
export interface MeterCounts {
  readonly use: Omit<DriveUse, 'busyUs'>;
  readonly busyNs: number;
  readonly takenUs: number;
}

export class DriveMeter {
  private reads = 0;
  private readBytes = 0;
  private writes = 0;
  private writtenBytes = 0;
  private flushes = 0;
  private seeks = 0;
  private others = 0;
  private busyNs = 0;
  private takenUs = 0;
  private lastFile: object | null = null;
  private lastEnd = 0;

  constructor(public model: DriveModel) {}

  static of(model: DriveModel, { use, busyNs, takenUs }: MeterCounts): DriveMeter {
    return Object.assign(new DriveMeter(model), use, { busyNs, takenUs });
  }

  /** `file` is any object that stands for the file. A request of no bytes does not reach the drive. */
  read(file: object, offset: number, lengthBytes: number): void {
    if (lengthBytes === 0) return;
    this.reads++;
    this.readBytes += lengthBytes;
    this.transfer(file, offset, lengthBytes);
  }

  write(file: object, offset: number, lengthBytes: number): void {
    if (lengthBytes === 0) return;
    this.writes++;
    this.writtenBytes += lengthBytes;
    this.transfer(file, offset, lengthBytes);
  }

  flush(): void {
    this.flushes++;
    this.busyNs += this.model.flushUs * NS_PER_US;
  }

  /** A name made, changed or removed, the size of a file, a listing. */
  other(): void {
    this.others++;
    this.busyNs += this.model.requestUs * NS_PER_US;
  }

  /** Whole microseconds since the last call; what is left over counts for the next. */
  takeBusyUs(): number {
    const busyUs = this.busyUs;
    const since = busyUs - this.takenUs;
    this.takenUs = busyUs;
    return since;
  }

  get use(): DriveUse {
    const { reads, readBytes, writes, writtenBytes, flushes, seeks, others, busyUs } = this;
    return { reads, readBytes, writes, writtenBytes, flushes, seeks, others, busyUs };
  }

  get counts(): MeterCounts {
    const { reads, readBytes, writes, writtenBytes, flushes, seeks, others, busyNs, takenUs } = this;
    return { use: { reads, readBytes, writes, writtenBytes, flushes, seeks, others }, busyNs, takenUs };
  }

  /** Where the last request ended; null = nowhere yet, so that the next one seeks. */
  get position(): { readonly file: object; readonly offset: number } | null {
    return this.lastFile && { file: this.lastFile, offset: this.lastEnd };
  }

  set position(position: { readonly file: object; readonly offset: number } | null) {
    this.lastFile = position?.file ?? null;
    this.lastEnd = position?.offset ?? 0;
  }

  private get busyUs(): number {
    return Math.floor(this.busyNs / NS_PER_US);
  }

  private transfer(file: object, offset: number, lengthBytes: number): void {
    const seeks = this.lastFile !== file || this.lastEnd !== offset;
    if (seeks) this.seeks++;
    this.busyNs += requestNs(this.model, lengthBytes, seeks);
    this.lastFile = file;
    this.lastEnd = offset + lengthBytes;
  }
}
