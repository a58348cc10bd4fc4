/**
 * A repair being drawn up: steps, and the structures as they shall be. What differs from the file at the end becomes
 * the changes; a field that several steps touch belongs to the last of them.
 */
import { equalBytes, viewOf } from '../../base/bytes.ts';
import type { Affected } from '../../formats/finding.ts';
import type { Struct } from '../../formats/struct.ts';
import type { RandomAccessFile } from '../../storage/randomAccessFile.ts';
import type { FieldChange, RepairStep } from './repairPlan.ts';

export interface StepDraft {
  readonly rule: string;
  readonly title: string;
  readonly why: string;
  /** Rules whose findings are gone afterwards; `rule` is one of them. */
  readonly mends: readonly string[];
  readonly changes: FieldChange[];
  loses: Affected | null;
  lossText: string;
  /** True where the step's work is, or is also, another size of the file. */
  resizes: boolean;
}

export class Draft {
  readonly sizeBefore: number;
  sizeAfter: number;
  private readonly steps: StepDraft[] = [];

  constructor(readonly file: RandomAccessFile) {
    this.sizeBefore = file.sizeBytes;
    this.sizeAfter = file.sizeBytes;
  }

  /** Adds a step; one that changes nothing in the end is not part of the plan. */
  step(rule: string, title: string, why: string, alsoMends: readonly string[] = []): StepDraft {
    const mends = [rule, ...alsoMends];
    const step = { rule, title, why, mends, changes: [], loses: null, lossText: '', resizes: false };
    this.steps.push(step);
    return step;
  }

  /** `after` at `offset`, field by field of the structure. `ownerOf` says whose change a field is. */
  async writeStructure<V>(
    struct: Struct<V>,
    bytes: Uint8Array,
    name: string,
    offset: number,
    ownerOf: (field: keyof V) => StepDraft,
  ): Promise<void> {
    const before = await this.readBefore(offset, bytes.length);
    const fields = struct.annotate(padded(bytes, struct.sizeBytes), 0, '').fields ?? [];
    for (const field of fields) {
      const end = Math.min(field.offset + field.lengthBytes, bytes.length);
      const was = before.slice(field.offset, end);
      const becomes = bytes.slice(field.offset, end);
      if (equalBytes(was, becomes)) continue;
      const step = ownerOf(field.name as keyof V);
      step.changes.push({
        field: `${name} · ${field.name}`,
        offset: offset + field.offset,
        before: was,
        after: becomes,
      });
    }
  }

  /** Bytes that are no structure's. */
  async writeBytes(step: StepDraft, field: string, offset: number, after: Uint8Array): Promise<void> {
    const before = await this.readBefore(offset, after.length);
    if (!equalBytes(before, after)) step.changes.push({ field, offset, before, after });
  }

  /** What the file holds now; zeros behind its end. */
  async readBefore(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(lengthBytes);
    const held = Math.max(0, Math.min(lengthBytes, this.sizeBefore - offset));
    if (held > 0) await this.file.read(offset, bytes.subarray(0, held));
    return bytes;
  }

  /** The steps that change something. */
  get effective(): readonly StepDraft[] {
    return this.steps.filter(({ changes, resizes }) => {
      return changes.length > 0 || (resizes && this.sizeAfter !== this.sizeBefore);
    });
  }

  finished(): RepairStep[] {
    return this.effective.map(({ rule, title, why, changes, loses, lossText }) => {
      const ascending = [...changes].sort((a, b) => a.offset - b.offset);
      return { rule, title, why, changes: ascending, loses, lossText };
    });
  }
}

function padded(bytes: Uint8Array, lengthBytes: number): Uint8Array {
  const whole = new Uint8Array(lengthBytes);
  whole.set(bytes);
  return whole;
}

/** The bytes of a structure as they shall be, and which step set which field. */
export class StructureDraft<V> {
  private readonly owners = new Map<keyof V, StepDraft>();
  /** The step that set a field last. */
  lastEditor: StepDraft | null = null;

  /** `bytes` are kept, and changed. */
  constructor(
    readonly struct: Struct<V>,
    readonly bytes: Uint8Array,
  ) {}

  /** Numbers fill the field, big-endian; bytes are copied, and zeros put behind them. */
  set(field: keyof V, value: number | bigint | Uint8Array, step: StepDraft): void {
    const at = this.struct.offsetOf(field);
    const place = this.bytes.subarray(at, at + this.struct.lengthOf(field));
    if (typeof value === 'bigint') viewOf(place).setBigUint64(0, value);
    else if (typeof value === 'number' && place.length === 1) place[0] = value;
    else if (typeof value === 'number') viewOf(place).setUint32(0, value);
    else {
      place.fill(0);
      place.set(value);
    }
    this.owners.set(field, step);
    this.lastEditor = step;
  }

  ownerOf(field: keyof V): StepDraft | null {
    return this.owners.get(field) ?? null;
  }

  values(): V {
    return this.struct.parse(this.bytes);
  }
}
