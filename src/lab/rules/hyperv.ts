/**
 * What Hyper-V and Windows say: event numbers, codes with Windows' own sentences, and the words of the status line. Each
 * with its source mark of CHECKPOINTS ([A] … [M]); [W] = Windows' list of system error codes; 'ours' = not known to be Hyper-V's.
 */
import type { DiskError, ErrorCode } from '../../base/errors.ts';
import type { LabFacts } from './facts.ts';

export type SourceMark = 'A' | 'B' | 'D' | 'M' | 'P' | 'T' | 'W' | 'ours';

interface Said {
  readonly text: string;
  readonly source: SourceMark;
}

/** Events of Hyper-V-VMMS. */
export const HYPERV_EVENTS = {
  mergeFinished: { code: '19080', text: 'Merge finished', source: 'M' },
  mergeFailed: { code: '19100', text: 'Merge failed, will be retried', source: 'M' },
} as const satisfies Readonly<Record<string, Said & { readonly code: string }>>;

/** Windows' sentences by their codes, all [W]: what an administrator sees on screen and searches for. */
export const WINDOWS_SAYS = {
  '0x80070002': 'The system cannot find the file specified.',
  '0x80070005': 'Access is denied.',
  '0x80070020': 'The process cannot access the file because it is being used by another process.',
  '0x80070070': 'There is not enough space on the disk.',
  '0x8007045D': 'The request could not be performed because of an I/O device error.',
  '0xC03A0003':
    'The virtual hard disk is corrupted. The virtual hard disk drive footer in the virtual hard disk is corrupted.',
  '0xC03A0004': 'The system does not recognize the file format of this virtual hard disk.',
  '0xC03A0008': 'The virtual hard disk is corrupted. The sparse header in the virtual hard disk is corrupt.',
  '0xC03A000A':
    'The virtual hard disk is corrupted. The block allocation table in the virtual hard disk is corrupt.',
  '0xC03A000D':
    'The chain of virtual hard disks is broken. The system cannot locate the parent virtual hard disk for the differencing disk.',
  '0xC03A000E':
    'The chain of virtual hard disks is corrupted. There is a mismatch in the identifiers of the parent virtual hard disk and differencing disk.',
  '0xC03A0013': 'The file size of this virtual hard disk is not valid.',
  '0xC03A0017':
    'The chain of virtual hard disks is corrupted. There is a mismatch in the virtual sizes of the parent virtual hard disk and differencing disk.',
} as const satisfies Readonly<Record<string, string>>;

export type WindowsCode = keyof typeof WINDOWS_SAYS;

/** In quotes: the sentence is Windows' own. */
export function windowsSays(code: WindowsCode): string {
  return `“${WINDOWS_SAYS[code]}”`;
}

const BY_ERROR: Readonly<Partial<Record<ErrorCode, WindowsCode>>> = {
  vanished: '0x80070002',
  permission: '0x80070005',
  busy: '0x80070020',
  'no-space': '0x80070070',
  io: '0x8007045D',
  'not-a-disk': '0xC03A0004',
  'parent-missing': '0xC03A000D',
  truncated: '0xC03A0013',
};

/** What Hyper-V would say of a fault of the disks, for the log. `text` has what was found, and Windows' sentence where it has one. */
export interface Fault {
  readonly text: string;
  readonly code: string | null;
}

export function faultFor(error: DiskError): Fault {
  const code = codeOf(error);
  const { message } = error.problem;
  return code ? { text: `${message} Windows: ${windowsSays(code)}`, code } : { text: message, code: null };
}

function codeOf({ problem }: DiskError): WindowsCode | null {
  if (problem.code !== 'corrupt') return BY_ERROR[problem.code] ?? null;
  const field = problem.where?.field ?? '';
  if (field === 'parentUniqueId') return '0xC03A000E';
  if (/^(virtual|current|original)Size/.test(field)) return '0xC03A0017';
  if (/footer/i.test(field)) return '0xC03A0003';
  if (/header/i.test(field)) return '0xC03A0008';
  return /^(bat|block|tableOffset|maxTableEntries)/i.test(field) ? '0xC03A000A' : null;
}

/** Words of the status line: states [M], “Merging” [M], the rest ours. */
export const STATUS_WORDS = {
  off: { text: 'Off', source: 'M' },
  running: { text: 'Running', source: 'M' },
  paused: { text: 'Paused', source: 'M' },
  saved: { text: 'Saved', source: 'M' },
  merging: { text: 'merging', source: 'M' },
  savingMemory: { text: 'saving memory', source: 'ours' },
  hostOff: { text: 'Host without power', source: 'ours' },
  removed: { text: 'Removed', source: 'ours' },
} as const satisfies Readonly<Record<string, Said>>;

/** `Running`, `Running, merging`, `Off, merging`, `Host without power` … */
export function statusOf(facts: Pick<LabFacts, 'machine' | 'hostOn' | 'savingMemoryOf' | 'merging'>): string {
  if (!facts.hostOn) return STATUS_WORDS.hostOff.text;
  if (!facts.machine.now) return STATUS_WORDS.removed.text;
  return [
    STATUS_WORDS[facts.machine.power].text,
    ...(facts.savingMemoryOf === null ? [] : [STATUS_WORDS.savingMemory.text]),
    ...(facts.merging === null ? [] : [STATUS_WORDS.merging.text]),
  ].join(', ');
}
