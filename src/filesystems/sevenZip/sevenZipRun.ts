/** One run of 7-Zip over a volume, from start to end in one go. */
import { DiskError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { sizeText } from '../../base/units.ts';
import type { ModuleFiles, SevenZipFactory, SevenZipModule } from './sevenZipModule.ts';
import { MOST_MEMORY_BYTES } from './startModule.ts';

/** Thrown by a hook to end the run where it stands: nothing more is wanted of it. */
export class RunEnd extends Error {
  override readonly name = 'RunEnd';
}

interface RunHooks {
  /** Puts files in its place before it starts. */
  prepare(files: ModuleFiles): void;
  onOutput(memory: Uint8Array, start: number, end: number): void;
  onErrorOutput(memory: Uint8Array, start: number, end: number): void;
  /** As `ModuleWiring.onPath`. */
  onPath?(path: string): void;
}

/** 7-Zip's exit codes: 0 well, 1 warnings, 2 errors. */
type ExitCode = number;

/**
 * Every run has a module of its own: nothing that a damaged volume does to one outlives it. What a hook throws comes out as
 * it is; null where it was a `RunEnd`. Throws 'corrupt' where 7-Zip stops by itself, 'limit' where it has no more memory.
 */
export async function runSevenZip(
  factory: SevenZipFactory,
  args: readonly string[],
  hooks: RunHooks,
): Promise<ExitCode | null> {
  const state: { memoryRefused: boolean; thrown: { error: unknown } | null } = {
    memoryRefused: false,
    thrown: null,
  };
  // Through the program's frames only: it catches nothing, but what stopped it must not be told from a message.
  const guarded = (hook: RunHooks['onOutput']): RunHooks['onOutput'] => {
    return (memory, start, end) => {
      try {
        hook(memory, start, end);
      } catch (error) {
        state.thrown ??= { error };
        throw error;
      }
    };
  };
  const module = await factory({
    onOutput: guarded((memory, start, end) => hooks.onOutput(memory, start, end)),
    onErrorOutput: guarded((memory, start, end) => hooks.onErrorOutput(memory, start, end)),
    onPath: (path) => hooks.onPath?.(path),
    onMemoryRefused: () => {
      state.memoryRefused = true;
    },
  });
  hooks.prepare(module.FS);
  try {
    const code = callMain(module, args);
    if (state.memoryRefused) throw outOfMemory();
    return code;
  } catch (error) {
    const cause = state.thrown ? state.thrown.error : error;
    if (cause instanceof RunEnd) return null;
    if (state.memoryRefused) throw outOfMemory();
    if (isProgramStop(cause)) throw stopped(cause);
    throw cause;
  }
}

function callMain(module: SevenZipModule, args: readonly string[]): ExitCode {
  // emscripten sets the exit code of the whole program to its own.
  const before = typeof process === 'object' ? process.exitCode : undefined;
  try {
    return Number(module.callMain([...args]));
  } finally {
    if (typeof process === 'object') process.exitCode = before;
  }
}

/** A trap, an endless recursion, or an exception of C++, which is thrown as its address. */
function isProgramStop(cause: unknown): boolean {
  return (
    typeof cause === 'number' || cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError
  );
}

function stopped(cause: unknown): DiskError {
  const why = cause instanceof Error ? ` (${printable(cause.message)})` : '';
  return new DiskError({
    code: 'corrupt',
    message: `7-Zip stopped while it read the file system${why}.`,
    meaning: 'The file system is damaged in a way that 7-Zip does not cope with. Nothing was changed.',
    remedy: 'Look at the same volume at an older point of the chain, or check it with its own system.',
  });
}

function outOfMemory(): DiskError {
  return new DiskError({
    code: 'limit',
    message: `7-Zip needs more than ${sizeText(MOST_MEMORY_BYTES)} of memory for this file system.`,
    meaning: 'It holds more than this program takes on, or it is damaged and claims to.',
    remedy: 'Save the disk as a VHD or raw image, and open it with a system that reads this file system.',
  });
}
