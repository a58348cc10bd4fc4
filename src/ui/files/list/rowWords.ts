/** The short words of a row, and of a folder. Names are text from the disk. */
import { printable } from '../../../base/printable.ts';
import { dateText, grouped, sizeText } from '../../../base/units.ts';
import type { FolderRow, FolderView, Volume } from '../../../engine/api.ts';
import { folderOf } from '../place.ts';

/** `\` where Windows writes it. */
export function separatorOf(volume: Volume | null): string {
  const windows = ['ntfs', 'fat', 'exfat', 'refs'];
  return volume === null || windows.includes(volume.content.kind) ? '\\' : '/';
}

export function pathText(path: string, separator: string): string {
  return printable(path.replaceAll('/', separator));
}

/** Behind the name: folders end with a separator, links say where they lead. */
export function nameEnd({ kind, linkTarget }: FolderRow, separator: string): string {
  if (kind === 'folder') return separator;
  return kind === 'link' && linkTarget !== null ? ` → ${printable(linkTarget)}` : '';
}

/** Of a row that was found in a folder below: the way from the folder in view, with a separator at its end. */
export function wayText(row: FolderRow, folder: string, separator: string): string {
  const parent = folderOf(row.path);
  if (parent === folder) return '';
  const way = folder === '' ? parent : parent.slice(folder.length + 1);
  return way === '' ? '' : `${pathText(way, separator)}${separator}`;
}

export function sizeCell({ kind, here, items, sizeBytes }: FolderRow): string {
  if (!here) return '';
  if (kind === 'folder') return items === null ? '' : `${grouped(items)} ${items === 1 ? 'item' : 'items'}`;
  return kind === 'file' ? sizeText(sizeBytes) : kind === 'link' ? 'link' : 'special';
}

export function modifiedCell({ here, modifiedMs }: FolderRow): string {
  if (!here || modifiedMs === null) return '';
  const date = new Date(modifiedMs);
  return Number.isNaN(date.getTime()) ? '' : dateText(date);
}

/** `14 items, 214 MiB; 11 of them changed along the chain, 1 came and went`. */
export function summaryText(
  { total, bytes, changedRows, goneRows, known }: FolderView,
  filter: string,
  deep: boolean,
): string {
  const points = known.filter(Boolean).length;
  if (filter !== '') {
    return `${grouped(total)} ${total === 1 ? 'name matches' : 'names match'}${deep ? ', here and below' : ''}`;
  }
  const items = total - goneRows;
  const size = `${grouped(items)} ${items === 1 ? 'item' : 'items'}, ${sizeText(bytes)}`;
  if (points < 2) return size;
  const changed = changedRows === 0 ? 'none' : grouped(changedRows);
  const gone = goneRows === 0 ? '' : `, ${grouped(goneRows)} came and went`;
  return `${size}; ${changed} of them changed along the chain${gone}`;
}
