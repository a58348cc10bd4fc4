/** `lab SCENARIO`: plays a scenario of the checkpoint lab, prints what happens, and keeps the machine's files where it is told. */
import { must } from '../../base/assert.ts';
import { loadCore } from '../../core/loadCoreNode.ts';
import { memoryTree } from '../../lab/drive/labFolders.ts';
import type { LabEvent } from '../../lab/events.ts';
import { playScenario } from '../../lab/history/playScenario.ts';
import type { Scenario } from '../../lab/history/scenario.ts';
import type { LabHost } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabCall } from '../call.ts';
import type { Io } from '../io.ts';
import { checkOutFolder, type KeptFiles, keepFiles } from '../labFiles.ts';
import { readScenario } from '../labScenario.ts';
import { endLines, eventLine, type LabEnd, type PointHash } from '../labText.ts';
import { nodeHasher } from '../nodeHasher.ts';
import { jsonText } from '../text.ts';

type Call = LabCall & { readonly json: boolean };

/** True where the guest read something wrong, or a point of the machine cannot be read. */
export async function labCommand(call: Call, io: Io): Promise<boolean> {
  const scenario = await readScenario(call.scenario);
  if (call.out !== null) checkOutFolder(call.out);
  const module = await loadCore();
  const tree = memoryTree();
  const host: LabHost = { module, createHasher: async () => nodeHasher(), folder: tree, storage: 'memory' };
  const { lab, events } = await play(call, scenario, host, io);
  try {
    const hashes = await hashesOf(lab, io.signal);
    // Where the host has no power, there is what its drive kept.
    const files = lab.view().hostOn ? lab.folder : tree;
    const kept = call.out === null ? null : await keepFiles(files, call.out, module, io);
    const end: LabEnd = { scenario, view: lab.view(), hashes, kept };
    await io.out(call.json ? jsonText(record(call, end, events)) : `${endLines(end).join('\n')}\n`);
    return hashes.some(({ problem }) => problem !== null) || end.view.guest.wrongReads > 0;
  } finally {
    await lab.close();
  }
}

/** Prints events as they happen; when nobody reads them any more, there is no more to play. */
async function play(
  { untilUs, json }: Call,
  scenario: Scenario,
  host: LabHost,
  io: Io,
): Promise<{ lab: Lab; events: LabEvent[] }> {
  const events: LabEvent[] = [];
  const closed = new AbortController();
  let printing: Promise<void> = Promise.resolve();
  const print = (text: string) => {
    printing = printing.then(() => io.out(text));
    printing.catch(() => closed.abort());
  };
  try {
    const lab = await playScenario(scenario, host, {
      ...(untilUs === null ? {} : { untilUs }),
      signal: AbortSignal.any([io.signal, closed.signal]),
      onEvents: (happened) => {
        if (json) events.push(...happened);
        else print(happened.map((event) => `${eventLine(event)}\n`).join(''));
      },
    });
    await printing.catch(async (error: unknown) => {
      await lab.close();
      throw error;
    });
    return { lab, events };
  } catch (error) {
    // That the reader left is why the rest was stopped.
    await printing;
    throw error;
  }
}

async function hashesOf(lab: Lab, signal: AbortSignal): Promise<PointHash[]> {
  // What the cut left is read when the power is back.
  if (!lab.view().hostOn) return [];
  const { checkpoints } = lab.state;
  const nameOf = (id: string) => checkpoints.find((node) => node.id === id)?.name ?? 'Now';
  const hashes = await lab.hashes({ signal });
  return hashes.map((hash) => ({ ...hash, name: nameOf(hash.node) }));
}

function record({ out }: Call, { scenario, view, hashes, kept }: LabEnd, events: readonly LabEvent[]) {
  const { nowUs, status, hostOn, machine, guest, merges, files, usedBytes } = view;
  return {
    scenario: { name: scenario.name, seed: scenario.seed, commands: scenario.commands.length },
    nowUs,
    status,
    hostOn,
    events,
    machine,
    guest,
    merges,
    files,
    usedBytes,
    hashes,
    out: out === null ? null : outRecord(out, must(kept, 'files were kept')),
  };
}

function outRecord(folder: string, { files, bytes, writtenBytes }: KeptFiles) {
  return { folder, files, bytes, writtenBytes };
}
