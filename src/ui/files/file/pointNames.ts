/** What points are called beside their numbers: the file's short name without its extension, as in the list of points. */
import type { FileId } from '../../../engine/api.ts';
import { extensionOf } from '../../state/names.ts';
import type { Session } from '../../state/session.svelte.ts';

export function fileName(session: Session, file: FileId): string {
  const label = session.fileLabel(file);
  return label.slice(0, label.length - extensionOf(label).length);
}

export function pointName(session: Session, layer: number): string {
  const file = session.chain?.layers[layer];
  return file === undefined ? '' : fileName(session, file);
}
