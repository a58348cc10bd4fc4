/** The bitmap bytes that a walk looked at, fetched for drawing their bits. */
import type { FileId } from '../../engine/api.ts';
import type { Session } from '../state/session.svelte.ts';
import type { AskedLane } from './walkModel.ts';

export class BitmapBytes {
  #bytes: ReadonlyMap<string, number> = $state.raw(new Map());
  #ticket = 0;

  /** Bits from the left, or null while the byte is not here. */
  bits(file: FileId, offset: number): readonly boolean[] | null {
    const value = this.#bytes.get(`${file} ${offset}`);
    return value === undefined ? null : Array.from({ length: 8 }, (_, i) => ((value >> (7 - i)) & 1) === 1);
  }

  async load(session: Session, lanes: readonly AskedLane[]): Promise<void> {
    const ticket = ++this.#ticket;
    const found = new Map<string, number>();
    const wanted = lanes.map(async ({ layer, bitmap }) => {
      const file = session.chain?.layers[layer];
      if (!bitmap || file === undefined) return;
      const reply = await session.client.api.readFile(file, bitmap.byteOffset, 1);
      const value = reply.ok ? reply.value[0] : undefined;
      if (value !== undefined) found.set(`${file} ${bitmap.byteOffset}`, value);
    });
    await Promise.all(wanted);
    if (ticket === this.#ticket) this.#bytes = found;
  }
}
