/** What lies in the browser's private storage, what the browser says of it, and the work that runs on it. */
import type { Problem } from '../../base/errors.ts';
import type { FileId, FileView, Outcome, PrivateListing } from '../../engine/api.ts';
import type { JobView } from '../state/jobs.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { copyToPicked } from './exportFile.ts';

export class StorageState {
  listing: PrivateListing | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  /** null = the browser does not say. */
  persisted: boolean | null = $state.raw(null);
  /** The browser was asked to keep the storage and said no. */
  refused: boolean = $state.raw(false);
  /** One at a time: both are bound by the same disk. */
  job: JobView | null = $state.raw(null);
  word: string = $state.raw('');

  constructor(readonly session: Session) {}

  readonly chainFiles: readonly FileView[] = $derived.by(() =>
    (this.session.chain?.layers ?? [])
      .map((id: FileId) => this.session.fileOf(id))
      .filter((file: FileView | null): file is FileView => file !== null),
  );
  /** Files of the chain in view that lie elsewhere. */
  readonly toTake: readonly FileView[] = $derived.by(() =>
    this.chainFiles.filter((file) => file.storage !== 'private'),
  );

  async refresh(): Promise<void> {
    const outcome = await this.session.client.api.listPrivate();
    this.#keep(outcome);
    this.persisted = (await navigator.storage?.persisted?.()) ?? null;
  }

  #keep(outcome: Outcome<PrivateListing>): void {
    if (outcome.ok) this.listing = outcome.value;
    this.problem = outcome.ok ? null : outcome.error;
  }

  async remove(name: string): Promise<void> {
    const outcome = await this.session.client.api.removePrivate(name);
    this.#keep(outcome);
    if (outcome.ok) this.word = `${name} was removed.`;
  }

  async askToKeep(): Promise<void> {
    this.persisted = await navigator.storage.persist();
    this.refused = !this.persisted;
  }

  async download(name: string): Promise<void> {
    const outcome = await this.session.client.downloadPrivate(name);
    this.problem = outcome.ok ? null : outcome.error;
    if (outcome.ok) this.word = `The browser took ${name} over; see its downloads.`;
  }

  /** `target` was picked in the click. */
  async exportTo(name: string, target: FileSystemFileHandle): Promise<void> {
    const file = await this.session.client.api.privateFile(name);
    if (!file.ok) {
      this.problem = file.error;
      return;
    }
    this.problem = await this.session.jobs.track(`Export ${name}`, (view) => {
      this.job = view;
      const report = (progress: NonNullable<JobView['progress']>) => {
        view.progress = progress;
      };
      return copyToPicked(file.value, target, report, view.signal);
    });
    this.job = null;
    this.word = this.problem ? '' : `${name} was exported as ${target.name}.`;
    if (this.problem?.code === 'cancelled') this.problem = null;
  }

  /** Copies the chain in; on success the pile reads the copies, and the disk comes back on screen. */
  async takeChainIn(): Promise<void> {
    const { session } = this;
    const ids = this.toTake.map((file) => file.id);
    if (ids.length === 0) return;
    const outcome = await session.jobs.track('Take the chain in', (view) => {
      this.job = view;
      return session.client.run((api, job) => api.takePrivate(ids, job), {
        signal: view.signal,
        onProgress: (progress) => {
          view.progress = progress;
        },
      });
    });
    this.job = null;
    if (outcome.ok) {
      await session.adoptPile(outcome.value);
      return;
    }
    if (outcome.error.code === 'cancelled') this.word = 'Cancelled. What was half copied was removed.';
    else this.problem = outcome.error;
    await this.refresh();
  }
}
