import type { RouteDecl, RouteTable } from './route.ts';
import { compileTemplate, type CompiledTemplate } from './routeTemplate.ts';

/** The route of a table that serves a request. */
export interface MatchedRoute {
  readonly framework: string;
  readonly method: string;
  /** Template as the table has it. */
  readonly path: string;
}

/**
 * Answers which route serves `method` + raw `path` (query allowed); undefined when none or when two programs claim it. `reported` is
 * the route that the instrumentation names, if any: only what is delegated behind it can be meant then.
 */
export type RouteMatcher = (
  method: string,
  path: string,
  reported?: string,
) => MatchedRoute | undefined;

/** Routes that a raw path may be matched with: read in full, as far as nothing is configured otherwise, and not a test's. */
export function routeTableOf(routes: readonly Omit<RouteDecl, 'handler'>[]): RouteTable {
  const table = new Map<string, RouteTable['routes'][number]>();
  for (const route of routes) {
    const { framework, traits, method, unresolved, assumed, inTest, delegated, headRefused } =
      route;
    const path = unresolved === undefined ? route.path : assumed;
    if (path === undefined || inTest === true) continue;
    const key = `${framework} ${method} ${path}`;
    const programs = together(table.get(key), route);
    table.set(key, {
      framework,
      ...(traits === undefined ? {} : { traits }),
      method,
      path,
      ...(delegated === undefined ? {} : { delegated }),
      ...(headRefused === undefined ? {} : { headRefused }),
      ...(programs === undefined ? {} : { programs }),
    });
  }
  return { routes: [...table.values()] };
}

/** Programs of both; undefined where those of one aren't known. */
function together(
  known: RouteTable['routes'][number] | undefined,
  { programs }: Pick<RouteDecl, 'programs'>,
): readonly number[] | undefined {
  if (known === undefined || programs === undefined) return programs;
  return known.programs === undefined ? undefined : [...new Set([...known.programs, ...programs])];
}

interface Candidate extends CompiledTemplate {
  readonly route: RouteTable['routes'][number];
  readonly method: string;
  readonly headRefused: true | undefined;
  readonly programs: readonly number[] | undefined;
  /** In order of precedence among all. */
  readonly order: number;
}

const longestPath = 2048;

/**
 * A matcher over all routes of the workspace. Precedence is the framework's: order of registration (the table's), or static before
 * constrained before free parameter before wildcard, segment by segment (Fastify, Spring, Go 1.22, chi, gin, Next).
 */
export function routeMatcher(table: RouteTable): RouteMatcher {
  const every = matcherOf(table.routes.filter((r) => r.delegated !== 'procedure'));
  const behindAll = matcherOf(table.routes.filter((r) => r.delegated === 'catchAll'));
  const procedure = matcherOf(table.routes.filter((r) => r.delegated === 'procedure'));
  return (method, path, reported) => {
    if (reported === undefined) return procedure(method, path) ?? every(method, path);
    const last = reported.slice(reported.lastIndexOf('/') + 1);
    const takesAll = /\*|\[\.{3}|\.{3}\}/.test(last);
    if (!takesAll && !/[:{[<]/.test(last)) return undefined;
    return procedure(method, path) ?? (takesAll ? behindAll(method, path) : undefined);
  };
}

function matcherOf(
  routes: RouteTable['routes'],
): (method: string, path: string) => MatchedRoute | undefined {
  const candidates = routes.map((route) => ({
    route,
    method: route.method,
    headRefused: route.headRefused,
    programs: route.programs,
    ...compileTemplate(route.path, route.traits),
  }));
  const ordered = [...candidates].sort(bySpecificity).map((c, order) => ({ ...c, order }));
  const byFixed = new Map<string, Candidate[]>();
  const open: Candidate[] = [];
  const known = new Set<string>();
  for (const candidate of ordered) {
    const { fixed, route, method, pattern, programs } = candidate;
    // Of two that fit the same requests of a program, the second is never meant.
    const mark = `${route.framework} ${method} ${pattern.source} ${programs?.join() ?? ''}`;
    if (known.has(mark)) continue;
    known.add(mark);
    if (fixed === undefined || fixed.at >= mostPlaces) open.push(candidate);
    else {
      const key = `${fixed.at} ${fixed.text}`;
      const list = byFixed.get(key);
      if (list === undefined) byFixed.set(key, [candidate]);
      else list.push(candidate);
    }
  }
  return (method, path) => {
    const clean = cleanPath(path);
    if (clean === undefined) return undefined;
    const segments = clean.split('/', mostPlaces + 1).slice(1);
    const lists = [open, ...segments.map((text, at) => byFixed.get(`${at} ${text}`) ?? [])];
    return choose(inOrder(lists), method.toUpperCase(), clean);
  };
}

/** Places of segments that routes are looked up by. */
const mostPlaces = 32;

/** In the order of precedence among all. */
function inOrder(lists: readonly (readonly Candidate[])[]): readonly Candidate[] {
  const [only = [], ...others] = lists.filter((list) => list.length > 0);
  return others.length === 0 ? only : [only, ...others].flat().sort((a, b) => a.order - b.order);
}

function choose(
  candidates: readonly Candidate[],
  method: string,
  path: string,
): MatchedRoute | undefined {
  let found: Candidate | undefined;
  for (const candidate of candidates) {
    if (found !== undefined && oneProgram(found, candidate)) continue;
    if (!methodFits(candidate, method) || !candidate.pattern.test(path)) continue;
    // Two programs of one workspace claim the path: naming either would be a guess.
    if (found !== undefined && found.shape !== candidate.shape) return undefined;
    found ??= candidate;
  }
  return found?.route;
}

/** In one program the first is meant; of two programs' routes nothing says whose request it is. */
const oneProgram = (a: Candidate, b: Candidate): boolean =>
  a.route.framework === b.route.framework &&
  (a.programs === undefined ||
    b.programs === undefined ||
    a.programs.some((program) => b.programs?.includes(program)));

const methodFits = ({ method, headRefused }: Candidate, asked: string): boolean =>
  method === '*' ||
  method === asked ||
  (asked === 'HEAD' && method === 'GET' && headRefused !== true);

/** Path without query and fragment, one leading slash; undefined when it isn't a path. */
function cleanPath(raw: string): string | undefined {
  if (raw.length === 0 || raw.length > longestPath) return undefined;
  const end = raw.search(/[?#]/);
  const path = end < 0 ? raw : raw.slice(0, end);
  return path.startsWith('/') ? path : `/${path}`;
}

function bySpecificity(a: Omit<Candidate, 'order'>, b: Omit<Candidate, 'order'>): number {
  if (a.route.framework !== b.route.framework) return 0;
  if (a.route.traits?.inOrder === true) return 0;
  const length = Math.max(a.ranks.length, b.ranks.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (b.ranks[i] ?? 0) - (a.ranks[i] ?? 0);
    if (difference !== 0) return difference;
  }
  // Go 1.22: of equal patterns, the one that names the method.
  return Number(a.route.method === '*') - Number(b.route.method === '*');
}
