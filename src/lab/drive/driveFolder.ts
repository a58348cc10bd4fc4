/** One folder of the drive, for what must lie beside a file: its requests are the drive's. */
import type { DiskFolder, FolderEntry } from '../../storage/diskFolder.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import { checkName } from '../../storage/storageErrors.ts';

export class DriveFolder implements DiskFolder {
  /** `prefix`: the folder's name and `/`; '' = names without folders. */
  constructor(
    private readonly drive: DiskFolder,
    private readonly prefix: string,
  ) {}

  async list(): Promise<FolderEntry[]> {
    const { prefix } = this;
    return (await this.drive.list())
      .filter(({ name }) => name.lastIndexOf('/') === prefix.length - 1 && name.startsWith(prefix))
      .map((entry) => ({ ...entry, name: entry.name.slice(prefix.length) }));
  }

  async open(name: string, access: 'read-only' | 'read-write'): Promise<RandomAccessFile> {
    checkName('open', name);
    return this.drive.open(this.prefix + name, access);
  }

  async create(name: string): Promise<RandomAccessFile> {
    checkName('create', name);
    return this.drive.create(this.prefix + name);
  }

  async rename(source: string, target: string): Promise<void> {
    checkName('rename', source);
    checkName('rename', target);
    return this.drive.rename(this.prefix + source, this.prefix + target);
  }

  async remove(name: string): Promise<void> {
    checkName('remove', name);
    return this.drive.remove(this.prefix + name);
  }
}
