/**
 * Pictures that the browser draws by itself, and how large they say they are. SVG and HTML are not among them: those can hold
 * more than a picture.
 */
import { viewOf } from '../../../../base/bytes.ts';
import type { FileKind } from '../../../../engine/api.ts';

export interface ImageKind {
  readonly type: string;
  readonly name: string;
}

/** By the words that the engine has for them. */
const KINDS: ReadonlyMap<string, ImageKind> = new Map([
  ['PNG image', { type: 'image/png', name: 'PNG' }],
  ['JPEG image', { type: 'image/jpeg', name: 'JPEG' }],
  ['GIF image', { type: 'image/gif', name: 'GIF' }],
  ['WebP image', { type: 'image/webp', name: 'WebP' }],
  ['BMP image', { type: 'image/bmp', name: 'BMP' }],
  ['AVIF image', { type: 'image/avif', name: 'AVIF' }],
  ['Windows icon', { type: 'image/x-icon', name: 'icon' }],
]);

export function imageKindOf({ show, words }: FileKind): ImageKind | null {
  return show === 'image' ? (KINDS.get(words) ?? null) : null;
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
