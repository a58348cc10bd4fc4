/** Long answers to standard output in pieces: never whole in memory. */
import type { Io } from './io.ts';
import { jsonText } from './text.ts';

const PIECE_CHARACTERS = 64 * 1024;

export class Printer {
  private waiting = '';

  constructor(private readonly io: Io) {}

  line(text: string): Promise<void> | undefined {
    return this.add(`${text}\n`);
  }

  /** One JSON object on one line; its last field is a list of so many records. */
  async record<T>(
    head: Readonly<Record<string, unknown>>,
    field: string,
    items: Iterable<T>,
    recordOf: (item: T) => unknown,
  ): Promise<void> {
    const opened = jsonText(head).slice(0, -'}\n'.length);
    await this.add(`${opened},${JSON.stringify(field)}:[`);
    let between = '';
    for (const item of items) {
      const waits = this.add(between + jsonText(recordOf(item)).slice(0, -1));
      if (waits) await waits;
      between = ',';
    }
    await this.add(']}\n');
  }

  async end(): Promise<void> {
    const { waiting } = this;
    this.waiting = '';
    if (waiting !== '') await this.io.out(waiting);
  }

  private add(text: string): Promise<void> | undefined {
    this.waiting += text;
    if (this.waiting.length < PIECE_CHARACTERS) return undefined;
    this.io.signal.throwIfAborted();
    return this.end();
  }
}
