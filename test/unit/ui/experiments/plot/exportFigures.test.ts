import { expect, test } from 'vitest';
import type { ExperimentAbout } from '../../../../../src/engine/api.ts';
import { PROFILES } from '../../../../../src/engine/api.ts';
import { csvText, jsonText } from '../../../../../src/ui/experiments/plot/exportFigures.ts';
import { figures, NAMES, NEVER, points, READ_COST, series } from './figureSketch.ts';

const ABOUT: ExperimentAbout = {
  id: 'read-cost',
  number: 1,
  question: 'Is the read cost proportional?',
  lead: '',
  claims: [{ text: '“It is.”', isQuote: true, sources: ['P'] }],
  predictions: [],
  controls: ['depth'],
  method: [],
  setup: {
    seed: 4711,
    depth: 64,
    changedPercent: 3,
    runBytes: 16384,
    spread: 'everywhere',
    blockSizeBytes: 2 ** 21,
    diskBytes: 2 ** 30,
    disk: 'generated',
    reads: 100,
    readBytes: 4096,
    pattern: 'random',
    guest: 'file-server',
    load: 0,
    policy: 'when-idle',
    memoryBytes: 2 ** 30,
    profile: PROFILES.ssd,
  },
};

/** RFC 4180, read back by its grammar. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [whole = '', quoted, bare, end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? [];
    if (whole === '') throw new Error(`not CSV: ${rest.slice(0, 40)}`);
    row.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    rest = rest.slice(whole.length);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test('CSV has a row for each point with the values as they were kept', () => {
  const [head, ...rows] = parseCsv(csvText(ABOUT, ABOUT.setup, READ_COST));
  expect(rows.length).toBe(30);
  const column = (name: string) => head?.indexOf(name) ?? -1;
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head?.length]));
  for (const [i, one] of READ_COST.series.flatMap((s) => s.points.map((point) => ({ s, point }))).entries()) {
    const row = rows[i] ?? [];
    expect([row[0], row[column('seed')], row[column('series')], row[column('kind')]]).toEqual([
      'read-cost',
      '4711',
      one.s.label,
      'modelled',
    ]);
    expect(Number(row[column('x')])).toBe(one.point.x);
    expect(Number(row[column('median')])).toBe(one.point.median);
    expect(Number(row[column('low (10 %)')])).toBe(one.point.low);
    expect(Number(row[column('high (90 %)')])).toBe(one.point.high);
    expect(row[column('count')]).toBe('2000');
    expect(row[column('unit')]).toBe('us');
  }
});

test('never is empty, names stand beside their numbers', () => {
  const never = parseCsv(csvText(ABOUT, ABOUT.setup, NEVER));
  expect(never.at(-1)?.slice(8, 12)).toEqual(['', '', '', '4']);
  const names = parseCsv(csvText(ABOUT, ABOUT.setup, NAMES));
  expect(names[2]?.slice(5, 9)).toEqual(['1', '', 'base altered by one byte', '25']);
});

test('no text of it begins as a formula; numbers below zero stay numbers', () => {
  const labels = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'says "no", or\r\nso', 'plain'];
  const list = labels.map((label) =>
    series(
      label,
      points([1], () => -5),
    ),
  );
  const rows = parseCsv(csvText(ABOUT, ABOUT.setup, figures(list))).slice(1);
  expect(rows.map((row) => row[3])).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "'\t=1",
    'says "no", or\r\nso',
    'plain',
  ]);
  expect(rows.map((row) => row[8])).toEqual(labels.map(() => '-5'));
  expect(csvText(ABOUT, ABOUT.setup, figures(list))).toContain('"\'=1+1"');
});

test('JSON holds question, set-up, figures and verdict', () => {
  const verdict = { headline: 'Yes.', findings: [], claims: [], fits: null, answers: {} };
  const text = jsonText(ABOUT, ABOUT.setup, { figures: NEVER, verdict });
  const back: unknown = JSON.parse(text);
  expect(back).toMatchObject({
    experiment: { id: 'read-cost', question: ABOUT.question },
    setup: ABOUT.setup,
    figures: NEVER,
    verdict,
  });
  expect(text.endsWith('}\n')).toBe(true);
});
