import type { RouteTraits } from '../../domain/route.ts';
import type { DrawnFramework } from './drawn.ts';
import type { Arg } from './expression.ts';
import type { ClassHandlers, ResourceRegistration, RouteLists } from './routePatterns.ts';

/** What every framework's declaration says. */
export interface FrameworkBase {
  readonly id: string;
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** How its routes behave where that isn't what most do. */
  readonly traits?: RouteTraits;
  /** Scopes of its instrumentation, where the family's pattern doesn't tell that a library makes their spans. */
  readonly instrumentation?: RegExp;
}

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

/** Frameworks whose routes are annotations on classes and their methods. */
export interface ControllerFramework extends FrameworkBase {
  readonly kind: 'controller';
  /** Where its annotations are imported from, as beginnings of full names; absent: names alone decide. */
  readonly packages?: readonly string[];
  /** Annotations of the program that carry the framework's count as these (meta-annotations). */
  readonly composed?: true;
  /** Annotations that make a class a controller; none: a mapped method is enough. */
  readonly controllers: readonly string[];
  /** Annotation of the class that carries the prefix, and where it is in it. */
  readonly classPath: { readonly annotations: readonly string[]; readonly path: Arg };
  /** Annotations of methods → HTTP method; `from` reads it from an argument. */
  readonly methods: Readonly<
    Record<string, string | { readonly from: Arg; readonly otherwise: string }>
  >;
  readonly methodPath: Arg;
  /** The path of a method is in an annotation of its own, beside the verb's: `@GET @Path("/x")`. */
  readonly methodPathAnnotation?: string;
  /** The path of a method may be in an annotation of its own, where the verb's has none: `[HttpGet] [Route("x")]`. */
  readonly pathBeside?: string;
  /** Paths of methods that aren't below their class's. */
  readonly absolutePath?: RegExp;
  /** Types that make a class that extends one a controller, and names that make one by themselves. */
  readonly controllerTypes?: RegExp;
  readonly controllerNames?: RegExp;
  /** Where neither class nor method has a template, the annotations make no route: it comes from a convention. */
  readonly templateNeeded?: true;
  /** Parts of templates that stand for names: of the class or method without this ending, unless the annotation says another. */
  readonly tokens?: Readonly<
    Record<
      string,
      { readonly class?: RegExp; readonly method?: RegExp; readonly annotation?: string }
    >
  >;
  /** A method with a path but no verb gives the object that serves what follows, by its type. */
  readonly locators?: true;
  /** Mapping annotations may be on an interface that the class implements. */
  readonly inherited: boolean;
  /**
   * Interfaces with the mappings are often generated from an OpenAPI document, whose operationId names the method. The class that
   * implements one has an annotation of a controller, or none.
   */
  readonly generatedInterfaces?: 'marked' | 'unmarked';
  /** Annotation of a class that puts a path before all routes of the program. */
  readonly applicationPath?: { readonly annotation: string; readonly path: Arg };
  /** Parts of a template that no span shows: `{?query*}`. */
  readonly templateNoise?: RegExp;
  /** Calls that change all routes of a program. */
  readonly settings?: {
    /** What the file imports that starts a program: calls near another one are of that one. */
    readonly starts?: { readonly module: string; readonly exported: string };
    readonly globalPrefix?: {
      readonly member: string;
      readonly path: Arg;
      /** Templates that it isn't put before, each alone or as `path` and `method` of an object. */
      readonly exclude: Arg;
      /** Text of a method that stands for all. */
      readonly anyMethod: RegExp;
    };
    readonly modules?: ModuleTree;
    readonly versioning?: {
      readonly member: string;
      readonly type: Arg;
      /** Text of the `type` that puts the version in the path. */
      readonly uri: RegExp;
      readonly prefix: Arg;
      readonly defaultPrefix: string;
      readonly otherwise: Arg;
      /** Text of a version that has no segment. */
      readonly neutral: RegExp;
      /** Where class and method say their version. */
      readonly classVersion: Arg;
      readonly methodAnnotation: string;
    };
  };
  /** Properties of the application that come before all routes, in this order; of each list, whichever is set. */
  readonly prefixProperties?: readonly (readonly string[])[];
  /** Whoever deploys the program may put another prefix before all routes (a container's context path). */
  readonly prefixable?: true;
}

/** A call that puts modules, and with them the controllers that they name, under a tree of paths. */
export interface ModuleTree {
  /** Annotation of a module's class, and where it names its controllers. */
  readonly annotation: string;
  readonly controllers: Arg;
  readonly receiver: string;
  readonly member: string;
  /** Properties of an entry; an entry may also be a module alone, which has the path above. */
  readonly path: string;
  readonly module: string;
  readonly children: string;
}

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

