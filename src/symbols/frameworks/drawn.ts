import type { Arg, Expr } from './expression.ts';
import type { FrameworkBase } from './frameworkBase.ts';

/** One statement of a route table that is drawn with nested blocks: `resources :users do … end`. */
export interface DrawnFact {
  readonly word: string;
  readonly args: readonly Expr[];
  readonly named?: Readonly<Record<string, Expr>>;
  /** Zero-based. */
  readonly line: number;
  readonly block?: readonly DrawnFact[];
  /** Other calls of the same chain, before or after: `Route::prefix('x')->middleware('auth')->get(…)`. */
  readonly chain?: readonly DrawnFact[];
}

/** Most statements that are read of one file, and how deep their blocks. */
export const mostDrawn = 5_000;
export const deepestDrawn = 12;

/** Frameworks whose routes are drawn in nested blocks, each of which adds to path and controller. */
export interface DrawnFramework extends FrameworkBase {
  readonly kind: 'drawn';
  /** Files that hold the table, and what the framework puts before their routes; others are only included. */
  readonly files: readonly { readonly path: RegExp; readonly prefix: string }[];
  /** Word that draws another file of the table in place, and the file it means. */
  readonly include?: { readonly word: string; readonly file: (name: string) => RegExp };
  /** HTTP methods by word; `*` for any; a `via` argument says which. */
  readonly verbs: Readonly<Record<string, string>>;
  readonly via: Arg;
  readonly path: Arg;
  /** Argument with the path where the first one only names the action. */
  readonly pathApart?: Arg;
  /** Where a route's action is. */
  readonly to: Arg;
  /** Words that only add to what their block or chain holds. */
  readonly scopes: Readonly<Record<string, DrawnScope>>;
  readonly resources: Readonly<
    Record<string, { readonly singular?: true; readonly actions: readonly string[] }>
  >;
  /** What a resource's actions answer; paths below the collection, or below the member. */
  readonly actions: Readonly<
    Record<
      string,
      { readonly methods: readonly string[]; readonly path: string; readonly member?: true }
    >
  >;
  /** Blocks of a resource: their routes are below one of it, or below all of them. */
  readonly places: Readonly<Record<string, 'member' | 'collection'>>;
  /** A block kept under a name, and the word that draws it. */
  readonly concern?: { readonly keep: string; readonly draw: string };
  /** The plural of a resource's name, which a singular resource's controller has. */
  readonly plural?: (name: string) => string;
  /** Parameter of a member; `above` where its routes hold other resources. */
  readonly parameter: (resource: string, given: string | undefined, above: boolean) => string;
  /** Class of a controller by its name in the table, and the modules around it. */
  readonly controllerName: (modules: readonly string[], controller: string) => string;
  /** Parts controller and action of `users#show`. */
  readonly separator: string;
  /** An action without a controller is of the one that the innermost module is called after. */
  readonly moduleActs?: true;
  /** Method of a controller that is given alone. */
  readonly invoked?: string;
}

export interface DrawnScope {
  readonly path?: Arg;
  readonly module?: Arg;
  readonly controller?: Arg;
}
