/** The host's power is back: journals are settled, the configuration counts, and what belongs to nobody goes. */
import type { LabContext } from '../context.ts';
import { recoverMerges } from '../merges/recoverMerges.ts';
import { shortName } from '../rules/words.ts';
import { configurationName } from './configuration.ts';
import { configurationFiles } from './heldFiles.ts';
import { MACHINE_FOLDER, SNAPSHOT_FOLDER } from './machine.ts';
import { filesOf, nodesOf, withoutLeaves } from './tree.ts';
import { trimEnd } from './trimEnd.ts';

/** `lab.state` is what the configuration says. Files that a change had made or no longer needed are removed. */
export async function recoverMachine(lab: LabContext): Promise<void> {
  await recoverMerges(lab);
  const { power } = lab.state;
  const { state } = withoutLeaves({ ...lab.state, power: power === 'saved' ? 'saved' : 'off' });
  await lab.commit(state);
  const known = new Set([
    ...filesOf(state),
    ...nodesOf(state).flatMap(configurationFiles),
    configurationName(state.id),
  ]);
  const strays = (await lab.drive.list())
    .map(({ name }) => name)
    .filter((name) => isOurs(name) && !known.has(name));
  await lab.remove(strays);
  for (const name of Object.values(state.now?.files ?? {}))
    if (lab.drive.sizeOf(name) !== null) await trimEnd(lab.drive, name);
  if (strays.length > 0)
    lab.event(
      'recovery',
      `Left over from what the power cut short, removed: ${strays.map(shortName).join(', ')}.`,
    );
  if (power === 'running' || power === 'paused')
    lab.event(
      'recovery',
      'The machine was running: it is off now, and what its guest held in memory is lost.',
      {
        severity: 'warning',
      },
    );
}

/** Journals and undo files speak for themselves; base disks are nobody's to remove. */
function isOurs(name: string): boolean {
  return name.startsWith(`${SNAPSHOT_FOLDER}/`)
    ? /\.(avhd|vsv|json)$/.test(name)
    : name.startsWith(`${MACHINE_FOLDER}/`) && /\.vsv$/.test(name);
}
