/**
 * Paths as child files write them: Windows paths, `.\` relative ones, UNC, and the file URLs of MacX locators. Only
 * taken apart and compared, never opened: the files of a pile are found by id, a path is the second opinion.
 */

export interface StoredPath {
  /** `C:`, `\\server\share`, `\\?\Volume{…}`, `/`, or '' where the path is relative. */
  readonly root: string;
  /** Components without `.`; a relative path may begin with `..`. */
  readonly parts: readonly string[];
}

const NOTHING: StoredPath = { root: '', parts: [] };

/** Takes a stored path apart. Both slashes part, as they do for Windows; what is no path becomes a single name. */
export function parseStoredPath(text: string): StoredPath {
  const plain = (/^file:/i.test(text) ? fromFileUrl(text) : text).replace(/^\/(?=[a-z]:)/i, '');
  const path = plain.replaceAll('/', '\\');
  const device = /^\\\\[?.]\\(.*)$/s.exec(path)?.[1];
  if (device === undefined) return fromWindows(path, plain.startsWith('/') && !plain.startsWith('//'));
  const share = /^UNC\\(.*)$/is.exec(device)?.[1];
  if (share !== undefined) return fromWindows(`\\\\${share}`, false);
  if (/^[a-z]:/i.test(device)) return fromWindows(device, false);
  const [volume = '', ...rest] = device.split('\\');
  return { root: `\\\\?\\${volume}`, parts: tidy(rest, true) };
}

function fromWindows(path: string, unix: boolean): StoredPath {
  const drive = /^([a-z]:)(\\?)(.*)$/is.exec(path);
  // `C:x.vhd` is relative to the drive's current folder, which nobody knows: it counts as relative.
  if (drive) {
    const rooted = drive[2] !== '';
    return { root: rooted ? (drive[1] ?? '') : '', parts: tidy((drive[3] ?? '').split('\\'), rooted) };
  }
  const share = /^\\\\([^\\]+)\\([^\\]+)(.*)$/s.exec(path);
  if (share) return { root: `\\\\${share[1]}\\${share[2]}`, parts: tidy((share[3] ?? '').split('\\'), true) };
  if (path.startsWith('\\')) return { root: unix ? '/' : '\\', parts: tidy(path.split('\\'), true) };
  return path === '' ? NOTHING : { root: '', parts: tidy(path.split('\\'), false) };
}

/** RFC 8089, and the `file://./name` that several writers make. */
function fromFileUrl(url: string): string {
  const rest = url.slice('file:'.length);
  const parts = /^\/\/([^/]*)(.*)$/s.exec(rest);
  if (!parts) return percentDecoded(rest);
  const host = parts[1] ?? '';
  const path = percentDecoded(parts[2] ?? '');
  if (host === '.' || host === '..') return host + path;
  if (host === '' || host.toLowerCase() === 'localhost') return path;
  return /^[a-z]:$/i.test(host) ? host + path : `//${percentDecoded(host)}${path}`;
}

/** Percent-encoded UTF-8; what is not valid stays as it is written. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function tidy(parts: readonly string[], rooted: boolean): string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(part);
  }
  return kept;
}

/** The file name that a stored path ends in; '' where it has none. */
export function nameOf(text: string): string {
  const name = parseStoredPath(text).parts.at(-1) ?? '';
  return name === '..' ? '' : name;
}

/** A path of the pile, `/` between its components. */
export function pilePathParts(path: string): string[] {
  return tidy(path.split('/'), false);
}

/**
 * Where a relative stored path leads from a folder of the pile; null for absolute paths and for those that climb out of
 * what was opened.
 */
export function resolveFrom(folder: readonly string[], stored: StoredPath): string[] | null {
  if (stored.root !== '' || stored.parts.length === 0) return null;
  const parts = [...folder];
  for (const part of stored.parts) {
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts;
}

/** How many components agree, counted from the end. */
export function commonTail(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < Math.min(a.length, b.length)) {
    if (fileNameKey(a[a.length - 1 - count] ?? '') !== fileNameKey(b[b.length - 1 - count] ?? '')) break;
    count += 1;
  }
  return count;
}

/** Names compare as Windows compares them, without case; and composed, since macOS stores accents apart. */
export function fileNameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const CHECKPOINT = new RegExp(`^(.+)_${GUID}$`, 'i');

/**
 * What the names of one machine's files have in common: `SRV.vhd` and `SRV_<GUID>.avhd` of Hyper-V both give `srv`,
 * with `checkpoint` true for the second.
 */
export function nameFamily(name: string): { readonly stem: string; readonly checkpoint: boolean } {
  const stem = fileNameKey(name).replace(/\.[^.]*$/, '');
  const family = CHECKPOINT.exec(stem)?.[1];
  return family === undefined ? { stem, checkpoint: false } : { stem: family, checkpoint: true };
}
