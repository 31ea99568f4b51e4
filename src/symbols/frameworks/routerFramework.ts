import type { Arg } from './expression.ts';
import type { FrameworkBase } from './frameworkBase.ts';
import type { ClassHandlers, ResourceRegistration, RouteLists } from './routePatterns.ts';

/** What makes a router, and where its parts are among the arguments. */
export interface Creator {
  /** A program's outermost router. */
  readonly root?: true;
  readonly prefix?: Arg;
  /** Without a prefix, the router's name is its prefix: `Namespace('users')` is `/users`. */
  readonly prefixName?: Arg;
  /** The router that the new one is put under: `Api(blueprint)`. */
  readonly under?: Arg;
  /** List of routes. */
  readonly routes?: Arg;
}

/** Frameworks whose routes are registered on router values: by call (`router.get(path, handler)`), decorator or list. */
export interface RouterFramework extends FrameworkBase {
  readonly kind: 'router';
  /** What makes a router, as `module:exported.name` ("express:" is the module itself, called). */
  readonly creators: Readonly<Record<string, Creator>>;
  /** Types whose values are routers, as `module:Name`: a parameter or field of one is a router. `root`: it can't be below another. */
  readonly types?: Readonly<Record<string, { readonly root?: true }>>;
  /** The module's own functions register on one router of the whole program: `http.HandleFunc`. */
  readonly programRouter?: string;
  /** Members that register a handler → HTTP method, `*` for any. */
  readonly verbs: Readonly<Record<string, string>>;
  /** Members that register a handler for a list of methods. */
  readonly verbLists?: Readonly<
    Record<
      string,
      {
        readonly path: Arg;
        readonly methods?: Arg;
        readonly handler?: 'last' | Arg;
        readonly otherwise: string;
      }
    >
  >;
  /** Where a verb's path is; {} where the router already has it. */
  readonly path: Arg;
  /** Where the handler is: the last argument, the decorated function, or an argument. */
  readonly handler: 'last' | 'decorated' | Arg;
  /** Property that holds the handler where the handler's argument is an object of options. */
  readonly handlerOption?: string;
  /** Member that fixes the path for the verbs chained after it: `router.route(path).get(h)`. */
  readonly chain?: string;
  /** Members that put one router under another. */
  readonly mounts: Readonly<Record<string, MountPattern>>;
  /** Members that stand for the router itself: `app.router`. */
  readonly itself?: readonly string[];
  readonly lists?: RouteLists;
  readonly classes?: ClassHandlers;
  /** Members that register a class under a prefix. */
  readonly resources?: Readonly<Record<string, ResourceRegistration>>;
  /** Members that give a router with a prefix of its own (`Group("/x")`). */
  readonly groups?: Readonly<Record<string, Arg>>;
  /** Members that give a router below to a function: `Route("/x", func(r chi.Router) {…})`. */
  readonly scopes?: Readonly<Record<string, { readonly prefix?: Arg; readonly body: Arg }>>;
  /** Members, before or after the registering one in a chain, that say more of the route: `.Methods("GET")`. */
  readonly modifiers?: Readonly<Record<string, 'methods' | 'path'>>;
  /** The method may lead the path: `GET /users/{id}`, also a host: `example.com/users`. */
  readonly methodInPath?: true;
  /** A router inside sees the whole path of the request, whatever it is registered under. */
  readonly wholePath?: true;
  /** Functions that cut a prefix off the path before the router inside sees it. */
  readonly strips?: Readonly<Record<string, { readonly prefix: Arg; readonly child: Arg }>>;
  /** Method of a value that handles requests, where a value itself is registered. */
  readonly handlerMethod?: string;
  /** Of routes with one path and method, the one registered first answers, and never passes on to the next; `path`: also of other methods. */
  readonly firstAnswers?: true | 'path';
  /** Decorators of handlers, and calls around them, that let only some methods through: these, or those of an argument. */
  readonly methodDecorators?: Readonly<
    Record<string, readonly string[] | { readonly from: Arg; readonly otherwise: string }>
  >;
  /** Members given a description of the route, an object with `method` and `path`, also wrapped by a call. */
  readonly described?: Readonly<
    Record<string, { readonly description: Arg; readonly handler: Arg }>
  >;
  /** Members that register functions which run before handlers: where they are in the arguments. */
  readonly middleware?: Readonly<Record<string, 'all' | Arg>>;
  /** A name may lead the path: `router.get('users', '/users', list)`. */
  readonly namedRoutes?: true;
  /** Calls around what is mounted: `app.use(mount('/x', router))`. */
  readonly mountWrappers?: Readonly<Record<string, { readonly prefix?: Arg; readonly child: Arg }>>;
  /** Members that give the router itself a prefix: `router.prefix('/x')`. */
  readonly prefixes?: Readonly<Record<string, Arg>>;
  /** Members that other libraries have too much: they count only in files that name a module of this framework. */
  readonly gated?: readonly string[];
  /** Modules, besides those of `creators`, whose import tells that a file is written for this framework. */
  readonly modules?: readonly string[];
  /** Wrappers of plugins whose routes are the parent's own: the mount's prefix doesn't count for them. */
  readonly unprefixed?: readonly string[];
  /** What a mount may be given instead of a router: a loader of all files of a folder. */
  readonly folders?: Readonly<Record<string, FolderPattern>>;
  /** Members that register what their argument chains: `.route("/x", get(list).post(create))`, `.route(web::get().to(list))`. */
  readonly chained?: {
    /** `alone` is where the chain is when the call has one argument. */
    readonly members: Readonly<
      Record<string, { readonly path: Arg; readonly chain: Arg; readonly alone?: Arg }>
    >;
    /** Functions and members of a chain → HTTP method. */
    readonly verbs: Readonly<Record<string, string>>;
    /** Member that is given the handler, where the verbs aren't. */
    readonly to?: string;
  };
  /** Attributes that make a function a route of whatever router it is then mounted on: `#[get("/x")]`. */
  readonly attributes?: {
    readonly verbs: Readonly<Record<string, string>>;
    readonly lists?: Readonly<Record<string, { readonly methods: Arg }>>;
    readonly path: Arg;
  };
  /** Members that hand the router to a function: `.configure(routes)`. */
  readonly passes?: Readonly<Record<string, Arg>>;
  /** Names of the types that routers have in signatures, where the language writes them. */
  readonly signatureTypes?: readonly string[];
  /** Beginnings of the names that methods of the program's own have which are given a router: `app.MapOrders()`. */
  readonly ownMembers?: readonly string[];
  /** Functions of a library that serve a router, which makes it a root: `module:exported` → the router. */
  readonly serves?: Readonly<Record<string, Arg>>;
  /** Members that do the same. */
  readonly servedBy?: readonly string[];
  /** Scopes of its own instrumentation: the routes that their spans name are this framework's. */
  readonly routeScopes?: RegExp;
  /**
   * `same`: `/items/` and `/items` are one route; `differs`: they are two, with one slash between prefix and path; `kept`: the same,
   * where the slash may be missing; `verbatim`: prefix and path are joined as they are written.
   */
  readonly trailingSlash: TrailingSlash;
  /** A route for GET doesn't answer HEAD, and the instrumentation names the route of such a refused request (405) all the same. */
  readonly headRefused?: true;
}

