import { describe, expect, it } from 'vitest';
import type { MergeProgress, WaitingMerge } from '../../../../src/engine/api.ts';
import { doneSentence } from '../../../../src/ui/merge/endedText.ts';
import {
  identityWords,
  layersText,
  type Moves,
  movesText,
  sentenceOf,
  textOf,
  titleOf,
} from '../../../../src/ui/merge/mergeWords.ts';
import { phasesOf, spokenProgress } from '../../../../src/ui/merge/phases.ts';
import { proofCostText, provesUnasked, roughText } from '../../../../src/ui/merge/proofCost.ts';
import { proofRows } from '../../../../src/ui/merge/proofRows.ts';
import { reportName } from '../../../../src/ui/merge/reportName.ts';
import {
  cancelQuestion,
  isLost,
  isPastCancel,
  type StopAt,
  stoppedWords,
  stopWords,
  type WritesTo,
} from '../../../../src/ui/merge/stops.ts';
import {
  giveUpQuestion,
  waitingNote,
  waitingProgress,
  waitingTitle,
} from '../../../../src/ui/merge/waiting.ts';
import { FAKE_HASH, fakeProgress, waitingMerge } from '../../../support/fakeMerge.ts';

const GIB = 2 ** 30;

const MOVES: Moves = {
  way: 'new-file',
  format: 'differencing',
  stretch: { first: 0, last: 3 },
  labels: ['now.avhd', 'b.avhd', 'c.avhd', 'd.avhd'],
  below: 'e.avhd',
  newName: 'now merged.avhd',
};
const PAIR: Moves = {
  way: 'in-place',
  format: null,
  stretch: { first: 0, last: 1 },
  labels: ['now.avhd', 'base.vhd'],
  below: null,
  newName: null,
};

describe('title and sentence', () => {
  it('name the layers and where they go', () => {
    expect([layersText({ first: 2, last: 2 }), layersText({ first: 0, last: 1 })]).toEqual([
      'layer 2',
      'layers 0 and 1',
    ]);
    expect(movesText('in-place', { first: 0, last: 3 })).toBe('layers 0 to 2 into layer 3');
    expect(movesText('in-place', { first: 0, last: 1 })).toBe('layer 0 into layer 1');
    expect(titleOf('plan', 'new-file', MOVES.stretch)).toBe('Plan: merge layers 0 to 3 into a new file');
    expect(titleOf('running', 'new-file', MOVES.stretch)).toBe('Merging layers 0 to 3 into a new file');
    expect(titleOf('waits', 'in-place', PAIR.stretch)).toBe('This merge waits: layer 0 into layer 1');
  });

  it('say what becomes of the files, in a new file and in place', () => {
    expect(textOf(sentenceOf(MOVES))).toBe(
      'Four files become now merged.avhd, a child of e.avhd. The originals are only read. Each sector is copied once, from the newest file that has it.',
    );
    expect(textOf(sentenceOf({ ...MOVES, format: 'raw', below: null, newName: null }))).toContain(
      'become a new file, a raw image that needs no parent.',
    );
    const one = { ...MOVES, stretch: { first: 1, last: 1 }, labels: ['b.avhd'] };
    expect(textOf(sentenceOf(one))).toBe(
      'One file becomes now merged.avhd, a child of e.avhd. The originals are only read.',
    );
    expect(textOf(sentenceOf(PAIR))).toBe(
      'What now.avhd holds goes into base.vhd, which takes its place; then the old file goes.',
    );
    const three = { ...PAIR, stretch: { first: 0, last: 2 }, labels: ['now.avhd', 'b.avhd', 'base.vhd'] };
    expect(textOf(sentenceOf(three))).toBe(
      'What two files hold, from now.avhd down, goes into base.vhd, which takes the place of the newest; then the old files go. Each sector is copied once, from the newest file that has it.',
    );
  });

  it('keeps names of files apart from the words, whatever they say', () => {
    const hostile = '<b>now</b>.avhd';
    const parts = sentenceOf({ ...PAIR, labels: [hostile, 'base.vhd'] });
    expect(parts).toContainEqual({ file: hostile });
    expect(parts.filter((part) => typeof part === 'string').join('')).not.toContain('<b>');
  });

  it('say whose id is taken', () => {
    expect(identityWords(MOVES)).toContain('takes the id of now.avhd');
    expect(identityWords({ ...MOVES, format: 'dynamic' })).toContain('an id of its own');
    expect(identityWords(PAIR)).toBe(
      'base.vhd takes the id of now.avhd: a forgotten child of it fails loudly instead of reading wrong.',
    );
  });

  it('say what a finished merge left', () => {
    const done = {
      way: 'in-place',
      format: null,
      survivor: 'base.vhd',
      filesBefore: [],
      filesAfter: [],
      removed: ['now.avhd'],
      relinked: ['x.avhd'],
      copiedBytes: 0,
      copySeconds: 0,
      seconds: 0,
      proof: null,
      resumed: false,
    } as const;
    expect(textOf(doneSentence(done))).toBe(
      'base.vhd holds everything, and now.avhd is removed. One file that stood on it names the new parent.',
    );
    const proof = { sha256: FAKE_HASH, blocks: 1, virtualSizeBytes: 512 };
    expect(
      textOf(doneSentence({ ...done, way: 'new-file', removed: [], proof: { before: proof, after: proof } })),
    ).toBe(
      'base.vhd is complete. The originals are as they were. The disk reads the same in every sector, before and after.',
    );
    expect(reportName('disks/base.vhd')).toBe('base merge report.txt');
    expect(reportName('.vhd')).toBe('disk merge report.txt');
  });
});

