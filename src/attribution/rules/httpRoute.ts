import type { FrameworkLayer, Operation } from '../../domain/operation.ts';
import type { OpenRoute } from '../../domain/workspace.ts';
import { hasHandler, mayBeOneProgram, type Registered, type RouteQuery } from '../routeIndex.ts';
import { isCatchAll, routeShape } from '../routeShape.ts';
import {
  decide,
  isRouteFunction,
  noOwner,
  pass,
  type Rule,
  type RuleContext,
  type Verdict,
} from '../rule.ts';

/** Layers that are the handler itself: of Express and of `@fastify/otel`. */
const handlerLayers: ReadonlySet<string> = new Set(['request_handler', 'request-handler']);

/** HTTP method + route template → the handler that the source registers for them. */
export const httpRoute: Rule = {
  id: 'http-route',
  title: 'HTTP method and route',
  apply: (context) => {
    const { operation } = context;
    const asked = question(operation);
    if (asked === undefined) return pass;
    const { route, method } = asked;
    if (route === undefined && asked.name !== undefined) {
      const found = context.index.routes.named(method, asked.name);
      if (found.length > 0)
        return owned(
          context,
          found,
          'exact',
          `${asked.name} is the name of the route without a path,`,
        );
    }
    if (route === undefined)
      return noOwner(
        operation.source === 'metric'
          ? 'the dimension http.route is missing: the request matched no route, or this instrumentation does not report it; then metrics can’t tell handlers apart, traces may'
          : 'no route: the request matched none (404, static file, redirect), or this instrumentation does not report it',
      );
    if (context.index.routes.size === 0)
      return noOwner('no routes were found in the workspace’s source');
    const { instrumentations } = context.index;
    const accepts = instrumentations.acceptsFile(operation.scope);
    return matchRoute(context, ofFramework(context, { route, method, accepts }));
  },
};

/** A route that an instrumentation of one framework names is that framework's, where it has one like it. */
function ofFramework({ operation, index }: RuleContext, query: RouteQuery): RouteQuery {
  const framework = index.instrumentations.frameworkOf(operation.scope);
  // A route that was found by the request's path may be any framework's.
  if (framework === undefined || operation.http?.refined === true) return query;
  const only = { ...query, framework };
  const fits = [index.routes.exact(only), index.routes.unresolvedEnds(only)];
  return fits.some((found) => found.length > 0) ? only : query;
}

/** Method and route that the span speaks of; undefined when it is not about a request. */
function question(operation: Operation):
  | {
      readonly method: string | undefined;
      readonly route: string | undefined;
      /** Django calls a request for the empty route by the route's name: `GET home`. */
      readonly name?: string;
    }
  | undefined {
  const { kind, http, layer, entry, name, source } = operation;
  if (layer !== undefined && (handlerLayers.has(layer.type) || isRouteFunction(layer)))
    return {
      // Routes that differ in case alone are two, and a name in lower case doesn't say which one it is.
      route:
        http?.route ??
        entry?.http?.route ??
        (operation.folded === true ? undefined : name.replace(/^request handler - /, '')),
      method: http?.method ?? entry?.http?.method,
    };
  const isEntry = kind === 'server' || (source === 'metric' && http !== undefined);
  if (!isEntry || operation.rpc !== undefined) return undefined;
  if (http === undefined) return fromName(name);
  const route = http.route ?? fromName(name)?.route;
  const [, word] = /^[A-Z]+ ([\w.:-]+)$/.exec(name) ?? [];
  return { route, method: http.method, ...(word === undefined ? {} : { name: word }) };
}

/** Sources without attributes (span metrics with default dimensions) still have `GET /users/:id` as the name. */
function fromName(name: string): { method: string; route: string } | undefined {
  const match = /^([A-Z]+) (\/\S*)$/.exec(name);
  return match === null ? undefined : { method: match[1] ?? '', route: match[2] ?? '' };
}

