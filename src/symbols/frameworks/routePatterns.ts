import type { Arg } from './expression.ts';

/** One entry of a list of routes: `path('users/', users)`, `Mount('/users', routes=[…])`. */
export interface RouteListEntry {
  readonly path: Arg;
  /** The handler, or what is put under the path: a list, a router, an included module. The first given one counts. */
  readonly target: readonly Arg[];
  /** It only puts something under its path. */
  readonly mounts?: true;
  readonly methods?: Arg;
  /** Method without `methods`; default: any. */
  readonly otherwise?: string;
  /** Name of the route: what telemetry calls a route without a path. */
  readonly name?: Arg;
}

/** Routes written as lists of entries. */
export interface RouteLists {
  /** `module:exported.name` of what makes an entry. */
  readonly entries: Readonly<Record<string, RouteListEntry>>;
  /** A plain tuple is an entry as well. */
  readonly tuple?: RouteListEntry;
  /** Members that add such a list to a router. */
  readonly members?: Readonly<Record<string, Arg>>;
  /** Functions whose first argument is put in their place: a list, or the module that has one. */
  readonly includes?: readonly string[];
  /** Functions that put a prefix which isn't in the source before the entries they are given, and what it is. */
  readonly hiddenPrefixes?: Readonly<Record<string, string>>;
  /** Paths are regular expressions that telemetry shows with parameters in the place of groups. */
  readonly groups?: 'parameters';
  /** Modules have a list by this name; the one that the setting `root` names is the program's. */
  readonly modules?: { readonly list: string; readonly root: string };
}

/** Classes as handlers: one method each HTTP method. */
export interface ClassHandlers {
  /** Method of the class → HTTP method, `*` where it takes any that has no method of its own. */
  readonly methods: Readonly<Record<string, string>>;
  /** Member that makes the handler: `View.as_view()`. An object given to it names the methods. */
  readonly maker?: string;
  /** Name of the class whose list, where it is given, holds all methods that are let through. */
  readonly allowed?: string;
  /** HTTP methods that classes of the framework answer by themselves; of others any may be answered. */
  readonly bases: Readonly<Record<string, readonly string[]>>;
}

/** A class registered under a prefix: routes follow from the methods that it has. */
export interface ResourceRegistration {
  readonly path: Arg;
  /** See ClassHandlers. */
  readonly allowed?: string;
  readonly handler: Arg;
  /** Path below the prefix → HTTP method → method of the class. `{}` stands for the parameter. */
  readonly routes: readonly {
    readonly path: string;
    readonly methods: Readonly<Record<string, string>>;
  }[];
  /** Names of the class that rename or constrain the parameter. */
  readonly parameter: {
    readonly names: readonly string[];
    readonly otherwise: string;
    readonly constraint: { readonly name: string; readonly otherwise: string };
  };
  /** Decorator that makes a route of another method. */
  readonly action: {
    readonly decorator: string;
    readonly detail: Arg;
    readonly path: Arg;
    readonly methods: Arg;
    readonly otherwise: string;
  };
  /** End of every path, and the argument of the router that takes it away. */
  readonly end: { readonly text: string; readonly unless: Arg; readonly otherwise: string };
  /** Methods of the class that classes of the framework bring; of others any may be brought. */
  readonly bases: Readonly<Record<string, readonly string[]>>;
}
