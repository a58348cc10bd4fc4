/** What files are by their first bytes, and that nothing that can act is shown as an image. */
import { describe, expect, it } from 'vitest';
import { fromHex, utf16Bytes } from '../../../src/base/bytes.ts';
import { Prng } from '../../../src/base/prng.ts';
import { kindOf } from '../../../src/filesystems/fileKinds.ts';
import { SIGNATURES } from '../../../src/filesystems/fileSignatures.ts';

const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
/** In front of bytes that are no text, as binary formats go on. */
function head(start: string | Uint8Array, at = 0): Uint8Array {
  const bytes = new Uint8Array(512);
  bytes.set(typeof start === 'string' ? ascii(start) : start, at);
  return bytes;
}
const hex = (digits: string) => fromHex(digits) ?? new Uint8Array();

function program(signature: string, machine: number, characteristics: number): Uint8Array {
  const bytes = head('MZ');
  bytes[0x3c] = 0x80;
  bytes.set(ascii(signature), 0x80);
  bytes.set([machine & 0xff, machine >> 8], 0x84);
  bytes.set([characteristics & 0xff, characteristics >> 8], 0x96);
  return bytes;
}

function bmp(headerBytes: number): Uint8Array {
  const bytes = head('BM');
  bytes[10] = 54;
  bytes[14] = headerBytes;
  return bytes;
}

