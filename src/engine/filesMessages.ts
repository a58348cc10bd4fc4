/** What the engine and the thread that reads file systems say to each other. Plain data. */
import type { Outcome } from '../base/errors.ts';
import { MIB } from '../base/units.ts';
import type { ContentEnd, ReadItem, VolumeListing } from '../filesystems/fileSystem.ts';
import type { InspectedFile, InspectOptions, VolumePlace } from '../filesystems/filesHost.ts';
import type { VolumeTable } from '../volumes/volume.ts';
import type { ChainSource } from './filesSource.ts';

export type FilesCall =
  | { readonly call: 'volumes'; readonly point: number }
  | { readonly call: 'list'; readonly point: number; readonly volume: VolumePlace }
  | {
      readonly call: 'read';
      readonly point: number;
      readonly volume: VolumePlace;
      readonly items: readonly ReadItem[];
    }
  | {
      readonly call: 'inspect';
      readonly point: number;
      readonly volume: VolumePlace;
      readonly items: readonly ReadItem[];
      readonly wanted: InspectOptions;
    }
  | {
      readonly call: 'layersBetween';
      readonly newer: number;
      readonly older: number;
      readonly ranges: Float64Array;
    };

export interface FilesAnswers {
  readonly volumes: VolumeTable;
  readonly list: VolumeListing;
  readonly read: null;
  readonly inspect: InspectedFile[];
  readonly layersBetween: number[];
}

export type FilesRequest =
  /** The first message. `flow` where threads share memory. */
  | { readonly kind: 'open'; readonly chain: ChainSource; readonly flow: SharedArrayBuffer | null }
  | { readonly kind: 'call'; readonly call: FilesCall }
  /** A batch was taken in; said where threads share no memory. */
  | { readonly kind: 'taken'; readonly cost: number };

export type FilesReply =
  /** The call was heard and begins. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'advance'; readonly done: number }
  | { readonly kind: 'content'; readonly batch: ContentBatch }
  | { readonly kind: 'done'; readonly outcome: Outcome<FilesAnswers[keyof FilesAnswers]> };

/** What a sink is told, by number of the entry. */
export type ContentEvent =
  | { readonly kind: 'begin'; readonly entry: number }
  | {
      readonly kind: 'write';
      readonly entry: number;
      readonly offset: number;
      /** In the bytes of the batch. */
      readonly from: number;
      readonly lengthBytes: number;
    }
  | { readonly kind: 'end'; readonly entry: number; readonly end: ContentEnd };

export interface ContentBatch {
  readonly events: readonly ContentEvent[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** About what it takes in memory. */
  readonly cost: number;
}

/** What may be on its way to who takes it in. */
export const MOST_UNDER_WAY = 32 * MIB;
