/**
 * A folder of the operating system as a target of extractions. Nothing is written outside it: names are single components,
 * no link is followed or made, and each folder is used only while it is the one that was made.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import type { FileFacts, FolderTarget, TargetFolder } from '../filesystems/out/folderTarget.ts';
import { MACOS_NAMES, type NameRules, POSIX_NAMES, WINDOWS_NAMES } from '../filesystems/out/nameRules.ts';
import { type FileSink, PART_SUFFIX } from '../storage/fileSink.ts';
import { type Attempt, guarded, storageCode, storageFault } from '../storage/storageErrors.ts';

/** The folder must be there; a link to one is followed, once. Throws 'vanished', 'permission' or 'bad-request'. */
export function nodeFolderTarget(folderPath: string): FolderTarget {
  const attempt: Attempt = { action: 'open', file: path.basename(folderPath) };
  const realPath = guarded(attempt, () => fs.realpathSync(folderPath));
  const identity = identityOf(realPath, attempt);
  return {
    name: folderPath,
    root: new NodeTargetFolder(realPath, identity),
    rules: rulesOf(realPath),
    timidRules: WINDOWS_NAMES,
    // Calls of the system return when they are done: several at once would gain nothing.
    filesAtOnce: 1,
  };
}

/** `f_type` of file systems that take Windows' names (linux/magic.h): FAT, exFAT, NTFS, SMB, drives of Windows in WSL. */
const WINDOWS_KINDS = new Set([
  0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997,
]);

function rulesOf(folderPath: string): NameRules {
  if (process.platform === 'win32') return WINDOWS_NAMES;
  if (process.platform === 'darwin') return MACOS_NAMES;
  return WINDOWS_KINDS.has(fs.statfsSync(folderPath).type >>> 0) ? WINDOWS_NAMES : POSIX_NAMES;
}

/** Which folder it is, whatever its name. */
type Identity = Pick<fs.BigIntStats, 'dev' | 'ino'>;

/** Of a folder, not of what a link leads to. */
function identityOf(folderPath: string, attempt: Attempt): Identity {
  const stat = guarded(attempt, () => fs.lstatSync(folderPath, { bigint: true }));
  if (stat.isDirectory()) return stat;
  throw storageFault('bad-request', attempt, 'it is not a folder');
}

const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
const CREATE_FLAGS = O_WRONLY | O_CREAT | O_EXCL | (fs.constants.O_NOFOLLOW ?? 0);

class NodeTargetFolder implements TargetFolder {
  private readonly made = new Map<string, Identity>();

  constructor(
    private readonly folderPath: string,
    private readonly identity: Identity,
  ) {}

  async has(name: string): Promise<boolean> {
    checkComponent({ action: 'open', file: name });
    return isThere(path.join(this.folderPath, name));
  }

  async make(name: string): Promise<NodeTargetFolder> {
    const attempt: Attempt = { action: 'create', file: name };
    const folderPath = this.place(attempt);
    guarded(attempt, () => fs.mkdirSync(folderPath));
    const identity = identityOf(folderPath, attempt);
    this.made.set(name, identity);
    return new NodeTargetFolder(folderPath, identity);
  }

  async open(name: string): Promise<NodeTargetFolder> {
    const attempt: Attempt = { action: 'open', file: name };
    const identity = this.made.get(name);
    if (!identity) throw storageFault('vanished', attempt);
    return new NodeTargetFolder(this.place(attempt), identity);
  }

  async create(name: string, { modifiedMs }: FileFacts): Promise<FileSink> {
    const attempt: Attempt = { action: 'create', file: name };
    const filePath = this.place(attempt);
    if (isThere(filePath)) throw storageFault('busy', attempt, 'the name is taken');
    // Not just NAME.part: that may be the name of another file that comes out of the disk.
    const ending = `.${randomBytes(4).toString('hex')}${PART_SUFFIX}`;
    const partPath = path.join(this.folderPath, shortened(name, 255 - ending.length) + ending);
    const descriptor = guarded(attempt, () => fs.openSync(partPath, CREATE_FLAGS, 0o666));
    return new NodeTargetFile(name, filePath, partPath, descriptor, modifiedMs);
  }

