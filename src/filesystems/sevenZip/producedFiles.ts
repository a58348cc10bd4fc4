/** What 7-Zip extracts, handed on as it comes: files take no memory, and nothing but files and folders is made. */
import { ERRNO, type FsNode, type ModuleFiles } from './sevenZipModule.ts';

export const OUTPUT_FOLDER = '/out';

export interface ProducedEvents {
  /** A file is about to be made, where `ModuleWiring.onPath` told. False refuses it: 7-Zip goes on with the next one. */
  onFile(): boolean;
  /** A symbolic link would be made; it never is: no path leads through one. */
  onLink(): void;
  /** Bytes of the file that was made last; they are the module's again after the call. */
  onBytes(position: number, bytes: Uint8Array): void;
}

export function mountProducedFiles(files: ModuleFiles, events: ProducedEvents): void {
  const hookFile = (node: FsNode): void => {
    node.stream_ops = {
      ...node.stream_ops,
      write(_stream, heap, at, length, position) {
        events.onBytes(position, new Uint8Array(heap.buffer, heap.byteOffset + at, length));
        node.usedBytes = Math.max(node.usedBytes, position + length);
        return length;
      },
    };
    node.node_ops = {
      ...node.node_ops,
      setattr(_node, { size }) {
        if (size !== undefined) node.usedBytes = size;
      },
    };
  };

  const hookFolder = (folder: FsNode): void => {
    const operations = folder.node_ops;
    folder.node_ops = {
      ...operations,
      mknod(parent, name, mode, device) {
        const isFolder = files.isDir(mode);
        if (!isFolder && !events.onFile()) throw new files.ErrnoError(ERRNO.accessDenied);
        const node = operations.mknod(parent, name, mode, device);
        if (isFolder) hookFolder(node);
        else hookFile(node);
        return node;
      },
      symlink() {
        events.onLink();
        throw new files.ErrnoError(ERRNO.accessDenied);
      },
    };
  };

  files.mkdir(OUTPUT_FOLDER);
  hookFolder(files.lookupPath(OUTPUT_FOLDER).node);
}
