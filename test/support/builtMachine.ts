/** A machine with a tree of checkpoints on real files, written without the lab, and its disks as flat arrays. */
import { Prng } from '../../src/base/prng.ts';
import type { CoreModule } from '../../src/core/core.ts';
import { guidText } from '../../src/formats/vhd/uniqueId.ts';
import type { ScenarioDisk } from '../../src/lab/history/scenario.ts';
import { type StoredMachine, writeMachine } from '../../src/lab/machine/configuration.ts';
import { type MachineNode, type MachineState, NOW } from '../../src/lab/machine/machine.ts';
import { createAbove, createBase } from '../../src/lab/machine/newDisks.ts';
import { baseName, checkpointName, differencingName, savedStateName } from '../../src/lab/machine/paths.ts';
import { chainOf } from '../../src/lab/machine/tree.ts';
import { LiveGuest } from '../../src/merge/liveGuest.ts';
import type { DiskFolder } from '../../src/storage/diskFolder.ts';
import { SECTOR } from './imageBuilder.ts';

export interface BuiltMachine {
  readonly machine: StoredMachine;
  /** What each node reads, by `node disk`. */
  readonly truth: ReadonlyMap<string, Uint8Array>;
  /** What each node's own file holds: one byte a sector, by `node disk`. */
  readonly held: ReadonlyMap<string, Uint8Array>;
}

export interface MachineOptions {
  readonly disks?: readonly ScenarioDisk[];
  /** Node and the one that it stands on; a parent before its children, Now among them. */
  readonly tree?: readonly (readonly [node: string, parent: string | null])[];
}

export const SMALL_DISK: ScenarioDisk = {
  type: 'dynamic',
  virtualSizeBytes: 5 * 2 ** 20 + 3 * SECTOR,
  blockSizeBytes: 2 ** 19,
};

/** `a` below everything, `b` and `c` branch from it, `d` on `c`; Now on `b`. */
const TREE = [
  ['a', null],
  ['b', 'a'],
  ['c', 'a'],
  ['d', 'c'],
  [NOW, 'b'],
] as const;

/** GUIDs, the same for the same seed. */
export function guids(seed: number): () => string {
  const prng = new Prng(seed);
  return () => guidText(bytesOf(prng, 16), 'mixed-endian').toUpperCase();
}

export async function buildMachine(
  folder: DiskFolder,
  module: CoreModule,
  seed: number,
  { disks = [SMALL_DISK], tree = TREE }: MachineOptions = {},
): Promise<BuiltMachine> {
  const prng = new Prng(seed);
  const guid = guids(seed);
  const ids = new Map(tree.map(([name]) => [name, name === NOW ? NOW : guid()]));
  const truth = new Map<string, Uint8Array>();
  const held = new Map<string, Uint8Array>();
  const settings = {
    memoryBytes: 2 ** 20,
    processors: 1,
    notes: '',
    checkpointType: 'standard',
    integrationServices: true,
    disks: disks.map((_disk, i) => ({ kind: 'vhd' as const, id: `disk${i}` })),
  } as const;
  let state: MachineState = {
    id: guid(),
    name: 'LAB-TEST',
    power: 'off',
    policy: 'live',
    checkpoints: [],
    now: null,
    foundation: {},
    left: [],
  };
  for (const [place, [name, parentName]] of tree.entries()) {
    const id = ids.get(name) ?? '';
    const parent = parentName === null ? null : (ids.get(parentName) ?? null);
    const savedState = place === 1 ? await savedFile(folder, prng, savedStateName(id)) : null;
    const files: Record<string, string> = {};
    for (const [number, disk] of disks.entries()) {
      const key = `disk${number}`;
      const file = parent === null ? baseName(state.name, key) : differencingName(guid(), key);
      files[key] = file;
      const below = parent === null ? [] : chainOf(state, parent, key);
      const identity = { id: bytesOf(prng, 16), made: new Date(Date.UTC(2026, 2, 2, 14, place)) };
      if (below[0] === undefined) await createBase(folder, file, disk, identity);
      else {
        const above = { name: below[0], machine: state.name, isBase: false };
        await createAbove(folder, file, above, identity, disk.blockSizeBytes);
      }
      const flat = truth.get(`${parent} ${key}`)?.slice() ?? new Uint8Array(disk.virtualSizeBytes);
      held.set(`${id} ${key}`, await scribble(folder, module, [file, ...below], flat, prng));
      truth.set(`${id} ${key}`, flat);
    }
    const node: MachineNode = {
      id,
      name: `checkpoint ${name}`,
      parent,
      atUs: place * 60_000_000,
      files,
      settings,
      savedState,
      consistency: savedState ? 'memory' : 'off',
      deletedAtUs: null,
    };
    if (id === NOW) state = { ...state, now: node };
    else {
      state = { ...state, checkpoints: [...state.checkpoints, node] };
      await put(folder, checkpointName(id), new TextEncoder().encode(`{"of": "${id}"}\n`));
    }
  }
  const machine: StoredMachine = {
    state,
    nowUs: tree.length * 60_000_000,
    seed,
    random: 40,
    eventCount: 12,
    scenarioName: 'a test',
    guest: { kind: 'idle', load: 0, volume: false },
    drive: 'ssd',
    virtualSizeBytes: Object.fromEntries(disks.map((disk, i) => [`disk${i}`, disk.virtualSizeBytes])),
    blockSizeBytes: Object.fromEntries(disks.map((disk, i) => [`disk${i}`, disk.blockSizeBytes])),
    hasFoundation: false,
  };
  await writeMachine(folder, machine);
  return { machine, truth, held };
}

/** Random runs, zeros among them, into the newest file of the chain and into the flat disk. */
async function scribble(
  folder: DiskFolder,
  module: CoreModule,
  names: readonly string[],
  flat: Uint8Array,
  prng: Prng,
): Promise<Uint8Array> {
  const sectorCount = flat.length / SECTOR;
  const held = new Uint8Array(sectorCount);
  const caches = { ownerBytes: 2 ** 20, pageBytes: 2 ** 20 };
  const guest = await LiveGuest.open(folder, { names, complete: true, written: [0] }, { module, caches });
  for (let runs = 2 + prng.below(6); runs > 0; runs--) {
    const first = prng.below(sectorCount);
    const count = Math.min(sectorCount - first, 1 + prng.below(90));
    const bytes = prng.below(5) === 0 ? new Uint8Array(count * SECTOR) : bytesOf(prng, count * SECTOR);
    await guest.disk.write(first, bytes);
    flat.set(bytes, first * SECTOR);
    held.fill(1, first, first + count);
  }
  await guest.disk.flush();
  await guest.close();
  return held;
}

async function savedFile(folder: DiskFolder, prng: Prng, file: string): Promise<MachineNode['savedState']> {
  const bytes = bytesOf(prng, 5000);
  await put(folder, file, bytes);
  return { file, fileBytes: bytes.length, memoryBytes: 2 ** 20 };
}

export async function put(folder: DiskFolder, name: string, bytes: Uint8Array): Promise<void> {
  const file = await folder.create(name);
  await file.write(0, bytes);
  await file.close();
}

export async function bytesIn(folder: DiskFolder, name: string): Promise<Uint8Array> {
  const file = await folder.open(name, 'read-only');
  const bytes = new Uint8Array(file.sizeBytes);
  await file.read(0, bytes);
  await file.close();
  return bytes;
}

function bytesOf(prng: Prng, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  prng.fill(bytes);
  return bytes;
}
