/**
 * A lab without disks, for tests of the page: the made-up machine of labViews.ts, on which the commonest commands act as
 * their names say. Remembers what it was asked; a test sets what it refuses.
 */
import { Prng } from '../../src/base/prng.ts';
import {
  HELD_ANSWERS,
  HELD_NOT,
  HELD_SHADOWED,
  type LabCommand,
  type LabHash,
  type LabInStorage,
  type LabPlan,
  type LabStart,
  type LabView,
  type MachineNode,
  type MachineState,
  NOW,
  type Outcome,
  PAGE_INTERCEPTED,
  PAGE_SAVED,
  PAGE_WAITS,
  type PlannedCommand,
} from '../../src/engine/api.ts';
import type { LabApi } from '../../src/engine/labApi.ts';
import { NO_LAB } from './fakeLabCalls.ts';
import { eventOf, GUIDS, labViewOf, nodeOf } from './labViews.ts';

const SECOND = 1_000_000;
const MIB = 2 ** 20;

const done = <T>(value: T): Promise<Outcome<T>> => Promise.resolve({ ok: true, value });

export const REFUSED = { text: 'The disk disk1 is a physical disk and has no checkpoints.', code: null };

type Calls = Omit<LabApi, 'labExport' | 'labSaveFolder' | 'labZip' | 'labExplore'>;

export class FakeLab implements Calls {
  view: LabView | null = null;
  /** What a machine is opened as. */
  first: () => LabView = () => checkpointView();
  stored: LabInStorage | null = null;
  /** Commands that are refused, by their verb. */
  readonly refused = new Set<string>();
  readonly started: LabStart[] = [];
  readonly commands: LabCommand[] = [];
  readonly asked: PlannedCommand[] = [];
  readonly sought: number[] = [];
  readonly calls = { advance: 0, holdings: 0, undo: 0, fork: 0 };
  /** Simulated time of one event, and how much of an advance is done. */
  eventUs = SECOND;
  reach = 1;

  labExport = NO_LAB.labExport;
  labSaveFolder = NO_LAB.labSaveFolder;
  labZip = NO_LAB.labZip;
  labExplore = NO_LAB.labExplore;

  labOpen: LabApi['labOpen'] = (start) => {
    this.started.push(start);
    this.view = this.first();
    return done(this.view);
  };

  labClose: LabApi['labClose'] = () => {
    this.view = null;
    return done(null);
  };

  labInStorage: LabApi['labInStorage'] = () => done(this.stored);

  labRemoveStored: LabApi['labRemoveStored'] = () => {
    this.stored = null;
    return done(null);
  };

  labDo: LabApi['labDo'] = (command) => {
    this.commands.push(command);
    if (this.refused.has(command.do)) {
      const problem = {
        code: 'bad-request' as const,
        message: REFUSED.text,
        meaning: 'Nothing was changed.',
        remedy: 'Take the physical disk away.',
      };
      return Promise.resolve({ ok: false, error: problem });
    }
    return this.#seen((view) => ({ ...changed(view, command), steps: view.steps + 1 }));
  };

  labAdvance: LabApi['labAdvance'] = (advance) => {
    this.calls.advance++;
    if ('toNextEvent' in advance) return this.#seen((view) => withEvent(later(view, this.eventUs)));
    const { untilUs } = advance;
    return this.#seen((view) => later(view, (untilUs - view.nowUs) * this.reach));
  };

