import type { Branded } from './units.ts';

/** `<path relative to the workspace folder>#<qualified name>`, `~2`, `~3` for equal names in one file, in order of appearance. */
export type FunctionId = Branded<string, 'function'>;

/** Zero-based line and UTF-16 column, as VS Code counts. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface SourceRange {
  readonly start: Position;
  readonly end: Position;
}

/** VS Code's id of a language that the registry of symbols/languages knows. */
export type LanguageId = string;

export type FunctionKind = 'function' | 'method' | 'constructor' | 'arrow' | 'class' | 'accessor';

/** A function (or a class, as owner of handlers it inherits) found in source text. */
export interface FunctionDecl {
  readonly id: FunctionId;
  /** Qualified: `Class.method`, `outer.inner`, `GET /users/:id handler`. */
  readonly name: string;
  readonly kind: FunctionKind;
  readonly language: LanguageId;
  /** Absolute path of the file. */
  readonly path: string;
  /** The whole declaration, decorators included. */
  readonly range: SourceRange;
  /** The name; for anonymous functions the first token. */
  readonly selectionRange: SourceRange;
  /** Line that gets the annotation: the one that declares the function (not a decorator's). */
  readonly declarationLine: number;
  /** True where the name was made from the registration, not written in the source. */
  readonly anonymous?: true;
}

/** Where a function is, enough to show it and to jump there. */
export interface FunctionRef {
  readonly id: FunctionId;
  readonly name: string;
  readonly path: string;
  readonly range: SourceRange;
  readonly selectionRange: SourceRange;
  readonly declarationLine: number;
}
