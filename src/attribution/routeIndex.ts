import type { FunctionRef } from '../domain/functionDecl.ts';
import type { RouteDecl, RouteTraits } from '../domain/route.ts';
import type { OpenRoute } from '../domain/workspace.ts';
import { routeShape } from './routeShape.ts';

/** Below these, frameworks serve endpoints of their own (Spring's `/actuator/health`, Quarkus's `/q/health`). */
const ownEndpoints: ReadonlySet<string> = new Set(['actuator', 'q']);

/** A route with a function of the workspace, or one whose handler is none. */
export type Registered = RouteDecl | OpenRoute;

export const hasHandler = (route: Registered): route is RouteDecl => 'handler' in route;

export interface RouteQuery {
  /** Absent: the telemetry doesn't say; every method fits. */
  readonly method: string | undefined;
  readonly route: string;
  /** Only routes whose file is in a language that this instrumentation runs in. */
  readonly accepts: (path: string) => boolean;
  /** The framework whose routes the instrumentation names; absent: any. */
  readonly framework?: string;
  /** 0: the file is the service's that is asked for, 1: nothing says whose, 2: another's. Absent: all alike. */
  readonly standing?: (path: string) => number;
}

type Index = ReadonlyMap<string, readonly Registered[]>;

/** Routes by shape; by their ends where a prefix is missing on one side. Those without a function count: they may be what answers. */
export class RouteIndex {
  private readonly byShape = new Map<string, Registered[]>();
  private readonly all: readonly Registered[];
  private byRouter: Index | undefined;
  private prefixable: Index | undefined;
  private unresolvedByShape: Index | undefined;
  private below: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(routes: readonly RouteDecl[], open: readonly OpenRoute[]) {
    this.all = [...routes, ...open.filter((r) => r.inTest === undefined)];
    for (const route of this.all)
      if (route.unresolved === undefined) {
        put(this.byShape, shapeOf(route), route);
        if (route.reportedAs !== undefined)
          put(this.byShape, routeShape(route.reportedAs).shape, route);
      } else if (route.assumed !== undefined)
        put(this.byShape, routeShape(route.assumed).shape, route);
  }

  get size(): number {
    return this.all.length;
  }

  /** Routes declared with exactly this template, whatever their parameters are called. */
  exact(query: RouteQuery): readonly Registered[] {
    return narrow(this.fitting(this.byShape, query), query.route);
  }

  /** Handlers that are methods of this name. */
  handlersNamed(method: string): readonly FunctionRef[] {
    const end = `.${method}`;
    return this.all.flatMap((r) =>
      hasHandler(r) && r.handler.name.endsWith(end) ? [r.handler] : [],
    );
  }

  /** Routes without a path that the framework calls by a name. */
  named(method: string | undefined, name: string): readonly RouteDecl[] {
    const found = this.exact({ method, route: '/', accepts: () => true });
    return found.filter(hasHandler).filter((r) => r.name === name);
  }

  /** Methods that the path is declared for: tells a 405 from an unknown route. */
  methodsOf(query: RouteQuery): readonly string[] {
    const found = this.byShape.get(routeShape(query.route).shape) ?? [];
    return [
      ...new Set(
        found.filter((r) => accepted(r, query) && slashFits(r, query.route)).map((r) => r.method),
      ),
    ];
  }

  /** Whether other routes are declared below a template that takes all paths below it. */
  hasBelow(query: RouteQuery): boolean {
    const { segments, trailingSlash } = routeShape(query.route);
    if (!trailingSlash && segments.length > 0) return false;
    const start = segments.length === 0 ? '/' : `/${segments.join('/')}/`;
    this.below ??= filesBelow(this.all);
    return [...(this.below.get(start) ?? [])].some(query.accepts);
  }

  /** Routes whose prefix could not be read and whose rest is the longest end of the template. */
  unresolvedEnds(query: RouteQuery): readonly Registered[] {
    this.unresolvedByShape ??= groupByShape(this.all.filter((r) => r.unresolved !== undefined));
    return this.longestEnd(this.unresolvedByShape, query, 0);
  }

  /** Routes that are the template but for the prefix that the program's configuration puts before all: WebFlux leaves it out. */
  belowPrefix(query: RouteQuery): readonly Registered[] {
    this.prefixable ??= byRouterPath(this.all.filter((r) => r.prefixable === true));
    return narrow(this.fitting(this.prefixable, query), query.route);
  }

  /** Fully read routes that are the end of the template: a prefix was added outside of the source (context path, gateway). */
  shorter(query: RouteQuery): readonly Registered[] {
    if (routeShape(query.route).segments.some((s) => ownEndpoints.has(s))) return [];
    this.prefixable ??= byRouterPath(this.all.filter((r) => r.prefixable === true));
    return this.longestEnd(this.prefixable, query, 1);
  }

  /** Routes whose path below the innermost router is the template: what some instrumentations' metrics name. */
  routerRelative(query: RouteQuery): readonly Registered[] {
    this.byRouter ??= byRouterPath(
      this.all.filter((r) => r.traits?.metricsBelowRouter === true && r.routerPath !== undefined),
    );
    const { shape } = routeShape(query.route);
    return this.fitting(this.byRouter, query, shape, (r) => r.routerPath ?? r.path);
  }

  private longestEnd(index: Index, query: RouteQuery, least: number): readonly Registered[] {
    const { segments } = routeShape(query.route);
    for (let skip = least; skip < segments.length; skip += 1) {
      const end = segments.slice(skip);
      if (end.every((s) => s === '{}')) return [];
      const found = this.fitting(index, query, `/${end.join('/')}`);
      if (found.length > 0) return found;
    }
    return [];
  }

