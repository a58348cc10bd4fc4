/** Volumes made to harm their reader, of every file system that is written here. */
import { hostileExt } from './hostileExt.ts';
import { hostileFat } from './hostileFat.ts';
import { hostileIso } from './hostileIso.ts';
import { hostileNtfs } from './hostileNtfs.ts';
import type { HostileVolume } from './hostileVolume.ts';

export type { HostileVolume } from './hostileVolume.ts';

/** Made when it is called: some take megabytes. */
export function hostileVolumes(): HostileVolume[] {
  return [...hostileNtfs(), ...hostileFat(), ...hostileExt(), ...hostileIso()];
}
