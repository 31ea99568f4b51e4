import type { FunctionDecl } from '../../domain/functionDecl.ts';
import type { DrawnFact } from './drawn.ts';
import type { CallExpr, Expr } from './expression.ts';

/** Raise with every change of what is extracted: persisted facts of another version are thrown away. */
export const factsVersion = 89;

/** Index in the file's functions; -1 for the module itself. */
export type Scope = number;

/** `local` name ← `exported` name of `module`; `*` is the module, `default` its default export. */
export interface ImportFact {
  readonly local: string;
  readonly module: string;
  readonly exported: string;
  /** Import written inside of a function or class. */
  readonly scope?: Scope;
  /** All files below this one's folder import it. */
  readonly everywhere?: true;
}

export interface BindingFact {
  readonly scope: Scope;
  readonly name: string;
  readonly value: Expr;
  /** Offset in the text, where a later binding of the name may take over. */
  readonly at?: number;
  /** What the name may have been given instead, in a branch: nothing says which. */
  readonly also?: readonly Expr[];
  /** Gives a new value to something that is declared elsewhere: `s.router = …`. */
  readonly assigned?: true;
  /** Scope that the value is written in, where it isn't the binding's own: `this.app = app` in a constructor. */
  readonly from?: Scope;
}

export interface CallFact {
  readonly scope: Scope;
  readonly call: CallExpr;
  /** What is called on its result, in order: `.Methods("GET")`. */
  readonly chained?: readonly CallExpr[];
  /** In a branch: it may not be made. */
  readonly branch?: true;
}

/** Parameters of a function, by position. */
export interface ParamsFact {
  readonly scope: Scope;
  /** '' where a parameter is taken apart. */
  readonly names: readonly string[];
  /** As written, where the language has types; as many as names; '' where there is none, or it says nothing. */
  readonly types?: readonly string[];
  /** `({ app, config: settings })`: property `of` the parameter `at`, and what it is called. */
  readonly parts?: readonly {
    readonly at: number;
    readonly of: string;
    readonly name: string;
    readonly type?: string;
  }[];
  /** What parameters are that a call leaves out. */
  readonly defaults?: Readonly<Record<string, Expr>>;
  /** What the method is called on, where the language names it like a parameter. */
  readonly receiver?: { readonly name: string; readonly type: string };
  /** Parameters that are called, each by which function: itself, or one written inside of it. */
  readonly called?: readonly { readonly name: string; readonly by: Scope }[];
}

/** A call in a method of a class that extends a framework's router; local names of the method are written out. */
export interface RouterMethodFact {
  /** The method. */
  readonly scope: Scope;
  /** Its parameters by position, without the object itself; `rest`, `keywords`: the one that takes the others. */
  readonly names: readonly string[];
  readonly rest?: string;
  readonly keywords?: string;
  readonly defaults?: Readonly<Record<string, Expr>>;
  /** `each` over `rest` stands for one argument for each of the others. */
  readonly call: CallExpr;
  /** What the call makes is added to a list that the router hands out. */
  readonly listed?: true;
}

/** A type that isn't a function of the file: what its values have. Types as written. */
export interface TypeFact {
  readonly name: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Names of all its fields, where values may be written without them. */
  readonly order?: readonly string[];
  /** Types whose members it has too. */
  readonly embeds?: readonly string[];
  /** Present: an interface. */
  readonly methods?: readonly string[];
  /** Another name or form of this type. */
  readonly alias?: string;
  /** Its values are functions: a conversion to it is the function that is converted. */
  readonly callable?: true;
  /** Its values are lists of this type. */
  readonly list?: string;
}

export interface DecoratorFact {
  /** Function or class that carries it: index in the file's functions. */
  readonly target: number;
  readonly call: CallExpr;
  /** In a branch: it may not be made. */
  readonly branch?: true;
}

export interface ClassFact {
  /** Index in the file's functions. */
  readonly index: number;
  /** As written: simple, dotted or generic-free qualified names. */
  readonly supertypes: readonly string[];
  readonly interface?: true;
  /** No object is ever made of it alone. */
  readonly abstract?: true;
  /** An annotation type: its elements that stand for another annotation's (`@AliasFor`). Empty: none. */
  readonly aliases?: Readonly<Record<string, AnnotationAlias>>;
  /** Parameter types of its methods by function index, where the language overloads: `Pageable`, ``. */
  readonly signatures?: Readonly<Record<number, string>>;
  /** Type, as written and without type arguments, that a method of interest gives, by function index. */
  readonly results?: Readonly<Record<number, string>>;
}

