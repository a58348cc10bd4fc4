/** The files that can be checked, with what is known of each: what opening found, or what a check did since. */
import type {
  ChainView,
  FileCheckView,
  FileId,
  FileView,
  Finding,
  OtherFileView,
  PileView,
} from '../../engine/api.ts';

/** One run of the check over some files. */
export interface CheckRun {
  readonly fileCount: number;
  readonly readBytes: number;
  readonly seconds: number;
}

export interface KnownCheck {
  readonly view: FileCheckView;
  readonly run: CheckRun;
  /** The trees around the file have changed since. */
  readonly stale: boolean;
}

export interface Subject {
  readonly id: FileId;
  readonly name: string;
  readonly sizeBytes: number;
  /** null = refused on opening: it can be checked and repaired, but no disk is read through it. */
  readonly file: FileView | null;
  readonly format: OtherFileView['format'];
  /** Of the check where there was one, else of opening. */
  readonly findings: readonly Finding[];
  readonly check: KnownCheck | null;
}

/** What a check's result depends on in the file itself; another value means another file. */
export function contentStamp(file: FileView | OtherFileView): string {
  const own = 'link' in file ? [file.rawId, file.type] : [];
  return JSON.stringify([file.path, file.storage, file.sizeBytes, file.format, ...own]);
}

/** What it depends on around the file. */
export function placeStamp(file: FileView | OtherFileView): string {
  return 'link' in file
    ? JSON.stringify([file.parent, file.link, file.matches, file.children, file.duplicates])
    : '';
}

/** Disks newest first as in the tree, then what claims to be a disk and was refused. */
export function subjectsOf(
  pile: PileView | null,
  chain: ChainView | null,
  checkOf: (file: FileView | OtherFileView) => KnownCheck | null,
): Subject[] {
  const files = (pile?.files ?? []).map((file) => {
    const check = checkOf(file);
    const ofChain = (chain?.findings ?? []).filter((finding) => speaksOf(finding, file));
    return {
      ...common(file, check),
      file,
      findings: check ? check.view.findings : once([...file.findings, ...ofChain]),
    };
  });
  const refused = (pile?.others ?? [])
    .filter(({ format }) => format !== 'unknown')
    .map((file) => {
      const check = checkOf(file);
      return { ...common(file, check), file: null, findings: check ? check.view.findings : file.findings };
    });
  return [...files, ...refused];
}

function common({ id, name, sizeBytes, format }: FileView | OtherFileView, check: KnownCheck | null) {
  return { id, name, sizeBytes, format, check };
}

function speaksOf(finding: Finding, { name, path }: FileView): boolean {
  return finding.file === path || finding.file === name;
}

/** Opening and the chain may tell the same thing. */
export function once(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ rule, file, offset, message }) => {
    const key = JSON.stringify([rule, file, offset, message]);
    return !seen.has(key) && seen.add(key);
  });
}
