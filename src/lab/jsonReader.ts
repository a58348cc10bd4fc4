/**
 * Reads JSON that anybody may have written: every value by its type and within bounds, and what does not fit becomes an
 * error that names its place (`commands[3].at`), what was found there and what is expected.
 */
import { DiskError, type ErrorCode } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { GIB, grouped, KIB, MIB, sizeText, TIB } from '../base/units.ts';
import { US_PER_SECOND } from './labTime.ts';

/** Whose text it is, and in which words its faults are told. */
export interface JsonSource {
  /** Shown in messages. */
  readonly name: string;
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly remedy: string;
  readonly mostBytes: number;
}

/** Ten thousand hours: no lab runs for longer. */
export const LONGEST_TIME_US = 10_000 * 3600 * US_PER_SECOND;

export const LARGEST_SEED = 2 ** 32 - 1;

/** Throws a `DiskError` with the code of `source` where the text is no JSON, or larger than it may be. */
export function readJson(text: string, source: JsonSource): JsonValue {
  if (text.length > source.mostBytes) throw tooLarge(text.length, source);
  try {
    return new JsonValue(JSON.parse(text), '', source);
  } catch (error) {
    throw fault(source, `it is not JSON (${printable(said(error))})`, error);
  }
}

/** As `readJson`, of bytes that should be UTF-8; a byte order mark at the start is passed over. */
export function readJsonBytes(bytes: Uint8Array, source: JsonSource): JsonValue {
  if (bytes.length > source.mostBytes) throw tooLarge(bytes.length, source);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw fault(source, 'it is not text in UTF-8', error);
  }
  return readJson(text, source);
}

/** One value of the text, and where it stands. */
export class JsonValue {
  constructor(
    private readonly value: unknown,
    /** `commands[3].at`; '' for the whole text. */
    readonly place: string,
    readonly source: JsonSource,
  ) {}

  get isNull(): boolean {
    return this.value === null;
  }

  get isText(): boolean {
    return typeof this.value === 'string';
  }

  boolean(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.unlike('true or false');
  }

  whole(least: number, most: number): number {
    if (Number.isSafeInteger(this.value)) {
      const value = Number(this.value);
      // -0 is 0: a text that is written anew must read the same.
      if (value >= least && value <= most) return value === 0 ? 0 : value;
    }
    throw this.unlike(`a whole number from ${grouped(least)} to ${grouped(most)}`);
  }

  /** `least` and `most` in UTF-16 units, as they are counted for names. */
  text(least: number, most: number): string {
    if (typeof this.value === 'string' && this.value.length >= least && this.value.length <= most)
      return this.value;
    throw this.unlike(`text of ${least === 0 ? 'at most' : `${least} to`} ${grouped(most)} characters`);
  }

  /** Text for which `isIt` holds; `expected` says what that is. */
  textThat(isIt: (text: string) => boolean, expected: string): string {
    if (typeof this.value === 'string' && isIt(this.value)) return this.value;
    throw this.unlike(expected);
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const word = words.find((each) => each === this.value);
    if (word !== undefined) return word;
    throw this.unlike(`one of ${words.map((each) => `“${each}”`).join(', ')}`);
  }

  /** A number of bytes, or a size with its unit: `"4 GiB"`. Whole multiples of `unit` bytes. */
  size(least: number, most: number, unit = 1): number {
    const bytes = typeof this.value === 'string' ? sizeOf(this.value) : Number(this.value);
    const isNumber = typeof this.value === 'string' || typeof this.value === 'number';
    if (isNumber && Number.isSafeInteger(bytes) && bytes >= least && bytes <= most && bytes % unit === 0)
      return bytes === 0 ? 0 : bytes;
    const whole = unit === 1 ? '' : `, a multiple of ${sizeText(unit)}`;
    throw this.unlike(`a size from ${sizeText(least)} to ${sizeText(most)}${whole}, as 4194304 or "4 MiB"`);
  }

  /** Seconds, or `"hh:mm:ss"` with up to six more digits; in microseconds. */
  timeUs(): number {
    const us =
      typeof this.value === 'number'
        ? Math.round(this.value * US_PER_SECOND)
        : typeof this.value === 'string'
          ? timeOf(this.value)
          : Number.NaN;
    if (us >= 0 && us <= LONGEST_TIME_US) return us === 0 ? 0 : us;
    throw this.unlike('a time up to 10000:00:00, as "00:01:30.250" or in seconds');
  }

  orNull<T>(read: (value: JsonValue) => T): T | null {
    return this.value === null ? null : read(this);
  }

