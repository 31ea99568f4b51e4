import type { FunctionRef } from './functionDecl.ts';

/** A function that gives a field of a GraphQL schema its value, found in source. */
export interface ResolverDecl {
  readonly framework: string;
  /** Of the schema: `Query`, `User`. */
  readonly type: string;
  readonly field: string;
  /** Absent: it isn't a function of the workspace, or computed. */
  readonly handler?: FunctionRef;
  readonly registeredAt: { readonly path: string; readonly line: number };
  /** In a test file: never owner while another one exists. */
  readonly inTest?: true;
}
