/** Hashes of a lab as rows and as text. */
import { type LabHash, type LabView, NOW } from '../../../engine/api.ts';
import { nodeOf } from '../labQuestions.ts';

export interface HashRow extends LabHash {
  readonly name: string;
  /** Name of the first row with the same disk; null = none. */
  readonly sameAs: string | null;
}

/** Names as they are in `view`; a node that is gone meanwhile keeps its id. */
export function hashRows(hashes: readonly LabHash[], view: LabView): HashRow[] {
  const first = new Map<string, string>();
  return hashes.map((hash) => {
    const name = hash.node === NOW ? 'Now' : (nodeOf(view, hash.node)?.name ?? hash.node);
    const key = `${hash.disk} ${hash.sha256}`;
    const sameAs = hash.sha256 === null ? null : (first.get(key) ?? null);
    if (sameAs === null) first.set(key, name);
    return { ...hash, name, sameAs };
  });
}

/** One line a disk, as `sha256sum` writes them; one that cannot be read says why. */
export function hashText(rows: readonly HashRow[]): string {
  return rows
    .map(({ sha256, problem, name, disk }) => `${sha256 ?? `no hash: ${problem ?? ''}`}  ${name}, ${disk}\n`)
    .join('');
}
