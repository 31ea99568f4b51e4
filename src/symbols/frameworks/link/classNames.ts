import type { LinkedFile } from './linkedFile.ts';

interface Place {
  readonly kind: 'class';
  readonly file: LinkedFile;
  readonly index: number;
}

/** Classes of the JVM's languages by full name. Where several modules have one of the name, that of the nearest is meant. */
export class ClassNames {
  private readonly files: ReadonlyMap<string, LinkedFile>;
  private places: Map<string, Place[]> | undefined;

  constructor(files: ReadonlyMap<string, LinkedFile>) {
    this.files = files;
  }

  named(from: LinkedFile, fullName: string): Place | undefined {
    this.places ??= this.collect();
    const found = this.places.get(fullName) ?? [];
    return found.length < 2 ? found[0] : nearest(found, from.path);
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

function nearest(found: readonly Place[], path: string): Place | undefined {
  const folders = path.split('/');
  let best: Place | undefined;
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
