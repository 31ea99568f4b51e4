import type { CallLiteral } from './callMatch.ts';
import type { DestinationBinding, EndpointDecl } from './endpoint.ts';
import type { FunctionDecl, FunctionRef } from './functionDecl.ts';
import type { ResolverDecl } from './resolver.ts';
import type { RouteDecl } from './route.ts';
import type { ServiceKey } from './service.ts';

/** A route whose handler isn't a function of the workspace (a library's, or computed). */
export type OpenRoute = Omit<RouteDecl, 'handler'> & {
  /** Why no function is named; absent: the handler isn't one of the workspace. */
  readonly why?: string;
};

/** A span made by hand, with its name as far as the source says it. */
export interface SpanLiteral {
  readonly name: string;
  /** What part of the name could not be read: such a literal never matches. */
  readonly unresolved?: string;
  /** How it is made: `startActiveSpan`, `@WithSpan`… */
  readonly form: string;
  readonly at: { readonly path: string; readonly line: number };
  /** Function that contains it; absent at module level. */
  readonly owner?: FunctionRef;
  /** A span that a framework's instrumentation, of this scope, makes around the function. */
  readonly scope?: string;
  /** Only in requests of this method, upper case; `*` for any. */
  readonly method?: string;
  readonly inTest?: true;
}

/** A query written with a builder, as far as the source says it. */
export interface QueryLiteral {
  /** The builder: `knex`. */
  readonly by: string;
  /** As the builder's instrumentation calls it; absent: any. */
  readonly operation?: string;
  /** Names that its table, or model, may have in telemetry; absent: any, it is computed. */
  readonly tables?: readonly string[];
  readonly at: { readonly path: string; readonly line: number };
  /** Absent at module level. */
  readonly owner?: FunctionRef;
}

/** How spans of a builder or an object mapper name their query. */
export interface QuerySpans {
  /** The builder: `knex`. */
  readonly by: string;
  /** Scopes of its instrumentation. */
  readonly scopes?: RegExp;
  /** Its spans are the layer of this framework, and the layer's name is read. */
  readonly layer?: string;
  /** Of the name: groups `operation` (or `call`), and `table` (or `model`). */
  readonly name: RegExp;
}

/** A class or interface with what it extends and implements. */
export interface ClassDecl {
  readonly ref: FunctionRef;
  /** As in the file: `Outer.Inner`. */
  readonly name: string;
  /** With its package where the language has them; else the name. */
  readonly qualifiedName: string;
  /** Qualified as far as imports say. */
  readonly supertypes: readonly string[];
  readonly interface?: true;
  /** Methods it declares itself; `signature` (parameter types) tells overloads apart where the language has them. */
  readonly methods: readonly {
    readonly name: string;
    readonly signature?: string;
    readonly ref: FunctionRef;
  }[];
  readonly inTest?: true;
}

/** What the names of instrumentation scopes say, per family of languages. */
export interface RuntimeScopes {
  /** Scopes of spans made in this runtime. */
  readonly scopes?: RegExp;
  /** Scopes of libraries' instrumentations. */
  readonly libraries?: RegExp;
  /** Method that job systems call on a class which a task is called after; by scope, where it differs. */
  readonly taskMethod?: string;
  readonly taskMethods?: Readonly<Record<string, string>>;
  /** Scopes whose spans name routes of one framework only. */
  readonly routeScopes?: readonly { readonly scopes: RegExp; readonly framework: string }[];
  /** Of its source files: lower case, with the dot. */
  readonly extensions: readonly string[];
}

/** `services` is empty when none is known for the file. */
export interface FileServices {
  readonly services: readonly { readonly service: ServiceKey; readonly explanation: string }[];
  /** What was compared, above all when nothing was found. */
  readonly explanation: string;
}

/** A person's decision in prodlens.json: telemetry → function. Every given field must be equal. */
export interface AttributionOverride {
  readonly service?: string;
  readonly span?: string;
  readonly method?: string;
  readonly route?: string;
  readonly rpc?: string;
  /** Name of the entry span above: the same inner span can mean another function elsewhere. */
  readonly in?: string;
  /** `<relative path>#<qualified name>`; null: no function owns it. */
  readonly function: string | null;
}

/** Names of deploy targets that the files of a folder (absolute path) use, the first choice first. */
export interface FolderTargets {
  readonly folder: string;
  readonly names: readonly string[];
}

/** A place of generated code mapped back to its source. */
export interface SourcePlace {
  readonly path: string;
  readonly line?: number;
}

/** Everything that attribution looks at. Plain data and pure lookups. */
export interface WorkspaceFacts {
  readonly functions: readonly FunctionDecl[];
  readonly routes: readonly RouteDecl[];
  readonly openRoutes: readonly OpenRoute[];
  readonly resolvers: readonly ResolverDecl[];
  readonly spans: readonly SpanLiteral[];
  readonly classes: readonly ClassDecl[];
  readonly runtimes: readonly RuntimeScopes[];
  readonly endpoints: readonly EndpointDecl[];
  readonly destinationBindings: readonly DestinationBinding[];
  readonly queries?: readonly QueryLiteral[];
  readonly querySpans?: readonly QuerySpans[];
  readonly callLiterals?: readonly CallLiteral[];
  /** Functions registered to run before handlers, under the name they have at run time. */
  readonly middleware?: readonly FunctionRef[];
  readonly overrides: readonly AttributionOverride[];
  /** Services of a file (absolute path). */
  readonly servicesOf: (path: string) => FileServices;
  /** Source behind a built file, by its runtime path; undefined without a source map. */
  readonly sourceOf?: (
    runtimePath: string,
    line: number | undefined,
    column: number | undefined,
  ) => SourcePlace | undefined;
  /**
   * The function of the present text that a line (zero-based) of a release's text is in. `outside`: it is in no function there; `gone`: that
   * function isn't here any more; undefined: that text isn't known. What is known can grow: whoever asks asks again when it does.
   */
  readonly atLineOf?: (path: string, release: CodeRelease, line: number) => LineOwner | undefined;
}

export type LineOwner = FunctionRef | 'outside' | 'gone';

/** A release as telemetry names it. */
export interface CodeRelease {
  readonly service: ServiceKey;
  readonly version: string;
}