describe('phases', () => {
  const states = (at: Parameters<typeof phasesOf>[0], proving: boolean) =>
    phasesOf(at, proving).map(({ name, state }) => `${name} ${state}`);

  it('stand in order, with the proof only where it is asked for', () => {
    expect(states('copying', true)).toEqual([
      'planned done',
      'disk hashed before done',
      'copying now',
      'disk hashed after next',
      'taking over next',
      'done next',
    ]);
    expect(states('finishing', false)).toEqual([
      'planned done',
      'copying done',
      'taking over now',
      'done next',
    ]);
    expect(states('done', false).every((text) => text.endsWith(' done'))).toBe(true);
    expect(states('planned', true).filter((text) => text.endsWith(' now'))).toEqual([]);
  });

  it('are spoken at each stage and at every tenth', () => {
    expect(spokenProgress(null)).toBe('');
    expect(spokenProgress(fakeProgress(0))).toBe('Copying');
    expect(spokenProgress(fakeProgress(59, 100))).toBe('Copying, 50 percent');
    expect(spokenProgress(fakeProgress(51, 100))).toBe(spokenProgress(fakeProgress(59, 100)));
    expect(spokenProgress({ ...fakeProgress(0), stage: 'finishing', total: null })).toBe('Taking over');
  });
});

describe('what a stop means', () => {
  const at = (writesTo: WritesTo, progress: MergeProgress | null = null): StopAt => ({
    writesTo,
    target: 'base.vhd',
    newest: 'now.avhd',
    progress,
    untouched: false,
  });

  it('says that nothing is left behind as long as nothing was written', () => {
    for (const writesTo of ['in-place', 'private'] as const) {
      const early = { ...at(writesTo), untouched: true };
      expect(stopWords(early).cut).toContain('Nothing has moved yet');
      expect(stoppedWords(early)).toContain('nothing waits');
      expect(cancelQuestion(early).yes).toBe('Stop it');
    }
    expect(stopWords({ ...at('picked'), untouched: true }).cut).toContain('discards the unfinished file');
  });

  it('in place: the chain reads the same, the parent alone does not', () => {
    const { cut, cancel } = stopWords(at('in-place', fakeProgress(48 * 2 ** 20)));
    expect(cut).toMatch(/Nothing is lost: now.avhd stays.*goes on from block 32\./);
    expect(cancel).toMatch(/The chain reads as before.*base.vhd alone is not its old state any more\./);
    expect(stopWords(at('in-place')).cut).toContain('goes on where it was');
  });

  it('in place, taking over: there is no way back', () => {
    const late = at('in-place', { ...fakeProgress(0), stage: 'finishing' });
    expect(isPastCancel(late)).toBe(true);
    expect(stopWords(late).cancel).toContain('only be finished');
    expect(isPastCancel({ ...late, writesTo: 'private' })).toBe(false);
  });

  it('says of a file that nobody can take up again that it begins anew', () => {
    for (const writesTo of ['picked', 'streamed'] as const) {
      expect(isLost({ writesTo })).toBe(true);
      expect(stopWords(at(writesTo)).cut).toContain('begins anew');
      expect(stoppedWords(at(writesTo))).toContain('is gone');
      expect(cancelQuestion(at(writesTo)).yes).toBe('Discard the unfinished file');
    }
    for (const writesTo of ['in-place', 'private'] as const) {
      expect(isLost({ writesTo })).toBe(false);
      expect(stopWords(at(writesTo)).cut).toContain('Nothing is lost');
      expect(stoppedWords(at(writesTo))).toMatch(/^It waits/);
      expect(cancelQuestion(at(writesTo)).yes).toBe('Stop and let it wait');
    }
  });
});