/** Handlers that the workspace registers for a template, by its whole, else by its end. */
export function matchRoute(context: RuleContext, asked: RouteQuery): Verdict {
  const { index, operation } = context;
  const { routes } = index;
  const query = { ...asked, standing: index.standing(operation.service) };
  // `/files/*path` is a route where the source says so; a bare `/*` is what no other route took.
  if (isCatchAll(query.route) && !(isBelow(query.route) && routes.exact(query).some(hasHandler)))
    return noOwner(`${query.route} stands for requests that matched no handler`);
  const label = `${query.method ?? 'any method'} ${query.route}`;
  const exact = routes.exact(query);
  // Names of spans hold the whole template, whatever the attributes of a metric do.
  if (operation.source === 'metric' && operation.http !== undefined) {
    const below = routes.routerRelative(query);
    if (below.length > 0)
      return owned(context, [...exact, ...below], 'weak', `${label} is, below its router,`);
  }
  if (operation.layer !== undefined && isRouteFunction(operation.layer)) {
    if (!exact.filter(hasHandler).every((route) => route.alone === true))
      return noOwner(
        'each function of the route has a span of this name, and nothing says which one it is',
      );
  }
  const named =
    operation.layer === undefined ? undefined : namedLayer(context, operation.layer, exact);
  if (named !== undefined) return named;
  if (
    operation.source === 'metric' &&
    exact.some((route) => route.traits?.metricsOfOutermost === true) &&
    routes.hasBelow(query)
  )
    return noOwner(
      `${query.route} is what the outermost mux matched: routes of muxes below it have it too, and only traces have the path that tells them apart`,
    );
  if (exact.length > 0) {
    const read = exact.every((route) => route.unresolved === undefined);
    return owned(context, exact, read ? 'exact' : 'strong', `${label} is registered as`);
  }
  const bare = routes.belowPrefix(query);
  if (bare.length > 0)
    return owned(context, bare, 'exact', `${label} is, below the program’s own prefix,`);
  const ends = routes.unresolvedEnds(query);
  if (ends.length > 0) {
    // One common word at the end says little.
    const shared = routeShape(ends[0]?.path ?? '').segments.length;
    const sure = shared > 1 || shared === routeShape(query.route).segments.length;
    return owned(context, ends, sure ? 'strong' : 'weak', `${label} ends like`);
  }
  const shorter = routes.shorter(query);
  if (shorter.length > 0)
    return owned(
      context,
      shorter,
      'weak',
      `${label} ends like, with a prefix that the source does not show,`,
    );
  const methods = routes.methodsOf(query);
  return methods.length > 0
    ? noOwner(
        `${query.route} is registered for ${methods.join(', ')}, not for ${query.method ?? 'this method'}: no handler ran`,
      )
    : noOwner(`no route of the workspace is ${label}`);
}

/** Of a route with several functions, each has a span, with the name that the function has at run time: of Express 5's router. */
function namedLayer(
  context: RuleContext,
  { framework, type, name = '' }: FrameworkLayer,
  exact: readonly Registered[],
): Verdict | undefined {
  if (framework !== 'router' || type !== 'request_handler') return undefined;
  const handlers = exact.filter(hasHandler);
  if (handlers.length === 0 || handlers.some((route) => route.alone !== false)) return undefined;
  const own = name.replace(/^bound /, '');
  const same = handlers.filter(({ handler }) => lastPart(handler.name) === own);
  if (same.length > 0) return owned(context, same, 'exact', `${own} is the handler of`);
  const before = context.index.middleware(own);
  if (before.length > 0)
    return decide(context, before, 'strong', `${own} runs before the handler of the route`);
  return noOwner(
    `each function of the route has a span of this name, and ${own} is not what the handler is called`,
  );
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function owned(
  context: RuleContext,
  found: readonly Registered[],
  confidence: 'exact' | 'strong' | 'weak',
  because: string,
): Verdict {
  const routes = found.filter(hasHandler);
  const open = found.filter((route): route is OpenRoute => !hasHandler(route));
  for (const route of found.slice(0, 10))
    context.step(
      'found',
      `${route.method} ${route.path} (${route.framework}) is registered at ${base(route.registeredAt.path)}:${route.registeredAt.line + 1}${route.unresolved === undefined ? '' : `, below ${route.unresolved}`}${hasHandler(route) ? '' : `, ${whyOpen(route)}`}`,
      route.registeredAt,
    );
  const [first] = routes;
  if (first === undefined) {
    const [only] = open;
    return only === undefined ? pass : noOwner(`${because} ${placeOf(only)}, ${whyOpen(only)}`);
  }
  // In one program, what a library registers for a route is what runs before the function, or answers when it doesn't.
  const rival = open.find((o) => !routes.some((r) => mayBeOneProgram(r, o)));
  if (rival !== undefined)
    return noOwner(
      `${because} ${placeOf(first)} for ${first.handler.name}, and ${placeOf(rival)}, ${whyOpen(rival)}: nothing in the telemetry tells the two apart`,
    );
  if (first.made === true)
    context.step(
      'found',
      `${first.handler.name} makes the handler: the code that runs is written in it`,
    );
  const sure = confidence === 'exact' && context.operation.http?.refined ? 'strong' : confidence;
  return decide(
    context,
    routes.map((r) => r.handler),
    sure,
    `${because} ${first.method} ${first.path} (${first.framework})`,
  );
}

const whyOpen = (route: OpenRoute): string =>
  route.why ?? 'with a handler that is not a function of the workspace';

const placeOf = ({ registeredAt, method, path }: Registered): string =>
  `${method} ${path} at line ${registeredAt.line + 1} of ${inFolder(registeredAt.path)}`;

const isBelow = (route: string): boolean => routeShape(route).segments.length > 1;

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Two files of one name are in two folders. */
const inFolder = (path: string): string => path.split('/').slice(-2).join('/');
