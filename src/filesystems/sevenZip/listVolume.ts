/** Lists a volume by one run of 7-Zip. */
import { DiskError } from '../../base/errors.ts';
import type { VolumeContentKind } from '../../volumes/volume.ts';
import type { DiskWindow } from '../diskWindow.ts';
import { type ListOptions, MOST_ENTRIES, type VolumeListing } from '../fileSystem.ts';
import { Lines } from './lines.ts';
import { SevenZipListing } from './sevenZipListing.ts';
import type { SevenZipFactory } from './sevenZipModule.ts';
import { runSevenZip } from './sevenZipRun.ts';
import { extrasOf } from './volumeExtras.ts';
import { complaints, typeSwitch, volumeFacts } from './volumeFacts.ts';
import { VOLUME_PATH, VolumeFile } from './volumeFile.ts';

const MOST_ERROR_LINES = 1000;

/** The root's name in 7-Zip's paths, and the names that stand beside it. */
export interface NamedRoot {
  readonly name: string;
  readonly beside: ReadonlySet<string>;
}

interface ListedVolume extends VolumeListing {
  readonly root: NamedRoot;
}

export async function listVolume(
  factory: SevenZipFactory,
  window: DiskWindow,
  kind: VolumeContentKind,
  options: ListOptions = {},
): Promise<ListedVolume> {
  const listing = new SevenZipListing({
    namedRoot: kind === 'hfs+',
    mostEntries: options.mostEntries ?? MOST_ENTRIES,
    onEntries: options.onEntries,
  });
  const lines = new Lines((bytes, start, end) => listing.line(bytes, start, end));
  const errors: string[] = [];
  const errorLines = new Lines((bytes, start, end) => {
    if (errors.length < MOST_ERROR_LINES) errors.push(new TextDecoder().decode(bytes.slice(start, end)));
  });
  const volume = new VolumeFile(window, {
    skipped: false,
    failed(error) {
      throw error;
    },
  });
  const code = await runSevenZip(
    factory,
    ['l', '-slt', '-sns-', '-sccUTF-8', typeSwitch(kind) ?? '', VOLUME_PATH],
    {
      prepare: (files) => volume.mount(files),
      onOutput: (memory, start, end) => lines.add(memory, start, end),
      onErrorOutput: (memory, start, end) => errorLines.add(memory, start, end),
    },
  );
  lines.finish();
  errorLines.finish();
  const extras = extrasOf(kind, volume);
  const warnings = complaints([...listing.head, ...errors]);
  if (!listing.isOpen) throw extras.notOpened ?? notOpened(code, warnings);
  listing.finish();
  return {
    facts: volumeFacts(kind, listing.head, listing.rootName || extras.label),
    listing: listing.columns.toData(),
    touched: volume.touched.toRanges(),
    warnings,
    root: { name: listing.rootName, beside: listing.besideRoot },
  };
}

function notOpened(code: number | null, warnings: readonly string[]): DiskError {
  return new DiskError({
    code: 'corrupt',
    message: `7-Zip cannot read the file system (exit code ${code}). ${warnings.join(' ')}`.trim(),
    meaning: 'What describes its files is damaged or missing. Nothing was changed.',
    remedy: 'Look at the same volume at an older point of the chain, or check it with its own system.',
  });
}
