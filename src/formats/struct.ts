/**
 * A structure on disk is declared once, as a table of fields; reading, writing and the hex view's annotations all come
 * from that table. All multi-byte numbers are big-endian unless a field says otherwise.
 */
import { assert } from '../base/assert.ts';
import { hexOffset, latin1, toHex, viewOf } from '../base/bytes.ts';

/** A named run of bytes with its meaning; `fields` only on structures. Offsets in the file. */
export interface Annotation {
  readonly name: string;
  readonly offset: number;
  readonly lengthBytes: number;
  /** The value as text; '' on structures. */
  readonly value: string;
  /** One sentence that reads the bytes out. */
  readonly explanation: string;
  readonly fields?: readonly Annotation[];
  /** What the bytes point at, nearest first; the hex view turns each into a link behind the explanation. */
  readonly links?: readonly AnnotationLink[];
}

/** A place that bytes point at: in the same file, or a byte of the disk that the file describes. */
export interface AnnotationLink {
  /** What stands there, in words: `bitmap`, `data`, `sector 37 333 765`. */
  readonly text: string;
  readonly target: 'file' | 'disk';
  readonly offset: number;
}

/** How one field's bytes become a value and go back. */
export interface FieldType<T> {
  readonly lengthBytes: number;
  parse(bytes: Uint8Array): T;
  write(value: T, bytes: Uint8Array): void;
  text(value: T): string;
}

export interface Field<T> {
  readonly type: FieldType<T>;
  /** One sentence for the hex view; given the value, it may read it out. */
  readonly explain: string | ((value: T) => string);
}

// biome-ignore lint/suspicious/noExplicitAny: a table of fields holds fields of any value type; `Infer` gives them back.
type Fields = Readonly<Record<string, Field<any>>>;
type Infer<F extends Fields> = { -readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export interface Struct<V> {
  readonly name: string;
  readonly sizeBytes: number;
  /** Byte offset of a field inside the structure. */
  offsetOf(field: keyof V): number;
  lengthOf(field: keyof V): number;
  parse(bytes: Uint8Array): V;
  write(value: V, bytes: Uint8Array): void;
  /** `fields` are made when they are first asked for. `as` stands in for the structure's name. */
  annotate(bytes: Uint8Array, fileOffset: number, explanation: string, as?: string): Annotation;
}

/** Declares a structure; fields follow one another without gaps. Asserts the size that the specification gives. */
export function struct<F extends Fields>(name: string, sizeBytes: number, fields: F): Struct<Infer<F>> {
  const entries: { key: string; offset: number; field: Field<unknown> }[] = [];
  let at = 0;
  for (const [key, field] of Object.entries(fields)) {
    entries.push({ key, offset: at, field });
    at += field.type.lengthBytes;
  }
  assert(at === sizeBytes, `${name} is ${at} bytes, declared as ${sizeBytes}`);
  const entryOf = (key: unknown) => {
    const entry = entries.find((candidate) => candidate.key === key);
    assert(entry, `${name} has no field ${String(key)}`);
    return entry;
  };
  const slice = (bytes: Uint8Array, entry: (typeof entries)[number]) =>
    bytes.subarray(entry.offset, entry.offset + entry.field.type.lengthBytes);
  return {
    name,
    sizeBytes,
    offsetOf: (field) => entryOf(field).offset,
    lengthOf: (field) => entryOf(field).field.type.lengthBytes,
    parse(bytes) {
      assert(bytes.length >= sizeBytes, `${name} needs ${sizeBytes} bytes`);
      const value: Record<string, unknown> = {};
      for (const entry of entries) value[entry.key] = entry.field.type.parse(slice(bytes, entry));
      return value as Infer<F>;
    },
    write(value, bytes) {
      for (const entry of entries) {
        entry.field.type.write((value as Record<string, unknown>)[entry.key], slice(bytes, entry));
      }
    },
    annotate(bytes, fileOffset, explanation, as = name) {
      const held = bytes.slice(0, sizeBytes);
      const annotateField = (entry: (typeof entries)[number]): Annotation => {
        const value = entry.field.type.parse(slice(held, entry));
        const { explain } = entry.field;
        return {
          name: entry.key,
          offset: fileOffset + entry.offset,
          lengthBytes: entry.field.type.lengthBytes,
          value: entry.field.type.text(value),
          explanation: typeof explain === 'string' ? explain : explain(value),
        };
      };
      let fields: Annotation[] | null = null;
      return {
        name: as,
        offset: fileOffset,
        lengthBytes: sizeBytes,
        value: '',
        explanation,
        get fields() {
          fields ??= entries.map(annotateField);
          return fields;
        },
      };
    },
  };
}

/** One field, with its value's type inferred from the field type. */
export function field<T>(type: FieldType<T>, explain: string | ((value: T) => string)): Field<T> {
  return { type, explain };
}

function number(lengthBytes: 1 | 4, text: (value: number) => string): FieldType<number> {
  return {
    lengthBytes,
    // By hand: a DataView for every field is most of the time that opening a file takes.
    parse(bytes) {
      let value = 0;
      for (let i = 0; i < lengthBytes; i++) value = value * 256 + (bytes[i] ?? 0);
      return value;
    },
    write(value, bytes) {
      const view = viewOf(bytes);
      if (lengthBytes === 1) view.setUint8(0, value);
      else view.setUint32(0, value);
    },
    text,
  };
}

export const u8 = number(1, String);
export const u32 = number(4, String);
/** A 32-bit number that is read as bits or as an offset. */
export const hex32 = number(4, (value) => hexOffset(value, 8));

/** 64 bits as a bigint: offsets of all ones occur, and sizes from hostile files. */
export const u64: FieldType<bigint> = {
  lengthBytes: 8,
  parse: (bytes) => viewOf(bytes).getBigUint64(0),
  write: (value, bytes) => viewOf(bytes).setBigUint64(0, value),
  text: (value) => `0x${value.toString(16).toUpperCase()}`,
};

/** Raw bytes, shown as hex. */
export function raw(lengthBytes: number): FieldType<Uint8Array> {
  return {
    lengthBytes,
    parse: (bytes) => bytes.slice(),
    write: (value, bytes) => bytes.set(value),
    text: (value) => (value.every((byte) => byte === 0) ? 'zeros' : toHex(value)),
  };
}

/** Latin-1 text of fixed length, padding included. */
export function ascii(lengthBytes: number): FieldType<string> {
  return {
    lengthBytes,
    parse: (bytes) => {
      let text = '';
      for (const value of bytes) text += String.fromCharCode(value);
      return text;
    },
    write: (value, bytes) => {
      bytes.fill(0);
      for (let i = 0; i < Math.min(value.length, bytes.length); i++) bytes[i] = value.charCodeAt(i);
    },
    text: (value) => `“${latin1(Uint8Array.from(value, (char) => char.charCodeAt(0)))}”`,
  };
}
