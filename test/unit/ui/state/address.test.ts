import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, formatAddress, NOWHERE, parseAddress } from '../../../../src/ui/state/address.ts';

describe('the selection in the address bar', () => {
  it('comes back as it went', () => {
    const number = fc.option(fc.maxSafeNat(), { nil: null });
    const text = fc.option(fc.string({ minLength: 1 }), { nil: null });
    const address: fc.Arbitrary<Address> = fc.record({
      sector: number,
      count: fc.option(fc.integer({ min: 2, max: 2 ** 40 }), { nil: null }),
      file: text,
      offset: number,
      length: fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: null }),
      from: text,
      screen: text,
      at: text,
      set: text,
      lab: fc.constant(null),
    });
    fc.assert(
      fc.property(address, (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
    );
  });

  it('is short for a plain sector', () => {
    expect(formatAddress({ ...NOWHERE, sector: 37333765, count: 1 })).toBe('#sector=37333765');
  });

  it('reads a scenario of the lab, and never writes one', () => {
    const address = parseAddress('#lab=q1bKS8xNVbJS-_8');
    expect(address).toEqual({ ...NOWHERE, lab: 'q1bKS8xNVbJS-_8' });
    expect(formatAddress(address)).toBe('#');
  });

  it('takes what is not a number for nothing', () => {
    expect(parseAddress('#sector=-1&count=1e9&offset=0xZZ&length=99999999999999999999')).toEqual(NOWHERE);
    expect(parseAddress('')).toEqual(NOWHERE);
  });
});
