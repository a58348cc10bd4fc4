/** Scenarios as text and as link: written and read back the same, and everything that is none refused with its place. */

import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { Prng } from '../../../../src/base/prng.ts';
import { GIB, MIB } from '../../../../src/base/units.ts';
import { FIRST_SCENARIO } from '../../../../src/lab/history/firstScenario.ts';
import {
  MOST_COMMANDS,
  MOST_SCENARIO_BYTES,
  parseScenario,
  scenarioOfBytes,
} from '../../../../src/lab/history/parseScenario.ts';
import { scenarioLink, scenarioOfLink } from '../../../../src/lab/history/scenarioLink.ts';
import { scenarioText, timeText } from '../../../../src/lab/history/scenarioText.ts';
import { anyScenario, EVERY_COMMAND, parsedCommand, smallText } from '../../../support/anyScenario.ts';

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiskError && error.code === 'bad-request') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}
const refusal = (text: string) => messageOf(() => parseScenario(text, 's.json'));

describe('a scenario', () => {
  it('reads the same from its text and from its link', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(parseScenario(scenarioText(scenario), 's.json')).toEqual(scenario);
        expect(scenarioOfLink(scenarioLink(scenario))).toEqual(scenario);
      }),
      { numRuns: 300, seed: 4711 },
    );
  });

  it('has a line for each command', () => {
    const lines = scenarioText(FIRST_SCENARIO).split('\n');
    expect(lines).toContain('    { "at": "00:03:30", "do": "delete", "checkpoint": "sysprep" },');
    expect(lines.filter((line) => line.startsWith('    {'))).toHaveLength(FIRST_SCENARIO.commands.length);
  });

  it('takes what is left out from a new machine', () => {
    expect(parseScenario(smallText(), 's.json')).toEqual({
      name: 'small',
      text: '',
      seed: 1,
      machineName: 'VM',
      settings: {
        memoryBytes: 64 * MIB,
        processors: 1,
        notes: '',
        checkpointType: 'standard',
        integrationServices: true,
      },
      disks: [{ type: 'dynamic', virtualSizeBytes: 64 * MIB, blockSizeBytes: 2 * MIB }],
      policy: 'live',
      guest: { kind: 'idle', load: 0 },
      volume: true,
      drive: 'ssd',
      commands: [],
      endUs: 0,
    });
  });

  it('reads sizes and times in every spelling, and ends with its last command', () => {
    const machine = { name: 'VM', disks: [{ virtualSizeBytes: 67108864 }, { virtualSizeBytes: '1.5 GiB' }] };
    const times = [0, 1.5, '00:00:01.5', '00:01:00', '0:01:00.000001', 3600, '01:00:00'];
    const commands = times.map((at) => ({ at, do: 'start' }));
    const scenario = parseScenario(smallText({ machine, commands }), 's.json');
    expect(scenario.disks.map(({ virtualSizeBytes }) => virtualSizeBytes)).toEqual([64 * MIB, 1.5 * GIB]);
    expect(scenario.commands.map(({ atUs }) => atUs)).toEqual([
      0, 1_500_000, 1_500_000, 60_000_000, 60_000_001, 3_600_000_000, 3_600_000_000,
    ]);
    expect(scenario.endUs).toBe(3_600_000_000);
  });

  it('passes a byte order mark over, as Windows writes it', () => {
    const bytes = new TextEncoder().encode(`\ufeff${smallText()}`);
    expect(scenarioOfBytes(bytes, 's.json')).toEqual(parseScenario(smallText(), 's.json'));
  });

  it.each([
    [0, '00:00:00'],
    [90_250_000, '00:01:30.250'],
    [1, '00:00:00.000001'],
    [36_000_000_000_000, '10000:00:00'],
  ])('spells %d µs as %s', (us, text) => expect(timeText(us)).toBe(text));
});

