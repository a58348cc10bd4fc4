/**
 * A small image cut at every byte: each piece opens with findings or is refused, and nothing but `DiskError` is thrown
 * when what was opened is read.
 */
import { expect, test } from 'vitest';
import { DiskError } from '../../../../src/base/errors.ts';
import { isDiskImage, openImage } from '../../../../src/formats/openImage.ts';
import { checkBlocks } from '../../../../src/formats/vhd/blockChecks.ts';
import { BytesFile } from '../../../support/bytesFile.ts';
import {
  type BuiltImage,
  buildImage,
  type ImageOptions,
  mixedEndianId,
  utf16le,
} from '../../../support/imageBuilder.ts';
import { batOf } from '../../../support/opened.ts';
import { readFlat } from '../../../support/readFlat.ts';

const BLOCK = 4096;
const data = new Uint8Array(BLOCK).fill(0x5a);
const shape = {
  virtualSizeBytes: 3 * BLOCK,
  blockSizeBytes: BLOCK,
  blocks: [0, 2].map((block) => [block, { data }] as const),
};
const locators = ['W2ku', 'W2ru'].map((platform) => ({ platform, data: utf16le('.\\base.vhd') }));
const images: Record<string, ImageOptions> = {
  fixed: { type: 'fixed', virtualSizeBytes: 2 * BLOCK, data: new Uint8Array(2 * BLOCK).fill(0x5a) },
  dynamic: { ...shape, type: 'dynamic', layout: 'packed' },
  differencing: {
    ...shape,
    type: 'differencing',
    layout: 'packed',
    parent: { id: mixedEndianId(2), name: 'base.vhd', locators },
  },
  'without a copy of its footer': { ...shape, type: 'dynamic', layout: 'packed', footerCopy: false },
};

test.each(Object.entries(images))('%s, cut at every byte', { timeout: 120_000 }, async (_name, options) => {
  const built = buildImage(options);
  expect(built.sizeBytes).toBeLessThanOrEqual(100 * 1024);
  const whole = built.bytes();
  const seen = { opened: 0, refused: 0 };
  for (let length = 0; length < whole.length; length++) {
    seen[await outcomeOf(whole.subarray(0, length), built, length)]++;
  }
  expect(seen.refused).toBeGreaterThan(0);
  // Without a copy of its footer one cut is survived: the footer of old files lacks its last byte too.
  const hasCopy = options.type !== 'fixed' && options.footerCopy !== false;
  if (hasCopy) expect(seen.opened).toBeGreaterThan(BLOCK);
  else expect(seen.opened).toBe(1);
});

async function outcomeOf(
  bytes: Uint8Array,
  built: BuiltImage,
  length: number,
): Promise<'opened' | 'refused'> {
  // `expect` at every byte would cost more than what it looks at.
  const demand = (condition: boolean, what: string): void => {
    if (!condition) throw new Error(`cut at ${length}: ${what}`);
  };
  const result = await openImage(new BytesFile('cut.vhd', bytes));
  demand(result.findings.length > 0, 'no finding');
  for (const { rule, offset, lengthBytes } of result.findings) {
    demand(offset >= 0 && offset + lengthBytes <= Math.max(length, offset), `${rule} is not in the file`);
  }
  if (!isDiskImage(result)) return 'refused';
  const check = checkBlocks(result, await batOf(result));
  const isWhole = [...built.places.values()].every((place) => place + 512 + BLOCK <= length);
  const isTableWhole = length >= built.batOffset + 3 * 4;
  if (isTableWhole) demand(check.findings.length > 0 !== isWhole, 'blocks are judged wrongly');
  // Reading every sector is slow: where the pieces differ it is done, elsewhere now and then.
  if (length % 97 !== 0 && length % 512 > 2) return 'opened';
  const read = await readFlat([result]).catch((error: unknown) => error);
  demand(
    read instanceof Uint8Array || (!isWhole && read instanceof DiskError),
    `reading gives ${String(read)}`,
  );
  return 'opened';
}
