import { describe, expect, it } from 'vitest';
import type { LabEvent } from '../../../../src/engine/api.ts';
import {
  codeWords,
  countKinds,
  KINDS,
  logName,
  logText,
  shownEvents,
} from '../../../../src/ui/lab/log/logEvents.ts';
import { eventOf, labViewOf } from '../../../support/labViews.ts';

const { events } = labViewOf();

describe('the event log', () => {
  it('shows the newest first, and counts what has no room', () => {
    const { shown, more } = shownEvents(events, new Set(), 4);
    expect(shown.map(({ number }) => number)).toEqual([8, 7, 6, 5]);
    expect(more).toBe(5);
    expect(shownEvents(events, new Set(), 100)).toMatchObject({ more: 0 });
  });

  it('leaves out the kinds that are hidden, and only those', () => {
    const { shown } = shownEvents(events, new Set(['merge', 'memory'] as const), 100);
    expect(shown.map(({ kind }) => kind)).toEqual(Array(5).fill('checkpoint'));
    expect(shownEvents(events, new Set(KINDS.map(({ kind }) => kind)), 100).shown).toEqual([]);
  });

  it('has a name for every kind there is', () => {
    const every: Record<LabEvent['kind'], true> = {
      machine: true,
      checkpoint: true,
      step: true,
      memory: true,
      merge: true,
      guest: true,
      fault: true,
      recovery: true,
      host: true,
    };
    expect(KINDS.map(({ kind }) => kind).sort()).toEqual(Object.keys(every).sort());
    expect(countKinds(events)).toEqual(
      new Map([
        ['merge', 3],
        ['checkpoint', 5],
        ['memory', 1],
      ]),
    );
  });

  it('says Hyper-V’s number as an event, and Windows’ codes as they are', () => {
    expect(codeWords('19080')).toBe('event 19080');
    expect(codeWords('19100, 0x80070070')).toBe('event 19100, 0x80070070');
    expect(codeWords('0xC03A000E')).toBe('0xC03A000E');
  });

  it('is text for people, oldest first, a line an event', () => {
    const text = logText(labViewOf());
    const lines = text.split('\r\n');
    expect(lines[0]).toBe('Event log of LAB-WEB01: First lab, seed 4711');
    expect(lines.slice(3)).toHaveLength(events.length + 1);
    expect(lines[3]).toBe(
      '14:12:02.000  merge       error: Merge failed, will be retried: no space, 64 MiB short (event 19100, 0x80070070)',
    );
    expect(lines[4]).toBe('14:12:48.000  merge       Merge finished: sysprep (event 19080)');
    const later = logText(labViewOf({ events: [eventOf(1200, '14:30:00', { text: 'A' })] }));
    expect(later).toContain('1200 older events are not kept.');
  });

  it('is saved under a name that every file system takes', () => {
    expect(logName('LAB-WEB01')).toBe('LAB-WEB01 event log.txt');
    expect(logName('a/b\\c:"\u0000<d')).toBe('a b c    d event log.txt');
    expect(logName('///')).toBe('machine event log.txt');
  });
});
