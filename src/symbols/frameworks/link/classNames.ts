import type { LinkedFile } from './linkedFile.ts';

interface Place {
  readonly kind: 'class';
  readonly file: LinkedFile;
  readonly index: number;
}

/** A function or constant that belongs to no class. */
export interface TopLevel {
  readonly file: LinkedFile;
  readonly name: string;
}

/** Classes of the JVM's languages by full name, and what Kotlin has beside classes. Where several modules have one of the name, that of the nearest is meant. */
export class ClassNames {
  private readonly files: ReadonlyMap<string, LinkedFile>;
  private places: Map<string, Place[]> | undefined;
  private tops: Map<string, TopLevel[]> | undefined;

  constructor(files: ReadonlyMap<string, LinkedFile>) {
    this.files = files;
  }

  named(from: LinkedFile, fullName: string): Place | undefined {
    this.places ??= this.collect();
    const found = this.places.get(fullName) ?? [];
    return found.length < 2 ? found[0] : nearest(found, from.path);
  }

  /** A function or constant of a package. */
  topLevel(from: LinkedFile, fullName: string): TopLevel | undefined {
    this.tops ??= this.collectTops();
    const found = this.tops.get(fullName) ?? [];
    return found.length < 2 ? found[0] : nearest(found, from.path);
  }

  private collectTops(): Map<string, TopLevel[]> {
    const tops = new Map<string, TopLevel[]>();
    for (const file of this.files.values()) {
      if (file.family?.classesByPackage !== true) continue;
      const names = new Set<string>();
      for (const { scope, name } of file.facts.bindings) if (scope < 0) names.add(name);
      for (const { kind, name } of file.functions)
        if (kind === 'function' && !name.includes('.')) names.add(name);
      for (const name of names) {
        const key = `${file.facts.package ?? ''}.${name}`;
        const known = tops.get(key);
        if (known) known.push({ file, name });
        else tops.set(key, [{ file, name }]);
      }
    }
    return tops;
  }

  private collect(): Map<string, Place[]> {
    const places = new Map<string, Place[]>();
    for (const file of this.files.values()) {
      if (file.family?.classesByPackage !== true) continue;
      for (const [index, decl] of file.functions.entries()) {
        if (decl.kind !== 'class') continue;
        const name = `${file.facts.package ?? ''}.${decl.name}`;
        const known = places.get(name);
        if (known) known.push({ kind: 'class', file, index });
        else places.set(name, [{ kind: 'class', file, index }]);
      }
    }
    return places;
  }
}

function nearest<T extends { readonly file: LinkedFile }>(
  found: readonly T[],
  path: string,
): T | undefined {
  const folders = path.split('/');
  let best: T | undefined;
  let most = -1;
  for (const place of found) {
    const other = place.file.path.split('/');
    let shared = 0;
    while (shared < folders.length && folders[shared] === other[shared]) shared += 1;
    if (shared > most) {
      most = shared;
      best = place;
    }
  }
  return best;
}
