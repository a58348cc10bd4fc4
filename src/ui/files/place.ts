/** Places in volumes as the address says them, and paths. `/` stands between folders, none at the start; the root is ''. */

interface FilesPlace {
  /** First sector; null = whichever the screen chooses. */
  readonly volume: number | null;
  readonly path: string;
}

export function formatPlace(volume: number, path: string): string {
  return `${volume}/${path}`;
}

/** Whatever an address says is only ever looked up. */
export function parsePlace(text: string | null): FilesPlace {
  const [volume = '', ...names] = (text ?? '').split('/');
  const sector = /^\d{1,15}$/.test(volume) ? Number(volume) : null;
  return { volume: sector, path: sector === null ? '' : names.filter((name) => name !== '').join('/') };
}

/** The folder that holds it; '' for what lies in the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface Crumb {
  readonly name: string;
  readonly path: string;
}

/** The folders on the way, outermost first, the last one is `path` itself; none for the root. */
export function crumbsOf(path: string): Crumb[] {
  const names = path === '' ? [] : path.split('/');
  return names.map((name, i) => ({ name, path: names.slice(0, i + 1).join('/') }));
}
