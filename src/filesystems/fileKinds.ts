/** What a file is by its first bytes, in words, and how it can be shown without anything in it acting. */
import { viewOf } from '../base/bytes.ts';
import { SIGNATURES } from './fileSignatures.ts';
import { type TextEncoding, textEncoding } from './textEncoding.ts';

export type { TextEncoding } from './textEncoding.ts';

export interface FileKind {
  /** `PNG image`, `text, UTF-8`, `data`. */
  readonly words: string;
  /** 'image': a browser decodes it in an <img>. SVG and HTML can act, so they are text. */
  readonly show: 'text' | 'image' | 'hex';
  /** For `TextDecoder`; where it is shown as text. */
  readonly encoding?: TextEncoding;
}

type Matcher = (head: Uint8Array) => boolean;

/** A signature as the bytes it needs. */
function matcher(bytes: string, at: number): Matcher {
  const wanted: { place: number; value: number }[] = [];
  let place = at;
  for (const [part] of bytes.matchAll(/'[^']*'|\?\?|[0-9A-F]{2}/g)) {
    if (part === '??') place++;
    else if (!part.startsWith("'")) wanted.push({ place: place++, value: Number.parseInt(part, 16) });
    else for (const char of part.slice(1, -1)) wanted.push({ place: place++, value: char.charCodeAt(0) });
  }
  return (head) => wanted.every((byte) => head[byte.place] === byte.value);
}

const KNOWN = SIGNATURES.map((signature) => ({
  ...signature,
  fits: matcher(signature.bytes, signature.at ?? 0),
}));

const isZip = matcher("'PK'0304", 0);
const isEmptyZip = matcher("'PK'0506", 0);
const isOle = matcher('D0CF11E0A1B11AE1', 0);
const isMz = matcher("'MZ'", 0);
const isBmp = matcher("'BM'", 0);
const isIcon = matcher('00000100', 0);

/**
 * From the first bytes of a file, 512 and more where it has them, and its name, which tells apart formats that begin alike.
 * A name alone never makes a file what it says.
 */
export function kindOf(head: Uint8Array, name: string): FileKind {
  if (head.length === 0) return { words: 'empty', show: 'hex' };
  const ending = endingOf(name);
  const known = KNOWN.find(({ fits }) => fits(head));
  const encoding = textEncoding(head);
  // A text may well begin with BM or MZ: formats that are not text have other bytes soon.
  if (encoding && !(known && READABLE.test(known.words)))
    return { words: textWords(head, ending, encoding), show: 'text', encoding };
  if (encoding && known) return { words: known.words, show: 'text', encoding };
  const image = headerImage(head) ?? (known?.image ? known.words : null);
  if (image) return { words: image, show: 'image' };
  const words = containerWords(head, ending) ?? known?.words;
  return { words: words ?? (head.every((value) => value === 0) ? 'zeros' : 'data'), show: 'hex' };
}

/** Formats of text, to be read as they stand. */
const READABLE = /^(Rich Text|PostScript|PDF) /;

