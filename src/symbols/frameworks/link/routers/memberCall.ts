import type { CallExpr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { RouterFramework } from '../../routerFramework.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { RouterValue } from '../values/value.ts';

/** A call of a router's member, read as one framework means it. */
export interface MemberCall {
  readonly framework: RouterFramework;
  readonly file: LinkedFile;
  readonly scope: Scope;
  readonly call: CallExpr;
  /** Calls on what the call gives: `.Methods("GET")`. */
  readonly chained: readonly CallExpr[];
  readonly member: string;
  readonly receiver: RouterValue;
}
