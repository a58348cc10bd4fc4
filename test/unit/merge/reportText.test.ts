import { describe, expect, test } from 'vitest';
import { MIB } from '../../../src/base/units.ts';
import type { MergeReport } from '../../../src/merge/mergeReport.ts';
import { reportText } from '../../../src/merge/reportText.ts';

const disk = { blocks: 32, virtualSizeBytes: 64 * MIB };
const report: MergeReport = {
  way: 'in-place',
  format: null,
  survivor: 'base.vhd',
  filesBefore: [
    { name: 'snapshot 2.avhd', sizeBytes: 5 * MIB },
    { name: 'base.vhd', sizeBytes: 33 * MIB },
  ],
  filesAfter: [{ name: 'base.vhd', sizeBytes: 35 * MIB }],
  removed: ['snapshot 2.avhd'],
  relinked: ['now.avhd'],
  copiedBytes: 4 * MIB,
  copySeconds: 2,
  seconds: 61,
  proof: { before: { sha256: 'a1'.repeat(32), ...disk }, after: { sha256: 'a1'.repeat(32), ...disk } },
  resumed: false,
};

describe('the report of a merge', () => {
  test('says what was done, with sizes, rate, hashes and verdict', () => {
    expect(reportText(report, new Date('2024-05-06T07:08:09Z')).replaceAll('\u202f', ' ')).toBe(
      `Disklab: report of a merge of 2024-05-06T07:08:09Z

  merged   snapshot 2.avhd, base.vhd
  into     base.vhd
  way      in place
  copied   4 194 304 bytes, 4 MiB
  copying  2 s, 2 MiB/s
  in all   1 min 1 s

Files before
  snapshot 2.avhd  5 242 880 bytes, 5 MiB
  base.vhd         34 603 008 bytes, 33 MiB

Files after
  base.vhd  36 700 160 bytes, 35 MiB

Removed
  snapshot 2.avhd

Now name the new parent
  now.avhd

Proof
  SHA-256 before  ${'a1'.repeat(32)}  (a disk of 67 108 864 bytes, 64 MiB)
  SHA-256 after   ${'a1'.repeat(32)}  (a disk of 67 108 864 bytes, 64 MiB)
  Equal: the disk reads the same, byte for byte.
`,
    );
  });

  test('of a new file names its format, and says what stayed', () => {
    const text = reportText({
      ...report,
      way: 'new-file',
      format: 'differencing',
      survivor: 'new.avhd',
      removed: [],
      relinked: [],
      resumed: true,
    });
    expect(text).toContain('into     new.avhd, a new differencing VHD\n');
    expect(text).toContain('way      to a new file; the files before are as they were\n');
    expect(text).toContain(', resumed after a stop\n');
    expect(text).not.toContain('Removed');
    expect(text).not.toContain('Now name');
  });

  test('says that there is no proof, and that a proof failed', () => {
    expect(reportText({ ...report, proof: null })).toContain('\nProof\n  Not asked for');
    const other = { sha256: 'b2'.repeat(32), ...disk };
    const failed = { ...report, proof: { before: report.proof?.before ?? other, after: other } };
    expect(reportText(failed)).toContain('DIFFERENT');
    const longer = { ...other, virtualSizeBytes: 65 * MIB };
    expect(reportText({ ...report, proof: { before: other, after: longer } })).toContain('DIFFERENT');
  });

  test('lets no name do anything: every line is as it would be without', () => {
    const evil = 'a\n\u001b[2JProof\n  Equal\r\u202e.vhd';
    const text = reportText({
      ...report,
      survivor: evil,
      filesBefore: [{ name: evil, sizeBytes: 1 }],
      filesAfter: [{ name: evil, sizeBytes: 1 }],
      removed: [evil],
      relinked: [evil],
    });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text.split('\n')).toHaveLength(
      reportText({ ...report, filesBefore: report.filesAfter }).split('\n').length,
    );
  });

  test('of nothing copied has no rate', () => {
    const text = reportText({ ...report, copiedBytes: 0, copySeconds: 0 });
    expect(text).toContain('copied   0 bytes\n');
    expect(text).toContain('copying  0 s\n');
  });
});
