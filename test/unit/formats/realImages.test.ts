/** Files that other programs wrote, where they lie beside the repository: what they are, and no false alarm. */
import { describe, expect, test } from 'vitest';
import type { DiskImage } from '../../../src/formats/diskImage.ts';
import { checkBlocks } from '../../../src/formats/vhd/blockChecks.ts';
import type { VhdRule } from '../../../src/formats/vhd/findings.ts';
import { batOf, opened, refused, rules } from '../../support/opened.ts';
import { hasSharedImage, sharedImage } from '../../support/sharedImages.ts';

interface Expected {
  readonly packed: string;
  readonly type: DiskImage['type'];
  readonly virtualSizeBytes: number;
  readonly idText: string;
  readonly looksLike: string;
  readonly modified: string;
  readonly findings: readonly VhdRule[];
  readonly blocks: ReturnType<typeof checkBlocks>['summary'] | null;
}

const REAL: readonly Expected[] = [
  {
    packed: 'windows10-dynamic-gpt.vhd.gz',
    type: 'dynamic',
    virtualSizeBytes: 536_870_912,
    idText: '7bad2cf7-05cc-4ca0-8db3-da4ce981ce29',
    looksLike: 'Windows 10 or Server 2016',
    modified: '2017-06-20T22:59:52.000Z',
    findings: [],
    blocks: { allocated: 11, total: 256, strideSectors: 4104, aligned4k: true },
  },
  {
    packed: 'windows10-fixed.vhd.gz',
    type: 'fixed',
    virtualSizeBytes: 10_485_760,
    idText: '38d4a571-d5d9-4bf4-8d26-726a7e7ef18e',
    looksLike: 'Windows 10 or Server 2016',
    modified: '2017-06-20T22:58:11.000Z',
    findings: [],
    blocks: null,
  },
  {
    packed: 'virtualpc-dynamic.vhd.bz2',
    type: 'dynamic',
    virtualSizeBytes: 65_278 * 16 * 255 * 512,
    idText: '33ea0013-6191-4d02-b93f-88af84296f85',
    looksLike: 'Virtual PC',
    modified: '2016-02-17T09:28:36.000Z',
    findings: ['size-by-geometry'],
    blocks: { allocated: 0, total: 65_024, strideSectors: null, aligned4k: true },
  },
  {
    packed: 'd2v-zerofilled.vhd.bz2',
    type: 'dynamic',
    virtualSizeBytes: 263_454_720,
    idText: 'fd29b8e7-6de6-49ba-ac19-6ebdab26cea3',
    looksLike: 'disk2vhd',
    modified: '2016-02-25T16:51:27.000Z',
    findings: [],
    blocks: { allocated: 126, total: 126, strideSectors: 4097, aligned4k: false },
  },
  {
    packed: 'dfvfs-image.vhd.gz',
    type: 'dynamic',
    virtualSizeBytes: 104_448,
    idText: 'd49c5c80-350a-4a89-898a-5ad6d10f6578',
    looksLike: 'qemu',
    modified: '2013-12-10T06:40:42.000Z',
    findings: ['footer-checksum'],
    blocks: { allocated: 1, total: 1, strideSectors: null, aligned4k: false },
  },
  {
    packed: 'dfvfs-image-differential.vhd.gz',
    type: 'differencing',
    virtualSizeBytes: 104_448,
    idText: '40d56d36-9ab8-4fe4-a31a-121fe2bf15eb',
    looksLike: 'qemu',
    modified: '2013-12-10T06:40:42.000Z',
    findings: ['footer-checksum', 'header-checksum', 'locators-none'],
    blocks: { allocated: 1, total: 1, strideSectors: null, aligned4k: false },
  },
];

describe('a real VHD', () => {
  for (const { packed, findings, blocks, looksLike, modified, ...plain } of REAL) {
    test.skipIf(!hasSharedImage(packed))(`${packed}`, { timeout: 60_000 }, async () => {
      const image = await opened(sharedImage(packed));
      expect(image).toMatchObject({ ...plain, modified: new Date(modified) });
      expect(image.maker?.looksLike).toBe(looksLike);
      expect(rules(image)).toEqual(findings);
      if (blocks === null) return expect(image.tables).toEqual({ kind: 'flat', dataOffset: 0 });
      expect(checkBlocks(image, await batOf(image))).toMatchObject({ summary: blocks, findings: [] });
    });
  }

  test.skipIf(!hasSharedImage('dfvfs-image.vhd.gz'))(
    'dfvfs-image: the child seeks the parent’s very id',
    async () => {
      const parent = await opened(sharedImage('dfvfs-image.vhd.gz'));
      const child = await opened(sharedImage('dfvfs-image-differential.vhd.gz'));
      expect(child.parent).toEqual({
        id: parent.id,
        idText: parent.idText,
        modified: null,
        name: 'image.vhd',
        paths: [],
      });
    },
  );
});

describe('a real VHDX is named as not supported, with what its header says', () => {
  const told: readonly (readonly [string, RegExp])[] = [
    [
      'iotest-dynamic-1G.vhdx.bz2',
      /“Microsoft Windows 6.2.9200.16384”, a disk of 1 GiB .*blocks of 32 MiB.*without parent.*sequence 15, its log is empty/,
    ],
    ['iotest-dirtylog-10G-4M.vhdx.bz2', /“QEMU v1.6.50”, a disk of 10 GiB.*its log has entries to replay/],
    ['test-disk2vhd.vhdx.bz2', /“d2v”, a disk of 256 MiB .*blocks of 2 MiB.*sequence 1,/],
    ['windows10-swap.vhdx.gz', /“Microsoft Windows 10.0.14393.0”, a disk of 10 GiB .*sequence 11/],
  ];
  for (const [packed, message] of told) {
    test.skipIf(!hasSharedImage(packed))(`${packed}`, { timeout: 60_000 }, async () => {
      const file = await refused(sharedImage(packed));
      expect(file.format).toBe('vhdx');
      expect(rules(file)).toEqual(['vhdx-not-supported']);
      expect(file.findings[0]?.message).toMatch(message);
      expect(file.structures.map(({ name }) => name)).toEqual([
        'File type identifier',
        'Header 1',
        'Header 2',
      ]);
    });
  }
});
