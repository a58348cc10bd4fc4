/**
 * Starts modules of 7-Zip from one compiled program. The package's files stay as they are: what has to be different is
 * handed in as imports of the WebAssembly, which is what emscripten's `instantiateWasm` is for.
 */
import { assert } from '../../base/assert.ts';
import type { ModuleWiring, SevenZipFactory, SevenZipModule } from './sevenZipModule.ts';

/** The module's memory. A file allocation table of 2^28 clusters, or some three million MFT records, fit. */
export const MOST_MEMORY_BYTES = 2 ** 30;

type Instantiated = (instance: WebAssembly.Instance, program: WebAssembly.Module) => void;

interface EmscriptenOptions {
  readonly instantiateWasm: (imports: WebAssembly.Imports, done: Instantiated) => object;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}

/** What `7zz.es6.js` exports. */
type PackageFunction = (options: EmscriptenOptions) => Promise<SevenZipModule>;

export function sevenZipFactory(start: PackageFunction, program: WebAssembly.Module): SevenZipFactory {
  return (wiring) =>
    new Promise((resolve, reject) => {
      const silent = () => {};
      start({
        // emscripten never learns that this failed: the promise of `start` would stay open.
        instantiateWasm(imports, done) {
          const memory: MemoryOfModule = { memory: null };
          WebAssembly.instantiate(program, wiredImports(imports, wiring, memory)).then((instance) => {
            const found = instance.exports.memory;
            assert(found instanceof WebAssembly.Memory, '7-Zip exports its memory');
            memory.memory = found;
            done(instance, program);
          }, reject);
          return {};
        },
        print: silent,
        printErr: silent,
      }).then(resolve, reject);
    });
}

interface MemoryOfModule {
  memory: WebAssembly.Memory | null;
}

function wiredImports(
  imports: WebAssembly.Imports,
  wiring: ModuleWiring,
  holder: MemoryOfModule,
): WebAssembly.Imports {
  const env = imports.env ?? {};
  const wasi = imports.wasi_snapshot_preview1 ?? {};
  const buffer = (): ArrayBuffer => {
    assert(holder.memory, 'the module runs');
    return holder.memory.buffer;
  };
  return {
    ...imports,
    env: {
      ...env,
      ...utc(buffer),
      ...watchedPaths(env, wiring, buffer),
      emscripten_resize_heap: boundedGrowth(env, wiring),
    },
    wasi_snapshot_preview1: {
      ...wasi,
      fd_write: outputs(wasi, wiring, buffer),
      fd_fdstat_get: plainOutputs(wasi, buffer),
    },
  };
}

function original(imports: WebAssembly.ModuleImports, name: string): (...args: number[]) => unknown {
  const found = imports[name];
  assert(typeof found === 'function', `7-Zip imports ${name}`);
  return (...args) => Reflect.apply(found, undefined, args);
}

function boundedGrowth(env: WebAssembly.ModuleImports, wiring: ModuleWiring) {
  const grow = original(env, 'emscripten_resize_heap');
  return (bytes: number): unknown => {
    // Unsigned in the program, signed at the border.
    const granted = bytes >>> 0 <= MOST_MEMORY_BYTES ? grow(bytes) : false;
    if (!granted) wiring.onMemoryRefused();
    return granted;
  };
}

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** emscripten makes other names of bytes that are no text, and some of them the same: the bytes are decoded here. */
function watchedPaths(env: WebAssembly.ModuleImports, wiring: ModuleWiring, buffer: () => ArrayBuffer) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const watched = (name: string, pathArgument: number) => {
    const call = original(env, name);
    return (...args: number[]): unknown => {
      const start = args[pathArgument] ?? 0;
      const memory = new Uint8Array(buffer());
      wiring.onPath(decoder.decode(memory.subarray(start, memory.indexOf(0, start))));
      return call(...args);
    };
  };
  return {
    __syscall_openat: watched('__syscall_openat', 1),
    __syscall_symlinkat: watched('__syscall_symlinkat', 2),
  };
}

const REGULAR_FILE = 4;
const FDSTAT_BYTES = 24;

/** Standard output is said to be no terminal: for terminals, 7-Zip prints control characters as `_`. */
function plainOutputs(wasi: WebAssembly.ModuleImports, buffer: () => ArrayBuffer) {
  const status = original(wasi, 'fd_fdstat_get');
  return (descriptor: number, target: number): unknown => {
    if (descriptor !== STANDARD_OUTPUT && descriptor !== STANDARD_ERROR) return status(descriptor, target);
    const bytes = new Uint8Array(buffer(), target, FDSTAT_BYTES);
    bytes.fill(0);
    bytes[0] = REGULAR_FILE;
    return 0;
  };
}

