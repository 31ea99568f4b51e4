import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';

/** Functions that are called like members of their first parameter: `app.MapUsers()`. */
export class ExtensionMethods {
  private readonly files: ReadonlyMap<string, LinkedFile>;
  private byName: Map<string, Found[]> | undefined;

  constructor(files: ReadonlyMap<string, LinkedFile>) {
    this.files = files;
  }

  /** All of a name, in any file of the family. */
  named(from: LinkedFile, name: string): readonly Found[] {
    this.byName ??= this.collect();
    const found = this.byName.get(name) ?? [];
    return found.filter(({ file }) => file.family === from.family);
  }

  private collect(): Map<string, Found[]> {
    const byName = new Map<string, Found[]>();
    for (const file of this.files.values())
      for (const index of file.facts.extensions ?? []) {
        const decl = file.functions[index];
        const name = decl?.name.slice(decl.name.lastIndexOf('.') + 1) ?? '';
        const known = byName.get(name);
        if (known) known.push({ file, index });
        else byName.set(name, [{ file, index }]);
      }
    return byName;
  }
}
