/** What is said of files: their attributes, their record, how many places. Names are text from the disk. */
import { printable } from '../../../base/printable.ts';
import { grouped, sizeText } from '../../../base/units.ts';
import { ATTRIBUTE, type FolderRow } from '../../../engine/api.ts';

const ATTRIBUTE_WORDS: readonly [bit: number, word: string][] = [
  [ATTRIBUTE.hidden, 'hidden'],
  [ATTRIBUTE.system, 'system'],
  [ATTRIBUTE.readOnly, 'read-only'],
  [ATTRIBUTE.compressed, 'compressed'],
  [ATTRIBUTE.encrypted, 'encrypted'],
  [ATTRIBUTE.sparse, 'sparse'],
];

/** `hidden, system`; '' where it has none. */
export function attributesText(attributes: number): string {
  return ATTRIBUTE_WORDS.filter(([bit]) => (attributes & bit) !== 0)
    .map(([, word]) => word)
    .join(', ');
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `41 MiB, 43 008 000 bytes`; small sizes are said once. */
export function bytesText(bytes: number): string {
  const exact = countText(bytes, 'byte');
  return bytes < 1024 ? exact : `${sizeText(bytes)}, ${exact}`;
}

/** Of a file in very many pieces. */
export function leftOutText(bytes: number): string {
  return `${sizeText(bytes)} more lie in further pieces, which are not told.`;
}

/** What NTFS calls a record others call an inode. */
export function recordText(fileSystem: string, fileNumber: number): string {
  if (fileSystem === 'NTFS') return `MFT ${grouped(fileNumber)}`;
  return /^ext|HFS/.test(fileSystem) ? `inode ${grouped(fileNumber)}` : grouped(fileNumber);
}

/** A name from a disk, as text that can't move anything. */
export function nameText(name: string): string {
  return name === '' ? 'the whole volume' : printable(name);
}

export const KIND_WORDS: Readonly<Record<FolderRow['kind'], string>> = {
  file: 'File',
  folder: 'Folder',
  link: 'Symbolic link',
  other: 'Device, pipe or socket',
};
