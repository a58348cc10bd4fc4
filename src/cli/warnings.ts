/** What must be known of a disk while its bytes are used: on stderr, errors and warnings of every file in its chain. */
import type { DiskChain } from '../chain/diskChain.ts';
import type { FileView, Finding } from '../engine/api.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';
import { findingLine, printable } from './text.ts';

export function warnings(
  io: Io,
  session: Session,
  layers: readonly FileView[],
  disk: Pick<DiskChain, 'findings'>,
): void {
  const tell = (file: string, finding: Finding) => {
    if (finding.severity !== 'note') io.err(`${printable(file)}: ${findingLine(finding)}\n`);
  };
  for (const { path, findings } of layers) {
    for (const finding of findings) tell(session.shown(path), finding);
  }
  for (const finding of disk.findings) tell(finding.file, finding);
}
