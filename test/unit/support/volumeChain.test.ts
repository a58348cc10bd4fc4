/** The chains that file tests stand on, read by 7-Zip and by the program: the same bytes at every point. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { MemoryBytes } from '../../../src/storage/memoryFile.ts';
import { HISTORY_NAMES, loadHistory, loadTable, TABLE_NAMES } from '../../support/historyFixtures.ts';
import { openFiles } from '../../support/openedChain.ts';
import { SevenZipFolder } from '../../support/sevenZip.ts';
import { buildVolumeChain, movedPieces } from '../../support/volumeChain.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const text = (value: string) => new TextEncoder().encode(value);

function readAt(disk: MemoryBytes, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  disk.read(offset, bytes);
  return bytes;
}

describe('a chain of states', () => {
  const states = [
    [{ offset: 1000, bytes: text('base') }],
    [
      { offset: 1000, bytes: text('BASE') },
      { offset: 5_000_000, bytes: text('far') },
    ],
    [{ offset: 5_000_000, bytes: text('far') }],
  ];

  it('holds in each file the sectors that changed, and no others', () => {
    const { heldSectors, files } = buildVolumeChain({ diskBytes: 8 * 2 ** 20, states });
    expect(heldSectors).toEqual([0, 2, 4096]);
    expect(files.map(({ name }) => name)).toEqual(['disk2.avhd', 'disk1.avhd', 'disk0.vhd']);
    const { heldSectors: all } = buildVolumeChain({ diskBytes: 8 * 2 ** 20, states, holdsUnchanged: true });
    expect(all).toEqual([1, 2, 4096]);
  });

  it('reads the same to 7-Zip, and to the program, as the states say', async () => {
    const { files, disks } = buildVolumeChain({ diskBytes: 8 * 2 ** 20, states });
    const folder = await SevenZipFolder.with(files.map(({ name, file }) => ({ name, bytes: file.bytes() })));
    for (const [point, disk] of disks.entries()) {
      const seen = new MemoryBytes();
      folder.read(files[point]?.name ?? '', (offset, bytes) => seen.write(offset, bytes));
      const chain = await openFiles(
        module,
        files.slice(point).map(({ file }) => file),
      );
      for (const offset of [0, 512, 1024, 4_999_680, 8 * 2 ** 20 - 512]) {
        const truth = readAt(disk, offset, 512);
        expect(readAt(seen, offset, 512)).toEqual(truth);
        const bytes = new Uint8Array(512);
        await chain.read(offset / 512, bytes);
        expect(bytes).toEqual(truth);
      }
    }
    expect(disks.map((disk) => new TextDecoder().decode(readAt(disk, 1000, 4)))).toEqual([
      'BASE',
      'BASE',
      'base',
    ]);
  });
});

describe('the committed volumes', () => {
  it.each(HISTORY_NAMES)('%s: every state is there, and holds what its layer says', async (name) => {
    const { pieces, states, sizeBytes } = await loadHistory(name);
    expect(states.map(({ what }) => what)).toHaveLength(7);
    expect(pieces[5]).toEqual([]);
    expect(states[5]?.files).toEqual(states[4]?.files);
    const { heldSectors } = buildVolumeChain({ diskBytes: sizeBytes, states: pieces });
    const counted = pieces.map((state) => state.reduce((sum, { bytes }) => sum + bytes.length / 512, 0));
    expect(heldSectors.slice(0, -1)).toEqual(counted.slice(1).reverse());
    for (const { files, folders } of states) {
      for (const path of files.keys()) {
        const folder = path.split('/').slice(0, -1).join('/');
        expect(folder === '' || folders.has(folder), path).toBe(true);
      }
    }
  });

  it.each(TABLE_NAMES)('%s: its volumes hold the committed ones, within the disk', async (name) => {
    const { diskBytes, volumes, pieces } = await loadTable(name);
    const last = volumes.at(-1);
    expect(last && (last.firstSector + last.sectorCount) * 512).toBeLessThanOrEqual(diskBytes);
    const { heldSectors } = buildVolumeChain({
      diskBytes,
      states: [pieces, movedPieces([{ offset: 0, bytes: text('volume') }], (last?.firstSector ?? 0) * 512)],
    });
    expect(heldSectors[0]).toBe(1);
  });
});
