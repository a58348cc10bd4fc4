/** The quick keys of names compare as the collator does. */
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../src/base/prng.ts';
import { orderOfNames, orderOfPaths } from '../../../src/filesystems/nameOrder.ts';

const collator = new Intl.Collator('en', { numeric: true });
const units = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const expected = (a: string, b: string) => Math.sign(collator.compare(a, b)) || units(a, b);
const sorted = (names: readonly string[]) => [...orderOfNames(names)].map((place) => names[place]);
const sortedPaths = (paths: readonly string[]) => [...orderOfPaths(paths)].map((place) => paths[place]);

const PLAIN = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));
const FEW = ['a', 'A', 'b', 'B', '0', '1', '01', '10', '9', ' ', '-', '_', '.', 'ä', 'é', '漢'];

function randomName(random: Prng, alphabet: readonly string[]): string {
  let name = '';
  for (let left = random.below(7); left >= 0; left--) name += alphabet[random.below(alphabet.length)];
  return name;
}

describe('the order of names', () => {
  it('has every pair of plain characters as the collator has it', () => {
    for (const a of PLAIN)
      for (const b of PLAIN) {
        expect(sorted([a, b]), `${a} ${b}`).toEqual([a, b].toSorted(expected));
        expect(sorted([`x${a}1`, `x${b}`]), `${a} ${b}`).toEqual([`x${a}1`, `x${b}`].toSorted(expected));
      }
  });

  it.each([PLAIN, FEW])('sorts random names as the collator does (%#)', (...alphabet) => {
    const random = new Prng(81);
    const names = Array.from({ length: 4000 }, () => randomName(random, alphabet));
    expect(sorted(names)).toEqual(names.toSorted(expected));
  });

  it('counts numbers by their value, also long ones', () => {
    const long = '9'.repeat(260);
    expect(sorted(['f10', 'f9', 'F9', 'f009', `f${long}`, 'f'])).toEqual([
      'f',
      'f009',
      'f9',
      'F9',
      'f10',
      `f${long}`,
    ]);
  });

  it('leaves equal names in their order, and takes long lists of any letters', () => {
    expect([...orderOfNames(['b', 'a', 'b', 'a'])]).toEqual([1, 3, 0, 2]);
    const random = new Prng(5);
    const names = Array.from({ length: 60_000 }, (_, i) => `漢${random.below(1000)}é${i}`);
    expect(new Set(sorted(names)).size).toBe(60_000);
    expect(sorted([...names, 'z', 'a']).slice(0, 2)).toEqual(['a', 'z']);
  });

  it('sorts paths name by name, a folder right before what is in it', () => {
    const paths = ['a b', 'a/c', 'a', '1/x', '01/y', '01', '1', '1/a', 'A/b', 'a/b', 'A', 'a/b/c', 'a.b'];
    expect(sortedPaths(paths)).toEqual([
      '01',
      '01/y',
      '1',
      '1/a',
      '1/x',
      'a',
      'a/b',
      'a/b/c',
      'a/c',
      'A',
      'A/b',
      'a b',
      'a.b',
    ]);
  });

  it.each([PLAIN, FEW])('sorts random paths as one would by sorting each folder (%#)', (...alphabet) => {
    const random = new Prng(17);
    const names = Array.from({ length: 12 }, () => randomName(random, alphabet).replaceAll('/', '') || 'n');
    const paths = new Set<string>();
    while (paths.size < 800) {
      const depth = 1 + random.below(4);
      paths.add(Array.from({ length: depth }, () => names[random.below(names.length)]).join('/'));
    }
    const list = [...paths];
    const byNames = (a: string, b: string) => {
      const [partsA, partsB] = [a.split('/'), b.split('/')];
      const at = partsA.findIndex((part, i) => part !== partsB[i]);
      if (at < 0 || partsB.length <= at) return partsA.length - partsB.length;
      return expected(partsA[at] ?? '', partsB[at] ?? '');
    };
    expect(sortedPaths(list)).toEqual(list.toSorted(byNames));
  });
});
