/** A place of the disk in words, for the line over the map and for screen readers. */
import { hexOffset } from '../../base/bytes.ts';
import type { SectorRange } from '../../base/units.ts';
import { grouped, SECTOR_BYTES, sizeText } from '../../base/units.ts';
import type { TraceExtent } from '../../engine/api.ts';

/** `block 9 114, sector 2 821`, or the stretch of sectors or blocks that a wider cell stands for. */
export function placeWords(range: SectorRange, blockSectors: number): string {
  const { firstSector, sectorCount } = range;
  const block = Math.floor(firstSector / blockSectors);
  const lastBlock = Math.floor((firstSector + sectorCount - 1) / blockSectors);
  const blocks =
    block === lastBlock ? `block ${grouped(block)}` : `blocks ${grouped(block)}–${grouped(lastBlock)}`;
  const inBlock = firstSector % blockSectors;
  const sectors =
    sectorCount === 1
      ? `sector ${grouped(inBlock)}`
      : block === lastBlock && sectorCount < blockSectors
        ? `sectors ${grouped(inBlock)}–${grouped(inBlock + sectorCount - 1)}`
        : `${sizeText(sectorCount * SECTOR_BYTES)}`;
  return `${blocks}, ${sectors}, at ${hexOffset(firstSector * SECTOR_BYTES)}`;
}

/** Who answers, in words; '' while that is being found out. */
export function answerWords(answer: TraceExtent | null, name: (layer: number) => string): string {
  if (!answer) return '';
  if (answer.kind === 'missing') return 'missing, its parent is not here';
  if (answer.kind === 'unallocated') return 'in no file, reads as zeros';
  return `answered by layer ${answer.layer}, ${name(answer.layer)}`;
}
