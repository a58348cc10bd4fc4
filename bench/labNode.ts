/**
 * What the checkpoint lab costs: its guest with and without a live merge, the pause of a checkpoint, and time to play a
 * scenario. Arguments: a folder (unused: everything lies in memory), the compiled core. Prints figures as JSON.
 */
import { readFile } from 'node:fs/promises';
import { FIRST_SCENARIO } from '../src/lab/history/firstScenario.ts';
import { playScenario } from '../src/lab/history/playScenario.ts';
import { US_PER_SECOND } from '../src/lab/labTime.ts';
import { type Figure, shown } from './figures.ts';
import { guestFigures } from './labGuest.ts';
import { memoryHost } from './labMachine.ts';
import { pauseFigures } from './labPause.ts';
import { timed } from './timing.ts';

const SECONDS_A_MINUTE = 60;

async function playFigures(module: WebAssembly.Module): Promise<Figure[]> {
  const before = process.cpuUsage();
  const ms = await timed(async () => (await playScenario(FIRST_SCENARIO, memoryHost(module))).close());
  const { user, system } = process.cpuUsage(before);
  const minutes = FIRST_SCENARIO.endUs / US_PER_SECOND / SECONDS_A_MINUTE;
  return [
    shown('lab, a minute of the first scenario', ms / 1000 / minutes, 's'),
    shown('  of the processor', (user + system) / 1e6 / minutes, 's'),
    shown('  the whole scenario', ms / 1000, 's'),
    shown('  of the processor', (user + system) / 1e6, 's'),
  ];
}

const [, core = ''] = process.argv.slice(2);
const module = await WebAssembly.compile(new Uint8Array(await readFile(core)));
// First, as for somebody who opens the lab: nothing is compiled for speed yet.
const played = await playFigures(module);
const printed = [
  ...(await guestFigures(module, 'file-server')),
  ...(await guestFigures(module, 'database')),
  ...(await pauseFigures(module)),
  ...played,
];
console.log(JSON.stringify(printed));
