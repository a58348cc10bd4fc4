/** What 7-Zip says of a volume before it lists what is in it. */
import { printable } from '../../base/printable.ts';
import type { VolumeContentKind } from '../../volumes/volume.ts';
import type { FileSystemFacts } from '../fileSystem.ts';

/** How 7-Zip names what it reads; the others it does not read, or not by itself. */
const TYPES: Partial<Record<VolumeContentKind, string>> = {
  ntfs: 'ntfs',
  fat: 'fat',
  ext: 'ext',
  iso9660: 'iso',
  'hfs+': 'hfs',
};

/** `-t…`: no other type is tried, and none is looked for anywhere but at the start of the volume. */
export function typeSwitch(kind: VolumeContentKind): string | null {
  const type = TYPES[kind];
  return type === undefined ? null : `-t${type}:s0`;
}

/** The first value of each property; text of the volume itself may come after it, in braces. */
function properties(head: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const from = head.indexOf('--');
  for (const line of head.slice(from < 0 ? head.length : from)) {
    const at = line.indexOf(' = ');
    if (at <= 0) continue;
    const name = line.slice(0, at);
    if (!found.has(name)) found.set(name, line.slice(at + 3));
  }
  return found;
}

export function volumeFacts(
  kind: VolumeContentKind,
  head: readonly string[],
  ownLabel: string,
): FileSystemFacts {
  const found = properties(head);
  const bytes = (name: string) => {
    const text = found.get(name) ?? '';
    return /^\d+$/.test(text) ? Number(text) : null;
  };
  return {
    name: nameOf(kind, found),
    label: found.get('Label') ?? ownLabel,
    clusterBytes: bytes('Cluster Size'),
    sizeBytes: bytes('Physical Size'),
    freeBytes: bytes('Free Space'),
  };
}

function nameOf(kind: VolumeContentKind, found: ReadonlyMap<string, string>): string {
  switch (kind) {
    case 'fat':
      return found.get('File System') ?? 'FAT';
    case 'ext':
      if ((found.get('Incompatible Features') ?? '').includes('EXTENTS')) return 'ext4';
      return (found.get('Characteristics') ?? '').includes('HAS_JOURNAL') ? 'ext3' : 'ext2';
    case 'iso9660':
      return 'ISO 9660';
    case 'hfs+':
      return found.get('Method') ?? 'HFS+';
    default:
      return 'NTFS';
  }
}

const COMPLAINTS = /^(?:WARNINGS?|ERRORS?):\s*$/;
const COMPLAINT = /^(?:WARNING|Warning|ERROR|Error|Open (?:WARNING|ERROR)): (.+)$/;
const MOST_COMPLAINTS = 20;

/** What 7-Zip complains of, as sentences, each once. */
export function complaints(lines: readonly string[]): string[] {
  const found = new Set<string>();
  let inList = false;
  for (const line of lines) {
    const one = COMPLAINT.exec(line)?.[1];
    if (COMPLAINTS.test(line)) inList = true;
    else if (line.trim() === '' || line.includes(' = ')) inList = false;
    else if (one !== undefined) found.add(one);
    else if (inList) found.add(line.trim());
  }
  return [...found]
    .filter((text) => !text.startsWith('/volume'))
    .slice(0, MOST_COMPLAINTS)
    .map((text) => `7-Zip: ${printable(text)}${/[.!?]$/.test(text) ? '' : '.'}`);
}
