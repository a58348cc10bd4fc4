/** 7-Zip (24.09, compiled to WebAssembly): reads chains of VHDs by code that is not ours. */
import SevenZip from '7z-wasm';

type Module = Awaited<ReturnType<typeof SevenZip>>;

/** Takes the disk's bytes as 7-Zip writes them: any piece, any order; what is never written is zeros. */
export type DiskSink = (offset: number, bytes: Uint8Array) => void;

export class SevenZipFolder {
  private readonly module: Module;
  private readonly words: string[];
  private reads = 0;

  private constructor(module: Module, words: string[]) {
    this.module = module;
    this.words = words;
  }

  /** 7-Zip with these files in its memory. */
  static async with(
    files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  ): Promise<SevenZipFolder> {
    const folder = await SevenZipFolder.start();
    for (const { name, bytes } of files) folder.module.FS.writeFile(`/in/${name}`, bytes);
    return folder;
  }

  /** 7-Zip with a folder of this machine. */
  static async in(path: string): Promise<SevenZipFolder> {
    const folder = await SevenZipFolder.start();
    folder.module.FS.mount(folder.module.NODEFS, { root: path }, '/in');
    return folder;
  }

  private static async start(): Promise<SevenZipFolder> {
    const words: string[] = [];
    const module = await SevenZip({
      print: (line) => words.push(line),
      printErr: (line) => words.push(line),
    });
    module.FS.mkdir('/in');
    return new SevenZipFolder(module, words);
  }

  /** Streams the disk as seen from `leaf`; throws with 7-Zip's own words. Returns the disk's size. */
  read(leaf: string, sink: DiskSink): number {
    this.words.length = 0;
    const output = `/out${++this.reads}`;
    this.module.FS.mkdir(output);
    const written = sinkInto(this.module, output, sink);
    // Without `-tVHD` 7-Zip may take the file for something else and say nothing.
    const code: unknown = this.module.callMain(['x', '-tVHD', '-y', '-bd', `-o${output}`, `/in/${leaf}`]);
    if (code !== 0) throw new Error(`7-Zip (${code}): ${this.words.slice(-12).join(' / ')}`);
    return written.sizeBytes;
  }
}

/** What 7-Zip finds in an archive or a file system of the type `type`, by name; throws with its words. */
export async function sevenZipFiles(image: Uint8Array, type: string): Promise<Map<string, Uint8Array>> {
  const words: string[] = [];
  const { FS, callMain } = await SevenZip({
    print: (line) => words.push(line),
    printErr: (line) => words.push(line),
  });
  FS.writeFile('/image', image);
  FS.mkdir('/found');
  const code: unknown = callMain(['x', `-t${type}`, '-y', '-bd', '-o/found', '/image']);
  if (code !== 0) throw new Error(`7-Zip (${code}): ${words.slice(-12).join(' / ')}`);
  const names = FS.readdir('/found').filter((name) => name !== '.' && name !== '..');
  return new Map(names.map((name) => [name, FS.readFile(`/found/${name}`)]));
}

type Operation = (...parts: never[]) => unknown;

/** What emscripten's files and folders can do; its own types leave this out. */
interface Operations {
  node_ops: Record<string, Operation> & {
    mknod(parent: Node, name: string, mode: number, device: number): Node;
  };
  stream_ops: Record<string, Operation>;
}
type Node = ReturnType<Module['FS']['lookupPath']>['node'] & Operations;

/** Files made in `folder` take no memory: what is written to them goes to the sink. */
function sinkInto({ FS }: Module, folder: string, sink: DiskSink): { sizeBytes: number } {
  const written = { sizeBytes: 0 };
  const parent = FS.lookupPath(folder).node as Node;
  const { mknod } = parent.node_ops;
  const sinkFile = (node: Node) => {
    node.stream_ops = {
      ...node.stream_ops,
      write(
        _stream: unknown,
        heap: ArrayBufferView,
        offset: number,
        length: number,
        position: number,
      ): number {
        sink(position, new Uint8Array(heap.buffer, heap.byteOffset + offset, length));
        written.sizeBytes = Math.max(written.sizeBytes, position + length);
        return length;
      },
    };
    node.node_ops = {
      ...node.node_ops,
      setattr(_node: unknown, { size }: { readonly size?: number }): void {
        if (size !== undefined) written.sizeBytes = size;
      },
    };
  };
  parent.node_ops = {
    ...parent.node_ops,
    mknod(at: Node, name: string, mode: number, device: number): Node {
      const node = mknod(at, name, mode, device);
      sinkFile(node);
      return node;
    },
  };
  return written;
}
