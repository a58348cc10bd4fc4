/** The thread that reads file systems, wherever it runs: opens the chain again and answers one call after the other. */
import { must } from '../base/assert.ts';
import { DiskError, toProblem } from '../base/errors.ts';
import { ChainFiles, type FilesTools } from '../filesystems/chainFiles.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import { isDiskImage, openImage } from '../formats/openImage.ts';
import { openRaw } from '../formats/raw/open.ts';
import { JoinedFile } from '../storage/joinedFile.ts';
import { MemoryBytes, MemoryFile } from '../storage/memoryFile.ts';
import type { RandomAccessFile } from '../storage/randomAccessFile.ts';
import { ContentFlow } from './contentFlow.ts';
import { type ContentSender, SpooledSending, type Spools, sendWithFlow } from './contentSending.ts';
import type { FilesAnswers, FilesCall, FilesReply, FilesRequest } from './filesMessages.ts';
import type { ChainSource, FilePiece, LayerSource } from './filesSource.ts';

/** Where a thread runs. */
interface ThreadPlace {
  readonly tools: FilesTools;
  /** Opens a file that answers at once. */
  readonly openPiece: (piece: Exclude<FilePiece, { kind: 'pages' }>) => RandomAccessFile;
  readonly spools: Spools;
  readonly post: (reply: FilesReply, transfer: ArrayBuffer[]) => void;
}

/** Progress is told no more often. */
const ADVANCE_MILLISECONDS = 100;

export class FilesThread {
  private chain: ChainSource | null = null;
  private files: Promise<ChainFiles> | null = null;
  private flow: ContentFlow | null = null;
  private readonly spooled = new SpooledSending();
  private advancedMs = 0;

  constructor(private readonly place: ThreadPlace) {}

  receive(request: FilesRequest): void {
    if (request.kind === 'open') {
      this.chain = request.chain;
      this.flow = request.flow ? new ContentFlow(request.flow) : null;
    } else if (request.kind === 'taken') this.spooled.taken(request.cost);
    else void this.answer(request.call);
  }

  private async answer(call: FilesCall): Promise<void> {
    this.post({ kind: 'begun' });
    this.advancedMs = performance.now();
    try {
      this.post({ kind: 'done', outcome: { ok: true, value: await this.run(call) } });
    } catch (error) {
      this.post({ kind: 'done', outcome: { ok: false, error: toProblem(error) } });
    }
  }

  private async run(call: FilesCall): Promise<FilesAnswers[keyof FilesAnswers]> {
    const files = await this.opened();
    const onAdvance = (done: number) => this.advance(done);
    if (call.call === 'volumes') return files.volumes(call.point);
    if (call.call === 'list') return files.list(call.point, call.volume, onAdvance);
    if (call.call === 'layersBetween') return files.layersBetween(call.newer, call.older, call.ranges);
    const { point, volume, items } = call;
    if (call.call === 'inspect') return files.inspect(point, volume, items, call.wanted, onAdvance);
    const { flow, place } = this;
    const sender: ContentSender = {
      onAdvance,
      post: (batch) => this.post({ kind: 'content', batch }, [batch.bytes.buffer]),
    };
    const read = (some: typeof items, sink: Parameters<ChainFiles['read']>[3]) =>
      files.read(point, volume, some, sink);
    if (flow) await sendWithFlow(read, items, flow, sender);
    else await this.spooled.send(read, items, place.spools, sender);
    return null;
  }

  private opened(): Promise<ChainFiles> {
    this.files ??= this.open(must(this.chain, 'the chain was told')).catch((error: unknown) => {
      // The cause may be gone at the next call.
      this.files = null;
      throw error;
    });
    return this.files;
  }

  private async open({ layers, complete }: ChainSource): Promise<ChainFiles> {
    const files: RandomAccessFile[] = [];
    const images: DiskImage[] = [];
    const openPiece = (piece: FilePiece) => {
      const file = this.openPiece(piece);
      files.push(file);
      return file;
    };
    try {
      for (const layer of layers) images.push(await openLayer(layer, openPiece));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    return new ChainFiles(images, complete, this.place.tools);
  }

  private openPiece(piece: FilePiece): RandomAccessFile {
    if (piece.kind !== 'pages') return this.place.openPiece(piece);
    const content = new MemoryBytes();
    for (const { offset, bytes } of piece.pages) content.write(offset, bytes);
    content.truncate(piece.sizeBytes);
    return new MemoryFile(piece.name, content, 'read-only');
  }

  private advance(done: number): void {
    const nowMs = performance.now();
    if (nowMs - this.advancedMs < ADVANCE_MILLISECONDS) return;
    this.advancedMs = nowMs;
    this.post({ kind: 'advance', done });
  }

  private post(reply: FilesReply, transfer: ArrayBuffer[] = []): void {
    this.place.post(reply, transfer);
  }
}

/** Throws 'changed' where the file no longer makes the disk that the engine knows. */
async function openLayer(
  layer: LayerSource,
  openPiece: (piece: FilePiece) => RandomAccessFile,
): Promise<DiskImage> {
  const { name, raw, pieces, virtualSizeBytes, id } = layer;
  const files = pieces.map(openPiece);
  const [only] = files;
  const file = only && files.length === 1 ? only : new JoinedFile(name, files);
  const image = raw ? await openRaw(file) : await openImage(file);
  if (isDiskImage(image) && image.virtualSizeBytes === virtualSizeBytes && image.id === id) return image;
  throw new DiskError({
    code: 'changed',
    message: `${name} is no longer the disk that was opened.`,
    where: { file: name, offset: 0, lengthBytes: 0 },
    meaning: 'Another program wrote to it. What was read before may not fit what is there now.',
    remedy: 'Stop what writes to the file (a running virtual machine, a copy), then open it again.',
  });
}
