import type { CallExpr, Expr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { TypeName } from '../folderModules.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Text } from '../text.ts';

/** What an expression of the source stands for, across files. */
export type Value =
  | { readonly kind: 'text'; readonly text: Text }
  | {
      readonly kind: 'function';
      readonly file: LinkedFile;
      readonly index: number;
    }
  | {
      readonly kind: 'class' | 'instance';
      readonly file: LinkedFile;
      readonly index: number;
    }
  | { readonly kind: 'module'; readonly file: LinkedFile }
  /** A module that is a folder of files. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** A declared type, and a value of one. */
  | { readonly kind: 'type'; readonly type: TypeName }
  | ObjectValue
  /** A method of an interface that several types implement. */
  | { readonly kind: 'oneOf'; readonly found: readonly Found[] }
  /** Of a library: `module:path`. */
  | { readonly kind: 'external'; readonly name: string }
  | RouterValue
  | {
      readonly kind: 'written';
      readonly file: LinkedFile;
      readonly scope: Scope;
      readonly expr: Expr;
    };

export interface ObjectValue {
  readonly kind: 'object';
  readonly type: TypeName;
  /** Where it is written with its fields. */
  readonly literal?: { readonly file: LinkedFile; readonly scope: Scope; readonly call: CallExpr };
}

export interface RouterValue {
  readonly kind: 'router';
  readonly key: string;
  /** Path fixed by `.route(path)`. */
  readonly path?: Text;
  /** Methods fixed before the path: `.Methods("GET")`. */
  readonly methods?: readonly string[];
  /** Prefix that is cut off before the router sees the path. */
  readonly stripped?: Text;
}

/** A function or class of a file, by its index. */
export function declaredValue(file: LinkedFile, index: number): Value | undefined {
  const decl = file.functions[index];
  if (decl === undefined) return undefined;
  return { kind: decl.kind === 'class' ? 'class' : 'function', file, index };
}
