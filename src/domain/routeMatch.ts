import type { RouteDecl, RouteTable } from './route.ts';
import { compileTemplate, type CompiledTemplate } from './routeTemplate.ts';

/** The route of a table that serves a request. */
export interface MatchedRoute {
  readonly framework: string;
  readonly method: string;
  /** Template as the table has it. */
  readonly path: string;
}

/** Answers which route serves `method` + raw `path` (query allowed); undefined when none or when two frameworks claim it. */
export type RouteMatcher = (method: string, path: string) => MatchedRoute | undefined;

/** Routes that a raw path may be matched with: read in full, and not a test's. */
export function routeTableOf(routes: readonly Omit<RouteDecl, 'handler'>[]): RouteTable {
  const table = new Map<string, RouteTable['routes'][number]>();
  for (const { framework, method, path, unresolved, inTest } of routes) {
    if (unresolved !== undefined || inTest === true) continue;
    table.set(`${framework} ${method} ${path}`, { framework, method, path });
  }
  return { routes: [...table.values()] };
}

interface Candidate extends CompiledTemplate {
  readonly route: MatchedRoute;
}

/** Frameworks that take the first registered route that fits; the table's order is theirs. */
const inOrderOfRegistration = /express|nest|koa|hono|fastapi|starlette|django|flask/i;
const longestPath = 2048;

/**
 * A matcher over all routes of the workspace. Precedence is the framework's: order of registration, or static before
 * constrained before free parameter before wildcard, segment by segment (Fastify, Spring, Go 1.22, chi, gin, Next).
 */
export function routeMatcher(table: RouteTable): RouteMatcher {
  const candidates = table.routes.map((route) => ({
    route,
    ...compileTemplate(route.path, route.framework),
  }));
  const ordered = [...candidates].sort(bySpecificity);
  const byFirst = new Map<string, Candidate[]>();
  const firsts = new Set(ordered.flatMap((c) => (c.first === undefined ? [] : [c.first])));
  for (const first of firsts)
    byFirst.set(
      first,
      ordered.filter((c) => c.first === undefined || c.first === first),
    );
  const open = ordered.filter((c) => c.first === undefined);
  return (method, path) => {
    const clean = cleanPath(path);
    if (clean === undefined) return undefined;
    const first = clean.split('/', 2)[1] ?? '';
    return choose(byFirst.get(first) ?? open, method.toUpperCase(), clean);
  };
}

function choose(
  candidates: readonly Candidate[],
  method: string,
  path: string,
): MatchedRoute | undefined {
  let found: Candidate | undefined;
  for (const candidate of candidates) {
    if (found?.route.framework === candidate.route.framework) continue;
    if (!methodFits(candidate.route.method, method) || !candidate.pattern.test(path)) continue;
    // Two programs of one workspace claim the path: naming either would be a guess.
    if (found !== undefined && found.shape !== candidate.shape) return undefined;
    found ??= candidate;
  }
  return found?.route;
}

const methodFits = (declared: string, asked: string): boolean =>
  declared === '*' || declared === asked || (asked === 'HEAD' && declared === 'GET');

/** Path without query and fragment, one leading slash; undefined when it isn't a path. */
function cleanPath(raw: string): string | undefined {
  if (raw.length === 0 || raw.length > longestPath) return undefined;
  const end = raw.search(/[?#]/);
  const path = end < 0 ? raw : raw.slice(0, end);
  return path.startsWith('/') ? path : `/${path}`;
}

function bySpecificity(a: Candidate, b: Candidate): number {
  if (a.route.framework !== b.route.framework) return 0;
  if (inOrderOfRegistration.test(a.route.framework)) return 0;
  const length = Math.max(a.ranks.length, b.ranks.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (b.ranks[i] ?? 0) - (a.ranks[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
