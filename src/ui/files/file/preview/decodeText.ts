/** Bytes of a file as text, with what can't be seen spelled out, in pieces that a page can lay out. */
import { printable, UNPRINTABLE } from '../../../../base/printable.ts';
import type { TextEncoding } from '../../../../engine/api.ts';

/** Lines end with `\n`; tabs stay; everything else that can't be seen, or turns the writing round, is spelled out. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string {
  const text = new TextDecoder(encoding).decode(bytes, { stream: true }).replace(/\r\n?/g, '\n');
  return text.replace(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : printable(char)));
}

/** Pieces of about so many characters that end where lines do: the browser lays out only those in sight. */
const PIECE_CHARACTERS = 8192;
/** A line that is longer is cut all the same; it is wrapped on screen anyway. */
const LONGEST_PIECE = 4 * PIECE_CHARACTERS;

export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at);
    pieces.push(text.slice(at, end));
    at = text[end] === '\n' ? end + 1 : end;
  }
  return pieces;
}

function endOfPiece(text: string, from: number): number {
  const line = text.indexOf('\n', from + PIECE_CHARACTERS);
  const wanted = line < 0 ? text.length : line;
  if (wanted - from <= LONGEST_PIECE) return wanted;
  const end = from + LONGEST_PIECE;
  const unit = text.charCodeAt(end - 1);
  const splitsPair = unit >= 0xd800 && unit < 0xdc00;
  return splitsPair ? end - 1 : end;
}
