import type { RouteTraits } from '../../domain/route.ts';

/** What every framework's declaration says. */
export interface FrameworkBase {
  readonly id: string;
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** How its routes behave where that isn't what most do. */
  readonly traits?: RouteTraits;
  /** Scopes of its instrumentation, where the family's pattern doesn't tell that a library makes their spans. */
  readonly instrumentation?: RegExp;
}
