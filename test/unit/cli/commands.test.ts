import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectOf, runProgram } from '../../support/terminal.ts';
import {
  chainFiles,
  diskOfDynamicVhd,
  fixedVhdBytes,
  idOf,
  sha256,
  type VhdFile,
  writeFiles,
} from '../../support/vhdFiles.ts';

let folder: string;
let chain: VhdFile[];
let leaf: string;
let leafDisk: Buffer;
const at = (...names: readonly string[]) => path.join(folder, ...names);

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'disklab-cli-'));
  chain = chainFiles({ seed: 77, depth: 3 });
  for (const inside of ['chain', 'apart', 'parents/deep', 'out']) mkdirSync(at(inside), { recursive: true });
  await writeFiles(at('chain'), chain);
  writeFileSync(at('chain', 'notes.txt'), 'no disk');
  await writeFiles(at('apart'), chain.slice(-1));
  await writeFiles(at('parents', 'deep'), chain.slice(0, -1));
  const last = chain.at(-1);
  if (!last) throw new Error('a chain');
  leaf = at('chain', last.name);
  leafDisk = last.disk;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('disklab hash', { timeout: 60_000 }, () => {
  it('prints the disk’s SHA-256 as sha256sum does, from every file of the chain', async () => {
    for (const { name, disk } of chain) {
      const file = at('chain', name);
      const ran = await runProgram(['hash', file]);
      expect(ran).toMatchObject({ status: 0, text: `${sha256(disk)}  ${file}\n`, stderr: '' });
    }
  });

  it('finds parents in folders named by --with, under any names', async () => {
    const alone = at('apart', path.basename(leaf));
    expect((await runProgram(['hash', alone])).status).toBe(1);
    const ran = await runProgram(['hash', alone, '--with', at('parents')]);
    expect(ran).toMatchObject({ status: 0, text: `${sha256(leafDisk)}  ${alone}\n` });
    const files = chain.slice(0, -1).map(({ name }) => at('parents', 'deep', name));
    expect((await runProgram(['hash', alone, '--with', ...files])).status).toBe(0);
  });

  it('says where the answer is missing, and prints no hash', async () => {
    const ran = await runProgram(['hash', at('apart', path.basename(leaf))]);
    expect(ran).toMatchObject({ status: 1, text: '' });
    expect(ran.stderr).toContain('0xC03A000D');
    expect(ran.stderr).toContain(chain.at(-2)?.name);
  });

  it('takes a parent by hand, and never lets the wrong id pass in silence', async () => {
    const alone = at('apart', path.basename(leaf));
    const wrong = await runProgram(['hash', alone, '--parent', at('chain', chain[0]?.name ?? '')]);
    expect(wrong.status).toBe(0);
    expect(wrong.stderr).toContain('0xC03A000E');
    const right = at('parents', 'deep', chain.at(-2)?.name ?? '');
    expect(await runProgram(['hash', alone, '--parent', right, '--with', at('parents')])).toMatchObject({
      status: 2,
    });
  });

  it('shows progress on a terminal only, and wipes it away', async () => {
    expect((await runProgram(['hash', leaf])).stderr).toBe('');
    const ran = await runProgram(['hash', leaf], { errIsTerminal: true });
    expect(ran.stderr).toContain('Hashing');
    expect(ran.stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it('stops when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    const ran = await runProgram(['hash', leaf], { signal: controller.signal });
    expect(ran).toMatchObject({ status: 130, text: '' });
  });
});

describe('disklab read', { timeout: 60_000 }, () => {
  it('gives the bytes of any range', async () => {
    const sectors = leafDisk.length / 512;
    for (const [first, count] of [
      [0, 1],
      [100, 5000],
      [sectors - 1, 1],
      [4095, 2],
      [0, sectors],
    ] as const) {
      const ran = await runProgram(['read', leaf, '--sector', String(first), '--count', String(count)]);
      expect(ran.status).toBe(0);
      expect(
        ran.stdout.equals(leafDisk.subarray(first * 512, (first + count) * 512)),
        `${first} + ${count}`,
      ).toBe(true);
    }
  });

  it('ends in silence when the reader leaves', async () => {
    const count = String(leafDisk.length / 512);
    const ran = await runProgram(['read', leaf, '--sector', '0', '--count', count], {
      closeAfter: 5 * 2 ** 20,
    });
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout.length).toBe(4 * 2 ** 20);
  });

  it('gives everything before the first sector that has no answer', async () => {
    const own = [...(chain.at(-1)?.sectors.keys() ?? [])].sort((a, b) => a - b);
    const first = own[0] ?? 0;
    const run = own.findIndex((sector, i) => sector !== first + i);
    const ran = await runProgram([
      'read',
      at('apart', path.basename(leaf)),
      '--sector',
      String(first),
      '--count',
      '3000',
    ]);
    expect(ran.status).toBe(1);
    expect(ran.stdout.equals(leafDisk.subarray(first * 512, (first + run) * 512))).toBe(true);
    expect(ran.stderr).toContain('not here');
  });

  it('refuses ranges that are not on the disk, a terminal, and --json', async () => {
    const sectors = leafDisk.length / 512;
    expect(await runProgram(['read', leaf, '--sector', String(sectors)])).toMatchObject({
      status: 2,
      text: '',
    });
    expect(await runProgram(['read', leaf, '--sector', '0'], { outIsTerminal: true })).toMatchObject({
      status: 2,
    });
    expect(await runProgram(['read', leaf, '--sector', '0', '--json'])).toMatchObject({ status: 2 });
  });
});

describe('disklab trace', { timeout: 60_000 }, () => {
  interface Extent {
    kind: string;
    layer: number | null;
    file: string | null;
    firstSector: number;
    sectorCount: number;
    fileOffset: number | null;
  }

  it('names files and offsets that hold just the bytes of the disk', async () => {
    const count = leafDisk.length / 512;
    const ran = await runProgram(['trace', leaf, '--sector', '0', '--count', String(count), '--json']);
    expect(ran.status).toBe(0);
    const { extents, steps, totals } = objectOf(ran) as {
      extents: Extent[];
      steps: unknown[];
      totals: object;
    };
    const rebuilt = Buffer.alloc(leafDisk.length);
    let next = 0;
    for (const { kind, layer, file, firstSector, sectorCount, fileOffset } of extents) {
      expect(firstSector).toBe(next);
      next += sectorCount;
      if (kind !== 'data') {
        expect({ kind, layer, file, fileOffset }).toEqual({
          kind: 'unallocated',
          layer: null,
          file: null,
          fileOffset: null,
        });
        continue;
      }
      expect(file).toBe(at('chain', chain.toReversed()[layer ?? -1]?.name ?? ''));
      const bytes = readFileSync(file ?? '').subarray(fileOffset ?? 0, (fileOffset ?? 0) + sectorCount * 512);
      bytes.copy(rebuilt, firstSector * 512);
    }
    expect(next).toBe(count);
    expect(rebuilt.equals(leafDisk)).toBe(true);
    expect(steps.length).toBeGreaterThan(extents.length);
    expect(totals).toMatchObject({
      walk: { lookups: expect.any(Number) },
      index: { fileReads: expect.any(Number) },
    });
  });

  it('draws the walk for people', async () => {
    const [sector = 0] = chain[0]?.sectors.keys() ?? [];
    const ran = await runProgram(['trace', leaf, '--sector', String(sector)]);
    expect(ran.status).toBe(0);
    expect(ran.text).toContain('block table');
    expect(ran.text).toContain('the walk');
    expect(ran.text).toContain('the index');
  });

  it('is at fault where a part has no answer', async () => {
    const ran = await runProgram([
      'trace',
      at('apart', path.basename(leaf)),
      '--sector',
      '0',
      '--count',
      '9000',
      '--json',
    ]);
    expect(ran.status).toBe(1);
    const { extents } = objectOf(ran) as { extents: Extent[] };
    expect(extents.some(({ kind }) => kind === 'missing')).toBe(true);
    expect(extents.some(({ kind }) => kind === 'data')).toBe(true);
  });
});

describe('disklab info', { timeout: 60_000 }, () => {
  it('prints the object that the documents promise', async () => {
    const ran = await runProgram(['info', leaf, '--json']);
    expect(ran.status).toBe(0);
    const parent = chain.at(-2);
    expect(objectOf(ran)).toMatchObject({
      format: 'vhd',
      type: 'differencing',
      virtualSizeBytes: leafDisk.length,
      blockSizeBytes: 2 ** 21,
      id: idOf('77 disk_3.avhd').toString('hex').toUpperCase(),
      creator: 'win ',
      parent: {
        id: idOf('77 disk_2.avhd').toString('hex').toUpperCase(),
        names: [`.\\${parent?.name}`, parent?.name],
        path: at('chain', parent?.name ?? ''),
      },
      findings: [],
    });
  });

  it('has findings with all their parts', async () => {
    const ran = await runProgram(['info', at('apart', path.basename(leaf)), '--json']);
    expect(ran.status).toBe(1);
    const { findings } = objectOf(ran) as { findings: object[] };
    expect(findings).toEqual([
      {
        rule: 'parent-missing',
        severity: 'error',
        code: '0xC03A000D',
        file: at('apart', path.basename(leaf)),
        offset: 552,
        message: expect.stringContaining(chain.at(-2)?.name ?? ''),
      },
    ]);
  });

  it('reads fixed disks and raw images, and says of other files what they are', async () => {
    const disk = Buffer.alloc(2 ** 20);
    disk.set([0x55, 0xaa], 510);
    disk.set([0x80, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0xff, 7, 0, 0], 446);
    writeFileSync(at('out', 'fixed.vhd'), fixedVhdBytes(idOf('fixed'), disk));
    writeFileSync(at('out', 'disk.img'), disk);
    writeFileSync(at('out', 'noise.bin'), Buffer.alloc(4096, 'noise'));
    const info = async (name: string) => objectOf(await runProgram(['info', at('out', name), '--json']));
    expect(await info('fixed.vhd')).toMatchObject({
      format: 'vhd',
      type: 'fixed',
      blockSizeBytes: null,
      parent: null,
    });
    expect(await info('disk.img')).toMatchObject({
      format: 'raw',
      id: null,
      creator: null,
      virtualSizeBytes: 2 ** 20,
    });
    expect(await info('noise.bin')).toMatchObject({ format: 'unknown', type: null });
    expect((await runProgram(['info', at('out', 'noise.bin')])).status).toBe(1);
    expect((await runProgram(['hash', at('out', 'noise.bin')])).status).toBe(1);
    const raw = await runProgram(['hash', at('out', 'noise.bin'), '--raw']);
    expect(raw.text.startsWith(sha256(Buffer.alloc(4096, 'noise')))).toBe(true);
  });

  it('prints for people what it prints for programs', async () => {
    const ran = await runProgram(['info', leaf]);
    expect(ran.status).toBe(0);
    for (const text of ['VHD, differencing', '2 MiB', 'found by its id', chain.at(-2)?.name ?? '']) {
      expect(ran.text).toContain(text);
    }
  });
});

describe('disklab tree', { timeout: 60_000 }, () => {
  interface Tree {
    files: {
      path: string;
      id: string;
      type: string;
      parent: { path: string | null } | null;
      findings: { rule: string }[];
    }[];
  }

  it('prints every file with its parent, a child before its parent', async () => {
    const ran = await runProgram(['tree', at('chain'), '--json']);
    expect(ran.status).toBe(0);
    const { files } = objectOf(ran) as Tree;
    const names = chain.toReversed().map(({ name }) => at('chain', name));
    expect(files.map((file) => file.path)).toEqual(names);
    expect(files.map(({ parent }) => parent?.path ?? null)).toEqual([...names.slice(1), null]);
    expect(files.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('follows a single file down to its base', async () => {
    const ran = await runProgram(['tree', leaf]);
    expect(ran.status).toBe(0);
    expect(ran.text.match(/●/g)).toHaveLength(chain.length);
    const half = (objectOf(await runProgram(['tree', at('chain', 'disk_1.avhd'), '--json'])) as Tree).files;
    expect(half.map((file) => path.basename(file.path))).toEqual(['disk_1.avhd', 'disk.vhd']);
  });

  it('is at fault where a parent is missing, and lists copies once for every path', async () => {
    const orphan = await runProgram(['tree', at('apart'), '--json']);
    expect(orphan.status).toBe(1);
    expect((objectOf(orphan) as Tree).files[0]?.findings[0]?.rule).toBe('parent-missing');
    const same = await runProgram(['tree', leaf, at('chain'), at('chain', '..', 'chain'), '--json']);
    expect((objectOf(same) as Tree).files).toHaveLength(chain.length);
  });

  it('lists broken disks, and keeps silent about what never was one', async () => {
    mkdirSync(at('broken'), { recursive: true });
    await writeFiles(at('broken'), chain);
    writeFileSync(at('broken', 'cut.vhd'), chain[0]?.bytes.subarray(700, 5000) ?? '');
    writeFileSync(at('broken', 'notes.txt'), 'no disk');
    const ran = await runProgram(['tree', at('broken'), '--json']);
    const { files } = objectOf(ran) as Tree;
    expect(files.map((file) => path.basename(file.path))).toContain('cut.vhd');
    expect(files.map((file) => path.basename(file.path))).not.toContain('notes.txt');
    expect(files.find((file) => file.path.endsWith('cut.vhd'))).toMatchObject({
      id: null,
      type: null,
      parent: null,
    });
  });

  it('tells of blocks that lie outside the file, on stderr where the bytes are used', async () => {
    mkdirSync(at('outside'), { recursive: true });
    const bytes = Buffer.from(chain[0]?.bytes ?? []);
    bytes.writeUInt32BE(0x00ffff00, 0x2000);
    const file = at('outside', 'disk.vhd');
    writeFileSync(file, bytes);
    for (const command of ['info', 'tree']) {
      const ran = await runProgram([command, file, '--json']);
      expect(ran.status).toBe(1);
      expect(ran.text).toContain('0xC03A000A');
    }
    const read = await runProgram(['read', file, '--sector', '0']);
    expect(read).toMatchObject({ status: 1, text: '' });
    expect(read.stderr).toContain('0xC03A000A');
  });

  it('survives folders that hold links in circles', async () => {
    mkdirSync(at('linked'), { recursive: true });
    symlinkSync(at('linked'), at('linked', 'again'));
    symlinkSync('nowhere', at('linked', 'broken.vhd'));
    symlinkSync('loop', at('linked', 'loop'));
    symlinkSync(leaf, at('linked', 'leaf.avhd'));
    const ran = await runProgram(['tree', at('linked'), '--json', '--with', at('chain')]);
    expect(ran.status).toBe(0);
    expect((objectOf(ran) as Tree).files).toHaveLength(chain.length);
  });

  it('says that there is nothing where there is nothing', async () => {
    mkdirSync(at('empty'), { recursive: true });
    expect(await runProgram(['tree', at('empty')])).toMatchObject({ status: 0, text: 'No disks here.\n' });
    expect(objectOf(await runProgram(['tree', at('empty'), '--json']))).toEqual({ files: [] });
  });
});

describe('disklab export', { timeout: 60_000 }, () => {
  it('writes raw, fixed and dynamic files that hold the disk, and says its SHA-256', async () => {
    for (const format of ['raw', 'fixed', 'dynamic'] as const) {
      const out = at('out', `as-${format}`);
      const ran = await runProgram(['export', leaf, out, '--format', format, '--json']);
      expect(ran.status).toBe(0);
      expect(objectOf(ran)).toMatchObject({ path: out, format, sha256: sha256(leafDisk) });
      const bytes = readFileSync(out);
      const disk = format === 'dynamic' ? diskOfDynamicVhd(bytes) : bytes.subarray(0, leafDisk.length);
      expect(disk.equals(leafDisk)).toBe(true);
      expect((await runProgram(['hash', out, '--raw'])).text.startsWith(sha256(leafDisk))).toBe(true);
    }
  });

  it('replaces nothing unless it is told to', async () => {
    const out = at('out', 'there.img');
    writeFileSync(out, 'precious');
    const ran = await runProgram(['export', leaf, out, '--format', 'raw']);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('--force');
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect((await runProgram(['export', leaf, out, '--format', 'raw', '--force'])).status).toBe(0);
    expect(readFileSync(out).equals(leafDisk)).toBe(true);
  });

  it('never writes over a file that the disk is read from, under any name', async () => {
    mkdirSync(at('links'), { recursive: true });
    const base = at('chain', 'disk.vhd');
    linkSync(base, at('links', 'hard.vhd'));
    symlinkSync(base, at('links', 'soft.vhd'));
    linkSync(base, at('links', 'late.vhd.part'));
    const before = sha256(readFileSync(base));
    for (const out of [
      base,
      leaf,
      at('links', 'hard.vhd'),
      at('links', 'soft.vhd'),
      at('links', 'late.vhd'),
    ]) {
      const ran = await runProgram(['export', leaf, out, '--format', 'dynamic', '--force']);
      expect(ran.status, out).toBe(2);
      expect(ran.stderr).toContain('read from');
    }
    expect(sha256(readFileSync(base))).toBe(before);
    expect(existsSync(at('links', 'late.vhd.part'))).toBe(true);
  });

  it('leaves nothing behind when the disk has no answer or the user interrupts', async () => {
    const before = readdirSync(at('out'));
    const orphan = at('apart', path.basename(leaf));
    expect((await runProgram(['export', orphan, at('out', 'half.img'), '--format', 'raw'])).status).toBe(1);
    const controller = new AbortController();
    const running = runProgram(['export', leaf, at('out', 'half.img'), '--format', 'raw'], {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 1);
    const { status } = await running;
    if (status === 0) rmSync(at('out', 'half.img'));
    else expect(status).toBe(130);
    expect(readdirSync(at('out'))).toEqual(before);
  });

  it('needs a folder that is there, and a file for a name', async () => {
    expect((await runProgram(['export', leaf, at('nowhere', 'x.img'), '--format', 'raw'])).status).toBe(2);
    expect((await runProgram(['export', leaf, at('out'), '--format', 'raw', '--force'])).status).toBe(2);
  });
});

describe('disklab', { timeout: 60_000 }, () => {
  it('prints help and version, and explains what it does not understand', async () => {
    expect((await runProgram([])).text).toContain('disklab tree PATH…');
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect((await runProgram(['--version'])).text).toBe(`disklab ${version}\n`);
    expect(await runProgram(['hash', at('nowhere.vhd')])).toMatchObject({ status: 2, text: '' });
    expect(await runProgram(['hash', folder])).toMatchObject({ status: 2 });
    expect((await runProgram(['hash', leaf, '--wiht', 'x'])).stderr).toContain('Did you mean --with?');
  });

  it('joins the pieces of a split disk', async () => {
    mkdirSync(at('split'), { recursive: true });
    const whole = chain[0]?.bytes ?? Buffer.alloc(0);
    const cut = Math.floor(whole.length / 3);
    writeFileSync(at('split', 'disk.vhd'), whole.subarray(0, cut));
    writeFileSync(at('split', 'disk.v01'), whole.subarray(cut, 2 * cut));
    writeFileSync(at('split', 'disk.v02'), whole.subarray(2 * cut));
    const first = at('split', 'disk.vhd');
    const hash = sha256(chain[0]?.disk ?? Buffer.alloc(0));
    expect(await runProgram(['hash', first])).toMatchObject({ status: 0, text: `${hash}  ${first}\n` });
    expect(await runProgram(['hash', at('split', 'disk.v01')])).toMatchObject({ status: 2 });
    const over = await runProgram(['export', first, at('split', 'disk.v02'), '--format', 'raw', '--force']);
    expect(over).toMatchObject({ status: 2 });
    rmSync(at('split', 'disk.v01'));
    expect((await runProgram(['hash', first])).stderr).toContain('.v01');
  });

  it('prints an object also when it fails, if one was asked for', async () => {
    const ran = await runProgram(['hash', at('apart', path.basename(leaf)), '--json']);
    expect(ran.status).toBe(1);
    expect(objectOf(ran)).toMatchObject({ error: { code: 'parent-missing' } });
  });
});
