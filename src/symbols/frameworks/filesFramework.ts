import type { Arg } from './expression.ts';
import type { FrameworkBase } from './frameworkBase.ts';

/** Frameworks whose routes are files: their place says the path, their exports are the handlers. */
export interface FilesFramework extends FrameworkBase {
  readonly kind: 'files';
  /** What shows that a folder is such a program: a file in it, or modules that its files import. */
  readonly program: { readonly file: RegExp; readonly modules: RegExp };
  readonly trees: readonly FileTree[];
  /** Served behind a handler that takes every path (`app.all('*', …)`): all that the instrumentation reports. */
  readonly delegated?: true;
  /** A module of the program that names the files of routes. */
  readonly config?: RouteConfig;
}

/** A default export made of nested calls: `[route('/x', './x.tsx', [index('./y.tsx')])]`; a list among the arguments is what lies below. */
export interface RouteConfig {
  /** Below the program's folder, without its ending. */
  readonly module: string;
  readonly calls: Readonly<
    Record<string, { readonly path?: Arg; readonly file?: Arg; readonly index?: true }>
  >;
  /** Call that adds the files of the convention (`trees`); a program whose module lacks it has only what the module names. */
  readonly conventional: string;
}

/** Files of one kind in one folder of a program. */
export interface FileTree {
  /** Folders below the program's, `''` is the program's own. */
  readonly roots: readonly string[];
  /** Path below the root; its group `route` is what the route is made from. */
  readonly file: RegExp;
  /** Segments of `route` → segment of the template; undefined: none of its own; `null`: the file is no route. */
  readonly segment: (text: string, index: number) => string | undefined | null;
  /** What parts `route` into segments; default `/`. */
  readonly separator?: RegExp;
  readonly exports: Readonly<Record<string, FileExport>>;
  /** Of the file's path: files that answer instead of another with the same route. */
  readonly preferred?: RegExp;
  /** Signs that a file's `rendered` export runs on every request; without one, what it once rendered may be served. */
  readonly perRequest?: PerRequest;
}

export interface FileExport {
  /** HTTP methods that it handles; none: it only has spans of its own. */
  readonly methods?: readonly string[];
  /** Not where the file has one of these exports, which answers instead. */
  readonly unless?: readonly string[];
  /** Another template under which it answers. */
  readonly alsoAt?: (route: string) => string;
  /** What it returns may have been rendered before the request: see `perRequest`. */
  readonly rendered?: true;
  /** Names of the framework's own spans around it: `{route}`, `{method}` and `{file}` (the place without its ending) replaced. */
  readonly spans?: readonly string[];
  /** Instrumentation scope of these spans. */
  readonly scope?: string;
}

export interface PerRequest {
  /** Routes with parameters, unless the file has this export; absent: parameters are no sign. */
  readonly parametersUnless?: string;
  /** Exported constants with these texts. */
  readonly constants: Readonly<Record<string, string>>;
  /** Imported functions by module that read the request. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /** Names, without ending, of files in the folders above that count as well. */
  readonly above: readonly string[];
}
