/** What follows for a file from the errors of those below it. */
import { beforeAll, expect, test } from 'vitest';
import { assemble } from '../../../src/chain/assemble.ts';
import { checkLinks } from '../../../src/check/checkLinks.ts';
import type { CheckContext } from '../../../src/check/fileCheck.ts';
import { type CheckRule, checkFinding } from '../../../src/check/findings.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { buildImage, mixedEndianId, utf16le } from '../../support/imageBuilder.ts';
import { chainSpecs, pile, pileFile, randomSpecs } from '../chain/pileBuilder.ts';
import { DYNAMIC } from './footerRows.ts';
import { linkFindingsOf } from './ruleRow.ts';

let context: CheckContext;
beforeAll(async () => {
  context = { module: await loadCore(), now: new Date('2026-01-01T00:00:00Z') };
});

const finding = (rule: CheckRule) => checkFinding(rule, 'a', 0, 0, 'x');

test('a sound chain has no findings of its links', async () => {
  const base = buildImage({ ...DYNAMIC, id: mixedEndianId(1) });
  const locators = [{ platform: 'W2ru', data: utf16le('.\\base.vhd') }];
  const parent = { id: mixedEndianId(1), name: 'base.vhd', locators };
  const child = buildImage({ ...DYNAMIC, type: 'differencing', id: mixedEndianId(2), parent });
  const files = [
    { path: 'child.vhd', source: child },
    { path: 'base.vhd', source: base },
  ];
  for (const of of [0, 1]) expect(await linkFindingsOf(files, context, new Map(), of)).toEqual([]);
});

test('every file above an error says so, and names the nearest file that has one', () => {
  const files = pile(...chainSpecs(5));
  const forest = assemble(files);
  const ofFiles = files.map((_, layer) => (layer === 1 || layer === 3 ? [finding('footer-cut')] : []));
  const told = checkLinks(forest, ofFiles).map((list) => list.map(({ rule, message }) => [rule, message]));
  const below = (name: string) => [
    ['error-in-parent', `“${name}”, below this file, has an error: footer-cut.`],
  ];
  expect(told).toEqual([[], [], below('d1.vhd'), below('d1.vhd'), below('d3.vhd'), below('d3.vhd')]);
});

test('warnings and notes of a parent are its own', () => {
  const files = pile(...chainSpecs(1));
  expect(checkLinks(assemble(files), [[finding('id-empty'), finding('bat-padding')], []])).toEqual([[], []]);
});

test('circles, orphans and forests of any shape come to an end, with the links’ own findings first', () => {
  for (let seed = 0; seed < 50; seed++) {
    const files = randomSpecs(seed, 30).map(pileFile);
    const forest = assemble(files);
    const told = checkLinks(
      forest,
      files.map((_, file) => (file % 3 === 0 ? [finding('footer-cut')] : [])),
    );
    told.forEach((list, file) => {
      const own = forest.links[file]?.findings ?? [];
      expect(list.slice(0, own.length)).toEqual(own);
      let bad = false;
      for (let at = forest.links[file]?.parent ?? null; at !== null; at = forest.links[at]?.parent ?? null) {
        const ofLink = forest.links[at]?.findings ?? [];
        if (at % 3 === 0 || ofLink.some(({ severity }) => severity === 'error')) bad = true;
      }
      expect(list.slice(own.length).map(({ rule }) => rule)).toEqual(bad ? ['error-in-parent'] : []);
    });
  }
});
