/**
 * What `7z l -slt` prints: lines of `Name = value`, first of the volume, then, below a line of dashes, of one entry after
 * the other. Names are exact but for line feeds, which 7-Zip prints as `_`.
 */
import { ATTRIBUTE, type EntryKind, ROOT_ENTRY } from '../listing.ts';
import { type EntryFacts, ListingColumns } from './listingColumns.ts';
import { millisecondsOf, numberOf, startsWith, textOf } from './printedText.ts';

/** Folders that 7-Zip makes up for what a file system keeps for itself. */
const SYSTEM_FOLDERS = ['[SYSTEM]', '[SYS]', '[BOOT]'];
/** NTFS's root, as an entry of its own. */
const ROOT_RECORD = '[SYSTEM]/.';
const ENTRIES_FROM = '----------';
const SLASH = 47;
const PLUS = 43;
const TELL_EVERY = 4096;

const ATTRIBUTE_LETTERS = new Map<number, number>(
  [
    ['R', ATTRIBUTE.readOnly] as const,
    ['H', ATTRIBUTE.hidden] as const,
    ['S', ATTRIBUTE.system] as const,
    ['s', ATTRIBUTE.sparse] as const,
    ['C', ATTRIBUTE.compressed] as const,
    ['E', ATTRIBUTE.encrypted] as const,
  ].map(([letter, bit]) => [letter.charCodeAt(0), bit]),
);
/** First letters of a mode. */
const MODE_KINDS = new Map<number, EntryKind>([
  ['d'.charCodeAt(0), 'folder'],
  ['l'.charCodeAt(0), 'link'],
  ['p'.charCodeAt(0), 'other'],
  ['s'.charCodeAt(0), 'other'],
  ['c'.charCodeAt(0), 'other'],
  ['b'.charCodeAt(0), 'other'],
]);

interface SevenZipListingOptions {
  /** HFS+ lists its root folder, named as the volume, above everything. */
  readonly namedRoot: boolean;
  readonly mostEntries: number;
  readonly onEntries?: ((count: number) => void) | undefined;
}

export class SevenZipListing {
  readonly columns: ListingColumns;
  /** The volume's own lines, as they are. */
  readonly head: string[] = [];
  /** The root's name in paths, '' where it has none. */
  rootName = '';
  /** The names at the top that do not lie in a named root. */
  readonly besideRoot = new Set<string>();

  private inEntries = false;
  private lastParentPath = new Uint8Array(0);
  private lastParent = ROOT_ENTRY;
  private path = new Uint8Array(256);
  private pathBytes = -1;
  private isFolder = false;
  private modeKind: EntryKind = 'file';
  private sizeBytes = Number.NaN;
  private modifiedMs = Number.NaN;
  private attributes = 0;
  private fileNumber = Number.NaN;
  private linkTarget = '';

  constructor(private readonly options: SevenZipListingOptions) {
    this.columns = new ListingColumns(options.mostEntries);
  }

  /** 7-Zip came so far as to list entries. */
  get isOpen(): boolean {
    return this.inEntries;
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    if (this.inEntries) this.entryLine(bytes, start, end);
    else if (startsWith(bytes, start, end, ENTRIES_FROM) && end - start === ENTRIES_FROM.length)
      this.inEntries = true;
    else if (this.head.length < MOST_HEAD_LINES)
      this.head.push(textOf(bytes, start, Math.min(end, start + MOST_HEAD_LINE)));
  }

  finish(): void {
    this.endEntry();
    for (const path of SYSTEM_FOLDERS) {
      const folder = this.columns.find(path);
      if (folder !== null) this.columns.mark(folder, ATTRIBUTE.system);
    }
    this.options.onEntries?.(this.columns.count);
  }