describe('kindOf', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['PNG image', head(hex('89504E470D0A1A0A')), 'a.txt', 'image'],
    ['JPEG image', head(hex('FFD8FFE0')), 'a', 'image'],
    ['GIF image', head('GIF89a'), 'a.gif', 'image'],
    ['WebP image', head('RIFF\u0001\u0002\u0003\u0004WEBP'), 'a', 'image'],
    ['WAV audio', head('RIFF\u0001\u0002\u0003\u0004WAVE'), 'a', 'hex'],
    ['AVIF image', head('\u0000\u0000\u0000\u001cftypavif'), 'a', 'image'],
    ['HEIF image', head('\u0000\u0000\u0000\u001cftypheic'), 'a', 'hex'],
    ['BMP image', bmp(40), 'a', 'image'],
    ['data', bmp(41), 'a.bmp', 'hex'],
    ['Windows icon', head(hex('00000100010010100000010020006804000016000000')), 'a.ico', 'image'],
    ['data', head(hex('00000100010010100000010020006804000002000000')), 'a.ico', 'hex'],
    ['TIFF image', head('II*\0'), 'a', 'hex'],
    ['PDF document', head('%PDF-1.7\n%\u0000\u0001'), 'a.exe', 'hex'],
    ['PDF document', ascii('%PDF-1.4\n1 0 obj\n'), 'a', 'text'],
    ['Rich Text document', ascii('{\\rtf1\\ansi hello}'), 'a', 'text'],
    ['ZIP archive', head('PK\u0003\u0004'), 'a.zip', 'hex'],
    ['ZIP archive', head('PK\u0003\u0004'), 'constructor', 'hex'],
    ['Word document', head('PK\u0003\u0004'), 'A.DOCX', 'hex'],
    ['OLE compound file (old Office)', head(hex('D0CF11E0A1B11AE1')), 'a', 'hex'],
    ['Excel workbook before 2007', head(hex('D0CF11E0A1B11AE1')), 'b.xls', 'hex'],
    ['Access database (ACE)', head('\0\u0001\0\0Standard ACE DB\0'), 'ledger-2021.accdb', 'hex'],
    ['Access database (Jet)', head('\0\u0001\0\0Standard Jet DB\0'), 'a.mdb', 'hex'],
    ['TrueType font', head('\0\u0001\0\0\0\u0010'), 'a.ttf', 'hex'],
    ['SQLite database', head('SQLite format 3\0'), 'a', 'hex'],
    ['ELF program or library', head(hex('7F454C46020101')), 'a', 'hex'],
    ['Windows program, x64', program('PE\0\0', 0x8664, 0x22), 'a.exe', 'hex'],
    ['Windows library (DLL), x86', program('PE\0\0', 0x14c, 0x2102), 'a.dll', 'hex'],
    ['Windows driver, ARM64', program('PE\0\0', 0xaa64, 0x22), 'a.sys', 'hex'],
    ['16-bit Windows program', program('NE\0\0', 0, 0), 'a.exe', 'hex'],
    ['DOS program', program('??', 0, 0), 'a.exe', 'hex'],
    ['Windows registry hive', head('regf'), 'NTUSER.DAT', 'hex'],
    ['Windows event log', head('ElfFile\0'), 'System.evtx', 'hex'],
    ['gzip archive', head(hex('1F8B08')), 'a', 'hex'],
    ['7z archive', head(hex('377ABCAF271C')), 'a', 'hex'],
    ['RAR archive', head('Rar!\u001a\u0007'), 'a', 'hex'],
    ['tar archive', head('ustar', 257), 'a', 'hex'],
    ['VHDX virtual disk', head('vhdxfile'), 'a', 'hex'],
    ['zeros', head(''), 'a.png', 'hex'],
    ['empty', new Uint8Array(), 'a.txt', 'hex'],
    ['data', head(hex('0102030405')), 'a.txt', 'hex'],
  ])('says %s', (words, bytes, name, show) => {
    expect(kindOf(bytes, name)).toEqual({ words, show, ...(show === 'text' && { encoding: 'utf-8' }) });
  });

  it.each<[string, Uint8Array, string]>([
    ['text, ASCII', ascii('MZ is how a line may begin\r\n'), 'utf-8'],
    ['text, ASCII', ascii('BM, too'), 'utf-8'],
    ['text, UTF-8', utf8('Größe und 漢字'), 'utf-8'],
    // Cut off within a character.
    ['text, UTF-8', utf8('Größe und 漢字').subarray(0, -1), 'utf-8'],
    ['text, Windows-1252 or the like', hex('4772F6DF652066FC7220616C6C65'), 'windows-1252'],
    ['text, UTF-16', utf16Bytes('\ufeffWindows', true), 'utf-16le'],
    ['text, UTF-16, big-endian', utf16Bytes('\ufeffWindows', false), 'utf-16be'],
    ['text, UTF-16', utf16Bytes('without a mark', true), 'utf-16le'],
    ['text, UTF-16, big-endian', utf16Bytes('without a mark', false), 'utf-16be'],
    ['registry export, UTF-16', utf16Bytes('\ufeffWindows Registry Editor Version 5.00', true), 'utf-16le'],
    ['XML, ASCII', ascii('<?xml version="1.0"?><a/>'), 'utf-8'],
    ['script, ASCII', ascii('#!/bin/sh\n'), 'utf-8'],
    ['SVG drawing, ASCII', ascii('<?xml version="1.0"?>\n<!-- x --><svg onload="alert(1)">'), 'utf-8'],
    ['SVG drawing, ASCII', ascii('<svg xmlns="http://www.w3.org/2000/svg">'), 'utf-8'],
    ['HTML, ASCII', ascii('<!-- x -->\n<!DOCTYPE html><script>alert(1)</script>'), 'utf-8'],
    ['SVG drawing, ASCII', ascii('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"><svg >'), 'utf-8'],
    ['text, ASCII', ascii('<!---->'.repeat(70)), 'utf-8'],
  ])('says %s, and shows it as text', (words, bytes, encoding) => {
    expect(kindOf(bytes, 'picture.png')).toEqual({ words, show: 'text', encoding });
  });

  it('knows every signature of its table when it sees it, none hidden behind another of other words', () => {
    for (const { bytes, at = 0, words } of SIGNATURES) {
      const digits = bytes.replace(/'([^']*)'/g, (_, text: string) =>
        [...text].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join(''),
      );
      expect(kindOf(head(hex(digits.replaceAll('?', '0')), at), 'a').words, bytes).toBe(words);
    }
  });

  it('says something of any bytes', () => {
    const random = new Prng(3);
    for (let run = 0; run < 3000; run++) {
      const bytes = new Uint8Array(random.below(80));
      random.fill(bytes);
      const { bytes: start = '' } = SIGNATURES[random.below(SIGNATURES.length)] ?? {};
      if (random.below(2) > 0) bytes.set(ascii(start.replaceAll("'", '')).subarray(0, bytes.length));
      expect(kindOf(bytes, '..').words).not.toBe('');
    }
  });
});
