/** A fake engine that checks and repairs as it is told, for tests of the check's screen. */
import type {
  EngineApi,
  FileCheckView,
  FileId,
  Finding,
  Outcome,
  PileView,
  Region,
  RepairPlan,
  RepairRequest,
  RepairTarget,
  SpaceUse,
} from '../../src/engine/api.ts';
import { FakeEngine } from './fakeEngine.ts';

export const SPACE: SpaceUse = {
  fileBytes: 8_430_080,
  structureBytes: 12_288,
  bitmapBytes: 2_048,
  blockBytes: 6_291_456,
  leakedBytes: 2_097_152,
  gapBytes: 27_136,
};

export const REGIONS: readonly Region[] = [
  { name: 'Footer copy', kind: 'footer', offset: 0, lengthBytes: 512 },
  { name: 'Dynamic disk header', kind: 'header', offset: 512, lengthBytes: 1024 },
  { name: 'Block allocation table', kind: 'bat', offset: 0x2000, lengthBytes: 0x1000 },
  { name: 'Block 0', kind: 'block', offset: 0x13e00, lengthBytes: 2_097_664 },
  { name: 'Block 7', kind: 'block', offset: 0x214e00, lengthBytes: 2_097_664 },
  { name: 'Footer', kind: 'footer', offset: 8_429_568, lengthBytes: 512 },
];

const done = <T>(value: T): Promise<Outcome<T>> => Promise.resolve({ ok: true, value });

export class CheckEngine {
  readonly api: EngineApi;
  /** What the check finds, by file; nothing in the others. */
  readonly found = new Map<FileId, readonly Finding[]>();
  readonly space = new Map<FileId, SpaceUse>();
  readonly checked: (readonly FileId[] | null)[] = [];
  readonly planned: RepairRequest[] = [];
  readonly repaired: { request: RepairRequest; target: RepairTarget }[] = [];
  readonly undone: string[] = [];
  readonly spelled: { child: string; parent: FileId; folder: string | null }[] = [];
  readonly opened: unknown[] = [];
  privateFiles: readonly string[] = [];
  plan: RepairPlan = emptyPlan('a.vhd');
  /** What the check of the repaired file finds. */
  foundAfter: readonly Finding[] = [];
  /** Calls wait for this: so a test sees them under way. */
  gate: Promise<void> = Promise.resolve();

  constructor(public pile: PileView) {
    const base = new FakeEngine({ layers: 3, units: 64, seed: 7 });
    const viewFrom = base.viewFrom.bind(base);
    this.api = Object.assign(base, {
      open: this.#open,
      openSample: () => done(this.pile),
      viewFrom: async (...[leaf, job]: Parameters<EngineApi['viewFrom']>) => {
        const outcome = await viewFrom(1, job);
        return outcome.ok ? done({ ...outcome.value, layers: this.#chainOf(leaf) }) : outcome;
      },
      regions: () => done(REGIONS),
      check: this.#check,
      planRepair: this.#planRepair,
      repair: this.#repair,
      undo: this.#undo,
      parentPaths: this.#parentPaths,
      listPrivate: () => {
        const files = this.privateFiles.map((name) => ({
          name,
          sizeBytes: 512,
          modifiedMs: null,
          open: false,
        }));
        return done({ files, usedBytes: 512, quotaBytes: null });
      },
    });
  }

  #chainOf(leaf: FileId): FileId[] {
    const layers: FileId[] = [];
    for (let id: FileId | null = leaf; id !== null; ) {
      layers.push(id);
      id = this.pile.files.find((file) => file.id === id)?.parent ?? null;
    }
    return layers;
  }

  readonly #open: EngineApi['open'] = (sources) => {
    this.opened.push(...sources);
    return done(this.pile);
  };

  readonly #check: EngineApi['check'] = async (files, job) => {
    this.checked.push(files);
    job.report({
      phase: 'Checking a.vhd',
      done: 2 ** 20,
      total: 2 ** 22,
      unit: 'bytes',
      perSecond: 2 ** 20,
      secondsLeft: 3,
      elapsedSeconds: 1,
    });
    await this.gate;
    const views = (files ?? []).map((file) => this.#viewOf(file));
    return done({ files: views, readBytes: views.length * 65_536, seconds: 0.25 });
  };

  #viewOf(file: FileId): FileCheckView {
    const view = this.pile.files.find(({ id }) => id === file);
    return {
      file,
      findings: this.found.get(file) ?? [],
      space: this.space.get(file) ?? (view?.type === 'fixed' ? null : SPACE),
      readBytes: 65_536,
    };
  }

  readonly #planRepair: EngineApi['planRepair'] = async (request) => {
    this.planned.push(request);
    const choices = this.plan.choices.map((choice) => ({
      ...choice,
      chosen: request.choices[choice.id] ?? null,
    }));
    return done({ ...this.plan, choices });
  };

  readonly #repair: EngineApi['repair'] = async (request, target) => {
    this.repaired.push({ request, target });
    await this.gate;
    const inPlace = target.kind === 'in-place';
    const name =
      target.kind === 'private' ? target.name : target.kind === 'handle' ? target.handle.name : 'a.vhd';
    return done({
      name,
      fileBytes: this.plan.sizeAfter,
      undoName: inPlace ? 'a.vhd.1.undo' : null,
      findings: this.foundAfter,
      seconds: 1.5,
      pile: inPlace ? this.pile : null,
    });
  };

  readonly #undo: EngineApi['undo'] = (name) => {
    this.undone.push(name);
    return done(this.pile);
  };

  readonly #parentPaths: EngineApi['parentPaths'] = (child, parent, folder) => {
    this.spelled.push({ child, parent, folder });
    const name = this.pile.files.find(({ id }) => id === parent)?.name ?? '';
    return done({
      absolutePath: folder === null ? null : `${folder}\\${name}`,
      relativePath: `.\\${name}`,
    });
  };
}

export function emptyPlan(file: string): RepairPlan {
  return { file, sizeBefore: 8_430_080, sizeAfter: 8_430_080, steps: [], choices: [], left: [] };
}
