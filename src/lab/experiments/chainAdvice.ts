/** What merges of a chain would buy, and what they cost. Plain data. */

/** Of one read of the chain, on the average. */
export interface ReadMeans {
  readonly lookups: number;
  readonly fileReads: number;
  readonly microseconds: number;
}

/** A stretch of the chain, merged into its oldest file. */
export interface MergeOffer {
  /** Layers, the newest and the oldest. */
  readonly first: number;
  readonly last: number;
  readonly cold: ReadMeans;
  /** Of the time of a cold read, 0 to 1. */
  readonly savedShare: number;
  readonly copyBytes: number;
  /** At the profile's figures. */
  readonly copySeconds: number;
  /** Why it cannot be done in place, in the merge's own words; null = nothing is known against it. */
  readonly obstacle: string | null;
}

export interface AdviceFigures {
  readonly differencingDisks: number;
  readonly reads: number;
  readonly readBytes: number;
  readonly walkCold: ReadMeans;
  readonly walkWarm: ReadMeans;
  readonly indexCold: ReadMeans;
  /** The clock of this machine, a cold walk; null where it was not taken. */
  readonly measuredMicroseconds: number | null;
  /** The dearest reads saved first; at most twelve, and the merge of everything among them. */
  readonly offers: readonly MergeOffer[];
}
