import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstHitFrom, hitsWithin, stepHit } from '../../../../src/ui/search/hits.ts';
import { LONGEST_NEEDLE_BYTES, parseNeedle } from '../../../../src/ui/search/needle.ts';

describe('text to find', () => {
  it('is looked for in ASCII and in UTF-16 LE at once, case and spaces as typed', () => {
    expect(parseNeedle('text', 'Ab ')).toEqual({
      ok: true,
      needle: Uint8Array.of(0x41, 0x62, 0x20),
      alternative: Uint8Array.of(0x41, 0, 0x62, 0, 0x20, 0),
    });
  });

  it('gives back what was typed, in both spellings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), (text) => {
        fc.pre(!/\p{Cs}/u.test(text));
        const parsed = parseNeedle('text', text);
        if (!parsed.ok) return;
        expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(parsed.needle)).toBe(text);
        expect(
          new TextDecoder('utf-16le', { ignoreBOM: true }).decode(parsed.alternative ?? new Uint8Array()),
        ).toBe(text);
      }),
    );
  });

  it('longer than the limit is refused with the limit', () => {
    const parsed = parseNeedle('text', 'x'.repeat(LONGEST_NEEDLE_BYTES));
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? '' : parsed.reason).toContain(String(LONGEST_NEEDLE_BYTES));
  });
});

describe('hex to find', () => {
  it('takes the spellings that people paste', () => {
    for (const text of [
      'EB 52 90',
      'eb5290',
      '0xEB, 0x52, 0x90',
      '\\xEB\\x52\\x90',
      'EB:52:90',
      ' EB-52-90 ',
    ]) {
      expect(parseNeedle('hex', text)).toEqual({
        ok: true,
        needle: Uint8Array.of(0xeb, 0x52, 0x90),
        alternative: null,
      });
    }
  });

  it('says what is wrong', () => {
    expect(parseNeedle('hex', 'EB 5')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('missing'),
    });
    expect(parseNeedle('hex', 'EG')).toMatchObject({ ok: false, reason: expect.stringContaining('“G”') });
    expect(parseNeedle('hex', '  ')).toEqual({ ok: false, reason: '' });
  });
});

describe('moving through hits', () => {
  const lists = fc.uniqueArray(fc.nat(200), { maxLength: 40 }).map((list) => list.sort((a, b) => a - b));

  it('agrees with a plain search for every place', () => {
    fc.assert(
      fc.property(lists, fc.nat(210), (hits, offset) => {
        const first = hits.findIndex((hit) => hit >= offset);
        expect(firstHitFrom(hits, offset)).toBe(first < 0 ? hits.length : first);
        if (hits.length === 0) {
          expect(stepHit(hits, offset, true)).toBeNull();
          return;
        }
        const next = hits.find((hit) => hit > offset) ?? hits[0];
        const before = hits.findLast((hit) => hit < offset) ?? hits.at(-1);
        expect(hits[stepHit(hits, offset, true) as number]).toBe(next);
        expect(hits[stepHit(hits, offset, false) as number]).toBe(before);
      }),
    );
  });

  it('marks the hits that reach into the screen from above too', () => {
    fc.assert(
      fc.property(
        lists,
        fc.integer({ min: 1, max: 9 }),
        fc.nat(200),
        fc.nat(40),
        (hits, length, from, span) => {
          const found = hitsWithin(hits, length, from, from + span).map((hit) => hit.offset);
          expect(found).toEqual(hits.filter((hit) => hit + length > from && hit < from + span));
        },
      ),
    );
  });
});
