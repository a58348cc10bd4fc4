/** A worker that starts the one that reads file systems, as the engine's does; files also lie in private storage. */
import { expose } from 'comlink';
import { browserFilesHost } from '../../../src/engine/browserFilesHost.ts';
import { OpfsFolder } from '../../../src/storage/opfsFolder.ts';
import { asBlobFile, asFilesSource, filesScene, keeping, lookInto } from '../../support/filesScene.ts';

export class NestedFiles {
  /** The base in private storage, the next in memory, the newest as a Blob: the contents of the newest point. */
  async readMixed(folderName: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const { files } = filesScene(2);
    const [leaf, middle, base] = files;
    if (!leaf || !middle || !base) throw new Error('three files');
    const folder = await OpfsFolder.open(folderName);
    const stored = await folder.create(base.name);
    await stored.write(0, base.bytes());
    await stored.flush();
    await stored.close();
    const opened = await folder.open(base.name, 'read-only');
    const source = await asFilesSource([asBlobFile(leaf), middle, opened]);
    const host = browserFilesHost(source, async () => folder);
    const { volume, items } = await lookInto(host, 0);
    const { found, consumer } = keeping();
    await host.read(0, volume, items, consumer);
    host.close();
    await opened.close();
    return found;
  }
}

expose(new NestedFiles());
