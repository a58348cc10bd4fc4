/** What lies in a volume, by the signatures that are written there. */
import { contentOf, type Detector, HEAD_BYTES } from './content.ts';
import { detectApfs, detectHfsPlus } from './detectApple.ts';
import { detectExfat } from './detectExfat.ts';
import { detectExt } from './detectExt.ts';
import { detectFat } from './detectFat.ts';
import { detectIso } from './detectIso.ts';
import { detectBtrfs, detectLuks, detectLvm, detectSwap, detectXfs } from './detectLinux.ts';
import { detectNtfs } from './detectNtfs.ts';
import { detectBitLocker, detectRefs, detectStorageSpaces } from './detectWindows.ts';
import type { VolumeBytes } from './diskBytes.ts';
import { STORAGE_SPACES_TYPE } from './gptTypes.ts';
import type { VolumeContent } from './volume.ts';

/**
 * The first that answers counts. What is overwritten last comes first: boot sectors at the very start, then signatures
 * further in, which may be left from before.
 */
const DETECTORS: readonly Detector[] = [
  detectBitLocker,
  detectNtfs,
  detectExfat,
  detectRefs,
  detectLuks,
  detectXfs,
  detectFat,
  detectApfs,
  detectLvm,
  detectExt,
  detectHfsPlus,
  detectSwap,
  detectIso,
  detectBtrfs,
  detectStorageSpaces,
];

/** Never throws for what the volume holds. `typeCode` as the table has it, or ''. */
export async function detectContent(volume: VolumeBytes, typeCode = ''): Promise<VolumeContent> {
  const head = await volume.at(0, HEAD_BYTES);
  for (const detect of DETECTORS) {
    const content = await detect(head, volume);
    if (content) return content;
  }
  // Its own signature lies somewhere else in each version.
  if (typeCode === STORAGE_SPACES_TYPE) return contentOf('storage-spaces', 'Storage Spaces');
  const isEmpty = volume.problem === null && volume.sizeBytes > 0 && isZero(head);
  return isEmpty ? contentOf('empty', 'empty (zeros)') : contentOf('unknown', 'nothing known');
}

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
