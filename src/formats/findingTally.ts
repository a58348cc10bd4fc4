/**
 * Findings that can be as many as a table has entries: the first few of each rule are named one by one, and one more,
 * the rule's whole, gives the count. So a check's result is small whatever a file says.
 */
import { grouped } from '../base/units.ts';
import type { Affected, Finding, findingsOf } from './finding.ts';
import { SectorRanges } from './sectorRanges.ts';

/** Findings of one rule that are named one by one. */
export const NAMED_FINDINGS = 3;

/** Bytes of the file. */
export interface Place {
  readonly offset: number;
  readonly lengthBytes: number;
}

export class FindingTally<Rule extends string> {
  private readonly named = new Map<Rule, Finding[]>();
  private readonly counts = new Map<Rule, number>();
  private readonly sectors = new Map<Rule, SectorRanges>();

  /** `make` fills a finding from its catalogue; `whole` is the place of findings that give a count. */
  constructor(
    private readonly make: ReturnType<typeof findingsOf<Rule>>,
    private readonly file: string,
    private readonly whole: Place,
  ) {}

  /** Counts one more of the rule. True where it is one of the first, which are named: `name` follows. */
  countOne(rule: Rule): boolean {
    const count = this.count(rule) + 1;
    this.counts.set(rule, count);
    return count <= NAMED_FINDINGS;
  }

  name(rule: Rule, place: Place, message: string, affects?: Affected): void {
    const named = this.named.get(rule) ?? [];
    const { offset, lengthBytes } = place;
    named.push(this.make(rule, this.file, offset, lengthBytes, message, affects ? { affects } : {}));
    this.named.set(rule, named);
  }

  /** `countOne` and `name`, for what is found once. */
  add(rule: Rule, place: Place, message: string): void {
    if (this.countOne(rule)) this.name(rule, place, message);
  }

  /** Sectors for the rule's whole; none twice. */
  affect(rule: Rule, firstSector: number, sectorCount: number): void {
    let ranges = this.sectors.get(rule);
    if (!ranges) {
      ranges = new SectorRanges();
      this.sectors.set(rule, ranges);
    }
    ranges.add(firstSector, sectorCount);
  }

  count(rule: Rule): number {
    return this.counts.get(rule) ?? 0;
  }

  /**
   * Named ones first, rule by rule; then the count of each rule that has more than were named. `wholes` gives a rule's
   * count and words where they are not simply the blocks that were added.
   */
  findings(wholes: Partial<Record<Rule, { count: number; what: string }>> = {}): Finding[] {
    const findings = [...this.named.values()].flat();
    for (const [rule, named] of this.named) {
      const { count, what } = wholes[rule] ?? { count: this.count(rule), what: 'blocks' };
      if (count <= named.length) continue;
      const message =
        named.length === 1
          ? `${grouped(count)} ${what} in all; the first is named.`
          : `${grouped(count)} ${what} in all; the first ${named.length} are named.`;
      const affects = this.sectors.get(rule)?.affected();
      const { offset, lengthBytes } = this.whole;
      findings.push(this.make(rule, this.file, offset, lengthBytes, message, affects ? { affects } : {}));
    }
    return findings;
  }
}