/** What holds other formats is told apart by its name. */
function containerWords(head: Uint8Array, ending: string): string | null {
  if (isZip(head) || isEmptyZip(head)) return ZIP_KINDS.get(ending) ?? 'ZIP archive';
  if (isOle(head)) return OLE_KINDS.get(ending) ?? 'OLE compound file (old Office)';
  return isMz(head) ? programWords(head, ending) : null;
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** What two bytes alone would claim too often: the rest of the header must fit. */
function headerImage(head: Uint8Array): string | null {
  const view = viewOf(head);
  if (isBmp(head) && head.length >= 18) {
    const headerBytes = view.getUint32(14, true);
    const isKnown = [12, 40, 52, 56, 64, 108, 124].includes(headerBytes);
    return isKnown && view.getUint32(10, true) >= 14 + headerBytes ? 'BMP image' : null;
  }
  if (isIcon(head) && head.length >= 22) {
    const pictures = view.getUint16(4, true);
    const isFirstBehind = view.getUint32(18, true) >= 6 + 16 * pictures;
    return pictures > 0 && head[9] === 0 && isFirstBehind ? 'Windows icon' : null;
  }
  return null;
}

/** Portable Executable: MZ, and at 0x3C where its own header stands. */
function programWords(head: Uint8Array, ending: string): string {
  const view = viewOf(head);
  const at = head.length >= 0x40 ? view.getUint32(0x3c, true) : 0;
  if (at + 24 > head.length || at < 0x40) return 'program for DOS or Windows';
  if (view.getUint16(at, true) === 0x454e) return '16-bit Windows program';
  if (view.getUint32(at, true) !== 0x4550) return 'DOS program';
  const machine = MACHINES[view.getUint16(at + 4, true)];
  const isLibrary = (view.getUint16(at + 22, true) & 0x2000) !== 0;
  const what = ending === 'sys' ? 'Windows driver' : isLibrary ? 'Windows library (DLL)' : 'Windows program';
  return machine ? `${what}, ${machine}` : what;
}

const MACHINES: Readonly<Record<number, string>> = {
  332: 'x86',
  34404: 'x64',
  452: 'ARM',
  43620: 'ARM64',
};

const ZIP_KINDS = new Map([
  ['docx', 'Word document'],
  ['docm', 'Word document with macros'],
  ['dotx', 'Word template'],
  ['xlsx', 'Excel workbook'],
  ['xlsm', 'Excel workbook with macros'],
  ['xlsb', 'Excel workbook, binary'],
  ['pptx', 'PowerPoint presentation'],
  ['pptm', 'PowerPoint presentation with macros'],
  ['vsdx', 'Visio drawing'],
  ['odt', 'OpenDocument text'],
  ['ods', 'OpenDocument spreadsheet'],
  ['odp', 'OpenDocument presentation'],
  ['epub', 'EPUB book'],
  ['jar', 'Java archive'],
  ['apk', 'Android package'],
  ['appx', 'Windows app package'],
  ['msix', 'Windows app package'],
  ['nupkg', 'NuGet package'],
]);

const OLE_KINDS = new Map([
  ['doc', 'Word document before 2007'],
  ['dot', 'Word template before 2007'],
  ['xls', 'Excel workbook before 2007'],
  ['ppt', 'PowerPoint presentation before 2007'],
  ['msg', 'Outlook message'],
  ['msi', 'Windows Installer package'],
  ['msp', 'Windows Installer patch'],
  ['vsd', 'Visio drawing before 2013'],
  ['mpp', 'Project plan'],
  ['pub', 'Publisher document'],
  ['db', 'thumbnail cache (OLE compound file)'],
]);

const TEXT_NAMES: Readonly<Record<TextEncoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16, big-endian',
  'windows-1252': 'Windows-1252 or the like',
};

function textWords(head: Uint8Array, ending: string, encoding: TextEncoding): string {
  const start = new TextDecoder(encoding).decode(head.subarray(0, 512)).trimStart();
  const isAscii = encoding === 'utf-8' && head.every((value) => value < 0x80);
  const how = isAscii ? 'ASCII' : TEXT_NAMES[encoding];
  const root = afterProlog(start);
  if (/^(<!doctype html|<html[\s>])/i.test(root)) return `HTML, ${how}`;
  if (/^<svg[\s>]/i.test(root)) return `SVG drawing, ${how}`;
  if (start.startsWith('<?xml')) return `XML, ${how}`;
  if (start.startsWith('#!')) return `script, ${how}`;
  if (/^Windows Registry Editor|^REGEDIT4/.test(start)) return `registry export, ${how}`;
  if (ending === 'json' && /^[[{]/.test(start)) return `JSON, ${how}`;
  return `text, ${how}`;
}

/** Markup from its first element on; a document type that is not HTML's is passed over too. */
function afterProlog(text: string): string {
  let rest = text;
  for (;;) {
    const end = rest.startsWith('<!--')
      ? '-->'
      : rest.startsWith('<?xml')
        ? '?>'
        : /^<!doctype (?!html)/i.test(rest)
          ? '>'
          : null;
    if (end === null) return rest;
    const at = rest.indexOf(end);
    if (at < 0) return '';
    rest = rest.slice(at + end.length).trimStart();
  }
}
