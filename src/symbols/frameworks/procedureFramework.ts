import type { Arg } from './expression.ts';
import type { FrameworkBase } from './frameworkBase.ts';

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