  labAsk: LabApi['labAsk'] = (command) => {
    this.asked.push(command);
    return this.view ? done(this.#plan(command, this.view)) : NO_LAB.labAsk(command);
  };

  labSeek: LabApi['labSeek'] = (atUs) => {
    this.sought.push(atUs);
    return this.#seen((view) => ({ ...view, nowUs: atUs, history: { ...view.history, done: 3 } }));
  };

  labUndo: LabApi['labUndo'] = () => {
    this.calls.undo++;
    return this.#seen((view) => view);
  };

  labFork: LabApi['labFork'] = () => {
    this.calls.fork++;
    return this.#seen((view) => ({
      ...view,
      history: { ...view.history, commands: view.history.done, endUs: view.nowUs },
    }));
  };

  labHoldings: LabApi['labHoldings'] = (disk, cells) => {
    this.calls.holdings++;
    const { view } = this;
    if (!view) return NO_LAB.labHoldings(disk, cells);
    return done({ disk, cells, rows: heldRows(view.machine, disk, cells) });
  };

  labPages: LabApi['labPages'] = () => {
    const save = this.view?.memorySave;
    if (!save) return done(null);
    const pages = new Uint8Array(save.pageCount).fill(PAGE_WAITS);
    pages.fill(PAGE_SAVED, 0, save.savedPages - save.interceptedPages);
    for (let i = 0; i < save.interceptedPages; i++) pages[save.pageCount - 1 - 3 * i] = PAGE_INTERCEPTED;
    return done(pages);
  };

  labTrace: LabApi['labTrace'] = () =>
    Promise.resolve({
      ok: false,
      error: { code: 'unsupported', message: 'The fake lab traces nothing.' },
    });

  labSavedOrder: LabApi['labSavedOrder'] = () => Promise.resolve({ ok: true, value: null });

  labFiles: LabApi['labFiles'] = (node) => {
    const changedMs = Date.UTC(2026, 2, 2, 14, 2);
    const orders = { name: 'ORDERS.DB', sizeBytes: 3 * MIB, changedMs };
    const log = { name: 'SERVER.LOG', sizeBytes: 20_480, changedMs };
    const now = [{ ...orders, sizeBytes: 4 * MIB }, log, { name: 'NEW.TXT', sizeBytes: 900, changedMs }];
    const files = node === NOW ? now : [orders, log, { name: 'OLD.TXT', sizeBytes: 100, changedMs }];
    return done({ node, files });
  };

  labHashes: LabApi['labHashes'] = () =>
    done<readonly LabHash[]>(
      nodesIn(this.view).map(({ id }, i) => ({
        node: id,
        disk: 'disk0',
        sha256: String(i % 10).repeat(64),
        problem: null,
      })),
    );

  labShare: LabApi['labShare'] = () => done({ link: 'lab=abc', text: '{}', fileName: 'First lab.json' });

  #seen(change: (view: LabView) => LabView): Promise<Outcome<LabView>> {
    if (!this.view) return NO_LAB.labFork();
    this.view = change(this.view);
    return done(this.view);
  }

  #plan(command: PlannedCommand, view: LabView): LabPlan {
    const isRefused = this.refused.has(command.do);
    const checkpoint = 'checkpoint' in command ? command.checkpoint : null;
    const isLeaf = !nodesIn(view).some(({ parent }) => parent === checkpoint);
    const deletes = command.do === 'delete' || command.do === 'delete-subtree';
    return {
      command,
      refusal: isRefused ? REFUSED : null,
      sentences: isRefused ? [] : sentencesOf(command, isLeaf),
      removed: deletes && isLeaf && checkpoint !== null ? [checkpoint] : [],
      freedBytes: deletes ? 51 * MIB : 0,
      merges:
        command.do === 'delete' && checkpoint === GUIDS.schema
          ? [
              {
                node: GUIDS.before,
                child: GUIDS.after,
                disk: 'disk0',
                source: `Snapshots/${GUIDS.after}.avhd`,
                target: `Snapshots/${GUIDS.before}.avhd`,
                copyBytes: 22.4 * MIB,
                seconds: 77,
                waitsFor: null,
              },
            ]
          : [],
      lostBytes: command.do === 'apply' || command.do === 'revert' ? 12 * MIB : null,
      after: view.machine,
    };
  }
}

function sentencesOf(command: PlannedCommand, isLeaf: boolean): string[] {
  switch (command.do) {
    case 'delete':
      return isLeaf
        ? ['its file goes (51.0 MiB).', 'Now reads the same.']
        : ['its disk stays until one descendant is left.'];
    case 'apply':
    case 'revert':
      return ['Now gets a new disk.', '12 MiB written since are lost.'];
    case 'take':
      return ['Now gets a new disk, and the one that it writes to is frozen.'];
    default:
      return ['everything that is due is done.'];
  }
}

/** As labViewOf, with what each checkpoint has beside its disk. */
export function checkpointView(more: Partial<LabView> = {}): LabView {
  const view = labViewOf();
  const { machine } = view;
  const memory = (node: MachineNode): MachineNode =>
    node.id === GUIDS.after
      ? {
          ...node,
          atUs: 1300 * SECOND,
          savedState: {
            file: `Snapshots/${GUIDS.after}.vsv`,
            fileBytes: 11.8 * MIB,
            memoryBytes: 64 * MIB,
          },
        }
      : node.id === GUIDS.schema
        ? { ...node, atUs: 1142 * SECOND, consistency: 'application' }
        : { ...node, consistency: 'off' };
  const saved = { name: `Snapshots/${GUIDS.after}.vsv`, sizeBytes: 11.8 * MIB, kind: 'saved state' as const };
  return {
    ...view,
    machine: { ...machine, checkpoints: machine.checkpoints.map(memory) },
    files: [...view.files, saved],
    ...more,
  };
}

function nodesIn(view: LabView | null): MachineNode[] {
  if (!view) return [];
  const { checkpoints, now } = view.machine;
  return now ? [...checkpoints, now] : [...checkpoints];
}

