import { describe, expect, it } from 'vitest';
import {
  bestOffer,
  chainMark,
  secondsText,
  shareText,
} from '../../../../src/ui/experiments/chain/chainWords.ts';
import { fakeAdvice, mergeResult, READ_ABOUT, readResult } from '../../../support/fakeExperiments.ts';

describe('the chain in words', () => {
  it('names the merge that saves most and can be done', () => {
    const advice = fakeAdvice(1);
    expect(bestOffer(advice)).toMatchObject({ first: 0, last: 3 });
    const ruined = advice.offers.map((offer) => ({ ...offer, obstacle: 'A sibling would be ruined.' }));
    expect(bestOffer({ ...advice, offers: ruined })).toMatchObject({ first: 0, last: 5 });
    const useless = advice.offers.map((offer) => ({ ...offer, savedShare: -0.1 }));
    expect(bestOffer({ ...advice, offers: useless })).toBeNull();
    expect(bestOffer({ ...advice, offers: [] })).toBeNull();
  });

  it('keeps small shares and losses apart from nothing', () => {
    expect([0, 0.004, 0.009, 0.614, -0.1].map(shareText)).toEqual(['0 %', '0.4 %', '0.9 %', '61 %', '−10 %']);
  });

  it('spells seconds of a second as of an hour', () => {
    expect([0, 0.0421, 9.44, 61].map(secondsText)).toEqual(['0 s', '0.042 s', '9.4 s', '1 min 1 s']);
  });

  it('marks a chain where the plot has room for it', () => {
    const { figures } = readResult(READ_ABOUT.setup);
    expect(chainMark(5, figures)).toEqual({ x: 5, label: 'your chain, 5' });
    expect(chainMark(65, figures)).toBeNull();
    expect(chainMark(null, figures)).toBeNull();
    expect(chainMark(1, mergeResult().figures)).toBeNull();
  });
});
