/** Looks up files of a pile by number, name and layer, with their short labels. Made anew when pile or chain change. */
import type { ChainView, FileId, FileView, OtherFileView, PileView } from '../../engine/api.ts';
import { sharedFolder, sharedName, shortNames } from './names.ts';

export class PileIndex {
  /** What the names of all files share, else their folder; '' where that is nothing. */
  readonly title: string;
  private readonly files: ReadonlyMap<FileId, FileView>;
  private readonly others: ReadonlyMap<FileId, OtherFileView>;
  private readonly labels: ReadonlyMap<FileId, string>;
  private readonly layers: ReadonlyMap<FileId, number>;
  private readonly byName = new Map<string, FileId>();

  constructor(pile: PileView | null, chain: ChainView | null) {
    const files = pile?.files ?? [];
    const others = pile?.others ?? [];
    const labels = shortNames(files.map(({ name }) => name));
    this.title = sharedName(files.map(({ name }) => name)) || sharedFolder(files.map(({ path }) => path));
    this.files = new Map(files.map((file) => [file.id, file]));
    this.others = new Map(others.map((file) => [file.id, file]));
    this.labels = new Map(files.map((file, i) => [file.id, labels[i] ?? file.name]));
    this.layers = new Map((chain?.layers ?? []).map((id, layer) => [id, layer]));
    // Paths are certain, names are not: a path is never hidden by another file's name.
    for (const { name, id } of [...others, ...files].reverse()) this.byName.set(name, id);
    for (const { path, id } of [...others, ...files].reverse()) this.byName.set(path, id);
  }

  file(id: FileId): FileView | null {
    return this.files.get(id) ?? null;
  }

  other(id: FileId): OtherFileView | null {
    return this.others.get(id) ?? null;
  }

  label(id: FileId): string {
    return this.labels.get(id) ?? this.others.get(id)?.name ?? '';
  }

  path(id: FileId | null | undefined): string | null {
    if (id === null || id === undefined) return null;
    return this.files.get(id)?.path ?? this.others.get(id)?.path ?? null;
  }

  layer(id: FileId | null): number | null {
    return id === null ? null : (this.layers.get(id) ?? null);
  }

  /** By path or name, as findings, faults and addresses give it. */
  named(name: string | null): FileId | null {
    return name === null ? null : (this.byName.get(name) ?? null);
  }
}
