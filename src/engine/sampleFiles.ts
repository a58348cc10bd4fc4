/** The sample chain as files to open; the story that makes it is loaded only when somebody asks for it. */
import type { FileToOpen } from './opening.ts';

export async function sampleFiles(): Promise<FileToOpen[]> {
  const { buildSample } = await import('../lab/sample.ts');
  const files = await buildSample();
  return files.map(({ name, file }) => {
    const path = `Sample/${name}`;
    return { path, open: async () => ({ file, path, storage: 'memory', changedMs: null, handle: null }) };
  });
}
