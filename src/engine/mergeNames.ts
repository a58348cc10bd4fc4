/** Names for the file that a merge makes. */

import { JOURNAL_SUFFIX } from '../merge/mergeJournal.ts';
import type { NewFormat } from '../merge/stretch.ts';
import type { DiskFolder } from '../storage/diskFolder.ts';
import { PART_SUFFIX } from '../storage/fileSink.ts';
import { freeName } from './privateStorage.ts';

/** `child merged.avhd`: of the newest file, with the ending that the format has. */
export function mergedName(newest: string, format: NewFormat): string {
  const stem = newest.slice(newest.lastIndexOf('/') + 1).replace(/\.(a?vhdx?|img|raw|bin|dd)$/i, '');
  const ending =
    format === 'raw' ? '.img' : format === 'differencing' && /\.avhdx?$/i.test(newest) ? '.avhd' : '.vhd';
  return `${stem || 'disk'} merged${ending}`;
}

/** One that no file has, nor a new file of a merge that waits. */
export async function freeMergeName(folder: DiskFolder, wanted: string): Promise<string> {
  const names = (await folder.list()).map(({ name }) => name);
  const made = names.flatMap((name) =>
    [PART_SUFFIX, JOURNAL_SUFFIX].flatMap((suffix) =>
      name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : [],
    ),
  );
  return freeName(wanted, [...names, ...made]);
}