  async setModified(modifiedMs: number): Promise<void> {
    this.check({ action: 'flush', file: path.basename(this.folderPath) });
    // Times that the file system cannot hold are left as they are.
    ignoreFaults(() => fs.utimesSync(this.folderPath, new Date(), new Date(modifiedMs)));
  }

  private place(attempt: Attempt): string {
    checkComponent(attempt);
    this.check(attempt);
    return path.join(this.folderPath, attempt.file);
  }

  /** Somebody may have put a link in its place, or in that of a folder above. */
  private check(attempt: Attempt): void {
    const { dev, ino } = identityOf(this.folderPath, attempt);
    if (dev === this.identity.dev && ino === this.identity.ino) return;
    throw storageFault('permission', attempt, 'another folder stands where its folder was');
  }
}

class NodeTargetFile implements FileSink {
  private open = true;

  constructor(
    readonly name: string,
    private readonly filePath: string,
    private readonly partPath: string,
    private readonly descriptor: number,
    private readonly modifiedMs: number,
  ) {}

  async write(offset: number, source: Uint8Array): Promise<void> {
    guarded({ action: 'write', file: this.name, offset, lengthBytes: source.length }, () => {
      for (let done = 0; done < source.length; )
        done += fs.writeSync(this.descriptor, source, done, source.length - done, offset + done);
    });
  }

  async truncate(sizeBytes: number): Promise<void> {
    guarded({ action: 'truncate', file: this.name }, () => fs.ftruncateSync(this.descriptor, sizeBytes));
  }

  /** Not flushed one by one, as copying programs do it: that would cost more than all the rest. */
  async close(): Promise<void> {
    if (!Number.isNaN(this.modifiedMs))
      ignoreFaults(() => fs.futimesSync(this.descriptor, new Date(), new Date(this.modifiedMs)));
    this.closeDescriptor();
    this.publish();
  }

  async abort(): Promise<void> {
    this.closeDescriptor();
    guarded({ action: 'remove', file: this.name }, () => fs.rmSync(this.partPath, { force: true }));
  }

  private closeDescriptor(): void {
    if (!this.open) return;
    this.open = false;
    guarded({ action: 'close', file: this.name }, () => fs.closeSync(this.descriptor));
  }

  /** A second name instead of a new one: renaming would write over a file that came there meanwhile. */
  private publish(): void {
    const attempt: Attempt = { action: 'create', file: this.name };
    try {
      fs.linkSync(this.partPath, this.filePath);
    } catch (error) {
      if (storageCode(error) === 'busy' || isThere(this.filePath))
        throw storageFault('busy', attempt, 'the name is taken', error);
      // FAT and its like know no second names.
      guarded(attempt, () => fs.renameSync(this.partPath, this.filePath));
      return;
    }
    guarded(attempt, () => fs.unlinkSync(this.partPath));
  }
}

/** What the system would take for one name in this folder. */
function checkComponent(attempt: Attempt): void {
  const { file } = attempt;
  const isOne = file !== '' && file !== '.' && file !== '..' && path.basename(file) === file;
  if (!isOne || file.includes('\0')) throw storageFault('bad-request', attempt, 'that is not a file name');
}

function isThere(filePath: string): boolean {
  return fs.lstatSync(filePath, { throwIfNoEntry: false }) !== undefined;
}

/** Whole characters, up to so many bytes. */
function shortened(name: string, mostBytes: number): string {
  return name.slice(0, new TextEncoder().encodeInto(name, new Uint8Array(mostBytes)).read);
}

function ignoreFaults(work: () => void): void {
  try {
    work();
  } catch {
    // The contents are right without.
  }
}
