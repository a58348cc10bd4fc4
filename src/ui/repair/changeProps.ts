/** What every picture of a change is given. */
import type { FileId, RepairStep } from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';

export interface ChangeProps {
  readonly session: Session;
  readonly file: FileId;
  /** Bytes from here on are not in the file yet. */
  readonly sizeBefore: number;
  readonly change: RepairStep['changes'][number];
  /** The field, where its structure is named above. */
  readonly label: string;
}
