import { describe, expect, it } from 'vitest';
import {
  heldName,
  MACOS_NAMES,
  type NameRules,
  nameKey,
  POSIX_NAMES,
  TIMID_NAMES,
  WINDOWS_NAMES,
} from '../../../../src/filesystems/out/nameRules.ts';
import { planExtraction } from '../../../../src/filesystems/out/planExtraction.ts';
import { folderNames, SafeNames } from '../../../../src/filesystems/out/safeNames.ts';
import { listingOf, randomTree } from './scene.ts';

const RULES: Record<string, NameRules> = {
  POSIX: POSIX_NAMES,
  macOS: MACOS_NAMES,
  Windows: WINDOWS_NAMES,
  timid: TIMID_NAMES,
};

/** What may stand in a name, told otherwise than by the rules themselves. */
function isHeld(name: string, rules: NameRules): boolean {
  const bytes = new TextEncoder().encode(name);
  if (name === '' || name === '.' || name === '..' || bytes.length > 255) return false;
  if (new TextDecoder().decode(bytes) !== name) return false;
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    if (char === '/' || code < 32 || (code >= 127 && code < 160)) return false;
    if (rules.devices && '<>:"\\|?*'.includes(char)) return false;
  }
  if (!rules.devices) return true;
  if (name.endsWith('.') || name.endsWith(' ')) return false;
  const stem = (name.split('.')[0] ?? '').trim().toUpperCase();
  return (
    !['CON', 'PRN', 'AUX', 'NUL', 'CLOCK$', 'CONIN$', 'CONOUT$'].includes(stem) &&
    !/^(COM|LPT)[0-9¹²³]$/.test(stem)
  );
}

/** Every character of the first planes' corners alone, in the middle and at both ends; and all the known traps. */
function* hostileNames(): Generator<string> {
  for (let code = 0; code < 0x3000; code++)
    for (const name of [
      `${String.fromCharCode(code)}`,
      `a${String.fromCharCode(code)}b`,
      `.${String.fromCharCode(code)}`,
    ])
      yield name;
  for (const code of [0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfeff, 0xfffe, 0xffff])
    for (const shape of ['%', 'a%b', '%.txt']) yield shape.replace('%', String.fromCharCode(code));
  const stems = [
    'con',
    'CON',
    'Prn',
    'aux',
    'NUL',
    'com1',
    'COM9',
    'lpt1',
    'LPT9',
    'COM¹',
    'conin$',
    'CLOCK$',
  ];
  for (const stem of stems)
    for (const rest of ['', '.', ' ', '.txt', '.tar.gz', ' .x', '  ', '...']) yield stem + rest;
  for (const name of [
    '',
    '.',
    '..',
    '...',
    '. .',
    ' ',
    '../x',
    '..\\x',
    '/etc/passwd',
    'C:\\x',
    '\\\\srv\\x',
    'a/../b',
    'x:y',
    '~',
    '%2e%2e',
    'a.lnk',
    'b.{2227A280-3AEA-1069-A2DE-08002B30309D}',
  ])
    yield name;
  for (const length of [254, 255, 256, 300, 1000])
    for (const char of ['x', 'é', '日', '😀', '.', ' ', '?'])
      for (const ending of ['', '.txt', '. ', `.${'e'.repeat(40)}`]) yield char.repeat(length) + ending;
}

