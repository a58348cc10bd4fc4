/** Programs of this machine that tests compare with; tests that need one skip by its name elsewhere. */
import { execFileSync } from 'node:child_process';

export function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--help'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // Any answer but "no such program" means that it is there.
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

/** Standard output; throws with what the program said. */
export function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
}
