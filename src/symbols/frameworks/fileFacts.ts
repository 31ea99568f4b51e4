import type { FunctionDecl } from '../../domain/functionDecl.ts';
import type { CallExpr, Expr } from './expression.ts';

/** Raise with every change of what is extracted: persisted facts of another version are thrown away. */
export const factsVersion = 2;

/** Index in the file's functions; -1 for the module itself. */
export type Scope = number;

/** `local` name ← `exported` name of `module`; `*` is the module, `default` its default export. */
export interface ImportFact {
  readonly local: string;
  readonly module: string;
  readonly exported: string;
  /** Import written inside of a function or class. */
  readonly scope?: Scope;
}

export interface BindingFact {
  readonly scope: Scope;
  readonly name: string;
  readonly value: Expr;
}

export interface CallFact {
  readonly scope: Scope;
  readonly call: CallExpr;
}

export interface DecoratorFact {
  /** Function or class that carries it: index in the file's functions. */
  readonly target: number;
  readonly call: CallExpr;
}

export interface ClassFact {
  /** Index in the file's functions. */
  readonly index: number;
  /** As written: simple, dotted or generic-free qualified names. */
  readonly supertypes: readonly string[];
  readonly interface?: true;
  /** Parameter types of its methods by function index, where the language overloads: `Pageable`, ``. */
  readonly signatures?: Readonly<Record<number, string>>;
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
  readonly returns: readonly { readonly scope: Scope; readonly value: Expr }[];
  readonly params: readonly { readonly scope: Scope; readonly names: readonly string[] }[];
  readonly calls: readonly CallFact[];
  readonly decorators: readonly DecoratorFact[];
  readonly classes: readonly ClassFact[];
  readonly spans: readonly SpanFact[];
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
