/** Who wrote a VHD, as far as its bytes tell: creator, version, byte order of the id, alignment, padding of the table. */
import { latin1 } from '../../base/bytes.ts';
import type { Maker } from '../diskImage.ts';
import { versionText } from './fieldTypes.ts';
import type { Footer } from './footer.ts';
import { idOrderOf, versionDigitOrder } from './uniqueId.ts';

/** What is known beside the footer; null or absent = not known (yet). */
export interface MakerEvidence {
  /** A Xen block map stands behind the table. */
  readonly xenBatmap?: boolean;
  /** What fills the table's last sector behind its entries; null where nothing is left to fill. */
  readonly batPadding?: 'ones' | 'zeros' | 'mixed' | null;
  /** Distance of neighbouring blocks in the file, in sectors; 4104 for 2 MiB blocks by Windows 10. */
  readonly strideSectors?: number | null;
  readonly aligned4k?: boolean | null;
}

const WINDOWS: Readonly<Record<string, string>> = {
  '6.0': 'Windows Vista or Server 2008',
  '6.1': 'Windows 7 or Server 2008 R2',
  '6.2': 'Windows 8 or Server 2012',
  '6.3': 'Windows 8.1 or Server 2012 R2',
  '10.0': 'Windows 10 or Server 2016',
};

const PROGRAMS: Readonly<Record<string, string>> = {
  'vpc ': 'Virtual PC',
  'vs  ': 'Virtual Server',
  qemu: 'qemu',
  qem2: 'qemu (with a forced size)',
  'd2v ': 'disk2vhd',
  'd2v\0': 'disk2vhd',
  'tap\0': 'Xen',
  CTXS: 'Citrix XenConvert',
  vbox: 'VirtualBox',
  'wa\0\0': 'Windows Azure',
};

export function makerOf(footer: Footer, evidence: MakerEvidence = {}): Maker {
  const creator = footer.creatorApplication;
  return {
    creator: latin1(Uint8Array.from(creator, (char) => char.charCodeAt(0))),
    version: versionText(footer.creatorVersion),
    idOrder: idOrderOf(creator, footer.uniqueId),
    looksLike: looksLike(footer, evidence),
  };
}

/** A sentence part such as `Windows 10 or Server 2016`; says when the layout is not that maker's own. */
function looksLike(footer: Footer, evidence: MakerEvidence): string {
  const creator = footer.creatorApplication;
  if (evidence.xenBatmap && creator !== 'tap\0') return 'Xen (by its block map)';
  const named = PROGRAMS[creator];
  if (named) return named;
  if (creator !== 'win ') return 'an unknown program';
  const version = versionText(footer.creatorVersion);
  const windows = WINDOWS[version] ?? 'Windows';
  return isUnlikeWindows(footer, evidence, version) ? `another program that names ${windows}` : windows;
}

/** Windows stores ids mixed-endian and pads its table with ones; Windows 10 aligns data to 4 KiB. */
function isUnlikeWindows(footer: Footer, evidence: MakerEvidence, version: string): boolean {
  if (versionDigitOrder(footer.uniqueId) === 'big-endian') return true;
  if (evidence.batPadding === 'zeros') return true;
  return version === '10.0' && evidence.aligned4k === false;
}
