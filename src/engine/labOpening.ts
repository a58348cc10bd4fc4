/** Opens a lab, from whatever it starts: everything that can be refused is refused before the one before is closed. */
import { must } from '../base/assert.ts';
import { DiskError } from '../base/errors.ts';
import { ProgressMeter, type Report } from '../base/progress.ts';
import { guidText } from '../formats/vhd/uniqueId.ts';
import { memoryTree } from '../lab/drive/labFolders.ts';
import { FIRST_SCENARIO } from '../lab/history/firstScenario.ts';
import { LabHistory, type PlayTools } from '../lab/history/labHistory.ts';
import { parseScenario } from '../lab/history/parseScenario.ts';
import type { Scenario } from '../lab/history/scenario.ts';
import { scenarioOfLink } from '../lab/history/scenarioLink.ts';
import type { LabHost } from '../lab/host.ts';
import { US_PER_SECOND } from '../lab/labTime.ts';
import { importMachine } from '../lab/transfer/importMachine.ts';
import type { PickedFile } from '../lab/transfer/pickedFolder.ts';
import type { FileSource, LabStart, LabStorage } from './api.ts';
import type { WorkTools } from './checking.ts';
import { type FoundationFile, foundationOf, openFoundation, scenarioAbove } from './labFoundation.ts';
import { closeLab, type LabSlot, type OpenLab } from './labSlot.ts';
import { emptyStore } from './labStore.ts';
import type { Pile } from './pile.ts';
import type { LabStore, Platform } from './platform.ts';

export interface LabWorkshop {
  readonly platform: Platform;
  readonly pile: Pile;
  readonly slot: LabSlot;
}

/** How a lab is made in folders that are empty, or that `makeRoom` empties. */
interface Making {
  readonly storage: LabStorage;
  readonly foundation: readonly FoundationFile[];
  make(host: LabHost, makeRoom: () => Promise<void>): Promise<LabHistory>;
}

/** The lab before stays open where the new one cannot be opened; one in private storage gives its place to another first. */
export async function openLab(workshop: LabWorkshop, start: LabStart, tools: WorkTools): Promise<OpenLab> {
  const making = await planned(workshop, start, tools);
  return workshop.slot.change(async (before, put) => {
    try {
      const isPrivate = making.storage === 'private';
      if (before?.store && isPrivate) {
        put(null);
        await closeLab(before);
      }
      const opened = await made(workshop.platform, making, tools);
      put(opened);
      if (before && !(before.store && isPrivate)) await closeLab(before);
      return opened;
    } catch (error) {
      for (const { file } of making.foundation) await file.close();
      throw error;
    }
  });
}

async function made(platform: Platform, making: Making, { module }: WorkTools): Promise<OpenLab> {
  const { storage, foundation } = making;
  const store: LabStore | null = storage === 'private' ? await platform.takeLabStore() : null;
  try {
    const folder = store?.folder ?? memoryTree();
    const host = { module, createHasher: platform.createHasher, folder, storage };
    const history = await making.make(host, async () => {
      if (store) await emptyStore(store.folder);
    });
    return { history, store, foundation };
  } catch (error) {
    store?.release();
    throw error;
  }
}

async function planned(workshop: LabWorkshop, start: LabStart, tools: WorkTools): Promise<Making> {
  switch (start.from) {
    case 'scenario':
      return playing(start.scenario ?? FIRST_SCENARIO, start.storage, tools);
    case 'text':
      return playing(parseScenario(start.text, 'The scenario'), start.storage, tools);
    case 'link':
      return playing(scenarioOfLink(start.link), start.storage, tools);
    case 'private':
      return stored();
    case 'chain':
      return above(workshop, start.leaf, start.storage);
    case 'folder':
      return start.how === 'register'
        ? registered(start.storage)
        : imported(workshop, start, start.how, tools);
  }
}

function playing(scenario: Scenario, storage: LabStorage, { report, signal }: WorkTools): Making {
  return {
    storage,
    foundation: [],
    async make(host, makeRoom) {
      await makeRoom();
      return LabHistory.start(scenario, host, playTools(report, signal, 'Playing the scenario', 0));
    },
  };
}

/** Told in simulated seconds from `fromUs` on. */
export function playTools(report: Report, signal: AbortSignal, phase: string, fromUs: number): PlayTools {
  let meter: ProgressMeter | null = null;
  const seconds = (us: number) => Math.max(0, us - fromUs) / US_PER_SECOND;
  return {
    signal,
    onProgress(atUs, untilUs) {
      meter ??= new ProgressMeter(report, phase, 'seconds', seconds(untilUs));
      meter.advanceTo(seconds(atUs));
    },
  };
}

function stored(): Making {
  return {
    storage: 'private',
    foundation: [],
    async make(host) {
      const history = await LabHistory.openStored(host);
      if (history) return history;
      throw new DiskError({
        code: 'bad-request',
        message: 'There is no machine in private storage.',
        meaning: 'Nothing was changed.',
        remedy: 'Begin a lab from a scenario or a folder.',
      });
    },
  };
}

function registered(storage: LabStorage): Making {
  if (storage === 'private') return stored();
  throw new DiskError({
    code: 'bad-request',
    message: 'A machine is registered where its files lie; in memory there are none.',
    meaning: 'Nothing was changed.',
    remedy: 'Restore or copy it, or register what lies in private storage.',
  });
}

/** A seed from the disk's own id: the same chain gives the same lab. */
async function above({ platform, pile }: LabWorkshop, leaf: number, storage: LabStorage): Promise<Making> {
  const foundation = await openFoundation(platform, pile, leaf);
  const newest = must(pile.chainFrom(leaf).images[0], 'a chain has a leaf');
  const scenario = scenarioAbove(newest, Number.parseInt(newest.id.slice(0, 8), 16));
  return {
    storage,
    foundation,
    async make(host, makeRoom) {
      await makeRoom();
      return LabHistory.onFoundation(scenario, host, foundationOf(foundation));
    },
  };
}

function imported(
  { platform }: LabWorkshop,
  { files, storage }: { readonly files: readonly FileSource[]; readonly storage: LabStorage },
  how: 'restore' | 'copy',
  { report, signal, isZero }: WorkTools,
): Making {
  return {
    storage,
    foundation: [],
    async make(host, makeRoom) {
      const picked: PickedFile[] = [];
      try {
        for (const source of files) {
          signal.throwIfAborted();
          picked.push(await platform.openSource(source));
        }
        const meter = new ProgressMeter(report, 'Copying the machine', 'bytes', null);
        await importMachine(picked, host.folder, how, () => newGuid(platform), {
          isZero,
          signal,
          advance: (bytes) => meter.advance(bytes),
          beforeWriting: makeRoom,
        });
      } finally {
        for (const { file } of picked) await file.close();
      }
      return must(await LabHistory.openStored(host), 'what was imported is a machine');
    },
  };
}

function newGuid(platform: Platform): string {
  return guidText(platform.newId(), 'mixed-endian').toUpperCase();
}
