/** The commands that check, repair, make and compare, run as a user runs them, on files of the operating system. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { objectOf, runProgram } from '../../support/terminal.ts';
import { chainFiles, sha256, type VhdFile, writeFiles } from '../../support/vhdFiles.ts';

let folder: string;
let chain: VhdFile[];
const at = (...names: readonly string[]) => path.join(folder, ...names);
const nameOf = (layer: number) => chain.at(layer)?.name ?? '';
const leaf = () => at(nameOf(-1));

beforeEach(async () => {
  folder = temporaryFolder();
  chain = chainFiles({ seed: 5, depth: 3 });
  await writeFiles(folder, chain);
});

async function hashOf(file: string): Promise<string> {
  const { text, stderr } = await runProgram(['hash', file]);
  if (text === '') throw new Error(stderr);
  return text.slice(0, 64);
}

/** Zeros over the footer at the end: what a crash while a block was added leaves. */
function loseFooter(file: string): Buffer {
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, bytes.length - 512), Buffer.alloc(512)]));
  return readFileSync(file);
}

describe('disklab check', { timeout: 60_000 }, () => {
  it('finds nothing above a note in a sound chain, and says what it read', async () => {
    const ran = await runProgram(['check', leaf()]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    for (const { name } of chain) expect(ran.text).toContain(name);
    expect(ran.text).toMatch(/^0 errors, 0 warnings, \d+ notes? in 4 files; /m);
  });

  it('names every finding with code, place and meaning, and ends with 1 where one is an error', async () => {
    const bytes = readFileSync(leaf());
    bytes.writeUInt32BE(0x12345678, 512 + 36);
    writeFileSync(leaf(), bytes);
    const ran = await runProgram(['check', folder, '--json']);
    expect(ran.status).toBe(1);
    expect(objectOf(ran)).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({
          rule: 'header-checksum',
          severity: 'error',
          code: '0xC03A0006',
          file: leaf(),
          offset: 548,
          lengthBytes: 4,
        }),
      ]),
    });
    expect((await runProgram(['check', folder])).text).toContain('0xC03A0006');
  });

  it('finds what lies behind the footer of a fixed disk', async () => {
    await runProgram(['export', leaf(), at('fixed.vhd'), '--format', 'fixed']);
    writeFileSync(at('fixed.vhd'), Buffer.concat([readFileSync(at('fixed.vhd')), Buffer.alloc(777, 0x5a)]));
    const ran = await runProgram(['check', at('fixed.vhd'), '--json']);
    expect(objectOf(ran)).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'trailing-data' })]),
    });
  });
});

describe('disklab repair', { timeout: 60_000 }, () => {
  it('plans without writing, by default', async () => {
    const broken = loseFooter(leaf());
    const ran = await runProgram(['repair', leaf()]);
    expect(ran.text).toContain('(footer-missing)');
    expect((await runProgram(['repair', leaf(), '--plan', '--json'])).text).toContain('"footer-missing"');
    expect(readFileSync(leaf()).equals(broken)).toBe(true);
    expect(readdirSync(folder).length).toBe(chain.length);
  });

  it('writes a repaired copy, and never over a file that is there', async () => {
    const whole = await hashOf(leaf());
    const broken = loseFooter(leaf());
    const out = at('repaired.vhd');
    expect(await runProgram(['repair', leaf(), '--out', out])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(leaf()).equals(broken)).toBe(true);
    expect((await runProgram(['repair', leaf(), '--out', out])).status).toBe(2);
    writeFileSync(leaf(), readFileSync(out));
    expect(await hashOf(leaf())).toBe(whole);
    expect((await runProgram(['repair', leaf()])).text).toContain('Nothing to repair.');
  });

  it('changes the file itself only after a yes, and takes it back', async () => {
    const broken = loseFooter(leaf());
    for (const answer of ['', 'no', 'y']) {
      const refused = await runProgram(['repair', leaf(), '--in-place'], { answer });
      expect(refused.status).toBe(2);
      expect(readFileSync(leaf()).equals(broken)).toBe(true);
    }
    const ran = await runProgram(['repair', leaf(), '--in-place'], { answer: 'yes' });
    expect(ran.status).toBe(0);
    expect((await runProgram(['check', leaf()])).text).not.toContain('0xC03A0001');
    const undo = readdirSync(folder).find((name) => name.endsWith('.undo')) ?? '';
    expect(ran.text).toContain(undo);
    expect((await runProgram(['repair', leaf(), '--undo', at(undo)])).status).toBe(0);
    expect(readFileSync(leaf()).equals(broken)).toBe(true);
  });

  it('takes --yes for the answer', async () => {
    loseFooter(leaf());
    const ran = await runProgram(['repair', leaf(), '--in-place', '--yes', '--json']);
    expect(ran.status).toBe(0);
    expect(objectOf(ran)).toMatchObject({ written: leaf(), findings: [] });
  });
});

describe('disklab reparent', { timeout: 60_000 }, () => {
  it('lets a child name another parent, by id, name and both paths', async () => {
    const whole = await hashOf(leaf());
    const parent = at('moved', 'renamed.vhd');
    mkdirSync(at('moved'));
    // The same disk under another id: as a parent restored from elsewhere has it.
    const { text } = await runProgram(['export', at(nameOf(-2)), parent, '--format', 'dynamic']);
    expect(text).toContain('dynamic');
    const out = at('moved', 'child.avhd');
    const way = ['--windows-folder', 'D:\\vm'];
    expect((await runProgram(['reparent', leaf(), parent, '--out', out, ...way])).status).toBe(0);
    expect(await hashOf(out)).toBe(whole);
    const info = objectOf(await runProgram(['info', out, '--json']));
    expect(info).toMatchObject({
      parent: { path: parent, names: expect.arrayContaining(['D:\\vm\\renamed.vhd']) },
    });
    const found = objectOf(await runProgram(['check', out, '--json']));
    expect(JSON.stringify(found)).not.toMatch(/"severity":"(error|warning)"/);
  });
});

