/** Rules × images: for every rule of every catalogue an image that is damaged so that just this rule fires, at the right place. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHAIN_RULES } from '../../../src/chain/findings.ts';
import { BLOCK_RULES } from '../../../src/check/blocks/findings.ts';
import type { CheckContext } from '../../../src/check/fileCheck.ts';
import { CHECK_RULES, LINK_RULES } from '../../../src/check/findings.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { RAW_RULES } from '../../../src/formats/raw/findings.ts';
import { VHD_RULES } from '../../../src/formats/vhd/findings.ts';
import { VHDX_RULES } from '../../../src/formats/vhdx/findings.ts';
import { blockRows } from './blockRows.ts';
import { structureRows } from './structureRows.ts';

const CATALOGUES = {
  raw: RAW_RULES,
  vhdx: VHDX_RULES,
  vhd: VHD_RULES,
  check: CHECK_RULES,
  blocks: BLOCK_RULES,
  chain: CHAIN_RULES,
  links: LINK_RULES,
};
/** Fires on most images here, whose blocks are small so that the images are. */
const OF_SMALL_IMAGES = 'block-size-unusual';

const rows = [...structureRows, ...blockRows];
const lines: string[] = [];
let context: CheckContext;
beforeAll(async () => {
  context = { module: await loadCore(), now: new Date('2026-01-01T00:00:00Z') };
});

describe('every rule has an image', () => {
  test.each(Object.entries(CATALOGUES))('in the catalogue of %s', (_name, rules) => {
    const told = new Set(rows.map(({ rule }) => rule));
    expect(Object.keys(rules).filter((rule) => !told.has(rule))).toEqual([]);
  });

  test('and no row a rule that nobody knows', () => {
    const known = new Set(Object.values(CATALOGUES).flatMap((rules) => Object.keys(rules)));
    expect(rows.filter(({ rule }) => !known.has(rule)).map(({ rule }) => rule)).toEqual([]);
  });
});

describe('just the rule fires', () => {
  test.each(rows.map((row) => [row.rule, row.damage, row] as const))('%s: %s', async (rule, damage, row) => {
    const all = await row.found(context);
    const findings = all.filter((each) => each.rule === rule || each.rule !== OF_SMALL_IMAGES);
    const fired = [...new Set(findings.map((each) => each.rule))];
    const messages = findings.map((each) => `${each.rule} @${each.offset}: ${each.message}`).join('\n');
    expect(fired.sort(), messages).toEqual([rule, ...(row.follows ?? [])].sort());
    const own = findings.filter((each) => each.rule === rule);
    expect(
      own.map(({ offset }) => offset),
      messages,
    ).toContain(row.at);
    if (row.affects) {
      const [affected] = own.flatMap(({ affects }) => affects ?? []);
      const ranges = affected?.ranges.map(({ firstSector, sectorCount }) => [firstSector, sectorCount]);
      expect(ranges).toEqual(row.affects);
    }
    for (const each of findings) {
      expect([each.message, each.meaning, each.remedy].every((text) => text.length > 0)).toBe(true);
      expect(each.lengthBytes).toBeGreaterThanOrEqual(0);
    }
    const follows = row.follows?.length ? `, and so ${row.follows.join(', ')}` : '';
    lines.push(
      `${own[0]?.severity.padEnd(7)} ${rule.padEnd(24)} @${String(row.at).padEnd(9)} ${damage}${follows}`,
    );
  });
});

afterAll(() => {
  console.log(
    `rules × images (${new Set(rows.map(({ rule }) => rule)).size} rules, ${lines.length} images)\n${lines.join('\n')}`,
  );
});
