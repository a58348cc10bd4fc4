/** The configuration of a machine: what is written is read again, a cut leaves one whole, and what is no machine is refused. */
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { Prng } from '../../../../src/base/prng.ts';
import { GIB, MIB } from '../../../../src/base/units.ts';
import {
  configurationName,
  machineBytes,
  machineOfBytes,
  readMachine,
  type StoredMachine,
  writeMachine,
} from '../../../../src/lab/machine/configuration.ts';
import type { MachineNode, MachineSettings } from '../../../../src/lab/machine/machine.ts';
import type { DiskFolder, FolderEntry } from '../../../../src/storage/diskFolder.ts';
import { MemoryBytes, MemoryFile } from '../../../../src/storage/memoryFile.ts';
import { storageFault } from '../../../../src/storage/storageErrors.ts';

const MACHINE = '0B5C7A10-3C1B-4D2E-9F00-0123456789AB';
const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';

const settings: MachineSettings = {
  memoryBytes: 64 * MIB,
  processors: 2,
  notes: 'two\nlines, “quoted”',
  checkpointType: 'production',
  integrationServices: true,
  disks: [
    { kind: 'vhd', id: 'disk0' },
    { kind: 'vhd', id: 'disk1' },
    { kind: 'pass-through', id: 'pass0', name: 'LUN 7' },
  ],
};

function node(id: string, parent: string | null, change: Partial<MachineNode> = {}): MachineNode {
  const stem = id === 'NOW' ? '33333333-3333-4333-8333-333333333333' : id;
  return {
    id,
    name: id === 'NOW' ? 'Now' : `checkpoint ${id.slice(0, 4)}`,
    parent,
    atUs: 12_345_678,
    files: { disk0: `Snapshots/${stem}.avhd`, disk1: `Snapshots/${stem}-disk1.avhd` },
    settings,
    savedState: null,
    consistency: 'memory',
    deletedAtUs: null,
    ...change,
  };
}

function machine(change: Partial<StoredMachine['state']> = {}): StoredMachine {
  return {
    state: {
      id: MACHINE,
      name: 'LAB-WEB01',
      power: 'running',
      policy: 'live',
      checkpoints: [
        node(FIRST, null, {
          files: { disk0: 'Virtual Hard Disks/LAB-WEB01.vhd' },
          deletedAtUs: 99,
          consistency: 'off',
        }),
        node(SECOND, FIRST, {
          savedState: { file: `Snapshots/${SECOND}.vsv`, fileBytes: 4711, memoryBytes: 64 * MIB },
        }),
      ],
      now: node('NOW', SECOND),
      foundation: { disk0: ['Virtual Hard Disks/their own (1).vhd'], disk1: [] },
      left: [],
      ...change,
    },
    nowUs: 732_000_250,
    seed: 4711,
    random: 17,
    eventCount: 40,
    scenarioName: 'First steps',
    guest: { kind: 'database', load: 60, volume: true },
    drive: 'ssd',
    virtualSizeBytes: { disk0: 4 * GIB, disk1: 512 * MIB },
    blockSizeBytes: { disk0: 2 * MIB, disk1: 512 * 1024 },
    hasFoundation: true,
  };
}

/** A folder of folders, as far as a configuration needs one. */
class FlatTree implements DiskFolder {
  readonly files = new Map<string, MemoryBytes>();
  /** The call after which the power is gone. */
  callsLeft = Number.POSITIVE_INFINITY;