describe('disklab create', { timeout: 60_000 }, () => {
  it.each(['fixed', 'dynamic'])('makes an empty %s disk', async (type) => {
    const file = at(`new-${type}.vhd`);
    expect((await runProgram(['create', file, '--size', '64MiB', '--type', type])).status).toBe(0);
    expect(await hashOf(file)).toBe(sha256(new Uint8Array(64 * 2 ** 20)));
    expect((await runProgram(['check', file])).text).toMatch(/^0 errors, 0 warnings, 0 notes/m);
    expect((await runProgram(['create', file, '--size', '64MiB', '--type', type])).status).toBe(2);
  });

  it('makes a child that shows what its parent shows', async () => {
    const child = at('child.avhd');
    expect((await runProgram(['create', child, '--parent', leaf()])).status).toBe(0);
    expect(await hashOf(child)).toBe(await hashOf(leaf()));
    const { text } = await runProgram(['check', child]);
    expect(text).toMatch(/^0 errors, 0 warnings/m);
    expect((await runProgram(['create', leaf(), '--parent', leaf(), '--force'])).status).toBe(2);
  });

  it('refuses what no VHD can be', async () => {
    const refused = (...more: string[]) => runProgram(['create', at('x.vhd'), ...more]);
    for (const more of [
      ['--size', '3TiB', '--type', 'dynamic'],
      ['--size', '1000', '--type', 'fixed'],
      ['--size', '1GiB', '--type', 'dynamic', '--block-size', '3MiB'],
      ['--size', '1GiB'],
      ['--parent', leaf(), '--size', '1GiB'],
    ]) {
      expect((await refused(...more)).status, more.join(' ')).not.toBe(0);
      expect(existsSync(at('x.vhd'))).toBe(false);
    }
  });
});

describe('disklab compact and grow', { timeout: 60_000 }, () => {
  it('compacts without changing what is read', async () => {
    const whole = await hashOf(leaf());
    const out = at('compact.avhd');
    const ran = await runProgram(['compact', leaf(), out, '--json']);
    expect(ran.status).toBe(0);
    // Data at multiples of 4 KiB: a file that was packed may grow by less than that a block.
    expect(objectOf(ran)).toMatchObject({
      fileBytes: statSync(out).size,
      sourceBytes: statSync(leaf()).size,
    });
    writeFileSync(leaf(), readFileSync(out));
    expect(await hashOf(leaf())).toBe(whole);
  });

  it('grows in place after a yes, into a copy without, and never under children', async () => {
    const alone = at('alone.vhd');
    await runProgram(['export', leaf(), alone, '--format', 'dynamic']);
    const disk = chain.at(-1)?.disk ?? Buffer.alloc(0);
    const size = disk.length + 8 * 2 ** 20;
    const grown = sha256(Buffer.concat([disk, Buffer.alloc(8 * 2 ** 20)]));
    expect((await runProgram(['grow', alone, String(size)], { answer: 'no' })).status).toBe(2);
    expect((await runProgram(['grow', alone, String(size), '--out', at('grown.vhd')])).status).toBe(0);
    expect(await hashOf(at('grown.vhd'))).toBe(grown);
    expect((await runProgram(['grow', alone, String(size), '--yes'])).status).toBe(0);
    expect(await hashOf(alone)).toBe(grown);
    const parent = await runProgram(['grow', at(nameOf(0)), String(size), '--yes']);
    expect(parent.status).not.toBe(0);
    expect(parent.stderr).toContain(nameOf(1));
  });
});

describe('disklab compare and measure', { timeout: 60_000 }, () => {
  it('tells equal disks from different ones, sector by sector', async () => {
    await runProgram(['export', leaf(), at('same.img'), '--format', 'raw']);
    expect(await runProgram(['compare', leaf(), at('same.img'), '--raw'])).toMatchObject({ status: 0 });
    const bytes = readFileSync(at('same.img'));
    bytes[512 * 9 + 3] = (bytes[512 * 9 + 3] ?? 0) ^ 255;
    writeFileSync(at('same.img'), bytes);
    const ran = await runProgram(['compare', leaf(), at('same.img'), '--raw', '--json']);
    expect(ran.status).toBe(1);
    expect(objectOf(ran)).toMatchObject({
      equal: false,
      differingBytes: 1,
      differingSectors: 1,
      ranges: [{ firstSector: 9, sectorCount: 1 }],
    });
  });

  it('measures what each kind of work needs', async () => {
    const { text, status } = await runProgram(['measure', leaf()]);
    expect(status).toBe(0);
    for (const name of ['export raw', 'export fixed', 'export dynamic', 'compact']) {
      expect(text).toContain(name);
    }
    const measured = objectOf(await runProgram(['measure', leaf(), '--json']));
    expect(measured).toMatchObject({
      writeBytesPerSecond: expect.any(Number),
      'export raw': { fileBytes: chain.at(-1)?.disk.length, exact: true },
    });
  });
});
