/** CHECKPOINTS, "Taking one": `vm (MM/DD/YYY - hh:mm:ss AM/PM)` by default, 1–100 characters [M]. */
import { expect, it } from 'vitest';
import { checkName, defaultName } from '../../../src/lab/names.ts';

it.each([
  ['2026-03-02T14:21:40Z', 'LAB-WEB01 (03/02/2026 - 02:21:40 PM)'],
  ['2026-03-02T00:00:00Z', 'LAB-WEB01 (03/02/2026 - 12:00:00 AM)'],
  ['2026-12-31T12:05:09.999Z', 'LAB-WEB01 (12/31/2026 - 12:05:09 PM)'],
  ['2027-01-01T11:59:59Z', 'LAB-WEB01 (01/01/2027 - 11:59:59 AM)'],
])('names a checkpoint of %s as Hyper-V does [M]', (date, name) => {
  expect(defaultName('LAB-WEB01', new Date(date))).toBe(name);
});

it('gives a name that can be used whatever the machine is called', () => {
  for (let length = 0; length <= 200; length++) {
    const name = defaultName('x'.repeat(length), new Date(0));
    expect(checkName(name)).toBeNull();
    expect(name.endsWith(' (01/01/1970 - 12:00:00 AM)')).toBe(true);
    expect(name.length).toBe(Math.min(100, length + 27));
  }
});

it('cuts no character in two', () => {
  const names = [...Array(4).keys()].map((i) => defaultName('x'.repeat(i) + '😀'.repeat(60), new Date(0)));
  for (const name of names) expect(name).not.toMatch(/\p{Cs}/u);
});

it('takes names of 1 to 100 characters [M]', () => {
  const taken = [...Array(130).keys()].filter((length) => checkName('ä'.repeat(length)) === null);
  expect(taken).toEqual([...Array(100).keys()].map((i) => i + 1));
});

it('says what is wrong with a name', () => {
  expect(checkName('')).toMatchObject({
    rule: 'name-length',
    text: 'A checkpoint needs a name; this one is empty.',
    remedy: 'Use 1 to 100 characters.',
  });
  expect(checkName('x'.repeat(101))?.text).toBe(
    'The name has 101 characters; a checkpoint’s has 100 at most.',
  );
});