  list<T>(least: number, most: number, read: (value: JsonValue, index: number) => T): T[] {
    if (!Array.isArray(this.value) || this.value.length < least || this.value.length > most)
      throw this.unlike(`a list of ${least === 0 ? 'at most' : `${least} to`} ${grouped(most)}`);
    return this.value.map((item, i) => read(new JsonValue(item, `${this.place}[${i}]`, this.source), i));
  }

  /** An object; members that `read` does not ask for are faults, so that a misspelt one is not passed over. */
  object<T>(read: (members: JsonMembers) => T): T {
    const members = new JsonMembers(this.entries(), this);
    const result = read(members);
    members.refuseOthers();
    return result;
  }

  /** An object used as a table. `example` is a key as `isKey` wants it. */
  table<T>(
    most: number,
    { isKey, example }: { readonly isKey: RegExp; readonly example: string },
    read: (value: JsonValue) => T,
  ): Record<string, T> {
    const entries = this.entries();
    if (entries.length > most) throw this.unlike(`at most ${grouped(most)} members`);
    return Object.fromEntries(
      entries.map(([name, value]) => {
        const item = new JsonValue(value, memberPlace(this.place, name), this.source);
        if (!isKey.test(name)) throw item.wrong(`there is no such member; expected names as “${example}”`);
        return [name, read(item)];
      }),
    );
  }

  /** The error for this place; `text` follows on `commands[3].at: `. */
  wrong(text: string): DiskError {
    return fault(this.source, this.place === '' ? text : `${printable(this.place)}: ${text}`);
  }

  unlike(expected: string): DiskError {
    return this.wrong(`found ${foundText(this.value)}, expected ${expected}`);
  }

  private entries(): [string, unknown][] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.unlike('an object');
    return Object.entries(this.value);
  }
}

/** The members of one object. */
export class JsonMembers {
  private readonly members: ReadonlyMap<string, unknown>;
  private readonly asked = new Set<string>();

  constructor(
    entries: readonly (readonly [string, unknown])[],
    private readonly owner: JsonValue,
  ) {
    this.members = new Map(entries);
  }

  /** A member that must be there. */
  get(name: string): JsonValue {
    const value = this.find(name);
    if (value) return value;
    throw this.at(name, undefined).wrong('it is missing');
  }

  /** null where it is not there. */
  find(name: string): JsonValue | null {
    this.asked.add(name);
    return this.members.has(name) ? this.at(name, this.members.get(name)) : null;
  }

  /** `fallback` where it is not there. */
  read<T>(name: string, fallback: T, read: (value: JsonValue) => T): T {
    const value = this.find(name);
    return value ? read(value) : fallback;
  }

  refuseOthers(): void {
    for (const name of this.members.keys()) {
      if (this.asked.has(name)) continue;
      const known = [...this.asked].join(', ');
      throw this.at(name, undefined).wrong(`there is no such member; there are ${known}`);
    }
  }

  private at(name: string, value: unknown): JsonValue {
    return new JsonValue(value, memberPlace(this.owner.place, name), this.owner.source);
  }
}

function memberPlace(place: string, name: string): string {
  const isPlain = /^[a-z]\w{0,40}$/i.test(name);
  if (!isPlain) return `${place}[${JSON.stringify(name.slice(0, 40))}]`;
  return place === '' ? name : `${place}.${name}`;
}

function foundText(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${grouped(value.length)}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return String(value);
  const shown = value.length > 40 ? `${value.slice(0, 40)}… (${grouped(value.length)} characters)` : value;
  return `“${printable(shown)}”`;
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: KIB, MiB: MIB, GiB: GIB, TiB: TIB };

function sizeOf(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,16}(?:\.\d{1,9})?) ?([KMGT]iB|B)$/.exec(text) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
}

/** `hh:mm:ss` with up to six more digits; NaN where it is none. In microseconds. */
export function timeOf(text: string): number {
  const [, hours, minutes, seconds, rest = ''] =
    /^(\d{1,5}):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (hours === undefined) return Number.NaN;
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return whole * US_PER_SECOND + Number(rest.padEnd(6, '0'));
}

function tooLarge(size: number, source: JsonSource): DiskError {
  return fault(source, `it has ${sizeText(size)}, expected at most ${sizeText(source.mostBytes)}`);
}

function fault({ name, code, meaning, remedy }: JsonSource, text: string, cause?: unknown): DiskError {
  return new DiskError({ code, message: `${printable(name)}: ${text}.`, meaning, remedy }, { cause });
}

function said(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : String(error);
}
