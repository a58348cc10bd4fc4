/** The terminal program run inside a test: what it printed and how it ended. */
import { type Io, OutputClosed } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { loadCore } from '../../src/core/loadCoreNode.ts';
import { localFilesHost } from '../../src/engine/localFilesHost.ts';
import { wasmContentHasher } from '../../src/filesystems/contentHasher.ts';
import { fileSystemsWith } from '../../src/filesystems/openFileSystem.ts';
import { loadSevenZipNode } from '../../src/filesystems/sevenZip/loadSevenZipNode.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: Buffer;
  readonly text: string;
  readonly stderr: string;
}

export interface TerminalOptions {
  readonly outIsTerminal?: boolean;
  readonly errIsTerminal?: boolean;
  /** The reader leaves after so many bytes. */
  readonly closeAfter?: number;
  readonly signal?: AbortSignal;
  /** What is answered to questions. */
  readonly answer?: string;
  /** Default: disks are looked into in this thread. */
  readonly openFiles?: Io['openFiles'];
  /** Told each text on stderr. */
  readonly onErr?: (text: string) => void;
}

const filesTools = {
  loadCore,
  openFileSystem: fileSystemsWith(loadSevenZipNode),
  createHasher: wasmContentHasher,
};

export async function runProgram(args: readonly string[], options: TerminalOptions = {}): Promise<Ran> {
  const out: Buffer[] = [];
  let outBytes = 0;
  let stderr = '';
  const io: Io = {
    async out(data) {
      // As a pipe does: what was given away is taken now, what the caller writes there later is not seen.
      const bytes = Buffer.from(data);
      if (outBytes + bytes.length > (options.closeAfter ?? Number.POSITIVE_INFINITY))
        throw new OutputClosed('gone');
      await new Promise((resolve) => setImmediate(resolve));
      out.push(bytes);
      outBytes += bytes.length;
    },
    err(text) {
      stderr += text;
      options.onErr?.(text);
    },
    async ask(question) {
      stderr += question;
      return options.answer ?? '';
    },
    outIsTerminal: options.outIsTerminal ?? false,
    errIsTerminal: options.errIsTerminal ?? false,
    columns: 100,
    signal: options.signal ?? new AbortController().signal,
    openFiles: options.openFiles ?? ((source) => localFilesHost(source, filesTools)),
  };
  const status = await run(args, io);
  const stdout = Buffer.concat(out);
  return { status, stdout, text: stdout.toString('utf8'), stderr };
}

/** The one object that a call with `--json` printed. */
export function objectOf({ text }: Ran): unknown {
  const lines = text.split('\n');
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one line: ${text}`);
  return JSON.parse(lines[0] ?? '');
}
