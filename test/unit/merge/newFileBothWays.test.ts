/** A new file is the same, whether it was streamed or made in a folder under a journal. */
import { beforeAll, describe, expect, test } from 'vitest';
import { checkFile } from '../../../src/check/checkFile.ts';
import type { CoreModule } from '../../../src/core/core.ts';
import { loadCore } from '../../../src/core/loadCoreNode.ts';
import { wasmHasher } from '../../../src/export/hasher.ts';
import { mergeToSink } from '../../../src/merge/mergeToSink.ts';
import { planMerge } from '../../../src/merge/planMerge.ts';
import { runMerge } from '../../../src/merge/runMerge.ts';
import { MemoryFolder } from '../../../src/storage/memoryFolder.ts';
import { SECTOR } from '../../support/imageBuilder.ts';
import { MemorySink } from '../../support/memorySink.ts';
import { openFiles, sameBytes } from '../../support/openedChain.ts';
import { readFlat } from '../../support/readFlat.ts';
import {
  caseOf,
  FORMATS,
  heldBy,
  NEW_IDENTITY,
  parentFor,
  soundFile,
  stretches,
  stretchFrom,
} from '../../support/stretchCase.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await loadCore();
});

const NAME = 'new.vhd';

describe('a merge to a new file', { timeout: 240_000 }, () => {
  test.each([61, 62, 63, 64])(
    'a merge in a folder makes the same disk, and holds the same sectors (seed %i)',
    async (seed) => {
      const one = await caseOf(module, seed, {
        layers: 2 + (seed % 3),
        blockSizes: [2 ** 16, 2 ** 19, 2 ** 20],
        virtualSizeBytes: (1000 + 700 * (seed % 4)) * SECTOR + SECTOR,
        sizesDiffer: seed % 2 === 0,
      });
      const { images, chain } = one;
      let compared = 0;
      for (const [first, last] of stretches(one)) {
        for (const format of FORMATS) {
          const below = images.slice(last + 1);
          if (format === 'differencing' ? !below[0]?.id : last < images.length - 1) continue;
          const what = `layers ${first} to ${last} as ${format}`;
          const stretch = stretchFrom(one, first, last);
          const options = {
            format,
            identity: NEW_IDENTITY,
            parent: parentFor(one, last),
            blockSizeBytes: 2 ** 19,
          };
          const sink = new MemorySink();
          const streamed = await mergeToSink(stretch, sink, { ...options, module, hasher: null });
          const folder = new MemoryFolder();
          for (const { name, bytes } of chain.files) folder.put(name, bytes.content);
          const request = { ...options, way: 'new-file' as const, stretch, newName: NAME };
          const report = await runMerge(folder, request, { module, createHasher: wasmHasher, prove: false });
          const fromSink = await soundFile(module, sink, format, what);
          const made = await openFiles(module, [await folder.open(NAME, 'read-only')], below.length === 0);
          const fromFolder = made.layers[0] ?? expect.fail(what);
          expect(await folder.list(), what).toHaveLength(images.length + 1);
          const { findings } = await checkFile(fromFolder, { module, now: new Date('2030-01-01') });
          expect(
            findings.filter(({ rule }) => rule !== 'raw-by-hand'),
            what,
          ).toEqual([]);
          const truth = chain.truth[first] ?? new Uint8Array(0);
          expect(sameBytes(await readFlat([fromFolder, ...below]), truth), what).toBe(true);
          const { id, type, virtualSizeBytes, blockSizeBytes, parent } = fromSink;
          expect(fromFolder, what).toMatchObject({ id, type, virtualSizeBytes, blockSizeBytes, parent });
          const plan = await planMerge(
            stretch,
            { way: 'new-file', format, blockSizeBytes: 2 ** 19, closed: [] },
            { module },
          );
          expect(plan.copyBytes, `${what}: as planned`).toBe(streamed.copiedBytes);
          expect(plan.fileBytes, what).toBeGreaterThanOrEqual(streamed.fileBytes);
          if (plan.exact) expect(plan.fileBytes, what).toBe(streamed.fileBytes);
          if (format === 'differencing') {
            expect(sameBytes(await heldBy(fromFolder), await heldBy(fromSink)), what).toBe(true);
            expect(report.copiedBytes, what).toBe(streamed.copiedBytes);
          }
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(2);
    },
  );
});
