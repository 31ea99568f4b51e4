import type { Node } from 'web-tree-sitter';
import type { FunctionKind, LanguageId } from '../../domain/functionDecl.ts';

/** What a language file says of a node that its query captured. */
export interface Declaration {
  /** Own name, without the names of what contains it. May be dotted (`handlers.create`). */
  readonly name: string;
  readonly kind: FunctionKind;
  /** The whole declaration, decorators included; default: the captured node. */
  readonly from?: Node;
  /** The node the annotation and the selection go to: the name; default: the captured node. */
  readonly at?: Node;
  /** The name was made from the registration or the place, it isn't written in the source. */
  readonly anonymous?: true;
  /** Replaces the containing names instead of following them (`GET /users handler`, Go's `Type.Method`). */
  readonly absolute?: true;
}

/** What contains a captured node, innermost first. */
export interface Container {
  readonly name: string;
  readonly kind: FunctionKind;
  readonly outer: Container | undefined;
}

/** One language: a file and a line in the registry. */
export interface LanguageDefinition {
  readonly id: LanguageId;
  /** `tree-sitter-<grammar>.wasm`. */
  readonly grammar: string;
  /** Folder of the package that ships the grammar; default: that of most. */
  readonly grammarFolder?: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  /** The family (frameworks/families) that reads what its source says of frameworks. */
  readonly family: string;
  /** Relative paths of test files, beyond folders that are called so in every language. */
  readonly testFiles?: RegExp;
  /** Captures, in any pattern, every node that may declare a function or class. */
  readonly query: string;
  /** undefined: no function of its own; what is inside belongs to the container. */
  declare(node: Node, container: Container | undefined): Declaration | undefined;
  /** Whether a top-level statement belongs to the declaration after it (overload signatures). */
  attaches?(statement: Node): boolean;
}

/** Whether the code runs inside a function. */
export const insideFunction = (container: Container | undefined): boolean => {
  for (let at = container; at !== undefined; at = at.outer) if (at.kind !== 'class') return true;
  return false;
};

/** Registrations are known by what they register, whatever factory makes them; in a class its name leads. */
export const insideClass = (container: Container | undefined): boolean => {
  for (let at = container; at !== undefined; at = at.outer) if (at.kind === 'class') return true;
  return false;
};

const longestName = 120;

/** Names made from source text stay on one line and short. */
export const readable = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line;
};

const httpMethods = new Set(['get', 'post', 'put', 'delete', 'patch', 'options', 'head', 'all']);

/** Name of a function given to a call: `GET /users/:id handler`, else `on('message') callback`. */
export function registeredName(
  callee: string,
  label: string | undefined,
  last: boolean,
): string | undefined {
  if (label === undefined) return undefined;
  const short = callee.slice(callee.lastIndexOf('.') + 1);
  if (httpMethods.has(short.toLowerCase()) && (label === '' || /^[/*]/.test(label)))
    return readable(
      `${short.toUpperCase()} ${label === '' ? '/' : label} ${last ? 'handler' : 'middleware'}`,
    );
  // Go 1.22: the method is part of the pattern.
  if (/^HandleFunc$/.test(short) && /^(?:[A-Z]+ )?[^/]*\//.test(label))
    return readable(`${label} handler`);
  return readable(`${short}('${label}') callback`);
}

/** Calls that only time what they are given: the code belongs to the function that makes the span. */
export const makesSpan = (callee: string): boolean =>
  /(?:^|\.)(?:start(?:Active)?Span|withSpan|with_span|startSpanManual)$/i.test(callee);
