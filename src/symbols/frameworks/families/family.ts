import type { ModuleAlias } from '../../serviceHints/moduleAliases.ts';
import type { SourceFile } from '../../sourceFile.ts';
import type { FileFacts } from '../fileFacts.ts';

/** Languages that share syntax and module system: what their source says of frameworks is read and joined in one way. */
export interface LanguageFamily {
  /** What language files and frameworks name it by. */
  readonly id: string;
  /** Facts of a parsed file. Cost follows the number of places of interest, not the size of the tree. */
  readonly extract: (file: SourceFile) => FileFacts;
  /** Files that imports mean; absent: imports don't name files. */
  readonly modules?: (
    files: PlacedFiles,
    roots: readonly ModuleRoot[],
    aliases: readonly ModuleAlias[],
  ) => ModuleSystem;
  /** Imports name classes by their package, wherever the file is. */
  readonly classesByPackage?: true;
  /** Packages are seen from those below them without an import: `Shop` from `Shop.Api`. */
  readonly packagesNest?: true;
  /** All files of a folder share one scope, and imports name the folder; values have declared types. */
  readonly foldersAreModules?: true;
  /** Functions of libraries that join paths with one slash between them, as `module:name`. */
  readonly joinsPaths?: readonly string[];
  /** Parameters that by their names make requests, and so are no routers: `$.get('/cart', show)`. */
  readonly clients?: RegExp;
  /** Of two functions of one name and block, the second is meant. */
  readonly lastDefinitionCounts?: true;
  /** Every name at a file's top level can be imported; else only what is exported. */
  readonly everythingIsExported?: true;
  /** A file's own exports can be named in it: `exports.list`. */
  readonly exportsAreNamed?: true;
  /** Names of a class's body are seen from its methods without `this`. */
  readonly classNamesInScope?: true;
  /** A path may begin with the name of a library, or of a library's type, without an import. */
  readonly pathsNameLibraries?: true;
  /** What instrumentation scopes call themselves in this runtime. */
  readonly instrumentation: {
    /** Scopes of spans that were made in this runtime. */
    readonly scopes?: RegExp;
    /** Scopes of libraries' instrumentations: no function of the workspace makes their spans. */
    readonly libraries?: RegExp;
    /** Method that job systems call on a class which a task is called after; by scope, where it differs. */
    readonly taskMethod?: string;
    readonly taskMethods?: Readonly<Record<string, string>>;
  };
}

/** The workspace's files of one family by absolute path, each with the absolute path of its workspace folder. */
export type PlacedFiles = ReadonlyMap<string, { readonly folder: string }>;

/** Name under which the modules of a folder are imported, as a manifest says (go.mod). */
export interface ModuleRoot {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
}

/** From module names in source to files of the workspace. */
export interface ModuleSystem {
  /** Absolute path of the file that `module` means in the file `from`; undefined when it isn't in the workspace. */
  resolve(from: string, module: string): string | undefined;
  /** Absolute folder that `module` means, where folders are modules. */
  folder?(from: string, module: string): string | undefined;
  /** The file of `name` below the package that `packageFile` stands for. */
  submodule?(packageFile: string, name: string): string | undefined;
}

/** Folder of a path with forward slashes; '' above the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '' : path.slice(0, slash);
}

/** A relative path from a folder, both with forward slashes. */
export function joinPath(base: string, relative: string): string {
  const parts = base.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
