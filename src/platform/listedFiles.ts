import path from 'node:path';
import type { IndexFolder } from '../symbols/contract.ts';

/** Names of builds change with each: what git ignores is asked for again after so many. */
const mostIgnored = 20_000;

/** What git lists in the workspace, so that it is asked again only for paths that it never spoke of. */
export class ListedFiles {
  private folders: readonly { readonly path: string; readonly files: ReadonlySet<string> }[] = [];
  private readonly ignored = new Set<string>();

  /** Takes a new listing. `asked`: paths it was made for; those that it leaves out are ignored. */
  take(folders: readonly IndexFolder[], asked: readonly string[] = []): void {
    this.folders = folders.flatMap(({ path: folder, files }) =>
      files === undefined ? [] : [{ path: folder, files: new Set(files) }],
    );
    if (asked.length === 0 || this.ignored.size > mostIgnored) this.ignored.clear();
    for (const file of this.unknown(asked)) this.ignored.add(file);
  }

  /** Of files that were written: those that git has to be asked about. */
  unknown(files: readonly string[]): readonly string[] {
    return files.filter((file) => {
      if (this.ignored.has(file)) return false;
      const inside = this.folders.filter((folder) => relativeTo(folder.path, file) !== undefined);
      return (
        inside.length > 0 &&
        inside.every((folder) => !folder.files.has(relativeTo(folder.path, file) ?? ''))
      );
    });
  }

  isIgnored(file: string): boolean {
    return this.ignored.has(file);
  }
}

/** With forward slashes, as git writes it; undefined: not inside. */
function relativeTo(folder: string, file: string): string | undefined {
  const relative = path.relative(folder, file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative)
    ? undefined
    : relative.replaceAll(path.sep, '/');
}
