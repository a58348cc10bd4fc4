/** A build: sources are read, many small new files come out, are read again to make the program, and are removed. */
import { KIB } from '../../base/units.ts';
import { fileBytes } from './contents.ts';
import type { FatFiles, GuestFile } from './fatFiles.ts';
import { endingOf, homeOf, PROGRAM_FILE } from './fileKinds.ts';
import type { OperationDraft } from './operationDraft.ts';

const OBJECTS_PER_PROGRAM = 60;
const LEAST_SOURCES = 12;

/** 'clean': the program is made, and what it was made of goes. */
export type BuildPhase = 'compile' | 'link' | 'clean';
export const BUILD_PHASES: readonly BuildPhase[] = ['compile', 'link', 'clean'];

/** One operation; returns the phase of the next one. */
export function buildWork(
  files: FatFiles,
  paper: Uint8Array,
  phase: BuildPhase,
  draft: OperationDraft,
): BuildPhase {
  draft.touch(2 + draft.random.below(4));
  const objects = files.all.filter(({ name }) => endingOf(name) === 'OBJ');
  if (phase === 'clean') return clean(files, objects, draft);
  if (phase === 'link') return link(files, paper, objects, draft);
  return compile(files, paper, objects, draft);
}

function compile(
  files: FatFiles,
  paper: Uint8Array,
  objects: readonly GuestFile[],
  draft: OperationDraft,
): BuildPhase {
  const { random, actions } = draft;
  const sources = files.all.filter(({ name }) => endingOf(name) === 'C');
  const source = sources[random.below(Math.max(1, sources.length))];
  if (!source || sources.length < LEAST_SOURCES) {
    const name = freeName(files, 'C', sources.length);
    const isMade = make(files, paper, name, 4 * KIB + random.below(20 * KIB), draft);
    return isMade ? 'compile' : 'clean';
  }
  files.read(source, 0, source.sizeBytes, actions);
  // What it includes.
  const included = sources[random.below(sources.length)];
  if (included) files.read(included, 0, included.sizeBytes, actions);
  const isMade = make(
    files,
    paper,
    freeName(files, 'OBJ', objects.length),
    3 * KIB + random.below(36 * KIB),
    draft,
  );
  draft.name = 'compile';
  return !isMade || objects.length + 1 >= OBJECTS_PER_PROGRAM ? 'link' : 'compile';
}

function link(
  files: FatFiles,
  paper: Uint8Array,
  objects: readonly GuestFile[],
  draft: OperationDraft,
): BuildPhase {
  const old = files.find(PROGRAM_FILE);
  if (old) {
    draft.name = 'remove file';
    files.remove(old, draft.actions);
    return 'link';
  }
  let readBytes = 0;
  for (const object of objects) {
    readBytes += object.sizeBytes;
    if (readBytes > 640 * KIB) break;
    files.read(object, 0, object.sizeBytes, draft.actions);
  }
  make(files, paper, PROGRAM_FILE, 120 * KIB + draft.random.below(200 * KIB), draft);
  return 'clean';
}

function clean(files: FatFiles, objects: readonly GuestFile[], draft: OperationDraft): BuildPhase {
  const [object] = objects;
  if (!object) return 'compile';
  draft.name = 'remove file';
  files.remove(object, draft.actions);
  return objects.length > 1 ? 'clean' : 'compile';
}

function make(
  files: FatFiles,
  paper: Uint8Array,
  name: string,
  sizeBytes: number,
  draft: OperationDraft,
): boolean {
  if (files.find(name)) return false;
  draft.name = 'new file';
  const bytes = fileBytes(paper, draft.random, name, sizeBytes);
  return files.create(name, bytes, draft.date, homeOf(name), draft.actions) !== null;
}

function freeName(files: FatFiles, ending: string, from: number): string {
  for (let number = from; ; number++) {
    const name = `MOD${String(number).padStart(4, '0')}.${ending}`;
    if (!files.find(name)) return name;
  }
}