describe.each(Object.entries(RULES))('names by the rules of %s', (_, rules) => {
  it('are held, whatever stands in them, and changed only where they must be', () => {
    const wrong: string[][] = [];
    for (const isFolder of [false, true]) {
      for (const name of hostileNames()) {
        const held = heldName(name, rules, isFolder);
        const isPlain = /^[\p{L}\p{N}][\p{L}\p{N} _-]*(?<! )$/u.test(name) && isHeld(name, rules);
        const isRight = isHeld(held, rules) && heldName(held, rules, isFolder) === held;
        if (!isRight || (isPlain && held !== name)) wrong.push([name, held]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('are never two of one, also where many become the same', () => {
    const wanted = [...hostileNames()].map((name, index) => ({ name, isFolder: index % 3 === 0 }));
    const names = folderNames([...wanted, ...wanted.slice(0, 3000)], rules);
    expect(new Set(names.map((name) => nameKey(name, rules))).size).toBe(names.length);
    expect(names.filter((name) => !isHeld(name, rules))).toEqual([]);
  });
});

describe('folderNames', () => {
  const named = (names: readonly string[], rules: NameRules, taken: readonly string[] = []) =>
    folderNames(
      names.map((name) => ({ name, isFolder: false })),
      rules,
      taken,
    );

  it('gives a name to what needs no change first, then numbers', () => {
    expect(named(['a?b', 'a_b', 'a*b', 'A_B'], WINDOWS_NAMES)).toEqual([
      'a_b (2)',
      'a_b',
      'a_b (3)',
      'A_B (4)',
    ]);
    expect(named(['a?b', 'a_b', 'A_B'], POSIX_NAMES)).toEqual(['a?b', 'a_b', 'A_B']);
    expect(named(['x.txt', 'x.txt', 'x (2).txt'], POSIX_NAMES)).toEqual(['x.txt', 'x (3).txt', 'x (2).txt']);
    expect(named(['x.txt'], WINDOWS_NAMES, ['X.TXT', 'x (2).txt'])).toEqual(['x (3).txt']);
  });

  it('takes for one what any system takes for one', () => {
    for (const [one, other] of [
      ['Straße', 'STRASSE'],
      ['é', 'e\u0301'],
      ['ſ', 'S'],
      ['\u212a', 'k'],
      ['a\u200db', 'ab'],
      ['ΑΣ', 'ας'],
      ['ẞ', 'ß'],
      ['\u1fb3', '\u1fbc'],
    ] as const)
      expect(named([one, other], WINDOWS_NAMES)[1], one).not.toBe(other);
  });

  it('keeps short names apart from those that Windows makes up', () => {
    expect(named(['Program Files', 'PROGRA~1', 'x~y'], WINDOWS_NAMES)).toEqual([
      'Program Files',
      'PROGRA_1',
      'x~y',
    ]);
    expect(named(['DOS', 'PROGRA~1'], WINDOWS_NAMES)).toEqual(['DOS', 'PROGRA~1']);
  });

  it('numbers 65 000 of one name, and long ones that are cut to the same, without looking at all pairs', () => {
    const wanted = Array.from({ length: 65_000 }, (_, index) => ({
      name:
        index % 2 === 0
          ? '?'
          : `${'x'.repeat(250)}${String(index).padStart(5, '0')}${index % 4 === 1 ? '' : '?'}`,
      isFolder: false,
    }));
    const names = folderNames(wanted, WINDOWS_NAMES);
    expect(new Set(names).size).toBe(65_000);
  });
});

describe('SafeNames', () => {
  it.each(Object.keys(RULES))('keeps every path of random hostile trees inside and apart: %s', (key) => {
    const rules = RULES[key] ?? POSIX_NAMES;
    for (let seed = 1; seed <= 15; seed++) {
      const listing = listingOf(randomTree(seed, 120, 'hostile'));
      const plan = planExtraction(listing, ['']);
      const names = new SafeNames(listing, plan, rules);
      const entries = [...plan.folders, ...plan.items.map(({ entry }) => entry)];
      const paths = new Set<string>();
      for (const entry of entries) {
        const parts = names.parts(entry);
        expect(parts.filter((part) => !isHeld(part, rules))).toEqual([]);
        paths.add(parts.map((part) => nameKey(part, rules)).join('/'));
      }
      expect(paths.size).toBe(entries.length);
      const again = new SafeNames(listing, plan, rules);
      expect(entries.map((entry) => again.path(entry))).toEqual(entries.map((entry) => names.path(entry)));
      const changed = entries.filter((entry) => names.name(entry) !== listing.name(entry));
      expect(names.renamed.map(({ from }) => from).sort()).toEqual(
        changed.map((entry) => listing.path(entry)).sort(),
      );
    }
  });

  it('goes around what is in the target already', async () => {
    const listing = listingOf([
      { name: 'B', parent: 0, kind: 'folder' },
      { name: 'x.txt', parent: 1, kind: 'file' },
    ]);
    const names = new SafeNames(listing, planExtraction(listing, ['B']), WINDOWS_NAMES);
    await names.avoid(async (name) => ['B', 'B (2)', 'B (3)', 'x.txt'].includes(name));
    expect(names.path(2)).toBe('B (4)/x.txt');
    expect(names.renamed).toEqual([{ from: 'B', to: 'B (4)' }]);
  });

  it('gives another name where the target refused one', () => {
    const listing = listingOf(['a~b', 'a_b', 'c.lnk'].map((name) => ({ name, parent: 0, kind: 'file' })));
    const names = new SafeNames(listing, planExtraction(listing, ['']), WINDOWS_NAMES);
    expect([
      names.rename(1, TIMID_NAMES),
      names.rename(3, TIMID_NAMES),
      names.rename(2, TIMID_NAMES),
    ]).toEqual(['a_b (2)', 'c.lnk_', 'a_b (3)']);
  });
});
