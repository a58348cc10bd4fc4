/** The program's entry, and that of the thread it starts to look into disks. */
import { isMainThread } from 'node:worker_threads';
import { serveFiles } from './filesThread.ts';
import { processIo } from './io.ts';
import { EXIT, run } from './run.ts';

if (isMainThread) {
  process.exitCode = await run(process.argv.slice(2), processIo());
  // What nobody takes from our output would keep the program from ending.
  if (process.exitCode === EXIT.interrupted) process.exit();
} else serveFiles();
