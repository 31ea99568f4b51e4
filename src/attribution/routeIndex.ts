import type { FunctionRef } from '../domain/functionDecl.ts';
import type { RouteDecl } from '../domain/route.ts';
import type { OpenRoute } from '../domain/workspace.ts';
import { routeShape } from './routeShape.ts';

const trailingSlashCounts: ReadonlySet<string> = new Set([
  'fastapi',
  'starlette',
  'django',
  'flask',
  'net/http',
  'gorilla/mux',
]);

/** Below these, frameworks serve endpoints of their own (Spring's `/actuator/health`, Quarkus's `/q/health`). */
const ownEndpoints: ReadonlySet<string> = new Set(['actuator', 'q']);

export interface RouteQuery {
  /** Absent: the telemetry doesn't say; every method fits. */
  readonly method: string | undefined;
  readonly route: string;
  /** Only routes whose file is in a language that this instrumentation runs in. */
  readonly accepts: (path: string) => boolean;
}

/** Routes by shape; by their ends where a prefix is missing on one side. */
export class RouteIndex {
  private readonly byShape = new Map<string, RouteDecl[]>();
  private readonly openByShape = new Map<string, OpenRoute[]>();
  private readonly unresolved: readonly RouteDecl[];
  private readonly all: readonly RouteDecl[];
  private byRouter: Map<string, RouteDecl[]> | undefined;
  private prefixable: Map<string, RouteDecl[]> | undefined;
  private unresolvedByShape: Map<string, RouteDecl[]> | undefined;

  constructor(routes: readonly RouteDecl[], open: readonly OpenRoute[]) {
    this.all = routes;
    this.unresolved = routes.filter((r) => r.unresolved !== undefined);
    for (const route of routes)
      if (route.unresolved === undefined) {
        put(this.byShape, shapeOf(route), route);
        if (route.reportedAs !== undefined)
          put(this.byShape, routeShape(route.reportedAs).shape, route);
      }
    for (const route of open)
      if (route.unresolved === undefined) put(this.openByShape, shapeOf(route), route);
  }

  get size(): number {
    return this.all.length;
  }

  /** Routes declared with exactly this template, whatever their parameters are called. */
  exact(query: RouteQuery): readonly RouteDecl[] {
    return narrow(this.fitting(this.byShape, query), query.route);
  }

  open(query: RouteQuery): OpenRoute | undefined {
    const { shape } = routeShape(query.route);
    return (this.openByShape.get(shape) ?? []).find(
      (r) =>
        methodFits(r, query.method) &&
        slashFits(r, query.route) &&
        query.accepts(r.registeredAt.path),
    );
  }

  /** Handlers that are methods of this name. */
  handlersNamed(method: string): readonly FunctionRef[] {
    const end = `.${method}`;
    return this.all.filter((r) => r.handler.name.endsWith(end)).map((r) => r.handler);
  }

  /** Routes without a path that the framework calls by a name. */
  named(method: string | undefined, name: string): readonly RouteDecl[] {
    return this.exact({ method, route: '/', accepts: () => true }).filter((r) => r.name === name);
  }

  /** Methods that the path is declared for: tells a 405 from an unknown route. */
  methodsOf(query: RouteQuery): readonly string[] {
    const found = this.byShape.get(routeShape(query.route).shape) ?? [];
    return [
      ...new Set(
        found
          .filter((r) => query.accepts(r.handler.path) && slashFits(r, query.route))
          .map((r) => r.method),
      ),
    ];
  }

  /** Whether other routes are declared below a template that takes all paths below it. */
  hasBelow(query: RouteQuery): boolean {
    const { segments, trailingSlash } = routeShape(query.route);
    if (!trailingSlash && segments.length > 0) return false;
    const start = segments.length === 0 ? '/' : `/${segments.join('/')}/`;
    return this.all.some(
      (r) =>
        r.inTest === undefined &&
        shapeOf(r).startsWith(start) &&
        shapeOf(r) !== start &&
        query.accepts(r.handler.path),
    );
  }

  /** Routes whose prefix could not be read and whose rest is the longest end of the template. */
  unresolvedEnds(query: RouteQuery): readonly RouteDecl[] {
    this.unresolvedByShape ??= groupByShape(this.unresolved);
    return this.longestEnd(this.unresolvedByShape, query, 0);
  }

