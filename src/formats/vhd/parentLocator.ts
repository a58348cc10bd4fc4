/** Parent locators: up to eight entries of the dynamic disk header, each pointing at a path spelled for one platform. */
import { latin1, utf16 } from '../../base/bytes.ts';
import { SECTOR_BYTES } from '../../base/units.ts';
import { ascii, field, hex32, struct, u32 } from '../struct.ts';
import { offset64, size32 } from './fieldTypes.ts';

export const LOCATOR_COUNT = 8;
/** More than this is never read of one locator: real paths are far shorter. */
export const LOCATOR_READ_LIMIT_BYTES = 65_536;

/** Platform Code of the specification, section "Parent Locator Entries". */
const PLATFORMS: Readonly<Record<string, string>> = {
  '\0\0\0\0': 'unused',
  Wi2r: 'relative path, old Windows encoding',
  Wi2k: 'absolute path, old Windows encoding',
  W2ru: 'relative path, UTF-16 little-endian',
  W2ku: 'absolute path, UTF-16 little-endian',
  'Mac ': 'Mac OS alias',
  MacX: 'file URL, UTF-8',
};

export const parentLocatorStruct = struct('Parent locator entry', 24, {
  platformCode: field(
    ascii(4),
    (value) => `How the path is spelled: ${PLATFORMS[value] ?? 'an unknown platform'}.`,
  ),
  platformDataSpace: field(
    u32,
    'Space set aside for the path: sectors, says the specification; Windows writes bytes.',
  ),
  platformDataLength: field(size32, 'Length of the path itself.'),
  reserved: field(hex32, 'Reserved, zeros.'),
  platformDataOffset: field(offset64, 'Where the path’s bytes are, from the start of the file.'),
});

export type ParentLocator = ReturnType<typeof parentLocatorStruct.parse>;

export function isUsed(locator: ParentLocator): boolean {
  return locator.platformCode !== '\0\0\0\0';
}

export function isKnownPlatform(platformCode: string): boolean {
  return Object.hasOwn(PLATFORMS, platformCode);
}

/**
 * Bytes set aside for the path: below 512 the field is taken as sectors, a multiple of 512 as bytes (Windows), anything
 * else is neither: null.
 */
export function dataSpaceBytes(platformDataSpace: number): number | null {
  if (platformDataSpace < SECTOR_BYTES) return platformDataSpace * SECTOR_BYTES;
  return platformDataSpace % SECTOR_BYTES === 0 ? platformDataSpace : null;
}

/** The path that a locator's bytes spell; null for platforms whose data is no text (Mac aliases, unknown codes). */
export function decodeLocator(platformCode: string, bytes: Uint8Array): string | null {
  switch (platformCode) {
    case 'W2ku':
    case 'W2ru':
      return utf16(bytes, true);
    case 'Wi2k':
    case 'Wi2r':
      return latin1(untilNul(bytes));
    case 'MacX':
      return pathOfUrl(new TextDecoder().decode(untilNul(bytes)));
    default:
      return null;
  }
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** `file://localhost/Users/a%20b.vhd` → `/Users/a b.vhd`; text that is no file URL stays as it is. */
function pathOfUrl(url: string): string {
  const path = /^file:\/\/(?:localhost(?=\/))?(.*)$/i.exec(url)?.[1];
  if (path === undefined) return url;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The last component of a path of either kind of separator. */
export function baseNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
