/** Piles for tests of the page: files told by name and parent, everything else filled in. */
import type { FileId, FileView, Finding, PileView } from '../../src/engine/api.ts';

export interface FileSketch {
  readonly name: string;
  /** Name of the parent; left out for a base. */
  readonly parent?: string;
  readonly findings?: readonly Finding[];
  readonly more?: Partial<FileView>;
}

export function fileOf(id: FileId, { name, findings = [], more = {} }: FileSketch): FileView {
  return {
    id,
    name,
    path: `disks/${name}`,
    sizeBytes: 2 ** 20 * (id + 1),
    storage: 'memory',
    format: 'vhd',
    type: 'dynamic',
    virtualSizeBytes: 2 ** 30,
    blockSizeBytes: 2 ** 21,
    rawId: String(id).padStart(32, '0'),
    idText: `id of ${name}`,
    maker: null,
    modifiedMs: Date.UTC(2021, 10, 5),
    seeks: null,
    parent: null,
    link: 'whole',
    matches: true,
    candidates: [],
    children: [],
    duplicates: [],
    findings,
    blocks: null,
    ...more,
  };
}

/** Files in the order given; ids count from 1. */
export function filesOf(sketches: readonly FileSketch[]): FileView[] {
  const idOf = (name: string | undefined) => {
    const at = sketches.findIndex((sketch) => sketch.name === name);
    return at < 0 ? null : at + 1;
  };
  return sketches.map((sketch, i) => {
    const parent = idOf(sketch.parent);
    const children = sketches.flatMap((other, k) => (other.parent === sketch.name ? [k + 1] : []));
    const type = sketch.parent === undefined ? 'dynamic' : 'differencing';
    return { ...fileOf(i + 1, sketch), type, parent, children, ...sketch.more };
  });
}

export function pileOf(sketches: readonly FileSketch[]): PileView {
  const files = filesOf(sketches);
  return {
    files,
    others: [],
    leaves: files.filter(({ children }) => children.length === 0).map(({ id }) => id),
    failures: [],
    openMilliseconds: 12,
  };
}

export function findingOf(rule: string, severity: Finding['severity'], more: Partial<Finding> = {}): Finding {
  return {
    rule,
    severity,
    code: null,
    file: 'disks/a.vhd',
    offset: 512,
    lengthBytes: 16,
    message: `Message of ${rule}.`,
    meaning: 'What it means.',
    remedy: 'What can be done.',
    ...more,
  };
}
