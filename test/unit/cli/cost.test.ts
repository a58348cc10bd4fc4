/** `disklab cost`, run as a user runs it: its figures are those of the advice, on files written from the specification. */
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROFILES } from '../../../src/chain/cost/profiles.ts';
import { adviseChain } from '../../../src/lab/experiments/adviseChain.ts';
import type { AdviceFigures } from '../../../src/lab/experiments/chainAdvice.ts';
import { USUAL_SETUP } from '../../../src/lab/experiments/controls.ts';
import type { ExperimentSetup } from '../../../src/lab/experiments/setup.ts';
import { numberText, timeUsText } from '../../../src/lab/experiments/valueText.ts';
import { experimentTools } from '../../support/experimentTools.ts';
import { opened } from '../../support/opened.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { objectOf, runProgram } from '../../support/terminal.ts';
import { chainFiles, idOf, type VhdFile, vhdBytes, writeFiles } from '../../support/vhdFiles.ts';

const SEED = 31;
/** Base first. */
let chain: VhdFile[];
let folder: string;
let leaf: string;

beforeAll(() => {
  chain = chainFiles({ seed: SEED, depth: 3 });
});

beforeEach(async () => {
  folder = temporaryFolder();
  leaf = (await writeFiles(folder, chain)).at(-1) ?? '';
});

async function advised(change: Partial<ExperimentSetup>): Promise<AdviceFigures> {
  const images = await Promise.all(chain.toReversed().map(({ bytes }) => opened(new Uint8Array(bytes))));
  return adviseChain(
    { images, complete: true, name: 'disk', siblings: [] },
    { ...USUAL_SETUP, ...change },
    await experimentTools(),
  );
}

describe('disklab cost', { timeout: 120_000 }, () => {
  it('prints the figures of the advice', async () => {
    const args = ['cost', leaf, '--reads', '200', '--size', '16KiB', '--pattern', 'hot', '--seed', '9'];
    const ran = await runProgram([...args, '--profile', 'disk', '--json']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const advice = await advised({
      reads: 200,
      readBytes: 16384,
      pattern: 'hot',
      seed: 9,
      profile: PROFILES.disk,
    });
    expect(advice.offers.length).toBeGreaterThan(1);
    expect(objectOf(ran)).toEqual({
      path: leaf,
      layers: chain.toReversed().map(({ name }) => path.join(folder, name)),
      pattern: 'hot',
      seed: 9,
      profile: PROFILES.disk,
      ...advice,
    });
  });

  it('says what a read costs and what each merge buys', async () => {
    const ran = await runProgram(['cost', leaf]);
    const advice = await advised({});
    const { lookups, microseconds } = advice.walkCold;
    expect(ran.text.split('\n')[0]).toBe(
      `${leaf} has 3 differencing disks; a cold 4 KiB read costs ${numberText(lookups)} lookups, ${timeUsText(microseconds)} on SSD.`,
    );
    const rows = [...ran.text.matchAll(/^layers (\d+)–(\d+) +(\S+) /gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(
      advice.offers.map(({ first, last, cold }) => [String(first), String(last), numberText(cold.lookups)]),
    );
    const [best] = advice.offers;
    expect(ran.text).toContain(`\nMerging layers ${best?.first}–${best?.last} would save `);
    expect(ran.text).not.toContain('clock');
    expect(ran.text).not.toContain('not in place');
    expect((await runProgram(['cost', leaf, '--measure'])).text).toContain('By this machine’s clock, cold: ');
  });

  it('names the sibling for which a merge cannot be done in place', async () => {
    const parent = chain[1];
    if (!parent) throw new Error('a chain');
    const sizeBytes = parent.disk.length;
    const sibling = {
      name: 'sibling.avhd',
      bytes: vhdBytes({
        id: idOf('sibling'),
        sizeBytes,
        blockSizeBytes: 2 ** 21,
        parent: { id: idOf(`${SEED} ${parent.name}`), name: parent.name },
        sectors: new Map(),
      }),
    };
    await writeFiles(folder, [sibling]);
    const { text } = await runProgram(['cost', leaf]);
    // It stands on layer 2: a stretch may begin there, and may not go over it or end in it.
    const rows = [...text.matchAll(/^layers (\d+)–(\d+) .*\n( {2}not in place: sibling\.avhd )?/gm)];
    expect(rows.length).toBeGreaterThan(2);
    for (const [, first, last, obstacle] of rows) {
      expect(obstacle !== undefined, `${first}–${last}`).toBe(Number(first) < 2 && Number(last) >= 2);
    }
  });

  it('tells what it knows where a parent is missing, and ends with 1', async () => {
    const apart = temporaryFolder();
    const [top = ''] = (await writeFiles(apart, chain.slice(-2))).slice(-1);
    const ran = await runProgram(['cost', top]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('0xC03A000D');
    expect(ran.text).toContain('has 2 differencing disks');
    const parents = chain.slice(0, -2).map(({ name }) => path.join(folder, name));
    expect(await runProgram(['cost', top, '--with', ...parents])).toMatchObject({ status: 0, stderr: '' });
  });

  it('has nothing to merge where there is one file', async () => {
    const { text, status } = await runProgram(['cost', path.join(folder, chain[0]?.name ?? '')]);
    expect(status).toBe(0);
    expect(text).toContain('has 0 differencing disks');
    expect(text).toContain('no parent here');
  });

  it('shows progress on a terminal only, and ends when it is interrupted', async () => {
    const ran = await runProgram(['cost', leaf, '--reads', '100'], { errIsTerminal: true });
    expect(ran.stderr).toContain(' steps');
    expect(ran.stderr.endsWith('\r\u001b[K')).toBe(true);
    const controller = new AbortController();
    controller.abort();
    expect(await runProgram(['cost', leaf], { signal: controller.signal })).toMatchObject({
      status: 130,
      text: '',
    });
  });

  it('refuses what it does not understand, and names what it takes', async () => {
    const refused = async (...args: readonly string[]) => {
      const ran = await runProgram(['cost', leaf, ...args]);
      expect(ran, args.join(' ')).toMatchObject({ status: 2, text: '' });
      return ran.stderr;
    };
    for (const reads of ['0', '5001', '1.5', '-1', 'many'])
      expect(await refused(`--reads=${reads}`)).toContain('from 1 to 5');
    for (const size of ['0', '513', '2MiB', 'x']) expect(await refused('--size', size)).toContain('--size');
    expect(await refused('--profile', 'tape')).toContain('disk, ssd, nvme, share, object');
    expect(await refused('--pattern', 'all')).toContain('random, sequential, hot');
    expect(await refused('--seed', '4294967296')).toContain('--seed');
    expect(await refused('--csv')).toContain('takes no --csv');
    expect(await runProgram(['cost'])).toMatchObject({ status: 2 });
    const none = await runProgram(['cost', path.join(folder, 'none.vhd')]);
    expect(none).toMatchObject({ status: 2, text: '' });
  });
});
