/** The thread of `createHasher`: bytes come in, their buffer goes back to be filled again. */
import { wasmHasher } from './hasher.ts';

export type HashRequest = { readonly buffer: ArrayBuffer; readonly lengthBytes: number } | 'digest';
export type HashReply = 'ready' | { readonly buffer: ArrayBuffer } | { readonly digest: string };

const reply = (message: HashReply, transfer: Transferable[] = []) => postMessage(message, { transfer });

const hasher = await wasmHasher();
addEventListener('message', async ({ data }: MessageEvent<HashRequest>) => {
  if (data === 'digest') {
    reply({ digest: await hasher.digest() });
    return;
  }
  const { buffer, lengthBytes } = data;
  await hasher.update(new Uint8Array(buffer, 0, lengthBytes));
  reply({ buffer }, [buffer]);
});
reply('ready');
