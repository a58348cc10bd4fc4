/** Runs one call and turns whatever happens into an exit status: 0, 1 (the data is at fault) or 2 (the call is). */
import { DiskError, type Problem } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { parseCall } from './arguments.ts';
import type { Call } from './call.ts';
import { catCommand } from './commands/cat.ts';
import { checkCommand } from './commands/check.ts';
import { compactCommand } from './commands/compact.ts';
import { compareCommand } from './commands/compare.ts';
import { costCommand } from './commands/cost.ts';
import { createCommand } from './commands/create.ts';
import { diffCommand } from './commands/diff.ts';
import { experimentCommand } from './commands/experiment.ts';
import { exportCommand } from './commands/export.ts';
import { extractCommand } from './commands/extract.ts';
import { growCommand } from './commands/grow.ts';
import { hashCommand } from './commands/hash.ts';
import { infoCommand } from './commands/info.ts';
import { labCommand } from './commands/lab.ts';
import { listCommand } from './commands/ls.ts';
import { measureCommand } from './commands/measure.ts';
import { mergeCommand } from './commands/merge.ts';
import { readCommand } from './commands/read.ts';
import { recoverCommand } from './commands/recover.ts';
import { repairCommand } from './commands/repair.ts';
import { traceCommand } from './commands/trace.ts';
import { treeCommand } from './commands/tree.ts';
import { type Io, OutputClosed } from './io.ts';
import { jsonText, printable, problemLines } from './text.ts';
import { HELP, UsageError } from './usage.ts';

export const EXIT = { fine: 0, dataAtFault: 1, callAtFault: 2, interrupted: 130 } as const;

/** The arguments without the program's own name. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    const atFault = await perform(parseCall(args), io);
    return atFault ? EXIT.dataAtFault : EXIT.fine;
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.fine;
    return report(error, args.includes('--json'), io);
  }
}

/** Resolves to true where the answer was given but the data has errors. */
async function perform(call: Call, io: Io): Promise<boolean> {
  switch (call.command) {
    case 'help':
      await io.out(HELP);
      return false;
    case 'version':
      await io.out(`disklab ${VERSION}\n`);
      return false;
    case 'tree':
      return treeCommand(call, io);
    case 'info':
      return infoCommand(call, io);
    case 'trace':
      return traceCommand(call, io);
    case 'read':
      return readCommand(call, io);
    case 'hash':
      return hashCommand(call, io);
    case 'export':
      return exportCommand(call, io);
    case 'check':
      return checkCommand(call, io);
    case 'repair':
    case 'reparent':
      return repairCommand(call, io);
    case 'create':
      return createCommand(call, io);
    case 'compact':
      return compactCommand(call, io);
    case 'grow':
      return growCommand(call, io);
    case 'compare':
      return compareCommand(call, io);
    case 'measure':
      return measureCommand(call, io);
    case 'merge':
      return mergeCommand(call, io);
    case 'recover':
      return recoverCommand(call, io);
    case 'lab':
      return labCommand(call, io);
    case 'experiment':
      return experimentCommand(call, io);
    case 'cost':
      return costCommand(call, io);
    case 'ls':
      return listCommand(call, io);
    case 'cat':
      return catCommand(call, io);
    case 'extract':
      return extractCommand(call, io);
    case 'diff':
      return diffCommand(call, io);
  }
}

async function report(error: unknown, json: boolean, io: Io): Promise<number> {
  if (io.signal.aborted) {
    io.err('disklab: interrupted.\n');
    return EXIT.interrupted;
  }
  if (error instanceof UsageError) {
    io.err(
      `disklab: ${printable(error.message)}\n${error.hint === null ? '' : `  ${printable(error.hint)}\n`}`,
    );
    return EXIT.callAtFault;
  }
  const problem = problemOf(error);
  io.err(`${problemLines(problem).join('\n')}\n`);
  if (!(error instanceof DiskError) && error instanceof Error) io.err(`${error.stack}\n`);
  if (json) await io.out(jsonText({ error: problem })).catch(() => {});
  return problem.code === 'bad-request' ? EXIT.callAtFault : EXIT.dataAtFault;
}

function problemOf(error: unknown): Problem {
  if (error instanceof DiskError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'engine-failed',
    message: `A fault of this program: ${message}`,
    meaning:
      'A new file that was being written is not there. A change in place is finished by calling it again.',
    remedy: 'Report it with the lines below.',
  };
}
