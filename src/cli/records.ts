/** The shapes that `--json` prints. Paths are spelled as the call spelled them. */
import { clues } from '../chain/findParent.ts';
import type { TraceStep } from '../chain/readTrace.ts';
import type { FileView, Finding, OtherFileView, ParentReference } from '../engine/api.ts';
import type { Session } from './session.ts';

export interface FindingRecord {
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly code: string | null;
  readonly file: string;
  readonly offset: number;
  readonly message: string;
}

export interface ParentRecord {
  /** Raw id, hex digits; '' where the file names none. */
  readonly id: string;
  /** Every path and name under which the child knows its parent. */
  readonly names: readonly string[];
  /** null where the parent was not found. */
  readonly path: string | null;
}

/** A file's id as hex digits of its raw bytes: only those compare; makers spell one id in two ways. */
export interface FileRecord {
  readonly path: string;
  readonly id: string | null;
  readonly type: string | null;
  readonly parent: ParentRecord | null;
  readonly findings: readonly FindingRecord[];
}

export type ExtentRecord = {
  readonly kind: 'data' | 'zero' | 'unallocated' | 'missing';
  /** 0 is the file that the disk is seen from; null where no file answers. */
  readonly layer: number | null;
  readonly file: string | null;
  readonly firstSector: number;
  readonly sectorCount: number;
  /** Bytes in that file; null where nothing is read. */
  readonly fileOffset: number | null;
};

export type StepRecord = TraceStep & { readonly file: string };

export function findingRecords(
  session: Session,
  { path, findings }: FileView | OtherFileView,
): FindingRecord[] {
  return findings.map(({ rule, severity, code, offset, message }) => ({
    rule,
    severity,
    code,
    file: session.shown(path),
    offset,
    message,
  }));
}

/** A finding of a check: with what it means, what can be done, and the sectors of the disk that it concerns. */
export function checkRecord(session: Session, path: string, finding: Finding) {
  const { rule, severity, code, offset, lengthBytes, message, meaning, remedy, affects } = finding;
  const file = session.shown(path);
  return {
    rule,
    severity,
    code,
    file,
    offset,
    lengthBytes,
    message,
    meaning,
    remedy,
    affects: affects ?? null,
  };
}

export function fileRecord(session: Session, view: FileView, all: readonly FileView[]): FileRecord {
  return {
    path: session.shown(view.path),
    id: view.rawId === '' ? null : view.rawId,
    type: view.type,
    parent: parentRecord(session, view, all),
    findings: findingRecords(session, view),
  };
}

export function otherRecord(session: Session, other: OtherFileView): FileRecord {
  return {
    path: session.shown(other.path),
    id: null,
    type: null,
    parent: null,
    findings: findingRecords(session, other),
  };
}

export function parentRecord(
  session: Session,
  view: FileView,
  all: readonly FileView[],
): ParentRecord | null {
  if (view.type !== 'differencing') return null;
  const parent = all.find(({ id }) => id === view.parent);
  return {
    id: view.seeks?.id ?? '',
    names: namesOf(view.seeks),
    path: parent ? session.shown(parent.path) : null,
  };
}

export function namesOf(reference: ParentReference | null): string[] {
  return reference ? [...new Set(clues(reference))] : [];
}

export function hasErrors({
  findings,
}: {
  readonly findings: readonly { readonly severity: string }[];
}): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