  private fitting(
    index: Index,
    query: RouteQuery,
    shape = routeShape(query.route).shape,
    templateOf: (route: Registered) => string = (route) => route.path,
  ): readonly Registered[] {
    const found = (index.get(shape) ?? []).filter(
      (r) =>
        methodFits(r, query.method) &&
        slashFits({ traits: r.traits, path: templateOf(r) }, query.route) &&
        accepted(r, query),
    );
    if (found.length < 2) return found;
    const real = someOrAll(found, (r) => r.inTest === undefined);
    // What is more like the request is meant only where it is the same program: first the service, then the details.
    const near = nearest(real, query.standing);
    return sameSlash(withoutAnyMethod(near, query.method), query.route, templateOf);
  }
}

const accepted = (route: Registered, { accepts, framework }: RouteQuery): boolean =>
  (framework === undefined || route.framework === framework) && accepts(fileOf(route));

/** Where a route may run: its handler's file, else where it is registered. */
const fileOf = (route: Registered): string =>
  hasHandler(route) ? route.handler.path : route.registeredAt.path;

function someOrAll<T>(all: readonly T[], wanted: (one: T) => boolean): readonly T[] {
  const some = all.filter(wanted);
  return some.length > 0 ? some : all;
}

/** Those of the service that is asked for; else those of which nothing says whose they are. */
function nearest(
  found: readonly Registered[],
  standing: RouteQuery['standing'],
): readonly Registered[] {
  if (standing === undefined || found.length < 2) return found;
  const ranks = found.map((r) =>
    Math.min(standing(r.registeredAt.path), hasHandler(r) ? standing(r.handler.path) : 2),
  );
  const best = Math.min(...ranks);
  return found.filter((_, i) => ranks[i] === best);
}

/** In one program, a route for this method comes before one for any. */
function withoutAnyMethod(
  found: readonly Registered[],
  method: string | undefined,
): readonly Registered[] {
  const named = found.filter((r) => r.method === method);
  return named.length === 0
    ? found
    : found.filter((r) => r.method === method || !named.some((n) => mayBeOneProgram(n, r)));
}

/** Whether two routes may be served by one router. Where nothing says it: if they are of one framework and one module. */
export function mayBeOneProgram(a: Registered, b: Registered): boolean {
  if (a.programs !== undefined && b.programs !== undefined)
    return a.programs.some((program) => b.programs?.includes(program));
  const [one, other] = [moduleOf(a.registeredAt.path), moduleOf(b.registeredAt.path)];
  return a.framework === b.framework && (one === '' || other === '' || one === other);
}

/** What is before the folder of sources, where there is one: `billing/src/main/java/…` is of `billing`. */
const moduleOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/src/')));

/** By `/start/of/a/shape/`, the files of routes below it. */
function filesBelow(routes: readonly Registered[]): Map<string, Set<string>> {
  const below = new Map<string, Set<string>>();
  for (const route of routes) {
    if (route.inTest !== undefined) continue;
    let start = '/';
    for (const segment of routeShape(route.path).segments) {
      const known = below.get(start);
      if (known === undefined) below.set(start, new Set([fileOf(route)]));
      else known.add(fileOf(route));
      start += `${segment}/`;
    }
  }
  return below;
}

const shapeOf = (route: { readonly path: string }): string => routeShape(route.path).shape;

const methodFits = (
  { method, headRefused }: Pick<RouteDecl, 'method' | 'headRefused'>,
  asked: string | undefined,
): boolean =>
  asked === undefined ||
  method === '*' ||
  method === asked ||
  (asked === 'HEAD' && method === 'GET' && headRefused !== true);

function slashFits(
  route: { readonly traits?: RouteTraits | undefined; readonly path: string },
  asked: string,
): boolean {
  if (route.traits?.slash !== 'told') return true;
  const [own, other] = [routeShape(route.path), routeShape(asked)];
  return own.trailingSlash === other.trailingSlash && own.exactEnd === other.exactEnd;
}

/** Of a template with a slash at its end and one without, the one written like the telemetry's is meant. */
function sameSlash(
  found: readonly Registered[],
  asked: string,
  templateOf: (route: Registered) => string,
): readonly Registered[] {
  if (found.length < 2) return found;
  const { trailingSlash } = routeShape(asked);
  const same = found.filter((r) => routeShape(templateOf(r)).trailingSlash === trailingSlash);
  return same.length > 0 ? same : found;
}

/** Where several templates have one shape, the one written like the telemetry's, parameter names included, is meant. */
function narrow(found: readonly Registered[], asked: string): readonly Registered[] {
  if (found.length < 2) return found;
  const wanted = parameterNames(asked);
  const same = found.filter((r) => parameterNames(r.path) === wanted);
  return same.length > 0 ? same : found;
}

const parameterNames = (template: string): string =>
  [...template.matchAll(/:(\w+)|\{(\w+)|<(?:\w+:)?(\w+)>|\[(\w+)\]/g)]
    .map((m) => m[1] ?? m[2] ?? m[3] ?? m[4])
    .join(',');

function byRouterPath(routes: readonly Registered[]): Index {
  const paths = new Map<string, Registered[]>();
  for (const route of routes) put(paths, routeShape(route.routerPath ?? route.path).shape, route);
  return paths;
}

function groupByShape(routes: readonly Registered[]): Index {
  const groups = new Map<string, Registered[]>();
  for (const route of routes) if (shapeOf(route) !== '/') put(groups, shapeOf(route), route);
  return groups;
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
