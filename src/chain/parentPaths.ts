/** How a child spells the way to its parent, from where both stand in the pile. */
import { pilePathParts } from './windowsPath.ts';

export interface ParentPaths {
  /** `C:\disks\base.vhd`; null where the parent's folder on Windows is not known. */
  readonly absolutePath: string | null;
  /** `.\base.vhd`, `..\base\base.vhd`; null where the pile does not tell the way. */
  readonly relativePath: string | null;
}

/**
 * `childPath` and `parentPath` are paths of the pile: folders and name, `/` between. `windowsFolder` is the parent's
 * folder as Windows names it (`C:\disks`, `\\server\share`). Characters that Windows cannot have in names stay as they are.
 */
export function parentPathsFor(
  childPath: string,
  parentPath: string,
  windowsFolder: string | null,
): ParentPaths {
  const name = pilePathParts(parentPath).at(-1);
  if (name === undefined || name === '..') return { absolutePath: null, relativePath: null };
  return {
    absolutePath: absolute(windowsFolder, name),
    relativePath: relative(childPath, parentPath),
  };
}

function absolute(windowsFolder: string | null, name: string): string | null {
  const folder = (windowsFolder ?? '').trim().replaceAll('/', '\\').replace(/\\+$/, '');
  // A drive or a share: without one the path would be relative to whatever folder is current.
  if (!/^(?:[a-z]:(?:\\|$)|\\\\[^\\])/i.test(folder)) return null;
  return `${folder}\\${name}`;
}

function relative(childPath: string, parentPath: string): string | null {
  const isRooted = (path: string) => path.startsWith('/');
  if (isRooted(childPath) !== isRooted(parentPath)) return null;
  const from = pilePathParts(childPath).slice(0, -1);
  const to = pilePathParts(parentPath);
  let common = 0;
  while (common < Math.min(from.length, to.length - 1) && from[common] === to[common]) common++;
  const up = from.slice(common);
  // The name of a folder above the pile is not known, so there is no way back into it.
  if (up.includes('..')) return null;
  const way = up.length === 0 ? ['.'] : up.map(() => '..');
  return [...way, ...to.slice(common)].join('\\');
}
