import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claimText, SOURCES, sourceText } from '../../../../src/engine/api.ts';
import { readVerdicts, sumText } from '../../../../src/ui/experiments/list/verdicts.ts';
import { answerTo } from '../../../../src/ui/experiments/verdict/verdictWords.ts';
import { MERGE_ABOUT, mergeResult, READ_ABOUT } from '../../../support/fakeExperiments.ts';

const ENTRY = {
  id: 'memory',
  headline: 'It is saved.',
  claims: [{ holds: 'no', why: 'Nothing was lost.' }],
  findings: [{ lead: 'With memory:', text: '0 lost.' }],
  figures: [{ label: 'lost', text: '0' }],
  caption: 'Writes lost',
  work: '2 labs',
};

describe('verdicts that went into the program', () => {
  it('are read as they were written', () => {
    expect(readVerdicts([ENTRY])).toEqual([ENTRY]);
  });

  it('are left out where they are none, and lose what cannot be read', () => {
    for (const odd of [null, 7, 'x', {}, [null, 3, 'x', {}], [{ ...ENTRY, id: 'other' }], [{ id: 'memory' }]])
      expect(readVerdicts(odd)).toEqual([]);
    expect(readVerdicts([{ ...ENTRY, claims: [{ holds: 'perhaps' }, 4], figures: 'x', work: 1 }])).toEqual([
      { ...ENTRY, claims: [], figures: [], work: '' },
    ]);
  });

  it('are summed up', () => {
    const claims = (['yes', 'no', 'yes', 'partly'] as const).map((holds) => ({ holds, why: '' }));
    const [verdict] = readVerdicts([ENTRY]);
    expect(verdict && sumText([{ ...verdict, claims }, verdict])).toBe(
      'Of 5 claims 2 hold, 1 holds in part and 2 do not.',
    );
    expect(sumText([])).toBeNull();
  });

  it('are all read of the file that is there', () => {
    const file = new URL('../../../../src/ui/experiments/verdicts.json', import.meta.url);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(readVerdicts(written)).toHaveLength(Array.isArray(written) ? written.length : -1);
  });
});

describe('claims and predictions in words', () => {
  it('puts marks round a quotation only', () => {
    const [quote] = READ_ABOUT.claims;
    const [told] = MERGE_ABOUT.claims;
    expect(quote && claimText(quote)).toMatch(/^“The impact .*disks”$/);
    expect(told && claimText(told)).toMatch(/^A checkpoint/);
  });

  it('names a source without a year as well', () => {
    expect(sourceText(SOURCES.A)).toBe('[A] Ben Armstrong, Virtual Machine Snapshotting under Hyper-V, 2008');
    expect(sourceText(SOURCES.B)).not.toMatch(/, $/);
  });

  it('answers a prediction that was made, and no other', () => {
    const { verdict } = mergeResult();
    expect(answerTo(MERGE_ABOUT, verdict, 'waits')).toEqual({
      label: 'It waits until one of the two is gone',
      fits: true,
      text: 'It is the second that keeps it.',
    });
    expect(answerTo(MERGE_ABOUT, verdict, 'merges')?.fits).toBe(false);
    expect(answerTo(MERGE_ABOUT, verdict, 'flat')).toBeNull();
  });
});
