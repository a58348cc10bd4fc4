/** A volume made to harm its reader, and what has to hold all the same. */
import type { VolumeContentKind } from '../../src/volumes/volume.ts';
import type { Piece } from './volumeChain.ts';

export interface HostileVolume {
  readonly name: string;
  readonly kind: VolumeContentKind;
  readonly sizeBytes: number;
  readonly pieces: readonly Piece[];
  /** 'lists': its files come, those of `sound` among them. 'refused': `DiskError`. 'either': one of the two, and soon. */
  readonly must: 'lists' | 'refused' | 'either';
  /** Where it lists: contents that are there, and read right. */
  readonly sound?: ReadonlyMap<string, string>;
  /** Where it lists: names that must be in it, anywhere, as they are. */
  readonly names?: readonly string[];
  /** Where it lists: how many entries, the root included. */
  readonly entries?: { readonly least: number; readonly most: number };
  /** Where it lists: sizes that files must be listed with. */
  readonly sizes?: ReadonlyMap<string, number>;
}

/** Names that nobody may take for markup, a path, or the end of a line. */
export const HOSTILE_NAMES = [
  '<img src=x onerror=alert(1)>',
  '..',
  '..\\..\\evil.txt',
  'a\tb\u0007c.txt',
  'bell\u001b[31m.txt',
  'right\u202eto left.txt',
  'CON',
  'trailing. ',
  '%2e%2e%2fetc',
  `long ${'x'.repeat(240)}`,
] as const;
