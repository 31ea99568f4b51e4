import type { FrameworkBase } from './frameworkBase.ts';

/** Frameworks whose routes are values that functions put together: a builder's chain, or predicates joined with handlers. */
export interface FunctionalFramework extends FrameworkBase {
  readonly kind: 'functional';
  /** Type of the functions that give routes. */
  readonly routesType: string;
  /** Calls that give routes from a block which registers them. */
  readonly builders: readonly string[];
  /** Annotation of such functions that puts the routes into the program. */
  readonly exposedBy: string;
  /** Members of the builder (path, then maybe a predicate, last the handler), and predicates, → HTTP method. */
  readonly verbs: Readonly<Record<string, string>>;
  /** Predicates that only say the path. */
  readonly paths: readonly string[];
  /** A predicate, then the handler. */
  readonly routes: readonly string[];
  /** A predicate or a path, then routes below it. */
  readonly nests: readonly string[];
  /** Other routes beside. */
  readonly adds: readonly string[];
  readonly prefixProperties?: readonly (readonly string[])[];
}
