/** Questions of the Files screen that open as a dialogue: whoever wants one sets it, `FilesDialogs` shows it. */
import type { PathAt, VolumeAt } from '../../engine/api.ts';

export type FilesDialog =
  /** One file's contents, as they were at that point. */
  | { readonly kind: 'preview'; readonly place: PathAt }
  /** Files and folders are written out, as they were at that point; '' is the whole volume. */
  | { readonly kind: 'save'; readonly volume: VolumeAt; readonly paths: readonly string[] }
  /** What became of everything under `path` between two points. */
  | { readonly kind: 'compare'; readonly volume: number; readonly path: string };
