import { describe, expect, it } from 'vitest';
import { must } from '../../../../src/base/assert.ts';
import { HISTORY_NAMES, type TrueState } from '../../../support/historyFixtures.ts';
import { historyOnDisk, isMakers, threeVolumesOnDisk } from '../../../support/historyOnDisk.ts';
import { objectOf, runProgram } from '../../../support/terminal.ts';

interface Differences {
  readonly changes: readonly { readonly path: string; readonly kind: string; readonly change: string }[];
  readonly unchanged: number;
  readonly hashed: number;
  readonly proven: number;
}

/** Of files, by what they hold, or by what a listing tells. */
function expected(before: TrueState, after: TrueState, contents: boolean): string[] {
  return [...new Set([...before.files.keys(), ...after.files.keys()])].flatMap((file) => {
    const [was, is] = [before.files.get(file), after.files.get(file)];
    if (!was || !is) return [`${is ? 'added' : 'removed'} ${file}`];
    const isSame = contents
      ? was.sha256 === is.sha256
      : was.sizeBytes === is.sizeBytes && was.modifiedMs === is.modifiedMs;
    return isSame ? [] : [`changed ${file}`];
  });
}

describe.each(HISTORY_NAMES)('disklab diff on %s', { timeout: 60_000 }, (name) => {
  it('tells what became of files between two points, and with --contents of what they hold', async () => {
    const { paths, states } = await historyOnDisk(name);
    const [leaf, base] = [must(paths[0], 'a leaf'), must(paths.at(-1), 'a base')];
    const [now, then] = [must(states[0], 'now'), must(states.at(-1), 'then')];
    for (const contents of [false, true]) {
      const ran = await runProgram(['diff', base, leaf, '--json', ...(contents ? ['--contents'] : [])]);
      expect(ran).toMatchObject({ status: 1, stderr: '' });
      const { changes, unchanged, hashed, proven } = objectOf(ran) as Differences;
      const found = changes.filter(({ kind, path }) => kind === 'file' && !isMakers(path));
      expect(found.map(({ change, path }) => `${change} ${path}`).sort()).toEqual(
        expected(then, now, contents).sort(),
      );
      expect(hashed + proven > 0).toBe(contents);
      expect(unchanged).toBeGreaterThanOrEqual(hashed + proven);
    }
  });
});

describe('disklab diff', { timeout: 60_000 }, () => {
  it('prints a line for each, with why, and counts', async () => {
    const { paths } = await historyOnDisk('ext4');
    const [leaf, base] = [must(paths[0], 'a leaf'), must(paths.at(-1), 'a base')];
    const ran = await runProgram(['diff', base, leaf, '--contents']);
    const lines = ran.text.replaceAll('\u202f', ' ').trimEnd().split('\n');
    expect(lines).toContain('+ docs/new.txt  3 000');
    expect(lines).toContain('- pictures/2023/  512');
    expect(lines).toContain('~ quiet.bin  content');
    expect(lines).toContain(
      '~ big.log  size 200 000 -> 1 000, time 2024-01-15T10:30:00Z -> 2024-01-21T10:30:00Z',
    );
    expect(lines.at(-1)).toMatch(
      /^3 added, 4 removed, 5 changed, 45 unchanged \(\d+ by the layers’ maps, \d+ by their hashes\); \d+\.\d s$/,
    );
    const back = (await runProgram(['diff', leaf, base])).text;
    expect(back).toContain('- docs/new.txt');
    const folder = (await runProgram(['diff', base, leaf, '\\docs'])).text;
    expect(folder.split('\n').every((line) => /^[+~-] docs\/|^\d|^$/.test(line))).toBe(true);
  });

  it('ends with 0 where nothing differs, by the maps alone where no layer holds anything of it', async () => {
    const { paths, states } = await historyOnDisk('ext4');
    const quiet = states.findIndex(({ what }) => what === 'nothing');
    const [newer = '', older = ''] = [paths[quiet], paths[quiet + 1]];
    const ran = await runProgram(['diff', older, newer, '--contents', '--json']);
    expect(ran.status).toBe(0);
    const told = objectOf(ran) as Differences;
    expect(told).toMatchObject({ changes: [], hashed: 0 });
    expect(told.proven).toBeGreaterThan(0);
    expect((await runProgram(['diff', newer, newer])).text).toMatch(/^0 added, 0 removed, 0 changed, /);
  });

  it('compares disks of two chains, by the numbers of their volumes', async () => {
    const [one, other] = [await historyOnDisk('exfat'), await historyOnDisk('exfat')];
    const [leaf = '', far = ''] = [one.paths[0], other.paths[2]];
    const ran = await runProgram(['diff', leaf, far, '--contents', '--json']);
    const { changes, proven } = objectOf(ran) as Differences;
    expect(proven).toBe(0);
    expect(
      changes.filter(({ kind }) => kind === 'file').map(({ change, path }) => `${change} ${path}`),
    ).toEqual(
      expect.arrayContaining(expected(must(one.states[0], 'now'), must(other.states[2], 'then'), true)),
    );
    const [gpt = '', base = ''] = await threeVolumesOnDisk();
    expect((await runProgram(['diff', base, gpt])).stderr).toContain('say which, with --volume N');
    const third = await runProgram(['diff', base, gpt, '--volume', '3']);
    expect(third).toMatchObject({ status: 1, stderr: '' });
    expect(third.text).toContain('+ docs/new.txt');
    const none = await runProgram(['diff', base, gpt, 'none', '--volume', '3']);
    expect(none).toMatchObject({ status: 2, text: '' });
  });
});
