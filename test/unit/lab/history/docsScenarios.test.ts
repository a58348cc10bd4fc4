/** The scenarios of docs/scenarios: each is read, is as the program writes it, and shows what its text says. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventLine } from '../../../../src/cli/labText.ts';
import { nodeHasher } from '../../../../src/cli/nodeHasher.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import { memoryTree } from '../../../../src/lab/drive/labFolders.ts';
import { FIRST_SCENARIO } from '../../../../src/lab/history/firstScenario.ts';
import { parseScenario } from '../../../../src/lab/history/parseScenario.ts';
import { playScenario } from '../../../../src/lab/history/playScenario.ts';
import { scenarioText } from '../../../../src/lab/history/scenarioText.ts';
import type { LabView } from '../../../../src/lab/labView.ts';
import { machineBytes, machineOfBytes } from '../../../../src/lab/machine/configuration.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../../docs');
const FILES = readdirSync(path.join(DOCS, 'scenarios'));
const textOf = (file: string) => readFileSync(path.join(DOCS, 'scenarios', file), 'utf8');
const jsonBlocks = (page: string) =>
  [...readFileSync(path.join(DOCS, 'formats', page), 'utf8').matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, block = '']) => block,
  );

async function played(file: string): Promise<{ log: string; view: LabView }> {
  const lines: string[] = [];
  const lab = await playScenario(
    parseScenario(textOf(file), file),
    {
      module: await loadCore(),
      createHasher: async () => nodeHasher(),
      folder: memoryTree(),
      storage: 'memory',
    },
    { onEvents: (events) => void lines.push(...events.map(eventLine)) },
  );
  const view = lab.view();
  await lab.close();
  return { log: lines.join('\n'), view };
}

describe('docs/scenarios', () => {
  it('has the first scenario of the lab', () => {
    expect(parseScenario(textOf('first-steps.json'), 'first-steps.json')).toEqual(FIRST_SCENARIO);
  });

  it.each(FILES)('%s is as the program writes it', (file) => {
    expect(scenarioText(parseScenario(textOf(file), file))).toBe(textOf(file));
  });

  it('has the examples of the formats’ pages in words that are read', () => {
    const scenarios = jsonBlocks('lab-scenario.md').map((text) => parseScenario(text, 'lab-scenario.md'));
    expect(scenarios.map(({ name }) => name)).toEqual(['An empty machine', 'One checkpoint']);
    expect(scenarios[1]?.commands[1]?.atUs).toBe(90_250_000);
    const machines = jsonBlocks('lab-machine.md');
    expect(machines).toHaveLength(1);
    const machine = machineOfBytes(new TextEncoder().encode(machines[0]), 'lab-machine.md');
    expect(JSON.parse(new TextDecoder().decode(machineBytes(machine)))).toEqual(
      JSON.parse(machines[0] ?? ''),
    );
  });
});

/** What each one's text promises, in the order in which it happens. */
const SHOWN: readonly { file: string; log: RegExp; wrongReads: RegExp; waits: number }[] = [
  {
    file: 'two-descendants.json',
    log: /deleted: before update, 2 descendants, merge deferred.*deleted: update A, no descendant.*Merge started: before update.*Merge finished: before update.*19080/s,
    wrongReads: /^0$/,
    waits: 0,
  },
  {
    file: 'merge-thrown-away.json',
    log: /Merge started: clean install.*Merge of clean install given up: the machine was started.*thrown away.*Merge started: clean install.*Merge finished: clean install/s,
    wrongReads: /^0$/,
    waits: 0,
  },
  {
    file: 'power-cut.json',
    log: /Merge started: morning, .*, live\.\n.*The host lost its power.*power is back.*begins anew.*Merge finished: morning.*Started/s,
    wrongReads: /^0$/,
    waits: 0,
  },
  {
    file: 'altered-base.json',
    log: /were changed behind.*Started.*reads what it did not write.*has another id.*names a parent with the id/s,
    wrongReads: /^[1-9]\d*$/,
    waits: 0,
  },
  {
    file: 'production-or-standard.json',
    log: /taken: standard.*Memory saved.*taken: production.*a standard checkpoint is taken instead.*Applied: standard.*saved.*Started from its saved state.*Applied: production.*The machine is off.*Started: the guest boots/s,
    wrongReads: /^0$/,
    waits: 0,
  },
];

describe('what they show', { timeout: 120_000 }, () => {
  it('is tested for all but the first, which the lab itself plays', () => {
    expect([...SHOWN.map(({ file }) => file), 'first-steps.json'].sort()).toEqual([...FILES].sort());
  });

  it.each(SHOWN)('$file', async ({ file, log: expected, wrongReads, waits }) => {
    const { log, view } = await played(file);
    expect(log).toMatch(expected);
    expect(String(view.guest.wrongReads)).toMatch(wrongReads);
    expect(view.merges.filter(({ state }) => state === 'waits' || state === 'merging')).toHaveLength(waits);
  });
});
