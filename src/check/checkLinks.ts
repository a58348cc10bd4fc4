/** What is wrong with each file's place in the tree: its links, and what follows from errors of the files below it. */
import { type Forest, type PileFile, placeOf } from '../chain/pile.ts';
import { fileNameKey, nameOf, pilePathParts } from '../chain/windowsPath.ts';
import type { RefusedFile } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import type { Annotation } from '../formats/struct.ts';
import { linkFinding } from './findings.ts';

/** A file of the pile that cannot be a layer. */
export interface RefusedInPile {
  readonly content: RefusedFile;
  /** Folder and name as picked, `/` between. */
  readonly path: string;
}

/**
 * `ofFiles`: the findings of each file of the forest itself, in its order. What comes back are the findings of each
 * file's place: the forest's own, and those that follow from errors elsewhere.
 */
export function checkLinks(
  forest: Forest,
  ofFiles: readonly (readonly Finding[])[],
  refused: readonly RefusedInPile[] = [],
): readonly (readonly Finding[])[] {
  const { files, links } = forest;
  const own = files.map((_, file) => [...(links[file]?.findings ?? [])]);
  const errors = files.map((_, file) => errorRules([...(ofFiles[file] ?? []), ...(own[file] ?? [])]));
  const refusedById = new Map(
    refused.flatMap((each) => idsOf(each.content).map((id) => [id, each] as const)),
  );
  // Parents before their children, so that each file takes over what its parent knows.
  const nearest: (number | null)[] = files.map(() => null);
  for (const file of forest.order.toReversed()) {
    const parent = links[file]?.parent ?? null;
    if (parent === null) continue;
    nearest[file] = (errors[parent] ?? []).length > 0 ? parent : (nearest[parent] ?? null);
  }
  files.forEach((child, file) => {
    const findings = own[file];
    const bad = nearest[file] ?? null;
    const badFile = bad === null ? undefined : files[bad];
    if (findings && bad !== null && badFile) findings.push(inParent(child, badFile, errors[bad] ?? []));
    if (links[file]?.state !== 'orphan') return;
    const parent = refusedParent(child, refused, refusedById);
    if (parent) findings?.push(parent);
  });
  return own;
}

function errorRules(findings: readonly Finding[]): string[] {
  return [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule))];
}

function inParent(child: PileFile, bad: PileFile, rules: readonly string[]): Finding {
  const { offset, lengthBytes } = placeOf(child.image, 'parentUniqueId');
  const message = `“${bad.path}”, below this file, has ${rules.length === 1 ? 'an error' : 'errors'}: ${rules.join(', ')}.`;
  return linkFinding('error-in-parent', child.image.file.name, offset, lengthBytes, message);
}

/** The file that holds the parent but was refused: proven by its id, or likely by its name in the same folder. */
function refusedParent(
  child: PileFile,
  refused: readonly RefusedInPile[],
  byId: ReadonlyMap<string, RefusedInPile>,
): Finding | null {
  const reference = child.image.parent;
  if (!reference) return null;
  const { offset, lengthBytes } = placeOf(child.image, 'parentUniqueId');
  const finding = (message: string, instead: { severity?: 'warning' } = {}) =>
    linkFinding('parent-refused', child.image.file.name, offset, lengthBytes, message, instead);
  const proven = byId.get(reference.id);
  if (proven)
    return finding(`Its parent is “${proven.path}”, by its id; that file cannot be read as a disk.`);
  const names = [...reference.paths.map(({ path }) => path), reference.name].map((path) =>
    fileNameKey(nameOf(path)),
  );
  const folder = folderOf(child.path);
  const likely = refused.find(({ content, path }) => {
    const name = fileNameKey(pilePathParts(path).at(-1) ?? '');
    return idsOf(content).length === 0 && names.includes(name) && folderOf(path) === folder;
  });
  if (!likely) return null;
  const message = `“${likely.path}” has the name of its parent, but cannot be read as a disk and shows no id.`;
  return finding(message, { severity: 'warning' });
}

function folderOf(path: string): string {
  return pilePathParts(path).slice(0, -1).map(fileNameKey).join('/');
}

/** Raw ids of a refused file's footers, as far as they can be read; ids of zeros prove nothing. */
function idsOf(content: RefusedFile): string[] {
  const values = content.structures
    .flatMap((structure: Annotation) => structure.fields ?? [])
    .filter(({ name, value }) => name === 'uniqueId' && /[^0]/.test(value))
    .map(({ value }) => value);
  return [...new Set(values)];
}
