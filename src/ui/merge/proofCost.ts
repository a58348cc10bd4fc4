/** What a proof costs, and whether it is asked for unasked. */
import { durationText, sizeText } from '../../base/units.ts';

/** Both hashes together; longer ones are the reader's choice. */
const UNASKED_SECONDS = 300;

/** `proofSeconds` of one hash of the disk; null = no rate is known. */
export function provesUnasked(proofSeconds: number | null): boolean {
  return proofSeconds === null || 2 * proofSeconds <= UNASKED_SECONDS;
}

/** `reads the 43.8 GiB of the disk twice, about 7 min each time` */
export function proofCostText(proofSeconds: number | null, virtualSizeBytes: number): string {
  const reads = `reads the disk of ${sizeText(virtualSizeBytes)} twice`;
  if (proofSeconds === null) return reads;
  return proofSeconds < 1
    ? `${reads}, under 2 s together`
    : `${reads}, about ${roughText(proofSeconds)} each time`;
}

/** `57 s`, `7 min`, `1 h 4 min`: what is estimated is not told to the second. */
export function roughText(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds >= 90 && seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return durationText(seconds);
}
