/**
 * A finding: something about a file or a chain that its owner should know. Detected where the structure is decoded;
 * every rule stands once in a catalogue (`…/findings.ts`), with Windows' own code where Windows has one.
 */
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
    instead: Partial<Rule> = {},
  ): Finding => ({ rule, ...rules[rule], ...instead, file, offset, lengthBytes, message });
}
