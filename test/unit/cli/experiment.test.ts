/** `disklab experiment`, run as a user runs it: small set-ups, each form of the answer, and calls that are at fault. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HELP } from '../../../src/cli/usage.ts';
import { CONTROLS } from '../../../src/lab/experiments/controls.ts';
import { EXPERIMENT_IDS, type ExperimentId } from '../../../src/lab/experiments/experiment.ts';
import { EXPERIMENTS } from '../../../src/lab/experiments/experiments.ts';
import type { ExperimentResult } from '../../../src/lab/experiments/figures.ts';
import { ABOUT as READ_COST } from '../../../src/lab/experiments/readCost/about.ts';
import { parseSetup } from '../../../src/lab/experiments/setupText.ts';
import { valueText } from '../../../src/lab/experiments/valueText.ts';
import { experimentTools } from '../../support/experimentTools.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { objectOf, runProgram } from '../../support/terminal.ts';
import { chainFiles, writeFiles } from '../../support/vhdFiles.ts';

const SMALL = 'depth:2,reads:50,diskBytes:67108864,seed:7,profile:nvme';

async function engineResult(id: ExperimentId, text: string): Promise<ExperimentResult> {
  const { about, run, verdict } = EXPERIMENTS[id];
  const setup = parseSetup(about, text);
  const figures = await run(setup, await experimentTools());
  return { figures, verdict: verdict(figures, setup) };
}

describe('disklab experiment', { timeout: 120_000 }, () => {
  it('lists the ten without an ID', async () => {
    const ran = await runProgram(['experiment']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const rows = ran.text.trimEnd().split('\n');
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual(
      EXPERIMENT_IDS.map((id, i) => [String(i + 1), id, EXPERIMENTS[id].about.question]),
    );
    expect(objectOf(await runProgram(['experiment', '--json']))).toEqual({
      experiments: EXPERIMENT_IDS.map((id, i) => ({
        number: i + 1,
        id,
        question: EXPERIMENTS[id].about.question,
      })),
    });
  });

  it('prints question, medians, verdict, claims with their sources, and the work', async () => {
    const { text, status, stderr } = await runProgram(['experiment', 'read-cost', '--set', SMALL]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { figures, verdict } = await engineResult('read-cost', SMALL);
    const lines = text.split('\n');
    expect(lines[0]).toBe(`1. ${READ_COST.question}`);
    for (const { label, kind, points } of figures.series) {
      const row = lines.find((line) => line.startsWith(`${label} (${kind})`));
      expect(row?.split(/ {2,}/).slice(1), label).toEqual(
        points.map(({ median }) => valueText(median, figures.y.unit)),
      );
    }
    expect(lines).toContain(verdict.headline);
    for (const finding of verdict.findings) expect(text).toContain(`${finding.lead} ${finding.text}`);
    for (const [i, { why }] of verdict.claims.entries()) {
      expect(text).toContain(READ_COST.claims[i]?.text);
      expect(text).toMatch(/^ {2}\[P\] Brien Posey, /m);
      expect(text).toContain(`: ${why}\n`);
    }
    expect(text.endsWith(`${figures.work}.\n`)).toBe(true);
  });

  it('prints with --json what the engine finds, the same at every call', async () => {
    const ran = await runProgram(['experiment', 'read-cost', '--set', SMALL, '--json']);
    const { about } = EXPERIMENTS['read-cost'];
    const expected = {
      id: 'read-cost',
      setup: parseSetup(about, SMALL),
      ...(await engineResult('read-cost', SMALL)),
    };
    expect(objectOf(ran)).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(await runProgram(['experiment', 'read-cost', '--set', SMALL, '--json'])).toEqual(ran);
  });

  it('prints with --csv a row for each point', async () => {
    const ran = await runProgram(['experiment', 'read-cost', '--set', SMALL, '--csv']);
    const { figures } = await engineResult('read-cost', SMALL);
    const [head = '', ...rows] = ran.text.split('\r\n').slice(0, -1);
    const median = head.split(',').indexOf('median');
    const points = figures.series.flatMap((one) => one.points);
    expect(points.length).toBeGreaterThan(5);
    // The set-up is quoted and has commas: columns are counted from the end.
    const fromEnd = median - head.split(',').length;
    expect(rows.map((row) => Number(row.split(',').at(fromEnd)))).toEqual(points.map((one) => one.median));
    expect(rows.every((row) => row.startsWith('read-cost,"depth:2,'))).toBe(true);
  });

  it('takes time by the clock with --measure only', async () => {
    const tables = async (...more: readonly string[]) => {
      const ran = await runProgram(['experiment', 'read-cost', '--set', SMALL, ...more]);
      return ran.text.split('\n').filter((line) => line.includes('on this machine'));
    };
    expect(await tables()).toEqual([]);
    expect(await tables('--measure')).toHaveLength(1);
  });

  it('runs one of the lab, whose progress shows on a terminal only and is wiped away', async () => {
    const args = ['experiment', 'not-a-backup', '--set', 'depth:1', '--json'];
    const ran = await runProgram(args, { errIsTerminal: true });
    expect(objectOf(ran)).toMatchObject(await engineResult('not-a-backup', 'depth:1'));
    expect(ran.stderr).toContain(' steps');
    expect(ran.stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it('studies the chain of a file with disk:open', async () => {
    const folder = temporaryFolder();
    const files = await writeFiles(folder, chainFiles({ seed: 5, depth: 3 }));
    const leaf = files.at(-1) ?? '';
    const ran = await runProgram(['experiment', 'read-cost', leaf, '--set', 'disk:open,reads:50', '--csv']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const depths = ran.text
      .split('\r\n')
      .filter((row) => row.includes(',"walk, cold",'))
      .map((row) => Number(row.split(',modelled,')[1]?.split(',')[0]));
    expect(depths).toEqual([0, 1, 2, 3]);
  });

  it('says that a parent of it is missing, and ends with 1', async () => {
    const [leaf = ''] = await writeFiles(temporaryFolder(), chainFiles({ seed: 5, depth: 2 }).slice(-1));
    const args = ['experiment', 'read-cost', leaf, '--set', 'disk:open,reads:50', '--csv'];
    const ran = await runProgram(args);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('0xC03A000D');
    expect(ran.text.split('\r\n').length).toBeGreaterThan(2);
  });

  it('ends when it is interrupted, also in the middle', async () => {
    for (const afterMs of [0, 300]) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), afterMs);
      const { signal } = controller;
      const ran = await runProgram(['experiment', 'read-cost', '--set', 'reads:5000'], { signal });
      clearTimeout(timer);
      expect(ran).toMatchObject({ status: 130, text: '', stderr: 'disklab: interrupted.\n' });
    }
  });

  it('is in the help, and the help is in the documents', async () => {
    const { text } = await runProgram(['--help']);
    expect(text).toContain('disklab experiment [ID]');
    expect(text).toContain('disklab cost FILE');
    expect(readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')).toContain(HELP);
  });
});

describe('calls of disklab experiment that are at fault', { timeout: 60_000 }, () => {
  const refused = async (...args: readonly string[]) => {
    const ran = await runProgram(['experiment', ...args]);
    expect(ran, args.join(' ')).toMatchObject({ status: 2, text: '' });
    return ran.stderr;
  };

  it('names what there is where a key is unknown', async () => {
    for (const part of ['dept:8', 'guest:idle', 'toString:1', '', ':', 'depth:8,,seed:1']) {
      const stderr = await refused('read-cost', '--set', part === '' ? ',' : part);
      for (const name of [...READ_COST.controls, 'seed']) expect(stderr).toContain(name);
    }
  });

  it('names what can be given where a value is not', async () => {
    const depth = CONTROLS.depth.kind === 'steps' ? CONTROLS.depth.steps.join(', ') : '';
    for (const part of ['depth:5', 'depth:', 'depth', 'depth:8:8']) {
      expect(await refused('read-cost', '--set', part)).toContain(depth);
    }
    expect(await refused('read-cost', '--set', 'pattern:all')).toContain('random, sequential, hot');
    for (const part of ['profile:tape', 'profile:custom~1~2', 'profile:custom~-1~20~500000000~400~67108864'])
      expect(await refused('read-cost', '--set', part)).toContain(
        'disk, ssd, nvme, share, object, or custom~',
      );
    expect(await refused('read-cost', '--set', 'seed:4294967296')).toContain('4294967295');
    expect(await refused('read-cost', '--set', 'depth:8', '--set', 'depth:4')).toContain('twice');
  });

  it('takes every value that can be given', async () => {
    const { about } = EXPERIMENTS['read-cost'];
    for (const name of about.controls) {
      const control = CONTROLS[name];
      const values =
        control.kind === 'steps' ? control.steps : control.kind === 'choice' ? control.options : ['nvme'];
      for (const value of values) {
        const text = `${name}:${typeof value === 'object' ? value.value : value}`;
        // The file is named although nothing reads it: the call is refused for that alone, or for its not being there.
        expect(await refused('read-cost', 'no such file', '--set', text)).toMatch(/no such file/);
      }
    }
  });

  it('needs a known ID, one form, and a file where one is studied', async () => {
    expect(await refused('read-csot')).toContain('Did you mean read-cost?');
    expect(await refused('read-cost', '--json', '--csv')).toContain('Only one of');
    expect(await refused('--set', 'depth:8')).toContain('disklab experiment lists them');
    expect(await refused('--csv')).toContain('of which experiment');
    expect(await refused('read-cost', '--set', 'disk:open')).toContain('FILE');
    expect(await refused('read-cost', 'a.vhd')).toContain('disk:open only');
    expect(await refused('read-cost', '--with', 'folder')).toContain('disk:open');
    expect(await refused('read-cost', 'a.vhd', 'b.vhd', '--set', 'disk:open')).toContain('too many');
    expect(await refused('read-cost', '--reads', '5')).toContain('takes no --reads');
  });
});
