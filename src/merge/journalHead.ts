/** What a merge journal says of the merge itself: written once, as JSON. Read back, it is somebody's file: all is checked. */
import { assert } from '../base/assert.ts';
import { HEAD_LIMIT_BYTES } from './journalFormat.ts';
import type { MergeWay } from './stretch.ts';

export interface JournalSource {
  readonly name: string;
  /** Raw, hex; '' for raw images. */
  readonly id: string;
  readonly virtualSizeBytes: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number | null;
}

export interface JournalHead {
  readonly way: MergeWay;
  /** The file that is written to: the parent, or the new file while it is not complete (`NAME.part`). */
  readonly target: string;
  /** The target's id when the merge began, raw hex. */
  readonly targetId: string;
  /** The name that a new file gets at the end; null in place. */
  readonly newName: string | null;
  /** Newest first, without the target. */
  readonly sources: readonly JournalSource[];
  /** The last source needs no parent. */
  readonly complete: boolean;
  /** Files below the target, newest first: what the disk reads from besides. */
  readonly below: readonly string[];
  /** In place: files that name the newest source as their parent. */
  readonly relink: readonly string[];
  /** SHA-256 of the disk before, hex; null = not asked for. */
  readonly sha256Before: string | null;
  /** A guest wrote meanwhile: copying begins anew after a cut. */
  readonly live: boolean;
  /** Sectors that read as zeros where no source holds them, whatever lies below; null = none. */
  readonly zeros: { readonly firstSector: number; readonly endSector: number } | null;
}

/** Layers of a chain, and files that may name one of them as their parent. */
const LAYER_LIMIT = 256;
const RELINK_LIMIT = 65_536;
const NAME_LIMIT = 4096;

/** UTF-8; null where it is larger than a journal takes. */
export function headBytesOf(head: JournalHead): Uint8Array | null {
  const text = JSON.stringify(head);
  assert(parsedHead(text) !== null, 'a head that can be read back');
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= HEAD_LIMIT_BYTES ? bytes : null;
}

/** null for anything that no journal has. Members that are not known are passed over. */
export function parseHead(bytes: Uint8Array): JournalHead | null {
  try {
    return parsedHead(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
}

function parsedHead(text: string): JournalHead | null {
  const head = membersOf(parsedJson(text));
  if (head === null) return null;
  const { way, target, targetId, newName, complete, sha256Before, live } = head;
  const sources = listOf(head.sources, LAYER_LIMIT, parseSource);
  const below = listOf(head.below, LAYER_LIMIT, parseName);
  const relink = listOf(head.relink, RELINK_LIMIT, parseName);
  const zeros = head.zeros === null ? null : parseZeros(head.zeros);
  if (way !== 'in-place' && way !== 'new-file') return null;
  if (!isName(target) || !isId(targetId)) return null;
  if (way === 'in-place' ? newName !== null : !isName(newName)) return null;
  if (sources === null || sources.length === 0 || below === null || relink === null) return null;
  if (typeof complete !== 'boolean' || typeof live !== 'boolean' || zeros === undefined) return null;
  if (sha256Before !== null && !isHex(sha256Before, 64)) return null;
  const named = way === 'in-place' ? null : newName;
  if (named !== null && !isName(named)) return null;
  return {
    way,
    target,
    targetId,
    newName: named,
    sources,
    complete,
    below,
    relink,
    sha256Before,
    live,
    zeros,
  };
}

function parseSource(value: unknown): JournalSource | null {
  const { name, id, virtualSizeBytes, sizeBytes, modifiedMs } = membersOf(value) ?? {};
  if (!isName(name) || !isId(id) || !isCount(virtualSizeBytes) || !isCount(sizeBytes)) return null;
  if (modifiedMs !== null && !(typeof modifiedMs === 'number' && Number.isFinite(modifiedMs))) return null;
  return { name, id, virtualSizeBytes, sizeBytes, modifiedMs };
}

/** undefined where it is none. */
function parseZeros(value: unknown): JournalHead['zeros'] | undefined {
  const { firstSector, endSector } = membersOf(value) ?? {};
  if (!isCount(firstSector) || !isCount(endSector) || endSector < firstSector) return undefined;
  return { firstSector, endSector };
}

function parseName(value: unknown): string | null {
  return isName(value) ? value : null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value));
}

function listOf<T>(value: unknown, limit: number, parse: (value: unknown) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length > limit) return null;
  const parsed = value.map(parse).filter((item) => item !== null);
  return parsed.length === value.length ? parsed : null;
}

/** Of a file of the folder, which judges for itself whether it has one of that name. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LIMIT && !value.includes('\0');
}

function isId(value: unknown): value is string {
  return value === '' || isHex(value, 32);
}

function isHex(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && !/[^0-9a-f]/i.test(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
