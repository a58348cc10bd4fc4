/** The versions of one file along the chain, made ready for the table: newest first, without points where it did not change. */
import type { FileId, FileInspection, FileVersion } from '../../../engine/api.ts';

export interface VersionRow {
  readonly version: FileVersion;
  /** Of the chain in view. */
  readonly layer: number;
  /** What is read at the point in view out of this layer's file; 0 where nothing is, null while that is not known. */
  readonly answersBytes: number | null;
  /** It has the contents of the next older version in the table, as hashes say. */
  readonly sameContents: boolean;
}

export function versionRows(
  versions: readonly FileVersion[],
  points: readonly FileId[],
  shares: FileInspection['shares'] | null,
): VersionRow[] {
  const told = versions
    .filter(({ cell }) => cell === 'added' || cell === 'changed' || cell === 'removed')
    .map((version) => ({ version, layer: points.indexOf(version.at) }))
    .filter(({ layer }) => layer >= 0)
    .sort((a, b) => a.layer - b.layer);
  return told.map(({ version, layer }, i) => {
    const older = told[i + 1]?.version;
    const hash = version.sha256;
    return {
      version,
      layer,
      answersBytes: shares && (shares.find((share) => share.layer === layer)?.bytes ?? 0),
      sameContents: hash !== null && older !== undefined && older.sha256 === hash,
    };
  });
}

/** The version that is seen at the point: the newest that is not newer. */
export function versionAt(rows: readonly VersionRow[], layer: number): VersionRow | null {
  return rows.find((row) => row.layer >= layer) ?? null;
}