function later(view: LabView, us: number): LabView {
  const nowUs = Math.round(view.nowUs + us);
  const { history, guest, driveUse } = view;
  return {
    ...view,
    nowUs,
    steps: view.steps + 1,
    guest: { ...guest, checkedReads: guest.checkedReads + 100 },
    driveUse: { ...driveUse, writtenBytes: driveUse.writtenBytes + 4096 },
    history: { ...history, endUs: Math.max(history.endUs, nowUs) },
  };
}

function withEvent(view: LabView): LabView {
  const event = {
    ...eventOf(view.events.length, '14:00:00', { text: 'The guest goes on' }),
    atUs: view.nowUs,
  };
  return { ...view, events: [...view.events, event] };
}

function changed(view: LabView, command: LabCommand): LabView {
  const { machine } = view;
  const state = (change: Partial<MachineState>): LabView => ({
    ...view,
    machine: { ...machine, ...change },
  });
  switch (command.do) {
    case 'start':
    case 'resume':
      return { ...state({ power: 'running' }), status: 'Running' };
    case 'shut-down':
    case 'turn-off':
      return { ...state({ power: 'off' }), status: 'Off' };
    case 'save':
      return { ...state({ power: 'saved' }), status: 'Saved' };
    case 'pause':
      return { ...state({ power: 'paused' }), status: 'Paused' };
    case 'pull-plug':
      return { ...view, hostOn: false, status: 'No power' };
    case 'power-on':
      return { ...state({ power: 'off' }), hostOn: true, status: 'Off' };
    case 'policy':
      return state({ policy: command.policy });
    case 'guest':
      return { ...view, guest: { ...view.guest, kind: command.kind, load: command.load } };
    case 'drive-size':
      return { ...view, driveBytes: command.bytes };
    case 'lose-file':
      return { ...view, files: view.files.filter(({ name }) => name !== command.file) };
    case 'put-file-back':
      return { ...view, files: [...view.files, { name: command.file, sizeBytes: 51 * MIB, kind: 'disk' }] };
    case 'rename':
      return state({
        checkpoints: machine.checkpoints.map((node) =>
          node.id === command.checkpoint ? { ...node, name: command.name } : node,
        ),
      });
    case 'delete':
      return state({ checkpoints: machine.checkpoints.filter(({ id }) => id !== command.checkpoint) });
    case 'take':
      return taken(view, command.name ?? 'LAB-WEB01 (03/02/2026 - 02:32:07 PM)');
    case 'remove-machine':
      return state({ now: null, checkpoints: [], left: ['Virtual Hard Disks/LAB-WEB01.vhd'] });
    default:
      return view;
  }
}

function taken(view: LabView, name: string): LabView {
  const { machine, nowUs, files } = view;
  const { now } = machine;
  if (!now) return view;
  const id = `0A0A0A0A-0000-4000-8000-0000000000${10 + machine.checkpoints.length}`;
  const frozen = nodeOf(id, name, now.parent, { files: now.files, atUs: nowUs });
  const file = `Snapshots/${id}.avhd`;
  return {
    ...view,
    machine: {
      ...machine,
      checkpoints: [...machine.checkpoints, frozen],
      now: { ...now, parent: id, files: { disk0: file } },
    },
    files: [...files, { name: file, sizeBytes: 2 * MIB, kind: 'disk' }],
  };
}

/** Runs of blocks, from a seed; what a newer file of Now's path has is shadowed. */
function heldRows(machine: MachineState, disk: string, cells: number) {
  const nodes = machine.now
    ? [machine.now, ...[...machine.checkpoints].reverse()]
    : [...machine.checkpoints].reverse();
  const path = new Set<string>();
  for (let next: string | null = machine.now ? NOW : null; next !== null; ) {
    path.add(next);
    next = nodes.find(({ id }) => id === next)?.parent ?? null;
  }
  const answered = new Uint8Array(cells);
  return nodes.flatMap((node, row) => {
    const file = node.files[disk];
    if (file === undefined) return [];
    const prng = new Prng(4711 + row);
    const isBase = node.parent === null;
    const held = new Uint8Array(cells);
    for (
      let at = isBase ? 0 : 40;
      at < cells * 0.6;
      at += 1 + Math.floor(prng.fraction() * (isBase ? 3 : 60))
    ) {
      for (let i = at; i < at + (isBase ? 20 : 4) && i < cells; i++) {
        held[i] = path.has(node.id) && !answered[i] ? HELD_ANSWERS : HELD_SHADOWED;
      }
    }
    if (path.has(node.id)) {
      held.forEach((value, i) => {
        if (value !== HELD_NOT) answered[i] = 1;
      });
    }
    return [{ node: node.id, file, held }];
  });
}