describe('a proof', () => {
  it('is asked for unasked up to five minutes', () => {
    expect([null, 0, 150, 150.1, 9000].map(provesUnasked)).toEqual([true, true, true, false, false]);
    expect([0.2, 57, 90, 420, 3840].map(roughText)).toEqual([
      'under 1 s',
      '57 s',
      '2 min',
      '7 min',
      '1 h 4 min',
    ]);
    expect(proofCostText(210, 43.8 * GIB)).toBe('reads the disk of 43.8 GiB twice, about 4 min each time');
    expect(proofCostText(0.3, GIB)).toBe('reads the disk of 1 GiB twice, under 2 s together');
    expect(proofCostText(null, GIB)).toBe('reads the disk of 1 GiB twice');
  });

  it('shows each hash whole as soon as it is known, and what is still to come', () => {
    const at = {
      stage: null,
      percent: null,
      sha256Before: null,
      proof: null,
      ended: false,
      seconds: 420,
      bytes: 43.8 * GIB,
    };
    const told = (more: Partial<Parameters<typeof proofRows>[0]>) =>
      proofRows({ ...at, ...more }).map(({ hash, words, mark, end }) => [hash ?? words, mark, end]);
    expect(told({})).toEqual([
      ['is hashed first, about 7 min for 43.8 GiB', 'wait', 'waits'],
      ['starts when the copy is complete, about 7 min for 43.8 GiB', 'wait', 'waits'],
    ]);
    expect(told({ stage: 'hashing before', percent: 12.9 })[0]).toEqual(['being hashed', 'run', '12 %']);
    expect(told({ stage: 'copying', sha256Before: FAKE_HASH })[0]).toEqual([FAKE_HASH, 'ok', 'known']);
    expect(told({ stage: 'hashing after', sha256Before: FAKE_HASH, percent: 50 })[1]).toEqual([
      'being hashed',
      'run',
      '50 %',
    ]);
    expect(told({ ended: true })[1]?.[0]).toBe('not hashed: the merge is not finished');
    const known = { sha256: FAKE_HASH, blocks: 65024, virtualSizeBytes: GIB };
    expect(told({ proof: { before: known, after: known } })[1]?.[0]).toBe(FAKE_HASH);
  });
});

describe('merges that wait', () => {
  it('say what they are, how far they came, and what giving up leaves', () => {
    const waiting = waitingMerge();
    expect(waitingTitle(waiting)).toBe('child.avhd into base.vhd');
    expect(waitingTitle({ ...waiting, newName: 'new.vhd' })).toBe('child.avhd into the new file new.vhd');
    expect(waitingTitle({ ...waiting, sources: [] })).toBe('into base.vhd');
    const guid = '-2F84-4B17-93C5-0D6E7A8B9C1F.avhd';
    expect(waitingTitle({ ...waiting, sources: [`VM_AAAAAAAA${guid}`], target: `VM_BBBBBBBB${guid}` })).toBe(
      'AAAAAAAA.avhd into BBBBBBBB.avhd',
    );
    expect(giveUpQuestion(waiting).words).toContain('base.vhd alone does not get its old state back');
    expect(giveUpQuestion({ ...waiting, newName: 'new.vhd' }).words).toMatch(/unfinished new.vhd is removed/);
    expect([0, 1, 3].map(waitingNote)).toEqual([
      '',
      'A merge waits to be finished.',
      '3 merges wait to be finished.',
    ]);
    const phases: WaitingMerge['phase'][] = [null, 'planned', 'copying', 'copied', 'relinked'];
    const words = phases.map((phase) => waitingProgress({ ...waiting, phase }));
    expect(new Set(words).size).toBe(phases.length);
    expect(words[2]).toBe('48 MiB were copied');
  });
});
