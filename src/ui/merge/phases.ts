/** The stations of a merge, and which of them it is at. */
import type { MergeProgress } from '../../engine/api.ts';

export interface Phase {
  readonly name: string;
  readonly state: 'done' | 'now' | 'next';
}

type Stage = MergeProgress['stage'];

/** 'planned' = nothing has moved; 'done' = all is over. */
export type PhaseAt = 'planned' | Stage | 'done';

export function phasesOf(at: PhaseAt, proving: boolean): readonly Phase[] {
  const stations: readonly { readonly at: PhaseAt; readonly name: string }[] = [
    { at: 'planned', name: 'planned' },
    ...(proving ? [{ at: 'hashing before', name: 'disk hashed before' } as const] : []),
    { at: 'copying', name: 'copying' },
    ...(proving ? [{ at: 'hashing after', name: 'disk hashed after' } as const] : []),
    { at: 'finishing', name: 'taking over' },
    { at: 'done', name: 'done' },
  ];
  const now = stations.findIndex((station) => station.at === at);
  return stations.map(({ at: station, name }, i) => ({
    name,
    // What is planned is behind, and so is the end once it is reached.
    state: i < now || station === 'planned' || at === 'done' ? 'done' : i === now ? 'now' : 'next',
  }));
}

/** Said to screen readers: at each new stage, and at every tenth of it. */
export function spokenProgress(progress: MergeProgress | null): string {
  if (!progress) return '';
  const name = {
    'hashing before': 'Hashing the disk before',
    copying: 'Copying',
    'hashing after': 'Hashing the disk after',
    finishing: 'Taking over',
  }[progress.stage];
  if (!progress.total) return name;
  const tenths = Math.floor((progress.done / progress.total) * 10);
  return tenths > 0 ? `${name}, ${tenths * 10} percent` : name;
}