  async list(): Promise<FolderEntry[]> {
    return [...this.files].map(([name, { sizeBytes }]) => ({ name, sizeBytes, modifiedMs: null }));
  }
  async open(name: string, access: 'read-only' | 'read-write') {
    return new MemoryFile(name, this.there(name), access);
  }
  async create(name: string) {
    this.tick();
    if (this.files.has(name)) throw storageFault('busy', { action: 'create', file: name });
    this.files.set(name, new MemoryBytes());
    const file = new MemoryFile(name, this.there(name));
    const write = file.write.bind(file);
    file.write = async (offset, source) => {
      this.tick();
      await write(offset, source);
    };
    return file;
  }
  async rename(source: string, target: string) {
    this.tick();
    this.files.set(target, this.there(source));
    this.files.delete(source);
  }
  async remove(name: string) {
    this.tick();
    this.there(name);
    this.files.delete(name);
  }
  put(name: string, bytes: Uint8Array) {
    this.files.set(name, MemoryFile.of(name, bytes).content);
  }
  private there(name: string): MemoryBytes {
    const content = this.files.get(name);
    if (!content) throw storageFault('vanished', { action: 'open', file: name });
    return content;
  }
  private tick() {
    if (--this.callsLeft < 0) throw storageFault('io', { action: 'write', file: '' }, 'the power is off');
  }
}