/** GraphQL servers: functions that give fields their values, by the schema's type and field. */
export interface ResolverFramework extends FrameworkBase {
  readonly kind: 'resolvers';
  /** Modules that a program with such resolvers imports. */
  readonly modules: RegExp;
  /** Functions and classes of these modules that take maps `{ Type: { field: resolver } }`, alone or in lists. */
  readonly takers?: Readonly<Record<string, Arg>>;
  /** An object with one of these keys is such a map too: many are joined by what can't be read (globs, helpers). */
  readonly rootTypes?: readonly string[];
  /** Classes and functions that make one type from its name and its fields with their resolvers. */
  readonly types?: Readonly<Record<string, { readonly name: Arg; readonly fields: Arg }>>;
  /** Annotations on classes and their methods. */
  readonly annotations?: {
    /** Of classes, with the type whose fields their methods resolve. */
    readonly classes: Readonly<Record<string, Arg>>;
    /** Of methods → the type; `class`: the one that the class's annotation names. */
    readonly methods: Readonly<Record<string, string>>;
    /** Where the field's name is, when it isn't the method's. */
    readonly field: Arg;
    /** Where a method's annotation names the type. */
    readonly type?: Arg;
    /** Annotation of a class of the schema that gives it another name. */
    readonly typeName?: { readonly annotations: readonly string[]; readonly name: Arg };
  };
  /** Annotated classes are types, with the fields of those above them; the same words make a field of a method, or are assigned. */
  readonly typeClasses?: {
    /** Of classes, with the type's name where it isn't the class's. */
    readonly annotations: Readonly<Record<string, Arg>>;
    /** `@field def books`, `books = field(resolver=find)`. */
    readonly fields: readonly string[];
    readonly name: Arg;
    readonly resolver: Arg;
  };
  /** Values that stand for a type and register functions for its fields: `query = QueryType()`, then `@query.field('books')`. */
  readonly registrars?: {
    /** What makes them → the type, or where its name is. */
    readonly makers: Readonly<Record<string, string | Arg>>;
    /** Their decorators, with the field's name. */
    readonly decorators: readonly string[];
  };
  /** Calls in a class's body that declare a field: `field :books, [BookType]`, resolved by the class's method or another class. */
  readonly declared?: {
    readonly call: string;
    /** Only files with this in their text are looked at. */
    readonly mentioned: RegExp;
    readonly field: Arg;
    /** Another class that resolves it, and its method. */
    readonly classes: Arg;
    readonly method: string;
    /** Another method of the class. */
    readonly ownMethod: Arg;
    /** End of the classes' names that the schema leaves out. */
    readonly suffix: string;
  };
  /** Source of a pattern for types whose methods are the fields; the group is the schema's type. */
  readonly receivers?: string;
}

/** Frameworks whose routes are values that functions put together: a builder's chain, or predicates joined with handlers. */
export interface FunctionalFramework extends FrameworkBase {
  readonly kind: 'functional';
  /** Type of the functions that give routes. */
  readonly routesType: string;
  /** Calls that give routes from a block which registers them. */
  readonly builders: readonly string[];
  /** Annotation of such functions that puts the routes into the program. */
  readonly exposedBy: string;
  /** Members of the builder (path, then maybe a predicate, last the handler), and predicates, → HTTP method. */
  readonly verbs: Readonly<Record<string, string>>;
  /** Predicates that only say the path. */
  readonly paths: readonly string[];
  /** A predicate, then the handler. */
  readonly routes: readonly string[];
  /** A predicate or a path, then routes below it. */
  readonly nests: readonly string[];
  /** Other routes beside. */
  readonly adds: readonly string[];
  readonly prefixProperties?: readonly (readonly string[])[];
}

/** Procedures called by name over HTTP, gathered in nested objects: the path's end is their names joined. */
export interface ProcedureFramework extends FrameworkBase {
  readonly kind: 'procedures';
  /** Modules that the servers of such procedures are imported from. */
  readonly modules: RegExp;
  /** Last member of a procedure's chain, whose argument is the function → HTTP method. */
  readonly procedures: Readonly<Record<string, string>>;
  /** What joins the names of nested routers and the procedure's. */
  readonly separator: string;
  /** Functions that serve a router: where the router is, and the option with the path before the procedures' names. */
  readonly servers: Readonly<
    Record<
      string,
      {
        readonly router: Arg;
        readonly prefix?: Arg;
        /** Without the option: below the mount or the file's route that the call stands in, else this. */
        readonly otherwise?: string;
      }
    >
  >;
}

export type Framework =
  | RouterFramework
  | ControllerFramework
  | FilesFramework
  | ResolverFramework
  | FunctionalFramework
  | DrawnFramework
  | ProcedureFramework;

/** Every annotation that a framework's declaration speaks of. */
export function annotationNames(framework: ControllerFramework): readonly string[] {
  const { controllers, classPath, methods, methodPathAnnotation, applicationPath } = framework;
  const single = [
    methodPathAnnotation,
    framework.pathBeside,
    ...Object.values(framework.tokens ?? {}).map((token) => token.annotation),
    applicationPath?.annotation,
    framework.settings?.versioning?.methodAnnotation,
    framework.settings?.modules?.annotation,
  ];
  return [
    ...controllers,
    ...classPath.annotations,
    ...Object.keys(methods),
    ...single.filter((name) => name !== undefined),
  ];
}

/** How a span made by hand is written in a language. */
export interface SpanPattern {
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** Member or function called with the span's name. */
  readonly calls: Readonly<Record<string, Arg>>;
  /** Macros whose first string is the span's name. */
  readonly macros?: Readonly<Record<string, true>>;
  /** Decorators or annotations, with the span's name; without one, the function's own name is the span's. */
  readonly decorators: Readonly<Record<string, Arg>>;
}