describe('every command', () => {
  /** The members of each, besides `do`. */
  const MEMBERS: Record<string, Record<string, unknown>> = {
    settings: { change: { processors: 4 } },
    'attach-pass-through': { name: 'LUN 7' },
    'detach-pass-through': { name: 'LUN 7' },
    guest: { kind: 'build', load: 100 },
    write: { disk: 'disk0', firstSector: 0, sectorCount: 1, seed: 0 },
    apply: { checkpoint: 'a', takeFirst: true },
    revert: { takeFirst: false },
    rename: { checkpoint: 'a', name: 'b' },
    delete: { checkpoint: 'a' },
    'delete-subtree': { checkpoint: 'a' },
    policy: { policy: 'when-off' },
    'pull-plug': { seed: 1 },
    'drive-size': { bytes: null },
    'lose-file': { file: 'Snapshots/a.avhd' },
    'put-file-back': { file: 'Snapshots/a.avhd' },
    'alter-file': { file: 'Snapshots/a.avhd', offset: 0, lengthBytes: 1 },
    'change-id': { file: 'Snapshots/a.avhd' },
  };

  it.each(EVERY_COMMAND)('%s is read as it is, and nothing more with it', (name) => {
    const members = MEMBERS[name] ?? {};
    expect(parsedCommand({ do: name, ...members })).toEqual({ do: name, ...members });
    expect(messageOf(() => parsedCommand({ do: name, ...members, more: 1 }))).toMatch(
      /^s\.json: commands\[0\]\.more: there is no such member; there are .*do/,
    );
  });

  it.each(EVERY_COMMAND.flatMap((name) => Object.keys(MEMBERS[name] ?? {}).map((member) => [name, member])))(
    '%s: %s of a wrong type is refused with its place',
    (name = '', member = '') => {
      for (const wrong of [{}, [], true, 'x'.repeat(2000), -1, 2 ** 60, 0.5]) {
        const isRight = typeof wrong === 'boolean' && member === 'takeFirst';
        if (isRight || (member === 'change' && typeof wrong === 'object' && !Array.isArray(wrong))) continue;
        const command = { do: name, ...MEMBERS[name], [member]: wrong };
        expect(messageOf(() => parsedCommand(command))).toContain(`s.json: commands[0].${member}: found `);
      }
      const { [member]: _gone, ...rest } = MEMBERS[name] ?? {};
      if (member === 'takeFirst')
        expect(parsedCommand({ do: name, ...rest })).toMatchObject({ takeFirst: false });
      else
        expect(messageOf(() => parsedCommand({ do: name, ...rest }))).toBe(
          `s.json: commands[0].${member}: it is missing.`,
        );
    },
  );

  it('tells the lab of names that are too long, and bounds them', () => {
    expect(parsedCommand({ do: 'take', name: 'x'.repeat(101) })).toMatchObject({ name: 'x'.repeat(101) });
    expect(messageOf(() => parsedCommand({ do: 'take', name: 'x'.repeat(1001) }))).toMatch(
      /^s\.json: commands\[0\]\.name: found “x{40}… \(1\u202f001 characters\)”, expected text of at most 1\u202f000/,
    );
  });
});

