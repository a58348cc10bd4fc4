/**
 * A finding: something about a file or a chain that its owner should know. Detected where the structure is decoded;
 * every rule stands once in a catalogue (`…/findings.ts`), with Windows' own code where Windows has one.
 */
import type { SectorRange } from '../base/units.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  /** Kebab-case name of the rule: the key that tests, documents and `--json` use. */
  readonly rule: string;
  readonly severity: Severity;
  /** Windows' code, `0xC03A0001` …, or null. */
  readonly code: string | null;
  readonly file: string;
  /** Where the bytes are, in that file. */
  readonly offset: number;
  readonly lengthBytes: number;
  /** What was found, what was expected. */
  readonly message: string;
  /** What it means for the data. */
  readonly meaning: string;
  /** What can be done. */
  readonly remedy: string;
  /** Sectors of the guest's disk that read wrong, or that may; left out where none do. */
  readonly affects?: Affected;
}

/** Sectors of the disk that a finding speaks of. */
export interface Affected {
  readonly sectorCount: number;
  /** Ascending, joined where they touch; the first `AFFECTED_RANGES` of them. */
  readonly ranges: readonly SectorRange[];
}

export const AFFECTED_RANGES = 16;

/** One run of sectors; no `affects` where it is empty. */
export function affectedRun(firstSector: number, endSector: number): Pick<Finding, 'affects'> {
  const sectorCount = endSector - firstSector;
  return sectorCount > 0 ? { affects: { sectorCount, ranges: [{ firstSector, sectorCount }] } } : {};
}

export interface Rule {
  readonly severity: Severity;
  readonly code: string | null;
  readonly meaning: string;
  readonly remedy: string;
}

/** A catalogue of rules: `finding(rule, …)` fills a finding from it, so that each rule's words stand once. */
export function findingsOf<Name extends string>(rules: Readonly<Record<Name, Rule>>) {
  return (
    rule: Name,
    file: string,
    offset: number,
    lengthBytes: number,
    message: string,
    instead: Partial<Rule> & Pick<Finding, 'affects'> = {},
  ): Finding => ({ rule, ...rules[rule], ...instead, file, offset, lengthBytes, message });
}