export interface AnnotationAlias {
  /** Annotation whose attribute is meant; absent: another element of the same. */
  readonly annotation?: string;
  readonly attribute: string;
}

/** A call or decorator that makes a function an endpoint (src/symbols/frameworks/endpoints). */
export interface RegistrationFact {
  /** Id of the endpoint framework whose words it has. */
  readonly framework: string;
  readonly scope: Scope;
  readonly call: CallExpr;
  /** Decorators: the function or class that carries it. */
  readonly target?: number;
}

/** A query written with a builder. */
export interface QueryFact {
  /** Id of the builder's pattern. */
  readonly by: string;
  /** Function that issues it; -1: module level. */
  readonly scope: Scope;
  readonly line: number;
  /** As the instrumentation calls it; absent: decided elsewhere. */
  readonly operation?: string;
  /** Of an object mapper: the model, or its name. */
  readonly table: Expr;
}

/** A text that a call to a database carries: it begins like a statement. */
export interface StatementFact {
  /** Functions that hold it, or name what holds it; empty: none that is known. */
  readonly scopes: readonly Scope[];
  readonly line: number;
  readonly text: Expr;
}

/** A URL, or the path of one, that a request is sent to. */
export interface RequestFact {
  readonly scope: Scope;
  readonly line: number;
  /** Upper case; `*`: not said. */
  readonly method: string;
  readonly url: Expr;
}

export interface SpanFact {
  readonly name: Expr;
  /** Function that contains the call; -1: module level. */
  readonly owner: Scope;
  readonly line: number;
  /** `start_as_current_span`, `@WithSpan`… */
  readonly form: string;
}

/**
 * What frameworks' patterns need of one file, read once while its tree exists. Plain JSON without any path: the same content at
 * another place gives the same facts.
 */
export interface FileFacts {
  readonly version: number;
  /** Package of a Java or Go file. */
  readonly package?: string;
  readonly imports: readonly ImportFact[];
  /** Exported name → value; `*` re-exports of a module have the module's name as value. */
  readonly exports: readonly { readonly name: string; readonly value: Expr }[];
  readonly reexports: readonly {
    readonly name: string;
    readonly module: string;
    readonly exported: string;
  }[];
  readonly bindings: readonly BindingFact[];
  readonly returns: readonly {
    readonly scope: Scope;
    readonly value: Expr;
    readonly at?: number;
    /** Written in it is a function that is none of its own: `return withUser(func(…) {…})`. */
    readonly literal?: true;
  }[];
  readonly params: readonly ParamsFact[];
  /** Functions that are called on their first parameter, like its members. */
  readonly extensions?: readonly Scope[];
  readonly calls: readonly CallFact[];
  readonly decorators: readonly DecoratorFact[];
  readonly classes: readonly ClassFact[];
  readonly spans: readonly SpanFact[];
  /** Functions that are added to the one of their name before them: a property's setter. */
  readonly accessors?: readonly number[];
  readonly queries?: readonly QueryFact[];
  readonly statements?: readonly StatementFact[];
  readonly requests?: readonly RequestFact[];
  readonly types?: readonly TypeFact[];
  /** Function → type of its first result, as written. */
  readonly results?: Readonly<Record<Scope, string>>;
  /** Statements of a table of routes. */
  readonly drawn?: readonly DrawnFact[];
  readonly registrations: readonly RegistrationFact[];
  readonly routerMethods?: readonly RouterMethodFact[];
}

export const noFacts: FileFacts = {
  version: factsVersion,
  imports: [],
  exports: [],
  reexports: [],
  bindings: [],
  returns: [],
  params: [],
  calls: [],
  decorators: [],
  classes: [],
  spans: [],
  registrations: [],
};

/** One file of the workspace as linking sees it. */
export interface IndexedFile {
  readonly facts: FileFacts;
  readonly functions: readonly FunctionDecl[];
  /** With forward slashes. */
  readonly relativePath: string;
  /** Absolute path of the workspace folder. */
  readonly folder: string;
}