describe('what is no scenario is refused with its place', () => {
  const machine = { name: 'VM', disks: [{ virtualSizeBytes: '64 MiB' }] };
  const disk = (change: object) => ({
    machine: { ...machine, disks: [{ virtualSizeBytes: '64 MiB', ...change }] },
  });
  const commands = (...list: unknown[]) => ({ commands: list });
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['format: found “vmcx”, expected one of “disklab-scenario”', { format: 'vmcx' }],
    ['version: found 2, expected a whole number from 1 to 1', { version: 2 }],
    ['name: it is missing', { name: undefined }],
    ['name: found “”, expected text of 1 to 1\u202f000 characters', { name: '' }],
    ['name: found 7,', { name: 7 }],
    ['text: found “', { text: 'x'.repeat(10_001) }],
    ['text: found a list of 1', { text: ['x'] }],
    ['seed: found -1, expected a whole number from 0 to 4\u202f294\u202f967\u202f295', { seed: -1 }],
    ['seed: found 0.5', { seed: 0.5 }],
    ['seed: found “4711”', { seed: '4711' }],
    ['sed: there is no such member; there are format, version, machine,', { sed: 1 }],
    ['["a b"]: there is no such member', { 'a b': 1 }],
    ['machine: found null, expected an object', { machine: null }],
    ['machine: found a list of 0, expected an object', { machine: [] }],
    ['machine.name: found “a\\u{9}b”', { machine: { ...machine, name: 'a\tb' } }],
    ['machine.name: found “NUL.x”', { machine: { ...machine, name: 'NUL.x' } }],
    ['machine.name: found “”', { machine: { ...machine, name: '' } }],
    ['machine.name: found “a ”', { machine: { ...machine, name: 'a ' } }],
    ['machine.name: found “', { machine: { ...machine, name: 'x'.repeat(65) } }],
    [
      'machine.memoryBytes: found “64 MB”, expected a size from 64 KiB',
      { machine: { ...machine, memoryBytes: '64 MB' } },
    ],
    ['machine.memoryBytes: found 4195305', { machine: { ...machine, memoryBytes: 4_195_305 } }],
    ['machine.memoryBytes: found “2 TiB”', { machine: { ...machine, memoryBytes: '2 TiB' } }],
    ['machine.memoryBytes: found null', { machine: { ...machine, memoryBytes: null } }],
    ['machine.memoryBytes: found a list of 1', { machine: { ...machine, memoryBytes: [1048576] } }],
    ['machine.processors: found 0', { machine: { ...machine, processors: 0 } }],
    ['machine.notes: found false', { machine: { ...machine, notes: false } }],
    [
      'machine.checkpointType: found “some”, expected one of “disabled”',
      { machine: { ...machine, checkpointType: 'some' } },
    ],
    [
      'machine.integrationServices: found 1, expected true or false',
      { machine: { ...machine, integrationServices: 1 } },
    ],
    ['machine.disks: found a list of 0, expected a list of 1 to 4', { machine: { ...machine, disks: [] } }],
    ['machine.disks: found a list of 5', { machine: { ...machine, disks: Array(5).fill(machine.disks[0]) } }],
    ['machine.disks: found an object', { machine: { ...machine, disks: {} } }],
    ['machine.disks[0]: found “disk0”, expected an object', { machine: { ...machine, disks: ['disk0'] } }],
    ['machine.disks[0].type: found “differencing”', disk({ type: 'differencing' })],
    ['machine.disks[0].virtualSizeBytes: found 67108865', disk({ virtualSizeBytes: 67_108_865 })],
    ['machine.disks[0].virtualSizeBytes: found “2041 GiB”', disk({ virtualSizeBytes: '2041 GiB' })],
    ['machine.disks[0].virtualSizeBytes: found “0 GiB”', disk({ virtualSizeBytes: '0 GiB' })],
    [
      'machine.disks[0].blockSizeBytes: found “3 MiB”, expected a power of two',
      disk({ blockSizeBytes: '3 MiB' }),
    ],
    ['machine.disks[0].blockSizeBytes: found 4096', disk({ blockSizeBytes: 4096 })],
    ['policy: found “soon”', { policy: 'soon' }],
    ['guest.kind: found “toString”', { guest: { kind: 'toString', load: 0 } }],
    ['guest.load: found 101', { guest: { kind: 'idle', load: 101 } }],
    [
      'guest.volume: found true, expected false: a volume needs a first disk of 32 MiB',
      { ...disk({ virtualSizeBytes: '31 MiB' }), guest: { kind: 'idle', load: 1, volume: true } },
    ],
    ['guest.volume: found “yes”', { guest: { kind: 'idle', load: 1, volume: 'yes' } }],
    ['drive: found “tape”', { drive: 'tape' }],
    ['commands: found an object', { commands: {} }],
    ['commands[0]: found null', commands(null)],
    ['commands[0].at: it is missing', commands({ do: 'start' })],
    ['commands[0].do: it is missing', commands({ at: 0 })],
    ['commands[0].do: found “fly”, expected one of “start”', commands({ at: 0, do: 'fly' })],
    ['commands[0].do: found “constructor”', commands({ at: 0, do: 'constructor' })],
    [
      'commands[1].at: found 1, expected a time that is not before that of commands[0]',
      commands({ at: 2, do: 'start' }, { at: 1, do: 'start' }),
    ],
    ['commands[0].at: found “00:60:00”, expected a time', commands({ at: '00:60:00', do: 'start' })],
    ['commands[0].at: found “1:2:3”', commands({ at: '1:2:3', do: 'start' })],
    ['commands[0].at: found “”', commands({ at: '', do: 'start' })],
    ['commands[0].at: found -1', commands({ at: -1, do: 'start' })],
    ['commands[0].at: found 36000001', commands({ at: 36_000_001, do: 'start' })],
    [
      'commands[0].change.disks: there is no such member',
      commands({ at: 0, do: 'settings', change: { disks: [] } }),
    ],
    [
      'commands[0].change.processors: found “2”',
      commands({ at: 0, do: 'settings', change: { processors: '2' } }),
    ],
    ['commands[0].type: found null', commands({ at: 0, do: 'take', type: null })],
    ['commands[0].file: found “../x”', commands({ at: 0, do: 'lose-file', file: '../x' })],
    ['commands[0].file: found “Snapshots/..”', commands({ at: 0, do: 'lose-file', file: 'Snapshots/..' })],
    [
      'commands[0].file: found “Snapshots/a\\b”',
      commands({ at: 0, do: 'lose-file', file: 'Snapshots/a\\b' }),
    ],
    ['commands[0].file: found “Snapshots”', commands({ at: 0, do: 'lose-file', file: 'Snapshots' })],
    [
      'commands[0].disk: found “__proto__”',
      commands({ at: 0, do: 'write', disk: '__proto__', firstSector: 0, sectorCount: 1, seed: 0 }),
    ],
    ['end: found “late”', { end: 'late' }],
    ['end: found null', { end: null }],
  ];
  it.each(cases)('%s', (expected, change) =>
    expect(refusal(smallText(change))).toContain(`s.json: ${expected}`),
  );

  it('a number beyond all numbers', () => {
    expect(refusal(smallText().replace('"seed":1', '"seed":1e999'))).toContain('seed: found Infinity');
    expect(refusal(smallText({ end: 77 }).replace('77', '1e999'))).toContain('end: found Infinity');
  });

  it('what is no object at all', () => {
    for (const text of ['', '[', 'null', '7', '"lab"', '[]', '{'.repeat(100_000), '['.repeat(100_000)])
      expect(refusal(text)).toMatch(/^s\.json: (it is not JSON|found)/);
    expect(messageOf(() => scenarioOfBytes(new Uint8Array([0xff, 0xfe, 0]), 's.json'))).toContain('UTF-8');
  });

  it('members that every object has, as members of its own', () => {
    expect(refusal(smallText().replace('"seed"', '"__proto__":{"seed":1},"sed"'))).toMatch(
      /there is no such member|missing/,
    );
  });

  it('more commands than there can be, and more text', () => {
    const one = { at: 0, do: 'start' };
    const most = Array(MOST_COMMANDS).fill(one);
    expect(parseScenario(smallText({ commands: most }), 's.json').commands).toHaveLength(MOST_COMMANDS);
    expect(refusal(smallText({ commands: [...most, one] }))).toContain(
      'commands: found a list of 10\u202f001',
    );
    expect(refusal(`${smallText()}${' '.repeat(MOST_SCENARIO_BYTES)}`)).toContain('expected at most 4 MiB');
  });

  it('names no character of the text that would turn the message round', () => {
    expect(refusal(smallText({ policy: '\u202e\u001b[31m' }))).toContain(
      'policy: found “\\u{202E}\\u{1B}[31m”',
    );
  });
});

