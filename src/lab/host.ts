/** What a lab takes from where it runs: a browser's worker, the terminal, a test. */
import type { CoreModule } from '../core/core.ts';
import type { Hasher } from '../export/hasher.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import type { DriveModel } from './drive/driveModel.ts';

export interface LabHost {
  readonly module: CoreModule;
  readonly createHasher: () => Promise<Hasher>;
  /** The folders of one machine (`memoryTree`, `opfsTree`). */
  readonly folder: DiskFolder;
  readonly storage: 'memory' | 'private';
  /** What its drive costs; where it is left out, as the scenario's drive does. */
  readonly drive?: DriveModel;
}
