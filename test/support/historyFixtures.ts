/**
 * ext4, fat32, ntfs, exfat: `loadHistory('ext4')`, with `buildVolumeChain` beside this file.
 *
 * Volumes with a history, made by the real makers (test/fixtures/filesystems/history/make.mjs): what was written up to each
 * checkpoint, and the files that are there then. Runs in Node and in pages.
 */
import { gunzipSync } from 'fflate';
import type { Piece } from './volumeChain.ts';

export const HISTORY_NAMES = ['ext4', 'fat32', 'ntfs', 'exfat'] as const;
export type HistoryName = (typeof HISTORY_NAMES)[number];

export interface TrueFile {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Milliseconds since 1970, as exact as the file system keeps it. */
  readonly modifiedMs: number;
}

/** What is in a volume after one checkpoint. Paths have `/` between and none at the start. */
export interface TrueState {
  /** What happened since the one before. */
  readonly what: string;
  readonly files: ReadonlyMap<string, TrueFile>;
  /** Symbolic links and where they lead. */
  readonly links: ReadonlyMap<string, string>;
  /** Without the root, and without what the maker's own tools put there (`$MFT`, `lost+found`). */
  readonly folders: ReadonlySet<string>;
}

export interface VolumeHistory {
  readonly name: HistoryName;
  /** As `VolumeContent.name` has it. */
  readonly fileSystem: string;
  readonly label: string;
  readonly sizeBytes: number;
  /** What was written up to each state, oldest first; offsets from the volume's start. */
  readonly pieces: readonly (readonly Piece[])[];
  /** Oldest first. */
  readonly states: readonly TrueState[];
}

interface StoredState {
  readonly what: string;
  readonly addedFolders: readonly string[];
  readonly removedFolders: readonly string[];
  readonly removed: readonly string[];
  readonly set: Readonly<Record<string, TrueFile>>;
}

interface Stored {
  readonly fileSystem: string;
  readonly label: string;
  readonly sizeBytes: number;
  readonly links: Readonly<Record<string, string>>;
  readonly states: readonly StoredState[];
}

export async function loadHistory(name: HistoryName): Promise<VolumeHistory> {
  const stored: Stored = JSON.parse(new TextDecoder().decode(await fixture(`${name}.json`)));
  const { fileSystem, label, sizeBytes } = stored;
  const pieces = unpackPieces(gunzipSync(await fixture(`${name}.gz`)));
  if (pieces.length !== stored.states.length) throw new Error(`${name}: states and their truth differ`);
  return { name, fileSystem, label, sizeBytes, pieces, states: trueStates(stored) };
}

/** `gpt` and `gptHuge` (2040 GiB) by sgdisk; `mbr`, with logical volumes, by sfdisk. */
export const TABLE_NAMES = ['gpt', 'gptHuge', 'mbr'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

export interface TrueTable {
  readonly diskBytes: number;
  /** In the order of their numbers. */
  readonly volumes: readonly { readonly firstSector: number; readonly sectorCount: number }[];
  readonly pieces: readonly Piece[];
}

/** A partition table as its maker writes it on an empty disk. */
export async function loadTable(name: TableName): Promise<TrueTable> {
  const places: Record<TableName, Omit<TrueTable, 'pieces'>> = JSON.parse(
    new TextDecoder().decode(await fixture('tables.json')),
  );
  return { ...places[name], pieces: unpackPieces(gunzipSync(await fixture(`${name}.gz`)))[0] ?? [] };
}

async function fixture(name: string): Promise<Uint8Array> {
  const url = new URL(`../fixtures/filesystems/history/${name}`, import.meta.url);
  if (url.protocol !== 'file:') return new Uint8Array(await (await fetch(url)).arrayBuffer());
  const { readFile } = await import('node:fs/promises');
  return new Uint8Array(await readFile(url));
}

function trueStates({ states, links: stored }: Stored): TrueState[] {
  const links = new Map(Object.entries(stored));
  let files: ReadonlyMap<string, TrueFile> = new Map();
  let folders: ReadonlySet<string> = new Set();
  return states.map(({ what, addedFolders, removedFolders, removed, set }) => {
    const gone = new Set(removed);
    files = new Map([...[...files].filter(([path]) => !gone.has(path)), ...Object.entries(set)]);
    const goneFolders = new Set(removedFolders);
    folders = new Set([...[...folders].filter((path) => !goneFolders.has(path)), ...addedFolders]);
    return { what, files, folders, links };
  });
}

/** As test/fixtures/filesystems/history/make.mjs tells. */
function unpackPieces(packed: Uint8Array): Piece[][] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  let at = 0;
  const next = () => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const runs = Array.from({ length: next() }, () =>
    Array.from({ length: next() }, () => ({
      offset: next() * 512,
      length: next() * 512,
      isDifferences: next() === 1,
    })),
  );
  return runs.map((state) =>
    state.map(({ offset, length, isDifferences }) => {
      at += length;
      const bytes = packed.subarray(at - length, at);
      return { offset, bytes: isDifferences ? summedWords(bytes) : bytes };
    }),
  );
}

function summedWords(differences: Uint8Array): Uint8Array {
  const bytes = differences.slice();
  const view = new DataView(bytes.buffer);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum = (sum + view.getUint16(at, true)) & 0xffff;
    view.setUint16(at, sum, true);
  }
  return bytes;
}
