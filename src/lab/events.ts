/** The lab's log: what happened, when, and Hyper-V's own number for it where it has one. */

export type EventKind =
  | 'machine'
  | 'checkpoint'
  | 'step' /* one of the steps of taking a checkpoint */
  | 'memory'
  | 'merge'
  | 'guest'
  | 'fault'
  | 'recovery'
  | 'host';

export interface LabEvent {
  /** Counted from 0. */
  readonly number: number;
  readonly atUs: number;
  readonly kind: EventKind;
  readonly severity: 'note' | 'warning' | 'error';
  /** One sentence. */
  readonly text: string;
  /** Event of Hyper-V (19080), or code of Windows (`0xC03A000E`); null = none that is known. */
  readonly code: string | null;
  /** Node that it is about. */
  readonly node: string | null;
}
