/** How far each lesson was taken, kept in this browser. What is damaged or from another version counts as nothing. */
import type { Lesson } from '../../engine/api.ts';

export interface LessonRecord {
  /** The step that was looked at last, from 0. */
  readonly step: number;
  /** Steps whose task was done. */
  readonly met: readonly number[];
  /** It was taken to its end. */
  readonly ended: boolean;
}

const KEY = 'disklab-lessons';
/** No lesson has more steps; what claims to is not ours. */
const MOST_STEPS = 1000;

export class LessonProgress {
  #records: Readonly<Record<string, LessonRecord>> = $state.raw(stored());

  of({ id }: Lesson): LessonRecord | null {
    return this.#records[id] ?? null;
  }

  get isEmpty(): boolean {
    return Object.keys(this.#records).length === 0;
  }

  write({ id }: Lesson, record: LessonRecord): void {
    this.#keep({ ...this.#records, [id]: record });
  }

  forget(): void {
    this.#keep({});
  }

  #keep(records: Readonly<Record<string, LessonRecord>>): void {
    this.#records = records;
    try {
      localStorage.setItem(KEY, JSON.stringify(records));
    } catch {
      // A browser may forbid storage: then progress lasts as long as the page.
    }
  }
}

/** Tasks of the lesson that are not done. */
function openTasks(lesson: Lesson, record: LessonRecord): number {
  return lesson.steps.filter(({ goal }, i) => goal !== null && !record.met.includes(i)).length;
}

/** `new`, `step 3 of 6`, `done`. */
export function stateWords(lesson: Lesson, record: LessonRecord | null): string {
  if (!record) return 'new';
  const open = openTasks(lesson, record);
  if (record.ended && open === 0) return 'done';
  if (record.ended) return `read to its end, ${open === 1 ? '1 task' : `${open} tasks`} open`;
  return `step ${Math.min(record.step, lesson.steps.length - 1) + 1} of ${lesson.steps.length}`;
}

function stored(): Record<string, LessonRecord> {
  try {
    return parseRecords(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return {};
  }
}

function parseRecords(value: unknown): Record<string, LessonRecord> {
  const records: Record<string, LessonRecord> = {};
  if (typeof value !== 'object' || value === null) return records;
  for (const [id, record] of Object.entries(value)) {
    const read = parseRecord(record);
    if (read) records[id] = read;
  }
  return records;
}

function parseRecord(value: unknown): LessonRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { step, met, ended }: { step?: unknown; met?: unknown; ended?: unknown } = value;
  if (!isStep(step) || typeof ended !== 'boolean' || !Array.isArray(met)) return null;
  return { step, met: met.filter(isStep), ended };
}

function isStep(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MOST_STEPS;
}
