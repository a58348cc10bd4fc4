/**
 * Pictures that the browser draws by itself, by their first bytes, and how large they say they are. SVG and HTML are not
 * among them: those can hold more than a picture.
 */
import { viewOf } from '../../../../base/bytes.ts';

export interface ImageKind {
  readonly type: string;
  readonly name: string;
}

const KINDS = {
  png: { type: 'image/png', name: 'PNG' },
  jpeg: { type: 'image/jpeg', name: 'JPEG' },
  gif: { type: 'image/gif', name: 'GIF' },
  webp: { type: 'image/webp', name: 'WebP' },
  bmp: { type: 'image/bmp', name: 'BMP' },
  avif: { type: 'image/avif', name: 'AVIF' },
  ico: { type: 'image/x-icon', name: 'icon' },
} as const satisfies Record<string, ImageKind>;

const ascii = (head: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...head.subarray(from, Math.min(to, head.length)));

export function imageKindOf(head: Uint8Array): ImageKind | null {
  if (ascii(head, 0, 8) === '\x89PNG\r\n\x1a\n') return KINDS.png;
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return KINDS.jpeg;
  if (/^GIF8[79]a$/.test(ascii(head, 0, 6))) return KINDS.gif;
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP') return KINDS.webp;
  if (ascii(head, 4, 8) === 'ftyp' && /avi[fs]/.test(ascii(head, 8, 32))) return KINDS.avif;
  if (head.length >= 26 && ascii(head, 0, 2) === 'BM' && viewOf(head).getUint32(6, true) === 0)
    return KINDS.bmp;
  const isIcon = head.length >= 22 && viewOf(head).getUint32(0, true) === 0x10000;
  return isIcon && (head[4] ?? 0) > 0 && head[5] === 0 ? KINDS.ico : null;
}

interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** As the file says; null where it does not say so in its first bytes. */
export function pixelSizeOf(head: Uint8Array, kind: ImageKind): PixelSize | null {
  const view = viewOf(head);
  try {
    switch (kind.type) {
      case 'image/png':
        return { width: view.getUint32(16), height: view.getUint32(20) };
      case 'image/gif':
        return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
      case 'image/bmp':
        return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
      case 'image/jpeg':
        return jpegSize(view);
      case 'image/webp':
        return webpSize(view);
      case 'image/avif':
        return avifSize(view);
      default:
        return null;
    }
  } catch (error) {
    // It ends before it says.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The frame header's, behind segments that each say their length. ITU T.81, B.2.2. */
function jpegSize(view: DataView): PixelSize {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
}

/** RFC 9649, 2.5 to 2.7. */
function webpSize(view: DataView): PixelSize | null {
  const chunk = view.getUint8(15);
  if (chunk === 'X'.charCodeAt(0)) {
    const three = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000 + 1;
    return { width: three(24), height: three(27) };
  }
  if (chunk === 'L'.charCodeAt(0)) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** The `ispe` property, wherever it stands in the first bytes. ISO/IEC 23008-12, 6.5.3. */
function avifSize(view: DataView): PixelSize | null {
  const end = Math.min(view.byteLength - 20, 16 * 1024);
  for (let at = 0; at < end; at++) {
    if (view.getUint32(at) === 0x69737065)
      return { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
  }
  return null;
}
