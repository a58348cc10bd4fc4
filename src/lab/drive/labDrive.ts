/**
 * The host's drive: a folder whose every request is metered with a model of a drive, whose power can be cut (what was not
 * flushed is kept or lost sector by sector), which can be full and can lose files. Names last at once.
 */
import { assert, must } from '../../base/assert.ts';
import type { DiskFolder, FolderEntry } from '../../storage/diskFolder.ts';
import { decideBySeed } from '../../storage/powerCut.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { type Attempt, checkName, checkRange, storageFault } from '../../storage/storageErrors.ts';
import { DriveFolder } from './driveFolder.ts';
import { DriveMeter } from './driveMeter.ts';
import type { DriveModel, DriveUse } from './driveModel.ts';
import type { DriveSnapshot } from './driveSnapshot.ts';
import { type FileHost, LabFile } from './labFile.ts';
import { memoryFoldersOf } from './labFolders.ts';
import { emptyFolder, filesOf } from './restoreFolder.ts';
import { StoredFile } from './storedFile.ts';

export type { DriveSnapshot } from './driveSnapshot.ts';

export class LabDrive implements DiskFolder, FileHost {
  /** Bytes that files may have together, holes counted; null = no limit. */
  sizeLimitBytes: number | null = null;
  meter: DriveMeter;
  epoch = 0;
  private power = true;
  private used = 0;
  private readonly files = new Map<string, StoredFile>();
  private readonly homes = new Map<string, DriveFolder>();
  private readonly serials = new WeakMap<StoredFile, number>();
  private nextSerial = 0;
  /** Changes that are still made before the power goes; null = it stays. */
  private armed: { left: number; readonly seed: number } | null = null;
  /** null: the files are known. */
  private loading: Promise<void> | null = null;

  constructor(
    private readonly folder: DiskFolder,
    model: DriveModel,
  ) {
    this.meter = new DriveMeter(model);
    const memory = memoryFoldersOf(folder);
    if (!memory) this.loading = this.load();
    else
      for (const { name, content } of filesOf(memory))
        this.add(new StoredFile(name, content.sizeBytes, false));
    // Whoever needs the files is told then.
    this.loading?.catch(() => undefined);
  }

  get model(): DriveModel {
    return this.meter.model;
  }

  set model(model: DriveModel) {
    this.meter.model = model;
  }

  get use(): DriveUse {
    return this.meter.use;
  }

  get isOn(): boolean {
    return this.power;
  }

  get lost(): ReadonlySet<string> {
    return new Set([...this.files.values()].filter(({ isLost }) => isLost).map(({ name }) => name));
  }

  get freeBytes(): number {
    return this.sizeLimitBytes === null ? Number.POSITIVE_INFINITY : this.sizeLimitBytes - this.used;
  }

  get isArmed(): boolean {
    return this.armed !== null;
  }

  /** The power goes in the place of a change of the drive, after `changes` others: writes, sizes, flushes, names. */
  cutAfter(changes: number, seed: number): void {
    this.armed = { left: changes, seed };
  }

  async change(attempt: Attempt): Promise<void> {
    const { armed } = this;
    if (!armed || armed.left-- > 0) return;
    await this.cutPower(armed.seed);
    this.checkPower(attempt);
  }

  /** Another text whenever the file's bytes may have changed; two files never have the same. */
  versionOf(name: string): string {
    const stored = must(this.found(name), 'the file is there');
    const serial = this.serials.get(stored) ?? this.nextSerial++;
    this.serials.set(stored, serial);
    return `${serial} ${this.epoch} ${stored.changes}`;
  }

  /** Sizes of all files that are there, by name. */
  sizes(): ReadonlyMap<string, number> {
    const names = [...this.files.keys()].sort();
    return new Map(
      names.flatMap((name) => {
        const sizeBytes = this.sizeOf(name);
        return sizeBytes === null ? [] : [[name, sizeBytes] as const];
      }),
    );
  }

  /** Looking takes no time, and moves no head: what is seen does not change the run. Nothing else may run meanwhile. */
  async unmetered<T>(look: () => Promise<T>): Promise<T> {
    const { meter } = this;
    this.meter = new DriveMeter(meter.model);
    try {
      return await look();
    } finally {
      this.meter = meter;
    }
  }

  /** Whole microseconds that the requests since the last call took. */
  takeBusyUs(): number {
    return this.meter.takeBusyUs();
  }

  /** Sizes of all files but mounted and lost ones. */
  async usedBytes(): Promise<number> {
    await this.loading;
    return this.used;
  }

  /** null: there is no such file, or it is lost. */
  sizeOf(name: string): number | null {
    assert(this.loading === null, 'the files of the drive are known');
    const stored = this.found(name);
    return stored ? (stored.file?.sizeBytes ?? stored.sizeBytes) : null;
  }

