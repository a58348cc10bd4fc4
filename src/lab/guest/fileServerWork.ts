/** A file server: its users read whole documents, change parts of them, add lines, and make and remove some. */
import { must } from '../../base/assert.ts';
import { KIB, MIB, SECTOR_BYTES } from '../../base/units.ts';
import { fileBytes, textBytes } from './contents.ts';
import type { FatFiles, GuestFile } from './fatFiles.ts';
import { homeOf, isAppended, isDocument, newDocument } from './fileKinds.ts';
import type { OperationDraft } from './operationDraft.ts';

const LEAST_DOCUMENTS = 20;
const MOST_DOCUMENTS = 300;
/** No operation is larger. */
const MOST_READ_BYTES = 768 * KIB;

export function fileServerWork(files: FatFiles, paper: Uint8Array, draft: OperationDraft): void {
  const { random } = draft;
  const documents = files.all.filter(isDocument);
  draft.touch(1 + random.below(3));
  const choice = documents.length < LEAST_DOCUMENTS ? 99 : random.below(100);
  if (choice < 64) readDocument(files, pick(documents, draft), draft);
  else if (choice < 84) changeDocument(files, paper, pick(documents, draft), draft);
  else if (choice < 91) addLines(files, paper, documents, draft);
  else if (choice < 95) removeDocument(files, pick(documents, draft), draft);
  else makeDocument(files, paper, documents, draft);
}

/** The newer ones are asked for more often. */
function pick(documents: readonly GuestFile[], { random }: OperationDraft): GuestFile {
  const back = Math.floor(documents.length * random.fraction() ** 2);
  return must(documents[documents.length - 1 - back], 'there are documents');
}

function readDocument(files: FatFiles, file: GuestFile, draft: OperationDraft): void {
  draft.name = 'read file';
  files.open(file, draft.actions);
  files.read(file, 0, MOST_READ_BYTES, draft.actions);
}

function changeDocument(files: FatFiles, paper: Uint8Array, file: GuestFile, draft: OperationDraft): void {
  const { random, date, actions } = draft;
  const sectors = Math.floor(file.sizeBytes / SECTOR_BYTES);
  if (sectors === 0) {
    readDocument(files, file, draft);
    return;
  }
  draft.name = 'write file';
  const length = Math.min(sectors, 4 + random.below(120));
  const from = random.below(sectors - length + 1);
  const bytes = fileBytes(paper, random, file.name, length * SECTOR_BYTES);
  files.overwrite(file, from * SECTOR_BYTES, bytes, actions);
  files.stamp(file, date, actions);
  actions.push({ kind: 'flush' });
}

function addLines(
  files: FatFiles,
  paper: Uint8Array,
  documents: readonly GuestFile[],
  draft: OperationDraft,
): void {
  const { random, date, actions } = draft;
  const growing = documents.filter(({ name, tail, sizeBytes }) => {
    return isAppended(name) && tail !== null && sizeBytes < 256 * KIB;
  });
  const file = growing[random.below(Math.max(1, growing.length))];
  if (!file) {
    changeDocument(files, paper, pick(documents, draft), draft);
    return;
  }
  draft.name = 'write file';
  files.append(file, textBytes(paper, random, 200 + random.below(6 * KIB)), date, actions);
  actions.push({ kind: 'flush' });
}

function removeDocument(files: FatFiles, file: GuestFile, draft: OperationDraft): void {
  draft.name = 'remove file';
  files.remove(file, draft.actions);
}

function makeDocument(
  files: FatFiles,
  paper: Uint8Array,
  documents: readonly GuestFile[],
  draft: OperationDraft,
): void {
  const { random, date, actions } = draft;
  const volumeBytes = files.volume.sectorCount * SECTOR_BYTES;
  let heldBytes = 0;
  for (const { sizeBytes } of documents) heldBytes += sizeBytes;
  const isFull = heldBytes > Math.min(24 * MIB, volumeBytes / 4) || documents.length >= MOST_DOCUMENTS;
  const wanted = isFull ? null : newDocument(files, random, volumeBytes / 128);
  if (wanted) {
    draft.name = 'new file';
    const bytes = fileBytes(paper, random, wanted.name, wanted.sizeBytes);
    if (files.create(wanted.name, bytes, date, homeOf(wanted.name), actions)) return;
  }
  // No room: somebody tidies up first.
  if (documents.length > 0) removeDocument(files, pick(documents, draft), draft);
}
