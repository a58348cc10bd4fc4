/** The header of Xen's map of wholly written blocks, as far as it can be judged without the blocks. Only Xen reads it. */
import { grouped, SECTOR_BYTES } from '../base/units.ts';
import type { DiskImage } from '../formats/diskImage.ts';
import type { Finding } from '../formats/finding.ts';
import { blockCountOf } from '../formats/vhd/blockAllocationTable.ts';
import { versionText } from '../formats/vhd/fieldTypes.ts';
import { BATMAP_HEADER_BYTES, batmapStruct } from '../formats/vhd/xenBatmap.ts';
import { type CheckRule, checkFinding } from './findings.ts';
import { type Structures, structureOf } from './structures.ts';

const NEWEST_VERSION = 0x0001_0002;

export async function checkBatmap({ window }: Structures, image: DiskImage): Promise<Finding[]> {
  const { tables } = image;
  const place = structureOf(image, batmapStruct.name);
  if (!place || tables.kind !== 'vhd-blocks') return [];
  const [bytes] = await window.read([{ offset: place.offset, lengthBytes: BATMAP_HEADER_BYTES }]);
  if (bytes?.length !== BATMAP_HEADER_BYTES) return [];
  const batmap = batmapStruct.parse(bytes);
  const findings: Finding[] = [];
  const add = (rule: CheckRule, field: keyof typeof batmap, message: string) => {
    const offset = place.offset + batmapStruct.offsetOf(field);
    findings.push(checkFinding(rule, window.file.name, offset, batmapStruct.lengthOf(field), message));
  };
  if (batmap.batmapVersion >>> 16 !== 1 || batmap.batmapVersion > NEWEST_VERSION) {
    const message = `The map names version ${versionText(batmap.batmapVersion)}, expected at most 1.2.`;
    add('batmap-version', 'batmapVersion', message);
  }
  if (batmap.marker !== 0) add('batmap-stale', 'marker', `The map’s marker is ${batmap.marker}, expected 0.`);
  const blocks = blockCountOf(image.virtualSizeBytes, tables.blockSizeBytes);
  const bits = batmap.batmapSectors * SECTOR_BYTES * 8;
  if (bits > 0 && bits < blocks) {
    const needs = Math.ceil(blocks / 8 / SECTOR_BYTES);
    const message = `The map has ${grouped(batmap.batmapSectors)} sectors; ${grouped(blocks)} blocks need ${grouped(needs)}.`;
    add('batmap-size', 'batmapSectors', message);
  }
  return findings;
}