  async list(): Promise<FolderEntry[]> {
    await this.ready({ action: 'list', file: 'the folder' });
    this.meter.other();
    return [...this.files.values()]
      .filter(({ isLost }) => !isLost)
      .map(({ name, file, sizeBytes }) => ({
        name,
        sizeBytes: file?.sizeBytes ?? sizeBytes,
        modifiedMs: null,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    const attempt: Attempt = { action: 'open', file: name };
    await this.ready(attempt);
    const stored = await this.known(attempt);
    if (stored.isMounted && access === 'read-write') throw notOurs(attempt);
    const { epoch } = this;
    await stored.use(() => this.folder.open(name, 'read-write'));
    if (epoch !== this.epoch) {
      await stored.closeFile();
      this.checkPower(attempt);
    }
    return new LabFile(this, stored, access);
  }

  async create(name: string): Promise<RandomAccessFile> {
    const attempt: Attempt = { action: 'create', file: name };
    await this.ready(attempt);
    if (this.found(name)) throw storageFault('busy', attempt, 'the name is taken');
    if (this.armed) await this.change(attempt);
    await this.giveUpLost(name);
    const file = await this.folder.create(name);
    const stored = new StoredFile(name, 0, false);
    await stored.use(async () => file);
    this.files.set(name, stored);
    this.meter.other();
    return new LabFile(this, stored, 'read-write');
  }

  /** Refused while one of the two is open, as where storage gives one handle a file. */
  async rename(source: string, target: string): Promise<void> {
    const attempt: Attempt = { action: 'rename', file: source };
    await this.ready(attempt);
    this.checkName('rename', target);
    const stored = await this.known(attempt);
    const replaced = this.files.get(target);
    checkFree(stored, attempt);
    if (replaced?.isLost) await replaced.closeFile();
    if (replaced) checkFree(replaced, attempt);
    if (this.armed) await this.change(attempt);
    await this.folder.rename(source, target);
    this.meter.other();
    if (replaced && replaced !== stored) this.forget(replaced);
    this.files.delete(source);
    stored.name = target;
    this.files.set(target, stored);
  }

  async remove(name: string): Promise<void> {
    const attempt: Attempt = { action: 'remove', file: name };
    await this.ready(attempt);
    const stored = await this.known(attempt);
    checkFree(stored, attempt);
    if (this.armed) await this.change(attempt);
    await this.folder.remove(name);
    this.meter.other();
    this.forget(stored);
  }

  home(name: string): { folder: DiskFolder; name: string } {
    if (!this.folder.home) return { folder: this, name };
    this.checkName('open', name);
    const prefix = name.slice(0, name.lastIndexOf('/') + 1);
    const home = this.homes.get(prefix) ?? new DriveFolder(this, prefix);
    this.homes.set(prefix, home);
    return { folder: home, name: name.slice(prefix.length) };
  }

  /** Each sector that was written and not flushed is kept or lost, as the seed decides; then every call fails with 'io'. */
  async cutPower(seed: number): Promise<void> {
    assert(this.power, 'the power is on');
    this.power = false;
    this.armed = null;
    this.epoch++;
    await this.loading;
    this.meter.position = null;
    const files = [...this.files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const changes = files.reduce((count, { unflushed }) => count + unflushed.decisions, 0);
    const decide = decideBySeed(seed, changes, false);
    for (const stored of files) {
      const { name, unflushed } = stored;
      if (!unflushed.isEmpty) {
        const file = stored.file ?? (await this.folder.open(name, 'read-write'));
        await unflushed.settle(file, decide);
        if (!stored.isLost) this.resized(file.sizeBytes - stored.sizeBytes);
        stored.sizeBytes = file.sizeBytes;
        stored.file = file;
      }
      await stored.closeFile();
    }
  }

  /** Files that were opened before stay closed. */
  powerOn(): void {
    this.power = true;
  }

  /** It is not there until it is put back. Throws 'vanished' where there is none. */
  lose(name: string): void {
    const stored = this.found(name);
    if (!stored) throw storageFault('vanished', { action: 'open', file: name });
    stored.isLost = true;
    if (!stored.isMounted) this.used -= stored.sizeBytes;
  }

  putBack(name: string): void {
    const stored = this.files.get(name);
    if (!stored?.isLost) throw storageFault('vanished', { action: 'open', file: name });
    stored.isLost = false;
    if (!stored.isMounted) this.used += stored.sizeBytes;
  }

  /** Changes bytes on the platter: durable at once, and no request of the machine. */
  async alter(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    const attempt: Attempt = { action: 'write', file: name, offset, lengthBytes: bytes.length };
    await this.ready(attempt);
    const stored = await this.known(attempt);
    if (stored.isMounted) throw notOurs(attempt);
    await stored.use(() => this.folder.open(name, 'read-write'));
    try {
      checkRange(name, stored.opened.sizeBytes, offset, bytes.length);
      stored.changes++;
      stored.unflushed.alter(offset, bytes);
      await stored.opened.write(offset, bytes);
      await stored.opened.flush();
    } finally {
      await stored.leave();
    }
  }

  /** Shows a file of somebody else under this name, read-only; it is not closed, nor counted as used. */
  mount(name: string, file: RandomAccessFile): void {
    if (this.files.has(name))
      throw storageFault('busy', { action: 'create', file: name }, 'the name is taken');
    this.files.set(name, StoredFile.mounted(name, file));
  }

  /** Throws 'bad-request' over storage that is not memory. */
  snapshot(): DriveSnapshot {
    const memory = memoryFoldersOf(this.folder);
    if (!memory)
      throw storageFault(
        'bad-request',
        { action: 'open', file: 'the drive' },
        'only a drive in memory can be kept',
      );
    const files = filesOf(memory).map(({ name, content }) => {
      const stored = this.files.get(name);
      const unflushed = stored ? [...stored.unflushed.list] : [];
      return { name, content: content.copy(), unflushed, isLost: stored?.isLost ?? false };
    });
    const mounted = [...this.files.values()]
      .filter(({ isMounted }) => isMounted)
      .map((stored) => ({ name: stored.name, file: stored.opened, isLost: stored.isLost }));
    const { position, counts } = this.meter;
    const at = [...this.files.values()].find((stored) => stored === position?.file);
    return {
      folders: this.folder.home ? [...memory.keys()] : null,
      files,
      mounted,
      sizeLimitBytes: this.sizeLimitBytes,
      isOn: this.power,
      counts,
      position: at && position ? { name: at.name, offset: position.offset } : null,
    };
  }

  /** The same snapshot can be restored many times. */
  static restore(snapshot: DriveSnapshot, model: DriveModel): LabDrive {
    const drive = new LabDrive(emptyFolder(snapshot), model);
    const memory = must(memoryFoldersOf(drive.folder), 'a drive in memory');
    for (const { name, content, unflushed, isLost } of snapshot.files) {
      const prefix = name.slice(0, name.lastIndexOf('/') + 1);
      must(memory.get(prefix), 'the folder is there').put(name.slice(prefix.length), content.copy());
      drive.add(new StoredFile(name, content.sizeBytes, false, unflushed));
      if (isLost) drive.lose(name);
    }
    for (const { name, file, isLost } of snapshot.mounted) {
      drive.mount(name, file);
      if (isLost) drive.lose(name);
    }
    drive.sizeLimitBytes = snapshot.sizeLimitBytes;
    drive.power = snapshot.isOn;
    drive.meter = DriveMeter.of(model, snapshot.counts);
    const { position } = snapshot;
    const file = position && drive.files.get(position.name);
    drive.meter.position = file ? { file, offset: position.offset } : null;
    return drive;
  }

  resized(byBytes: number): void {
    this.used += byBytes;
  }

  private async load(): Promise<void> {
    for (const { name, sizeBytes } of await this.folder.list())
      this.add(new StoredFile(name, sizeBytes, false));
    this.loading = null;
  }

  private add(stored: StoredFile): void {
    this.files.set(stored.name, stored);
    this.used += stored.sizeBytes;
  }

  private forget(stored: StoredFile): void {
    this.files.delete(stored.name);
    if (!stored.isLost) this.used -= stored.sizeBytes;
  }

  private found(name: string): StoredFile | null {
    const stored = this.files.get(name);
    return stored && !stored.isLost ? stored : null;
  }

  /** A file that somebody put into the folder itself is taken in. Throws what the folder says of one that is not there. */
  private async known(attempt: Attempt): Promise<StoredFile> {
    const stored = this.files.get(attempt.file);
    if (stored?.isLost) throw storageFault('vanished', attempt);
    if (stored) return stored;
    const file = await this.folder.open(attempt.file, 'read-only');
    const { sizeBytes } = file;
    await file.close();
    const taken = new StoredFile(attempt.file, sizeBytes, false);
    this.add(taken);
    return taken;
  }

  /** A lost file whose name is taken by another cannot come back. */
  private async giveUpLost(name: string): Promise<void> {
    const stored = this.files.get(name);
    if (!stored) return;
    if (stored.isMounted) throw notOurs({ action: 'create', file: name });
    await stored.closeFile();
    await this.folder.remove(name);
    this.files.delete(name);
  }

  /** Throws 'bad-request' for what is no name in the folder below. */
  private checkName(action: Attempt['action'], name: string): void {
    if (this.files.has(name)) return;
    if (this.folder.home) this.folder.home(name);
    else checkName(action, name);
  }

  private async ready(attempt: Attempt): Promise<void> {
    if (this.loading) await this.loading;
    this.checkPower(attempt);
  }

  private checkPower(attempt: Attempt): void {
    if (!this.power) throw storageFault('io', attempt, 'the power is off');
  }
}

function notOurs(attempt: Attempt): Error {
  return storageFault('permission', attempt, 'it belongs to somebody else and is only read');
}

function checkFree(stored: StoredFile, attempt: Attempt): void {
  if (stored.isMounted) throw notOurs(attempt);
  if (stored.users > 0) throw storageFault('busy', attempt, 'it is open');
}
