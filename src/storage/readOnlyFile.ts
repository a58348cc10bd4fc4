/** What files that are only read have in common: every write is refused, and every call once they are closed. */
import { type Attempt, checkWritable, closedFault } from './storageErrors.ts';

export abstract class ReadOnlyFile {
  readonly access = 'read-only';
  readonly durable = false;
  protected open = true;

  constructor(readonly name: string) {}

  async write(offset: number): Promise<void> {
    this.checkOpen('write');
    checkWritable(this, 'write', offset);
  }

  async truncate(): Promise<void> {
    this.checkOpen('truncate');
    checkWritable(this, 'truncate');
  }

  async flush(): Promise<void> {
    this.checkOpen('flush');
  }

  protected checkOpen(action: Attempt['action']): void {
    if (!this.open) throw closedFault(action, this.name);
  }
}
