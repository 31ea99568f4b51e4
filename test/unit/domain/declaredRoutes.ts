import type { RouteTable, RouteTraits } from '../../../src/domain/route.ts';
import { routeMatcher, type RouteMatcher } from '../../../src/domain/routeMatch.ts';
import { frameworks } from '../../../src/symbols/frameworks/registry.ts';

/** As the framework's own declaration says. */
export const traitsOf = (framework: string): RouteTraits =>
  frameworks.find(({ id }) => id === framework)?.traits ?? {};

/** A matcher of routes with the traits of their frameworks. */
export const declaredMatcher = ({ routes }: Pick<RouteTable, 'routes'>): RouteMatcher =>
  routeMatcher({
    routes: routes.map((route) => ({ ...route, traits: traitsOf(route.framework) })),
  });
