/** What must be known of a disk while its bytes are used: on stderr, errors and warnings of every file in its chain. */
import type { FileView } from '../engine/api.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';
import { findingLine, printable } from './text.ts';

export function warnings(io: Io, session: Session, layers: readonly FileView[]): void {
  for (const { path, findings } of layers) {
    for (const finding of findings) {
      if (finding.severity !== 'note') io.err(`${printable(session.shown(path))}: ${findingLine(finding)}\n`);
    }
  }
}