  /** Routes that are the template but for the prefix that the program's configuration puts before all: WebFlux leaves it out. */
  belowPrefix(query: RouteQuery): readonly RouteDecl[] {
    this.prefixable ??= byRouterPath(this.all.filter((r) => r.prefixable === true));
    return narrow(this.fitting(this.prefixable, query), query.route);
  }

  /** Fully read routes that are the end of the template: a prefix was added outside of the source (context path, gateway). */
  shorter(query: RouteQuery): readonly RouteDecl[] {
    if (routeShape(query.route).segments.some((s) => ownEndpoints.has(s))) return [];
    this.prefixable ??= byRouterPath(this.all.filter((r) => r.prefixable === true));
    return this.longestEnd(this.prefixable, query, 1);
  }

  /** Routes whose path below the innermost router is the template: what some instrumentations' metrics name. */
  routerRelative(query: RouteQuery, frameworks: ReadonlySet<string>): readonly RouteDecl[] {
    this.byRouter ??= byRouterPath(this.all.filter((r) => r.routerPath !== undefined));
    const { shape } = routeShape(query.route);
    return this.fitting(this.byRouter, query, shape, (r) => r.routerPath ?? r.path).filter((r) =>
      frameworks.has(r.framework),
    );
  }

  private longestEnd(
    index: ReadonlyMap<string, readonly RouteDecl[]>,
    query: RouteQuery,
    least: number,
  ): readonly RouteDecl[] {
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
    index: ReadonlyMap<string, readonly RouteDecl[]>,
    query: RouteQuery,
    shape = routeShape(query.route).shape,
    templateOf: (route: RouteDecl) => string = (route) => route.path,
  ): readonly RouteDecl[] {
    const found = (index.get(shape) ?? []).filter(
      (r) =>
        methodFits(r, query.method) &&
        slashFits({ framework: r.framework, path: templateOf(r) }, query.route) &&
        query.accepts(r.handler.path),
    );
    const real = found.some((r) => r.inTest === undefined)
      ? found.filter((r) => r.inTest === undefined)
      : found;
    const named = real.filter((r) => r.method === query.method);
    return sameSlash(named.length > 0 ? named : real, query.route, templateOf);
  }
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
  route: { readonly framework: string; readonly path: string },
  asked: string,
): boolean {
  if (!trailingSlashCounts.has(route.framework)) return true;
  const [own, other] = [routeShape(route.path), routeShape(asked)];
  return own.trailingSlash === other.trailingSlash && own.exactEnd === other.exactEnd;
}

/** Of a template with a slash at its end and one without, the one written like the telemetry's is meant. */
function sameSlash(
  found: readonly RouteDecl[],
  asked: string,
  templateOf: (route: RouteDecl) => string,
): readonly RouteDecl[] {
  if (found.length < 2) return found;
  const { trailingSlash } = routeShape(asked);
  const same = found.filter((r) => routeShape(templateOf(r)).trailingSlash === trailingSlash);
  return same.length > 0 ? same : found;
}

/** Where several templates have one shape, the one written like the telemetry's, parameter names included, is meant. */
function narrow(found: readonly RouteDecl[], asked: string): readonly RouteDecl[] {
  if (found.length < 2) return found;
  const wanted = parameterNames(asked);
  const same = found.filter((r) => parameterNames(r.path) === wanted);
  return same.length > 0 ? same : found;
}

const parameterNames = (template: string): string =>
  [...template.matchAll(/:(\w+)|\{(\w+)|<(?:\w+:)?(\w+)>|\[(\w+)\]/g)]
    .map((m) => m[1] ?? m[2] ?? m[3] ?? m[4])
    .join(',');

function byRouterPath(routes: readonly RouteDecl[]): Map<string, RouteDecl[]> {
  const paths = new Map<string, RouteDecl[]>();
  for (const route of routes) put(paths, routeShape(route.routerPath ?? route.path).shape, route);
  return paths;
}

function groupByShape(routes: readonly RouteDecl[]): Map<string, RouteDecl[]> {
  const groups = new Map<string, RouteDecl[]>();
  for (const route of routes) if (shapeOf(route) !== '/') put(groups, shapeOf(route), route);
  return groups;
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
