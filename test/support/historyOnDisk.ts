/** Chains with a known history as files of the operating system, and folders as maps to compare them with. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type HistoryName, loadHistory, loadTable, type TrueState } from './historyFixtures.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { buildVolumeChain, movedPieces, type VolumeChain } from './volumeChain.ts';

export interface HistoryOnDisk {
  /** Newest first. */
  readonly paths: readonly string[];
  /** What is true at the file of the same index. */
  readonly states: readonly TrueState[];
}

/** One volume, without a partition table; gone when the test is. */
export async function historyOnDisk(name: HistoryName, folder = temporaryFolder()): Promise<HistoryOnDisk> {
  const { sizeBytes: diskBytes, pieces: states, states: truth } = await loadHistory(name);
  const paths = written(folder, buildVolumeChain({ diskBytes, states, prefix: name }));
  return { paths, states: [...truth].reverse() };
}

/** A GPT with NTFS, ext4 and exFAT, each with its history. Newest first. */
export async function threeVolumesOnDisk(folder = temporaryFolder()): Promise<readonly string[]> {
  const { diskBytes, volumes, pieces: table } = await loadTable('gpt');
  const histories = await Promise.all((['ntfs', 'ext4', 'exfat'] as const).map(loadHistory));
  const states = [0, 1].map((state) => [
    ...(state === 0 ? table : []),
    ...histories.flatMap(({ pieces }, i) =>
      movedPieces(pieces[state] ?? [], (volumes[i]?.firstSector ?? 0) * 512),
    ),
  ]);
  return written(folder, buildVolumeChain({ diskBytes, states, prefix: 'gpt' }));
}

export function written(folder: string, { files }: Pick<VolumeChain, 'files'>): string[] {
  return files.map(({ name, file }) => {
    const to = path.join(folder, name);
    writeFileSync(to, file.bytes());
    return to;
  });
}

/** What the makers' own tools put there. */
export function isMakers(entryPath: string): boolean {
  return entryPath.startsWith('$') || entryPath.startsWith('[') || entryPath.startsWith('lost+found');
}

export interface FoundFile {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly modifiedMs: number;
}

/** Everything below a folder; links are not followed. */
export function treeOf(folder: string): { files: Map<string, FoundFile>; folders: Set<string> } {
  const files = new Map<string, FoundFile>();
  const folders = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stat = lstatSync(path.join(folder, name));
    const entryPath = name.split(path.sep).join('/');
    if (stat.isDirectory()) folders.add(entryPath);
    else {
      const sha256 = createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex');
      files.set(entryPath, { sizeBytes: stat.size, sha256, modifiedMs: stat.mtimeMs });
    }
  }
  return { files, folders };
}