/** Listings come as some forty writes an entry: they go straight to the reader, past emscripten's files and strings. */
function outputs(wasi: WebAssembly.ModuleImports, wiring: ModuleWiring, buffer: () => ArrayBuffer) {
  const write = original(wasi, 'fd_write');
  let view = new DataView(new ArrayBuffer(0));
  let bytes = new Uint8Array(0);
  return (descriptor: number, vectors: number, count: number, written: number): unknown => {
    if (descriptor !== STANDARD_OUTPUT && descriptor !== STANDARD_ERROR)
      return write(descriptor, vectors, count, written);
    const memory = buffer();
    if (view.buffer !== memory) {
      view = new DataView(memory);
      bytes = new Uint8Array(memory);
    }
    let sum = 0;
    for (let at = vectors; at < vectors + count * 8; at += 8) {
      const start = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      if (length === 0) continue;
      if (descriptor === STANDARD_OUTPUT) wiring.onOutput(bytes, start, start + length);
      else wiring.onErrorOutput(bytes, start, start + length);
      sum += length;
    }
    view.setUint32(written, sum, true);
    return 0;
  };
}

/** Fields of C's `struct tm`, four bytes each. */
const TM = {
  second: 0,
  minute: 1,
  hour: 2,
  day: 3,
  month: 4,
  year: 5,
  weekday: 6,
  yearDay: 7,
  summer: 8,
  zone: 9,
};

/** Times are printed as of a place without an offset, wherever this machine stands. */
function utc(buffer: () => ArrayBuffer) {
  const breakDown = (seconds: bigint, tm: number): void => {
    const fields = new Int32Array(buffer(), tm, 10);
    const day = Math.floor(Number(seconds) / 86_400);
    const inDay = Number(seconds) - day * 86_400;
    const { year, month, dayOfMonth, dayOfYear } = civilDate(day);
    fields[TM.second] = inDay % 60;
    fields[TM.minute] = Math.floor(inDay / 60) % 60;
    fields[TM.hour] = Math.floor(inDay / 3600);
    fields[TM.day] = dayOfMonth;
    fields[TM.month] = month;
    fields[TM.year] = year - 1900;
    fields[TM.weekday] = (((day + 4) % 7) + 7) % 7;
    fields[TM.yearDay] = dayOfYear;
    fields[TM.summer] = 0;
    fields[TM.zone] = 0;
  };
  return {
    _tzset_js(zone: number, summer: number, standardName: number, summerName: number): void {
      const view = new DataView(buffer());
      view.setInt32(zone, 0, true);
      view.setInt32(summer, 0, true);
      // "UTC" and its end.
      for (const name of [standardName, summerName]) view.setUint32(name, 0x00435455, true);
    },
    _gmtime_js: breakDown,
    _localtime_js: breakDown,
    _mktime_js(tm: number): bigint {
      const fields = new Int32Array(buffer(), tm, 10);
      const field = (index: number) => fields[index] ?? 0;
      const days = daysFromCivil(field(TM.year) + 1900, field(TM.month), field(TM.day));
      fields[TM.summer] = 0;
      return BigInt(days * 86_400 + field(TM.hour) * 3600 + field(TM.minute) * 60 + field(TM.second));
    },
  };
}

interface CivilDate {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly dayOfMonth: number;
  readonly dayOfYear: number;
}

let lastDay = Number.NaN;
let lastDate: CivilDate = { year: 1970, month: 0, dayOfMonth: 1, dayOfYear: 0 };

/** Four times an entry, mostly of a day that was just asked for. */
function civilDate(day: number): CivilDate {
  if (day === lastDay) return lastDate;
  const date = new Date(day * 86_400_000);
  const year = date.getUTCFullYear();
  lastDay = day;
  lastDate = {
    year,
    month: date.getUTCMonth(),
    dayOfMonth: date.getUTCDate(),
    dayOfYear: day - daysFromCivil(year, 0, 1),
  };
  return lastDate;
}

/** Days since 1970-01-01 in the Gregorian calendar, for any year; `month` from 0. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const inMarchYear = year + Math.floor(month / 12) - (((month % 12) + 12) % 12 < 2 ? 1 : 0);
  const era = Math.floor(inMarchYear / 400);
  const yearOfEra = inMarchYear - era * 400;
  const monthOfMarchYear = (((month + 10) % 12) + 12) % 12;
  const dayOfYear = Math.floor((153 * monthOfMarchYear + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