const textOf = (stored: StoredMachine) => new TextDecoder().decode(machineBytes(stored));
const readText = (text: string) => machineOfBytes(new TextEncoder().encode(text), 'machine.json');

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiskError && error.code === 'corrupt') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('writeMachine and readMachine', () => {
  it('reads what was written, everything in it', async () => {
    const folder = new FlatTree();
    await writeMachine(folder, machine());
    expect([...folder.files.keys()]).toEqual([configurationName(MACHINE)]);
    expect(await readMachine(folder)).toEqual(machine());
  });

  it('reads a removed machine: nothing is left but its disks', async () => {
    const folder = new FlatTree();
    const removed = machine({ checkpoints: [], now: null, left: ['Virtual Hard Disks/LAB-WEB01.vhd'] });
    await writeMachine(folder, removed);
    expect(await readMachine(folder)).toEqual(removed);
  });

  it('finds none in a folder without a configuration', async () => {
    const folder = new FlatTree();
    folder.put('Snapshots/other.json', new Uint8Array(3));
    expect(await readMachine(folder)).toBeNull();
  });

  it('leaves the one before or the new one, whole, wherever the power goes', async () => {
    const [before, after] = [machine(), { ...machine({ power: 'off' }), nowUs: 800_000_000 }];
    const seen = new Set<unknown>();
    for (let calls = 0; calls <= 4; calls++) {
      const folder = new FlatTree();
      await writeMachine(folder, before);
      folder.callsLeft = calls;
      await writeMachine(folder, after).catch(() => {});
      folder.callsLeft = Number.POSITIVE_INFINITY;
      const found = await readMachine(folder);
      expect([before, after]).toContainEqual(found);
      seen.add(found?.nowUs);
      expect([...folder.files.keys()]).toEqual([configurationName(MACHINE)]);
      // And the next change goes through.
      await writeMachine(folder, after);
      expect(await readMachine(folder)).toEqual(after);
    }
    expect(seen.size).toBe(2);
  });

  it('writes over what a cut left of the one before', async () => {
    const folder = new FlatTree();
    folder.put(`${configurationName(MACHINE)}.new`, new Uint8Array(9));
    await writeMachine(folder, machine());
    expect(await readMachine(folder)).toEqual(machine());
  });

  it('refuses two configurations, and one under the name of another machine', async () => {
    const folder = new FlatTree();
    folder.put(configurationName(FIRST), machineBytes(machine()));
    await expect(readMachine(folder)).rejects.toMatchObject({ code: 'corrupt' });
    folder.put(configurationName(MACHINE), machineBytes(machine()));
    await expect(readMachine(folder)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('does not read a file that is far too large to be one', async () => {
    const folder = new FlatTree();
    folder.files.set(configurationName(MACHINE), new MemoryBytes());
    await (await folder.open(configurationName(MACHINE), 'read-write')).truncate(2 ** 40);
    await expect(readMachine(folder)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('a configuration that somebody else wrote', () => {
  const cases: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    ['no JSON', () => '{', /it is not JSON/],
    ['another format', (text) => text.replace('disklab-machine', 'vmcx'), /: format: found “vmcx”/],
    ['a later version', (text) => text.replace('"version": 1', '"version": 2'), /: version: found 2/],
    ['a missing member', (text) => text.replace(/"seed": \d+,/, ''), /: seed: it is missing/],
    [
      'a member that is not known',
      (text) => text.replace('"seed"', '"sed": 1, "seed"'),
      /: sed: there is no such/,
    ],
    ['an id that is no GUID', (text) => text.replaceAll(SECOND, 'x'), /checkpoints\[1\]\.id: found “x”/],
    [
      'an id in lower case',
      (text) => text.replace(MACHINE, MACHINE.toLowerCase()),
      /state\.id.*in upper case/,
    ],
    ['two checkpoints of one id', (text) => text.replaceAll(SECOND, FIRST), /two checkpoints have the id/],
    [
      'a parent that is not there',
      (text) => text.replace(`"parent": "${FIRST}"`, `"parent": "${MACHINE}"`),
      /which is not there/,
    ],
    ['a circle', (text) => text.replace('"parent": null', `"parent": "${SECOND}"`), /circle/],
    ['its own parent', (text) => text.replace('"parent": null', `"parent": "${FIRST}"`), /circle/],
    [
      'a file outside',
      (text) => text.replace('Virtual Hard Disks/LAB-WEB01.vhd', '../LAB-WEB01.vhd'),
      /checkpoints\[0\]\.files\.disk0: found “\.\.\/LAB/,
    ],
    [
      'a file further in',
      (text) => text.replace('Virtual Hard Disks/LAB-WEB01.vhd', 'Snapshots/a/../../x'),
      /files\.disk0/,
    ],
    [
      'an absolute path',
      (text) => text.replace(`Snapshots/${SECOND}.vsv`, '/etc/passwd'),
      /savedState\.file/,
    ],
    [
      'a file of two nodes',
      (text) => text.replace(/Snapshots\/3{8}[-34810]*\.avhd/, `snapshots/${SECOND}.AVHD`.replace('s', 'S')),
      /belongs to/,
    ],
    ['a strange disk', (text) => text.replaceAll('"disk1":', '"__proto__":'), /no such member/],
    [
      'a disk without a size',
      (text) => text.replace('"disk1": 536870912', '"disk7": 512'),
      /has a file of disk1/,
    ],
    [
      'a size of no disk',
      (text) => text.replace('4294967296', '4294967297'),
      /virtualSizeBytes\.disk0: found 4294967297/,
    ],
    ['a time that is none', (text) => text.replace('732000250', '-1'), /nowUs: found -1/],
    ['a number beyond all', (text) => text.replace('732000250', '1e999'), /nowUs: found Infinity/],
    ['a power of no kind', (text) => text.replace('"running"', '"flying"'), /state\.power: found “flying”/],
    [
      'a strange file under a disk',
      (text) => text.replace('their own (1).vhd', '../x'),
      /foundation\.disk0\[0\]: found/,
    ],
    [
      'no memory',
      (text) => text.replaceAll(/"memoryBytes": \d+/g, '"memoryBytes": 0'),
      /memoryBytes: found 0/,
    ],
  ];
  it.each(cases)('is refused with the place: %s', (_name, change, expected) => {
    const text = textOf(machine());
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(messageOf(() => readText(changed))).toMatch(expected);
  });

  it('is refused where a checkpoint lacks a disk, and not where it was deleted', () => {
    const stored = machine();
    const checkpoints = stored.state.checkpoints.map((each) => ({ ...each, deletedAtUs: null }));
    expect(messageOf(() => readText(textOf(machine({ checkpoints }))))).toMatch(/has no file of disk1/);
    expect(readText(textOf(stored))).toEqual(stored);
  });

  it('throws nothing but DiskErrors, whatever bytes are changed', () => {
    const good = machineBytes(machine());
    const random = new Prng(20_260_302);
    let refused = 0;
    for (let run = 0; run < 4000; run++) {
      const bytes = good.slice(0, random.below(20) === 0 ? random.below(good.length) : good.length);
      for (let i = 0; i <= random.below(4) && bytes.length > 0; i++)
        bytes[random.below(bytes.length)] = random.next();
      try {
        machineOfBytes(bytes, 'm.json');
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(2000);
  });
});