describe('a link', () => {
  it('is found behind #, in a whole address and alone', () => {
    const link = scenarioLink(FIRST_SCENARIO);
    expect(link).toMatch(/^lab=[\w-]+$/);
    for (const address of [link, `#${link}`, `https://example.org/disklab/?a=b#x=1&${link}`])
      expect(scenarioOfLink(address)).toEqual(FIRST_SCENARIO);
  });

  it('is refused where it is cut at any place, empty, or something else', () => {
    const link = scenarioLink(FIRST_SCENARIO);
    for (let length = 0; length < link.length; length++)
      expect(messageOf(() => scenarioOfLink(link.slice(0, length)))).toContain('The link holds no scenario');
    for (const text of ['', 'lab=', 'slab=abc', 'lab=%20', `${link} `, 'lab=____', 'lab=AAAA'])
      expect(() => messageOf(() => scenarioOfLink(text))).not.toThrow();
  });

  it('does not unpack more than a scenario can have', () => {
    const packed = Buffer.from(deflateSync(new Uint8Array(13 * MIB), { level: 9 })).toString('base64url');
    expect(messageOf(() => scenarioOfLink(`lab=${packed}`))).toMatch(/unpacks to more than/);
    expect(messageOf(() => scenarioOfLink(`lab=${'A'.repeat(2_000_000)}`))).toContain('expected at most');
  });
});

describe('whatever is changed in it, nothing but a DiskError is thrown', () => {
  const random = new Prng(55);
  function mutated(bytes: Uint8Array): Uint8Array {
    const changed = bytes.slice(0, random.below(10) === 0 ? random.below(bytes.length) : bytes.length);
    for (let i = 0; i <= random.below(4) && changed.length > 0; i++)
      changed[random.below(changed.length)] = random.next();
    return changed;
  }
  function tried(runs: number, work: () => unknown): number {
    let refused = 0;
    for (let run = 0; run < runs; run++) {
      try {
        work();
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        refused++;
      }
    }
    return refused;
  }

  it('of a text', () => {
    const text = new TextEncoder().encode(scenarioText(FIRST_SCENARIO));
    expect(tried(4000, () => scenarioOfBytes(mutated(text), 's.json'))).toBeGreaterThan(2000);
  });

  it('of a link', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const link = [...scenarioLink(FIRST_SCENARIO)];
    const change = () => {
      const changed = [...link];
      for (let i = 0; i <= random.below(3); i++)
        changed[4 + random.below(changed.length - 4)] = alphabet.charAt(random.below(64));
      return changed.join('');
    };
    expect(tried(2000, () => scenarioOfLink(change()))).toBeGreaterThan(1000);
    expect(
      tried(2000, () => scenarioOfLink(Buffer.from(mutated(Buffer.from(link.join('')))).toString('latin1'))),
    ).toBeGreaterThan(1000);
  });
});
