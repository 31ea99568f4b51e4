import type { FunctionDecl } from '../domain/functionDecl.ts';

export type FileMatch =
  | { readonly kind: 'file'; readonly path: string; readonly segments: number }
  | { readonly kind: 'several'; readonly paths: readonly string[] }
  | { readonly kind: 'none' };

/** A few milliseconds. */
const stepLength = 5_000;

/** Functions by file and by last name, files by the end of a path of another machine. */
export class FileIndex {
  private readonly byPath = new Map<string, FunctionDecl[]>();
  private readonly byBase = new Map<string, string[]>();
  private byLastName: Map<string, FunctionDecl[]> | undefined;
  private readonly functions: readonly FunctionDecl[];

  private constructor(functions: readonly FunctionDecl[]) {
    this.functions = functions;
  }

  static of(functions: readonly FunctionDecl[]): FileIndex {
    const steps = FileIndex.inSteps(functions);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same with turns for others: a large workspace has hundreds of thousands of functions. */
  static *inSteps(functions: readonly FunctionDecl[]): Generator<void, FileIndex> {
    const index = new FileIndex(functions);
    for (const [i, decl] of functions.entries()) {
      if (i % stepLength === stepLength - 1) yield;
      index.add(decl);
    }
    return index;
  }

  private add(decl: FunctionDecl): void {
    const known = this.byPath.get(decl.path);
    if (known) {
      known.push(decl);
      return;
    }
    this.byPath.set(decl.path, [decl]);
    const base = decl.path.slice(decl.path.lastIndexOf('/') + 1);
    const same = this.byBase.get(base);
    if (same) same.push(decl.path);
    else this.byBase.set(base, [decl.path]);
  }

  functionsIn(path: string): readonly FunctionDecl[] {
    return this.byPath.get(path) ?? [];
  }

  named(lastName: string): readonly FunctionDecl[] {
    if (this.byLastName === undefined) {
      this.byLastName = new Map();
      for (const decl of this.functions) {
        const name = decl.name.slice(decl.name.lastIndexOf('.') + 1);
        const known = this.byLastName.get(name);
        if (known) known.push(decl);
        else this.byLastName.set(name, [decl]);
      }
    }
    return this.byLastName.get(lastName) ?? [];
  }

  /** The workspace file that shares the longest end with a path at run time; a file name alone is enough only when it is unique. */
  matching(runtimePath: string): FileMatch {
    const wanted = runtimePath.replace(/\\/g, '/').split('/');
    let best: string[] = [];
    let longest = 0;
    for (const path of this.byBase.get(wanted.at(-1) ?? '') ?? []) {
      const shared = sharedEnd(wanted, path.split('/'));
      if (shared > longest) {
        longest = shared;
        best = [path];
      } else if (shared === longest) best.push(path);
    }
    const [only] = best;
    if (only === undefined) return { kind: 'none' };
    return best.length === 1
      ? { kind: 'file', path: only, segments: longest }
      : { kind: 'several', paths: best };
  }
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared))
    shared += 1;
  return shared;
}
