import type { Delegation } from '../../../domain/route.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { Text } from './text.ts';

/** A route with all its prefixes; `handler` is absent where it isn't a function of the workspace. */
export interface LinkedRoute {
  readonly framework: string;
  readonly method: string;
  readonly path: Text;
  /** Path below the innermost router, its own prefix included. */
  readonly routerPath?: string;
  /** See RouteDecl. */
  readonly reportedAs?: string;
  readonly alone?: boolean;
  /** See RouteDecl. */
  readonly headRefused?: true;
  /** See RouteDecl. */
  readonly prefixable?: true;
  /** What the framework calls the route, where the path is empty. */
  readonly name?: string;
  readonly handler: Found | undefined;
  readonly file: LinkedFile;
  readonly line: number;
  readonly delegated?: Delegation;
  /** See RouteDecl. */
  readonly programs?: readonly number[];
  /** Why no handler is named although the file has one. */
  readonly why?: string;
}
