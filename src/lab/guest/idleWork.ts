/** What a system does when nobody wants anything of it: a line in its log, a setting, a look at its own files. */
import { KIB, SECTOR_BYTES } from '../../base/units.ts';
import { logLines } from '../sampleTexts.ts';
import { programBytes } from './contents.ts';
import type { FatFiles } from './fatFiles.ts';
import { homeOf, SERVER_LOG, SETTINGS_FILE, SYSTEM_FILE } from './fileKinds.ts';
import type { OperationDraft } from './operationDraft.ts';

const LONGEST_LOG = 512 * KIB;

export function idleWork(files: FatFiles, draft: OperationDraft): void {
  const { random } = draft;
  draft.touch(1 + random.below(6));
  const choice = random.below(10);
  if (choice < 5) writeLog(files, draft);
  else if (choice < 8) changeSetting(files, draft);
  else readSystem(files, draft);
  draft.afterUs = 200_000 + random.below(2_300_000);
}

export function writeLog(files: FatFiles, draft: OperationDraft): void {
  draft.name = 'log';
  const { random, date, actions } = draft;
  const lines = logLines(random, date, 90 + random.below(400));
  const log = files.find(SERVER_LOG);
  // A log that is long enough, or whose end nobody knows, makes room for a new one.
  if (log && (log.sizeBytes > LONGEST_LOG || log.tail === null)) files.remove(log, actions);
  else if (log) files.append(log, lines, date, actions);
  else files.create(SERVER_LOG, lines, date, homeOf(SERVER_LOG), actions);
}

function changeSetting(files: FatFiles, draft: OperationDraft): void {
  const settings = files.find(SETTINGS_FILE);
  const sectors = settings ? Math.floor(settings.sizeBytes / SECTOR_BYTES) : 0;
  if (!settings || sectors === 0) return;
  const { random, actions } = draft;
  const length = Math.min(sectors, 8 * (1 + random.below(3)));
  const from = random.below(sectors - length + 1);
  const bytes = programBytes(random, length * SECTOR_BYTES);
  files.overwrite(settings, from * SECTOR_BYTES, bytes, actions);
  files.stamp(settings, draft.date, actions);
  actions.push({ kind: 'flush' });
}

function readSystem(files: FatFiles, draft: OperationDraft): void {
  const system = files.find(SYSTEM_FILE);
  if (system) files.read(system, draft.random.below(system.sizeBytes + 1), 64 * KIB, draft.actions);
}