  /** Told apart by the first letters: most lines are of no use, and there are twenty for each entry. */
  private entryLine(bytes: Uint8Array, start: number, end: number): void {
    switch (bytes[start]) {
      case 80: // P
        if (startsWith(bytes, start, end, 'Path = ')) this.beginEntry(bytes, start + 7, end);
        return;
      case 70: // F
        if (startsWith(bytes, start, end, 'Folder = ')) this.isFolder = bytes[start + 9] === PLUS;
        return;
      case 83: // S
        if (startsWith(bytes, start, end, 'Size = ')) this.sizeBytes = numberOf(bytes, start + 7, end);
        else if (startsWith(bytes, start, end, 'Symbolic Link = '))
          this.linkTarget = textOf(bytes, start + 16, end);
        return;
      case 77: // M
        if (startsWith(bytes, start, end, 'Modified = '))
          this.modifiedMs = millisecondsOf(bytes, start + 11, end);
        else if (startsWith(bytes, start, end, 'Mode = '))
          this.modeKind = MODE_KINDS.get(bytes[start + 7] ?? 0) ?? 'file';
        return;
      case 65: // A
        if (startsWith(bytes, start, end, 'Attributes = ')) this.readAttributes(bytes, start + 13, end);
        return;
      case 105: // i
        if (startsWith(bytes, start, end, 'iNode = ')) this.fileNumber = numberOf(bytes, start + 8, end);
        return;
      case 76: // L
        if (startsWith(bytes, start, end, 'Link = ') && end > start + 7)
          this.linkTarget = textOf(bytes, start + 7, end);
        return;
    }
  }

  private readAttributes(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end && bytes[at] !== 32; at++) {
      this.attributes |= ATTRIBUTE_LETTERS.get(bytes[at] ?? 0) ?? 0;
    }
  }

  private beginEntry(bytes: Uint8Array, start: number, end: number): void {
    this.endEntry();
    const length = end - start;
    if (length > this.path.length) this.path = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) this.path[i] = bytes[start + i] ?? 0;
    this.pathBytes = length;
    this.isFolder = false;
    this.modeKind = 'file';
    this.sizeBytes = Number.NaN;
    this.modifiedMs = Number.NaN;
    this.attributes = 0;
    this.fileNumber = Number.NaN;
    this.linkTarget = '';
  }

  private endEntry(): void {
    if (this.pathBytes < 0) return;
    const { path, pathBytes, columns } = this;
    this.pathBytes = -1;
    const facts = this.facts();
    if (facts.kind === 'folder') this.addFolder(textOf(path, 0, pathBytes), facts);
    else {
      let slash = pathBytes - 1;
      while (slash >= 0 && path[slash] !== SLASH) slash--;
      const name = textOf(path, slash + 1, pathBytes);
      if (this.rootName !== '' && slash < 0) this.besideRoot.add(name);
      columns.add(name, this.parentOf(slash), facts);
    }
    if (columns.count % TELL_EVERY === 0) this.options.onEntries?.(columns.count);
  }

  private facts(): EntryFacts {
    const isLink = this.linkTarget !== '' || this.modeKind === 'link';
    const kind: EntryKind = isLink ? 'link' : this.isFolder ? 'folder' : this.modeKind;
    return {
      kind,
      sizeBytes: kind === 'folder' || Number.isNaN(this.sizeBytes) ? 0 : this.sizeBytes,
      modifiedMs: this.modifiedMs,
      attributes: this.attributes,
      fileNumber: this.fileNumber,
      linkTarget: this.linkTarget,
    };
  }

  private addFolder(path: string, facts: EntryFacts): void {
    if (path === ROOT_RECORD) this.columns.describe(ROOT_ENTRY, { ...facts, attributes: 0 });
    else if (
      this.options.namedRoot &&
      this.rootName === '' &&
      this.columns.count === 0 &&
      !path.includes('/')
    ) {
      this.rootName = path;
      this.columns.describe(ROOT_ENTRY, facts);
    } else this.columns.describe(this.columns.folder(this.inRoot(path)), facts);
  }

  /** The folder that the bytes before the slash name; mostly the one of the entry before. */
  private parentOf(slash: number): number {
    const { path, lastParentPath } = this;
    const length = Math.max(0, slash);
    let same = lastParentPath.length === length;
    for (let i = length - 1; same && i >= 0; i--) same = path[i] === lastParentPath[i];
    if (same) return this.lastParent;
    this.lastParentPath = path.slice(0, length);
    this.lastParent = this.columns.folder(this.inRoot(textOf(path, 0, length)));
    return this.lastParent;
  }

  /** The path below a named root. */
  private inRoot(path: string): string {
    const { rootName } = this;
    if (rootName === '' || path === '') return path;
    if (path === rootName) return '';
    if (path.startsWith(`${rootName}/`)) return path.slice(rootName.length + 1);
    this.besideRoot.add(path.split('/', 1)[0] ?? '');
    return path;
  }
}

const MOST_HEAD_LINES = 1000;
const MOST_HEAD_LINE = 1000;
