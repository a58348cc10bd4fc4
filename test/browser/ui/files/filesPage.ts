/** What tests of the parts of the Files screen share: the fake disk with a folder of it open. */
import { vi } from 'vitest';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import type { Files } from '../../../../src/ui/files/files.svelte.ts';
import { filesOf } from '../../../../src/ui/files/files.svelte.ts';
import { type FakeFilesOptions, type FilesScene, filesSession } from '../../../support/fakeFiles.ts';

export interface FolderScene {
  readonly scene: FilesScene;
  readonly files: Files;
}

/** Every point listed, `path` in view, nothing selected. */
export async function folderScene(
  path = 'Shares/Finance',
  options: Partial<FakeFilesOptions> = {},
): Promise<FolderScene> {
  const scene = await filesSession(options);
  const files = filesOf(scene.session);
  files.follow();
  await vi.waitUntil(() => files.rows && !files.listing.running && files.unlisted.length === 0);
  files.go(path);
  await vi.waitUntil(() => files.rows?.question.path === path);
  return { scene, files };
}

/** The row with this name gets the focus, as by a click. */
export async function select(files: Files, name: string): Promise<void> {
  const path = files.path === '' ? name : `${files.path}/${name}`;
  files.focusPath(path);
  await vi.waitUntil(() => files.focused?.path === path);
}

export function callsOf({ scene }: FolderScene, call: string): (readonly unknown[])[] {
  return scene.files.asked.filter((one) => one.call === call).map(({ args }) => args);
}
