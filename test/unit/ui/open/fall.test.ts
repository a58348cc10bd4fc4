import { expect, it } from 'vitest';
import { answeringFile, FIGURE_FILES, FIGURE_SECTORS, replyOf } from '../../../../src/ui/open/fall.ts';

it('answers every sector of the figure from exactly one file, and asks nobody under it', () => {
  for (let sector = 0; sector < FIGURE_SECTORS; sector++) {
    const answer = answeringFile(FIGURE_FILES, sector);
    const replies = FIGURE_FILES.map((_, file) => replyOf(FIGURE_FILES, file, sector));
    expect(replies.filter((reply) => reply.startsWith('held here'))).toHaveLength(1);
    expect(replies.slice(0, answer).every((reply) => reply.startsWith('not here'))).toBe(true);
    expect(replies.slice(answer + 1).every((reply) => reply.endsWith('is not asked'))).toBe(true);
  }
});

it('draws as many sectors in each file as it reads', () => {
  for (const { held } of FIGURE_FILES) expect(held).toHaveLength(FIGURE_SECTORS);
});
