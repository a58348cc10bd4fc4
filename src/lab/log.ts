/** The lab's log, its marks on the time line, and who is told of new events. */
import type { EventKind, LabEvent } from './events.ts';
import type { LabMark } from './labView.ts';

/** Older ones are dropped; the number goes on. */
const MOST_EVENTS = 2000;

export interface EventDetails {
  readonly severity?: LabEvent['severity'];
  readonly code?: string | null;
  readonly node?: string | null;
}

export class LabLog {
  events: LabEvent[] = [];
  marks: LabMark[] = [];
  count = 0;
  onEvent: ((event: LabEvent) => void) | null = null;

  add(atUs: number, kind: EventKind, text: string, details: EventDetails = {}): void {
    const { severity = 'note', code = null, node = null } = details;
    const event = { number: this.count++, atUs, kind, severity, text, code, node };
    this.events.push(event);
    if (this.events.length > MOST_EVENTS) this.events.shift();
    this.onEvent?.(event);
  }

  mark(atUs: number, kind: LabMark['kind'], text: string): void {
    this.marks.push({ atUs, kind, text });
    if (this.marks.length > MOST_EVENTS) this.marks.shift();
  }

  copy(): LabLog {
    const copy = new LabLog();
    copy.events = [...this.events];
    copy.marks = [...this.marks];
    copy.count = this.count;
    return copy;
  }
}
