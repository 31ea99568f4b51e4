import type { CallExpr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Creator, RouterFramework } from '../../routerFramework.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Text } from '../text.ts';

/** Where a router was made: found while evaluating. */
export interface RouterOrigin {
  readonly key: string;
  readonly file: LinkedFile;
  readonly scope: Scope;
  /** Absent: a parameter that some caller fills. */
  readonly framework?: RouterFramework;
  readonly call?: CallExpr;
  /** What the call makes, as the framework's file says. */
  readonly made?: Creator;
  /** The router whose routes it has too: what the function that made both registers. */
  readonly includes?: string;
  readonly ofClass?: string;
  /** Made by `parent.group(prefix)`. */
  readonly parent?: string;
  /** Known before the group is made: `.PathPrefix("/x").Subrouter()`. */
  readonly prefix?: Text;
  readonly methods?: readonly string[];
  /** Its type can't be below another router. */
  readonly root?: true;
}

/** A framework, and which of its routers. */
export interface Made {
  readonly framework: RouterFramework;
  readonly made: Creator;
  /** Key of what its class registers on every instance. */
  readonly ofClass?: string;
}

/** Key of a router that is a function's parameter, or a variable with a declared type. */
export const parameterKey = (file: LinkedFile, scope: Scope, name: string): string =>
  `${file.path}#${scope}.${name}`;
