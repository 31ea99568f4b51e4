import { parentOf } from '../families/family.ts';
import type { Expr } from '../expression.ts';
import type { TypeFact } from '../fileFacts.ts';
import type { LinkedFile } from './linkedFile.ts';

export interface Declared<T> {
  readonly file: LinkedFile;
  readonly what: T;
}

/** Everything that the files of one folder declare: they share a scope. */
export interface FolderModule {
  readonly folder: string;
  /** As the files' package clause names it. */
  readonly name: string | undefined;
  readonly functions: ReadonlyMap<string, Declared<number>>;
  /** By `Type.method`. */
  readonly methods: ReadonlyMap<string, Declared<number>>;
  readonly bindings: ReadonlyMap<string, Declared<Expr>>;
  readonly types: ReadonlyMap<string, Declared<TypeFact>>;
}

/** A type of the workspace, by the folder that declares it. */
export interface TypeName {
  readonly folder: string;
  readonly name: string;
}

const mostImplementations = 20;
const double = /(?:^|_)(?:mock|fake|stub)s?|(?:mock|fake|stub)s?(?:$|_)/i;

/** Modules that are folders of files, each joined when it is first asked for. */
export class FolderModules {
  private readonly byFolder = new Map<string, LinkedFile[]>();
  private readonly joined = new Map<string, FolderModule>();
  private byMethod: Map<string, TypeName[]> | undefined;

  constructor(files: Iterable<LinkedFile>) {
    for (const file of files) {
      if (file.family?.foldersAreModules !== true) continue;
      const folder = parentOf(file.path);
      const known = this.byFolder.get(folder);
      if (known) known.push(file);
      else this.byFolder.set(folder, [file]);
    }
  }

  at(folder: string): FolderModule | undefined {
    const known = this.joined.get(folder);
    const files = this.byFolder.get(folder);
    if (known !== undefined || files === undefined) return known;
    const module = join(folder, files);
    this.joined.set(folder, module);
    return module;
  }

  /** Types that have all methods of an interface; those of the interface's own folder alone, if there are any. */
  implementations(methods: readonly string[], near: string): readonly TypeName[] {
    const [first, ...others] = methods;
    if (first === undefined) return [];
    const found = (this.methodOwners().get(first) ?? []).filter((type) =>
      others.every((name) => this.at(type.folder)?.methods.has(`${type.name}.${name}`)),
    );
    const own = found.filter((type) => type.folder === near);
    return (own.length > 0 ? own : found).slice(0, mostImplementations);
  }

  /** Methods of all types but test doubles. */
  private methodOwners(): ReadonlyMap<string, readonly TypeName[]> {
    if (this.byMethod !== undefined) return this.byMethod;
    this.byMethod = new Map();
    for (const folder of this.byFolder.keys())
      for (const [qualified, { file }] of this.at(folder)?.methods ?? []) {
        const dot = qualified.indexOf('.');
        const name = qualified.slice(0, dot);
        const method = qualified.slice(dot + 1);
        if (
          file.inTest ||
          double.test(name) ||
          double.test(folder.slice(folder.lastIndexOf('/') + 1))
        )
          continue;
        const known = this.byMethod.get(method);
        if (known) known.push({ folder, name });
        else this.byMethod.set(method, [{ folder, name }]);
      }
    return this.byMethod;
  }
}

function join(folder: string, files: readonly LinkedFile[]): FolderModule {
  const functions = new Map<string, Declared<number>>();
  const methods = new Map<string, Declared<number>>();
  const bindings = new Map<string, Declared<Expr>>();
  const types = new Map<string, Declared<TypeFact>>();
  const put = <T>(map: Map<string, Declared<T>>, name: string, file: LinkedFile, what: T): void => {
    if (!map.has(name)) map.set(name, { file, what });
  };
  // What a test declares under the same name is not what production runs.
  const ordered = [...files.filter((f) => !f.inTest), ...files.filter((f) => f.inTest)];
  for (const file of ordered) {
    for (const [i, decl] of file.functions.entries())
      if (decl.anonymous !== true && file.parentOf(i) < 0)
        put(decl.kind === 'method' ? methods : functions, decl.name, file, i);
    for (const { scope, name, value } of file.facts.bindings)
      if (scope < 0) put(bindings, name, file, value);
    for (const type of file.facts.types ?? []) put(types, type.name, file, type);
  }
  const name = ordered[0]?.facts.package;
  return { folder, name, functions, methods, bindings, types };
}
