import type { CallTable } from './callMatch.ts';
import type { FunctionRef } from './functionDecl.ts';

/** How the routes of a framework behave, and what telemetry says of them: an option of its declaration each. */
export interface RouteTraits {
  /** `/items/` and `/items` are served apart: `told` where telemetry tells them apart as well. */
  readonly slash?: 'served' | 'told';
  /** The first registered route that fits serves a request; else the most specific one. */
  readonly inOrder?: true;
  /** A template with a slash at its end takes all paths below it. */
  readonly subtrees?: true;
  /** Its metrics name the path below the innermost router. */
  readonly metricsBelowRouter?: true;
  /** Its metrics name what the outermost router matched. */
  readonly metricsOfOutermost?: true;
}

export type Delegation = 'catchAll' | 'procedure';

/** A handler registered for a route, found in source. `path` is the full template in the framework's own syntax, leading slash. */
export interface RouteDecl {
  readonly framework: string;
  /** Of its framework. */
  readonly traits?: RouteTraits;
  /** Upper case; `*` for any. */
  readonly method: string;
  readonly path: string;
  /** Path below the innermost router, where the framework has such: some instrumentations' metrics name only that. */
  readonly routerPath?: string;
  /** What the framework calls a route without a path: all that some instrumentations name it by. */
  readonly name?: string;
  /** Template that the instrumentation reports, where it is another: without the prefix of a mount that the router doesn't see. */
  readonly reportedAs?: string;
  /** The registration names this function only: no other one has spans of the same route. */
  readonly alone?: boolean;
  readonly handler: FunctionRef;
  /** The handler makes the function that runs: its code is written inside of it. */
  readonly made?: true;
  /** Where it was registered, for the explanation. */
  readonly registeredAt: { readonly path: string; readonly line: number };
  /** Parts of the path that could not be read from the source (computed prefix); such a route never gives `exact`. */
  readonly unresolved?: string;
  /** The full template, where the source says what the unread part is unless it is configured otherwise: `options.prefix ?? '/api'`. */
  readonly assumed?: string;
  /** A route for GET that doesn't answer HEAD: such a request is refused, although its telemetry names the route. */
  readonly headRefused?: true;
  /** Whoever deploys the program may put a prefix before it that no source shows (servlet containers, gateways). */
  readonly prefixable?: true;
  /**
   * Served behind another handler, whose route is all that the instrumentation can report: one that takes every path, or one whose
   * last parameter names one of many procedures.
   */
  readonly delegated?: Delegation;
  /** In a test file: never owner while another one exists. */
  readonly inTest?: true;
  /** Outermost routers that it is below, numbered in the workspace: programs, or listeners of one. Absent: not known. */
  readonly programs?: readonly number[];
}

/** What the receiver needs to refine entry spans without a route: templates with the framework's precedence, most specific first. */
export interface RouteTable {
  readonly routes: readonly {
    readonly framework: string;
    readonly traits?: RouteTraits;
    readonly method: string;
    readonly path: string;
    readonly delegated?: Delegation;
    readonly headRefused?: true;
    readonly programs?: readonly number[];
  }[];
  /** Texts of calls to databases and other services; absent where there is none. */
  readonly calls?: CallTable;
}
