/** Workspace files by the end of their paths, for paths of another machine (`/app/src/x.ts`, `C:\app\src\x.ts`). */
export class PathIndex {
  private readonly byBase = new Map<string, string[]>();
  private readonly paths = new Set<string>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) {
      this.paths.add(path);
      const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
      const same = this.byBase.get(base);
      if (same) same.push(path);
      else this.byBase.set(base, [path]);
    }
  }

  /** The one file that shares the longest end; undefined when none or several do. */
  matching(runtimePath: string): string | undefined {
    if (this.paths.has(runtimePath)) return runtimePath;
    const wanted = segmentsOf(runtimePath);
    let best: string | undefined;
    let longest = 0;
    let several = false;
    for (const path of this.byBase.get(wanted.at(-1) ?? '') ?? []) {
      const shared = sharedEnd(wanted, segmentsOf(path));
      if (shared > longest) {
        longest = shared;
        best = path;
        several = false;
      } else if (shared === longest) several = true;
    }
    return several ? undefined : best;
  }
}

const segmentsOf = (path: string): readonly string[] =>
  path
    .replace(/^[a-z][a-z+-]*:\/\/+/i, '')
    .split(/[/\\]/)
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..');

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared))
    shared++;
  return shared;
}
