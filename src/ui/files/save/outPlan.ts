/** What saving files comes to, counted before anything is written: how many, how much, and what they are called. */
import type { EngineApi, FolderRow, Job, Outcome, PathAt, VolumeAt } from '../../../engine/api.ts';
import { folderOf, nameOf } from '../place.ts';

export interface OutPlan {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  /** Links and devices: they are no files and are left out. */
  readonly others: number;
  /** The one file that it is; null where it is more. */
  readonly single: { readonly name: string; readonly sizeBytes: number } | null;
}

/** Entries that are looked up one by one; above it they are only counted by what is known of them. */
const MOST_LOOKED_UP = 500;
/** Rows that can have one name: a damaged folder may hold it several times. */
const SAME_NAMES = 200;

type Api = Pick<EngineApi, 'folder' | 'openVolume'>;

const QUESTION = { deep: false, order: 'name', descending: false, first: 0 } as const;
const NOTHING: OutPlan = { files: 0, folders: 0, bytes: 0, others: 0, single: null };

/** `known`: rows of the paths, where the page has them. Lists the volume at that point where it was not. */
export async function planOut(
  api: Api,
  job: Job,
  volume: VolumeAt,
  paths: readonly string[],
  known: ReadonlyMap<string, FolderRow>,
): Promise<Outcome<OutPlan>> {
  const opened = await api.openVolume(volume, job);
  if (!opened.ok) return opened;
  let sum = NOTHING;
  let lookedUp = 0;
  for (const path of paths) {
    const row = known.get(path);
    const mustAsk = !row && path !== '' && lookedUp++ < MOST_LOOKED_UP;
    const found = mustAsk
      ? await lookUp(api, { ...volume, path })
      : { ok: true as const, value: row ?? null };
    if (!found.ok) return found;
    const one = await planOne(api, { ...volume, path }, found.value);
    if (!one.ok) return one;
    sum = added(sum, one.value, paths.length === 1);
  }
  return { ok: true, value: sum };
}

async function planOne(api: Api, place: PathAt, row: FolderRow | null): Promise<Outcome<OutPlan>> {
  const { path } = place;
  const kind = path === '' ? 'folder' : (row?.kind ?? 'file');
  if (kind === 'folder') {
    const totals = await api.folder({ ...QUESTION, ...place, points: [], filter: '', count: 0 });
    if (!totals.ok) return totals;
    const { files, folders, bytes } = totals.value;
    // The folder itself is made too, but for the root.
    return { ok: true, value: { ...NOTHING, files, folders: folders + (path === '' ? 0 : 1), bytes } };
  }
  if (kind !== 'file') return { ok: true, value: { ...NOTHING, others: 1 } };
  const sizeBytes = row?.sizeBytes ?? 0;
  return {
    ok: true,
    value: { ...NOTHING, files: 1, bytes: sizeBytes, single: { name: nameOf(path), sizeBytes } },
  };
}

function added(sum: OutPlan, one: OutPlan, isOnly: boolean): OutPlan {
  return {
    files: sum.files + one.files,
    folders: sum.folders + one.folders,
    bytes: sum.bytes + one.bytes,
    others: sum.others + one.others,
    single: isOnly ? one.single : null,
  };
}

async function lookUp(api: Api, { path, ...volume }: PathAt): Promise<Outcome<FolderRow | null>> {
  const folder = { path: folderOf(path), points: [volume.at] };
  const question = { ...QUESTION, ...volume, ...folder, filter: nameOf(path), count: SAME_NAMES };
  const outcome = await api.folder(question);
  if (!outcome.ok) return outcome;
  return { ok: true, value: outcome.value.rows.find((row) => row.path === path) ?? null };
}

/** A name that pickers and private storage take; text from a disk may hold anything. */
export function plainName(name: string, otherwise: string): string {
  const plain = name
    .replace(/[\\/:*?"<>|]/g, '_')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 120);
  return plain || otherwise;
}

/** `ledger (2).accdb` where `ledger.accdb` is taken. */
export function freeName(name: string, taken: readonly string[]): string {
  const names = new Set(taken.map((one) => one.toLowerCase()));
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 1; ; number++) {
    const tried = number === 1 ? name : `${stem} (${number})${extension}`;
    if (!names.has(tried.toLowerCase())) return tried;
  }
}
