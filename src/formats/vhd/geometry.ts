/** CHS geometry: the specification's algorithm (appendix "CHS Calculation") and which size is the disk's size. */
import { SECTOR_BYTES } from '../../base/units.ts';
import type { Geometry } from './fieldTypes.ts';

const MAX_CHS_SECTORS = 65535 * 16 * 255;

/** The geometry that the specification gives a disk of so many sectors. Rounds down: the product may be smaller. */
export function geometryOf(sectorCount: number): Geometry {
  const total = Math.min(sectorCount, MAX_CHS_SECTORS);
  let sectorsPerTrack: number;
  let heads: number;
  let cylinderTimesHeads: number;
  if (total >= 65535 * 16 * 63) {
    sectorsPerTrack = 255;
    heads = 16;
    cylinderTimesHeads = Math.floor(total / sectorsPerTrack);
  } else {
    sectorsPerTrack = 17;
    cylinderTimesHeads = Math.floor(total / sectorsPerTrack);
    heads = Math.max(4, Math.floor((cylinderTimesHeads + 1023) / 1024));
    if (cylinderTimesHeads >= heads * 1024 || heads > 16) {
      sectorsPerTrack = 31;
      heads = 16;
      cylinderTimesHeads = Math.floor(total / sectorsPerTrack);
    }
    if (cylinderTimesHeads >= heads * 1024) {
      sectorsPerTrack = 63;
      heads = 16;
      cylinderTimesHeads = Math.floor(total / sectorsPerTrack);
    }
  }
  return { cylinders: Math.floor(cylinderTimesHeads / heads), heads, sectorsPerTrack };
}

/** Bytes that the geometry addresses. */
export function geometryBytes(geometry: Geometry): number {
  return geometry.cylinders * geometry.heads * geometry.sectorsPerTrack * SECTOR_BYTES;
}

/** 65535/16/255, the largest geometry: its writers mean "see the current size", however small the disk. */
export function isMaximalGeometry(geometry: Geometry): boolean {
  return geometry.cylinders === 65535 && geometry.heads === 16 && geometry.sectorsPerTrack === 255;
}

const SIZE_FROM_GEOMETRY: readonly string[] = ['vpc ', 'qemu'];
const SIZE_FROM_CURRENT_SIZE: readonly string[] = [
  'win ',
  'qem2',
  'd2v\0',
  'd2v ',
  'tap\0',
  'CTXS',
  'wa\0\0',
  'vbox',
];

export type SizeRule = 'geometry' | 'current-size' | 'current-size-by-default';

/**
 * Which field is the disk's size: Virtual PC and qemu mean the CHS product, everybody else the current size. Two files
 * with the same fields can so be disks of different sizes.
 */
export function sizeRuleOf(creator: string, geometry: Geometry): SizeRule {
  if (isMaximalGeometry(geometry)) return 'current-size';
  if (SIZE_FROM_GEOMETRY.includes(creator)) return 'geometry';
  return SIZE_FROM_CURRENT_SIZE.includes(creator) ? 'current-size' : 'current-size-by-default';
}
