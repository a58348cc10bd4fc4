/** Whether bytes are text, and how it is written. */

/** Labels of `TextDecoder`. ASCII is UTF-8. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Tab, line feed, form feed, carriage return, escape (coloured logs). */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

/** Null: not text. The last character of `head` may be cut off. */
export function textEncoding(head: Uint8Array): TextEncoding | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const controls = head.reduce((count, value) => count + (isControl(value) ? 1 : 0), 0);
  if (controls > 0) return utf16WithoutMark(head);
  if (isUtf8(head)) return 'utf-8';
  return mostlyLetters(head) ? 'windows-1252' : null;
}

function isControl(value: number): boolean {
  return value < 0x20 ? !TEXT_CONTROLS.has(value) : value === 0x7f;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // As a stream, what is cut off at the end waits for more.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Text of European letters has a zero in nearly every second byte, and no control characters in the others. */
function utf16WithoutMark(head: Uint8Array): TextEncoding | null {
  if (head.length < 8) return null;
  const zeros = [0, 0];
  const controls = [0, 0];
  const evenBytes = head.length - (head.length % 2);
  for (let at = 0; at < evenBytes; at++) {
    const value = head[at] ?? 0;
    const side = at % 2;
    if (value === 0) zeros[side] = (zeros[side] ?? 0) + 1;
    else if (isControl(value)) controls[side] = (controls[side] ?? 0) + 1;
  }
  const most = (evenBytes / 2) * 0.9;
  const isText = (letters: 0 | 1, high: 0 | 1) =>
    (zeros[high] ?? 0) >= most && zeros[letters] === 0 && controls[letters] === 0;
  return isText(0, 1) ? 'utf-16le' : isText(1, 0) ? 'utf-16be' : null;
}

/** Of an old code page: letters above ASCII stand among plain ones, in one of three places at most. */
function mostlyLetters(head: Uint8Array): boolean {
  let high = 0;
  for (const value of head) if (value >= 0x80) high++;
  return high * 3 <= head.length;
}
