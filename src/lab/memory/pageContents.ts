/**
 * What a page of the guest's memory holds: made from seed, page and version whenever it is asked for, so that memory of
 * any size takes no room. A mix as in a machine that has been running for a while: empty pages, text, machine code, and
 * data that nothing compresses.
 */
import { viewOf } from '../../base/bytes.ts';
import { Prng } from '../../base/prng.ts';
import { PAGE_BYTES } from './memory.ts';

type PageKind = 'zeros' | 'text' | 'code' | 'random';

/** Every page but an empty one begins with its number and its version: no two of them are alike. */
const STAMP_BYTES = 8;

const POOL_BYTES = 32 * 1024;

const WORDS = (
  'GET POST HTTP/1.1 200 304 404 text/html application/json /docs/ /reports/ index.html .txt .log LAB-WEB01 ' +
  'LAB-DB02 2026-03-02T14: Information Warning Service Control Manager started stopped session user Administrator ' +
  'order customer invoice quantity price total SELECT FROM WHERE INSERT INTO VALUES UPDATE COMMIT the of and to in a ' +
  'is that file was not opened closed read written bytes disk volume cache page C:\\Windows\\System32\\ .dll .exe'
)
  .split(' ')
  .map((word) => Uint8Array.from(`${word} `, (char) => char.charCodeAt(0)));

/** Common x86-64 instructions. */
const INSTRUCTIONS = [
  '48 8B 45 F8',
  '48 89 45 E8',
  '48 8D 4D D0',
  '48 8B 0D 40 12 00 00',
  '48 83 C4 28',
  '48 83 EC 28',
  'E8 10 03 00 00',
  'FF 15 88 20 00 00',
  '0F 84 9A 00 00 00',
  '74 0E',
  '75 12',
  '33 C0',
  'C3 CC CC CC',
  '55 48 8B EC',
  '85 C0',
  '89 44 24 20',
].map((digits) => Uint8Array.from(digits.split(' '), (byte) => Number.parseInt(byte, 16)));

/** Text and code that pages are pieced together from; made when the first page asks. */
let pools: { readonly text: Uint8Array; readonly code: Uint8Array } | null = null;

function poolOf(parts: readonly Uint8Array[], seed: number): Uint8Array {
  const random = new Prng(seed);
  const pool = new Uint8Array(POOL_BYTES);
  for (let at = 0; at < POOL_BYTES; ) {
    const part = (parts[random.next() % parts.length] ?? pool).subarray(0, POOL_BYTES - at);
    pool.set(part, at);
    at += part.length;
  }
  return pool;
}

/** Fills `target`, one page. A page is of one kind for good; only an empty one gets contents when it is written to. */
export function fillPage(target: Uint8Array, seed: number, page: number, version: number): void {
  const kind = kindOf(seed, page, version);
  if (kind === 'zeros') {
    target.fill(0);
    return;
  }
  FILLS[kind](target, new Prng(mixed(mixed(seed, page), version)));
  const view = viewOf(target);
  view.setUint32(0, page);
  view.setUint32(4, version);
}

/** Of 16 pages about 8 are empty at first, 3 hold text, 3 code and 2 what nothing compresses. */
function kindOf(seed: number, page: number, version: number): PageKind {
  const share = mixed(seed ^ 0x5bd1e995, page) >>> 28;
  if (share < 8) return version === 0 ? 'zeros' : 'text';
  if (share < 11) return 'text';
  return share < 14 ? 'code' : 'random';
}

/** A seed for each pair of numbers. */
function mixed(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
  return (hash ^ (hash >>> 13)) >>> 0;
}

type Fill = (target: Uint8Array, random: Prng) => void;

/** Pieces of a pool, `pieceBytes` to twice that long, up to some place in the last three quarters; then zeros. */
function fillPieces(target: Uint8Array, random: Prng, pool: Uint8Array, pieceBytes: number): void {
  const end = PAGE_BYTES / 4 + (random.next() % ((PAGE_BYTES * 3) / 4));
  let at = STAMP_BYTES;
  while (at < end) {
    const bits = random.next();
    const length = Math.min(pieceBytes + (bits & (pieceBytes - 1)), PAGE_BYTES - at);
    const from = (bits >>> 8) % (POOL_BYTES - length);
    target.set(pool.subarray(from, from + length), at);
    at += length;
  }
  target.fill(0, at);
}

function fillRandom(target: Uint8Array, random: Prng): void {
  const view = viewOf(target);
  for (let at = STAMP_BYTES; at < PAGE_BYTES; at += 4) view.setUint32(at, random.next());
}

const FILLS: Readonly<Record<Exclude<PageKind, 'zeros'>, Fill>> = {
  text: (target, random) => fillPieces(target, random, thePools().text, 64),
  code: (target, random) => fillPieces(target, random, thePools().code, 32),
  random: fillRandom,
};

function thePools() {
  pools ??= { text: poolOf(WORDS, 1), code: poolOf(INSTRUCTIONS, 2) };
  return pools;
}

/** Bytes of a page up to its last one that is not zero; 0 for a page of zeros. */
export function usedBytes(page: Uint8Array): number {
  const view = viewOf(page);
  let end = PAGE_BYTES;
  while (end > 0 && view.getUint32(end - 4) === 0) end -= 4;
  while (end > 0 && page[end - 1] === 0) end--;
  return end;
}