/** Whether a verb is given its path; else its router has it. */
export const pathIsGiven = ({ path }: RouterFramework): boolean =>
  path.at !== undefined || path.named !== undefined;

export interface MountPattern {
  readonly prefix: Arg;
  /** `rest`: every argument after the prefix may be a router; `receiver`: it is put under `parent`. */
  readonly child: 'rest' | 'receiver' | Arg;
  readonly parent?: Arg;
  /** A prefix given here takes the place of the child's own. */
  readonly overrides?: true;
  /** The child may be a function whose first parameter is a router of its own. */
  readonly plugin?: true;
}

/** A loader that mounts each file of a folder, with a prefix made from the folders' names. */
export interface FolderPattern {
  readonly folder: Arg;
  /** Object of options that every file's router gets, and the prefix in it. */
  readonly options: Arg;
  readonly prefix: string;
  /** Files that are loaded. */
  readonly files: RegExp;
  /** A file that, where present, stands for its folder alone. */
  readonly index: RegExp;
  /** Files that are never routes. */
  readonly never: RegExp;
  /** Option that, when `false`, takes folder names out of the prefix. */
  readonly folderNames: Arg;
  /** Option that, when `true`, turns `_id` and `a__id` of folder names into parameters. */
  readonly parameters: Arg;
  /** Options with a pattern or text of paths below the folder that are left out. */
  readonly ignored: readonly Arg[];
  /** Exports of a file that replace its folder's part of the prefix, and the whole prefix. */
  readonly ownPrefix: string;
  readonly wholePrefix: string;
}

export type TrailingSlash = 'same' | 'differs' | 'kept' | 'verbatim';
