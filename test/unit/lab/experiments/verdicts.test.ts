/** The page of the ten verdicts and the documents are what the script made, of the experiments as they are now. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ABOUTS } from '../../../../src/lab/experiments/abouts.ts';
import { EXPERIMENT_IDS, type ExperimentId } from '../../../../src/lab/experiments/experiment.ts';
import { EXPERIMENTS } from '../../../../src/lab/experiments/experiments.ts';
import { experimentMarkdown } from '../../../../src/lab/experiments/markdown.ts';
import { recordOf, runForRecord, type VerdictRecord } from '../../../../src/lab/experiments/verdictRecord.ts';
import { glossaryMarkdown, lessonsMarkdown } from '../../../../src/lab/lessons/markdown.ts';
import { experimentTools } from '../../../support/experimentTools.ts';

const textOf = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const kept: readonly VerdictRecord[] = JSON.parse(await textOf('src/ui/experiments/verdicts.json'));

describe('the ten verdicts', () => {
  it('are those of the ten experiments, in the order of the claims', () => {
    expect(ABOUTS.map(({ id }) => id)).toEqual(EXPERIMENT_IDS);
    expect(ABOUTS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(kept.map(({ id }) => id)).toEqual(EXPERIMENT_IDS);
    for (const [i, { id, claims, headline }] of kept.entries()) {
      expect(EXPERIMENTS[id].about).toBe(ABOUTS[i]);
      expect(claims).toHaveLength(ABOUTS[i]?.claims.length ?? 0);
      expect(headline.length).toBeGreaterThan(20);
    }
  });

  it('stand in the document with every question, headline and claim', async () => {
    const document = await textOf('docs/experiments.md');
    for (const { id, headline, claims } of kept) {
      const { question, number } = EXPERIMENTS[id].about;
      expect(document).toContain(`## ${number}. ${question}\n\n**${headline}**`);
      for (const { why } of claims) expect(document).toContain(why);
    }
  });

  // The quickest ones to the letter; what the others say is held to their figures in the tests of each.
  it.each<ExperimentId>(['not-a-backup', 'pass-through'])('%s gives the same again', async (id) => {
    const result = await runForRecord(EXPERIMENTS[id], await experimentTools());
    expect(recordOf(id, result)).toEqual(kept.find((one) => one.id === id));
    expect(await textOf('docs/experiments.md')).toContain(experimentMarkdown(EXPERIMENTS[id].about, result));
  });
});

it('the documents of lessons and glossary are those of the page', async () => {
  expect(await textOf('docs/lessons.md')).toBe(lessonsMarkdown());
  expect(await textOf('docs/glossary.md')).toBe(glossaryMarkdown());
});
