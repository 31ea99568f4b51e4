import { argument, type CallExpr } from '../expression.ts';
import type { RouterFramework } from '../routerFramework.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { concat, joinRoute, known, type Text } from './text.ts';
import type { RouterOrigin } from './values/routerOrigin.ts';

export interface RouteEntry {
  readonly order: number;
  /** It may not be made. */
  readonly branch?: true;
  readonly route: {
    readonly framework: RouterFramework;
    readonly method: string;
    readonly path: Text;
    readonly handler: Found | undefined;
    /** It takes no HEAD, whatever the framework does. */
    readonly headRefused?: true;
    /** No other function is registered with it. */
    readonly alone?: boolean;
    readonly file: LinkedFile;
    readonly line: number;
    /** What the framework calls the route. */
    readonly name?: string;
  };
}
export interface MountEntry {
  readonly order: number;
  readonly branch?: true;
  readonly child: string;
  readonly prefix: Text;
  /** The child sees the request's whole path, without what was cut off; the prefix is what is cut off here. */
  readonly whole?: true;
  /** The prefix takes the place of the child's own. */
  readonly overrides?: true;
  /** The child's routes are reported without the prefix and all above it. */
  readonly hides?: true;
}
type Entry = RouteEntry | MountEntry;

const deepestMount = 16;
const mostRoutes = 20_000;
const mostPrograms = 20;

/** What was registered on each router, and the routes that come of it: every mount's prefix above them, in the framework's order. */
export class RouteEmitter {
  /** Where what is added now is really registered: the call of a function that registers its arguments. */
  registeredBy: { readonly file: LinkedFile; readonly call: CallExpr } | undefined;
  /** What is added now is registered in a branch of the program. */
  inBranch = false;
  private readonly evaluator: Evaluator;
  private readonly entries = new Map<string, Entry[]>();
  private readonly prefixes = new Map<string, Text>();
  private readonly mounted = new Set<string>();
  private readonly routes: LinkedRoute[] = [];
  private readonly visited = new Set<string>();
  /** Programs of each route that was emitted; one that several mount is emitted once. */
  private readonly emitted = new Map<string, number[]>();
  private readonly programs = new Map<string, number>();
  /** Place of the route that answers, by program, path and method. */
  private readonly answered = new Map<string, string>();
  /** Frameworks with a mount whose router could not be found. */
  readonly outOfSight = new Set<string>();

  /** Routers that a library serves: roots. */
  readonly served = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  add(key: string, written: Entry): void {
    const entry = this.placed(written);
    const list = this.entries.get(key);
    if (list) list.push(entry);
    else this.entries.set(key, [entry]);
    if (!('child' in entry)) return;
    this.mounted.add(entry.child);
    if (!this.entries.has(entry.child)) this.entries.set(entry.child, []);
  }

  private placed(written: Entry): Entry {
    const entry: Entry = this.inBranch ? { ...written, branch: true } : written;
    if (this.registeredBy === undefined) return entry;
    const { file, call } = this.registeredBy;
    if ('child' in entry) return { ...entry, order: call.at };
    return { ...entry, order: call.at, route: { ...entry.route, file, line: call.line } };
  }

  /** Gives a router a prefix of its own. */
  prefix(key: string, text: Text): void {
    this.prefixes.set(key, joinRoute(this.prefixes.get(key) ?? known(''), text, 'same'));
  }

  emitAll(): readonly LinkedRoute[] {
    for (const list of this.entries.values()) list.sort((a, b) => a.order - b.order);
    for (const key of this.entries.keys())
      if (!this.mounted.has(key)) this.emit(key, known(''), known(''), []);
    // Routers that only mount each other in a circle are reached from nowhere.
    for (const key of this.entries.keys())
      if (!this.visited.has(key))
        this.emit(key, { text: '', unresolved: 'a circle of mounts' }, known(''), []);
    return this.routes;
  }

  /** `prefix` leads the routes; `cut` is what was taken off the path before the router sees it. */
  private emit(
    key: string,
    prefix: Text,
    cut: Text,
    above: readonly string[],
    overridden = false,
    hidden = '',
    branch = false,
  ): void {
    if (above.length > deepestMount || above.includes(key) || this.routes.length > mostRoutes)
      return;
    this.visited.add(key);
    const origin = this.evaluator.routers.get(key);
    const framework = origin?.framework;
    const isRoot =
      this.served.has(key) ||
      (origin?.root ?? (origin?.made?.root === true && !this.maybeMounted(origin)));
    const own = overridden ? known('') : this.ownPrefix(key, origin);
    const lonely: Text =
      above.length === 0 && !isRoot && prefix.unresolved === undefined
        ? { text: prefix.text, unresolved: 'a router that is mounted out of sight' }
        : prefix;
    const slash = framework?.trailingSlash ?? 'same';
    const base =
      own.text === '' && own.unresolved === undefined ? lonely : joinRoute(lonely, own, slash);
    for (const entry of this.entries.get(key) ?? []) {
      if ('child' in entry) {
        const childSlash =
          this.evaluator.routers.get(entry.child)?.framework?.trailingSlash ?? slash;
        const from = entry.whole === true ? cut : base;
        const below =
          entry.prefix.text === '' && entry.prefix.unresolved === undefined
            ? from
            : joinRoute(from, entry.prefix, entry.whole === true ? 'same' : childSlash);
        const inner = entry.whole === true ? below : cut;
        this.emit(
          entry.child,
          below,
          inner,
          [...above, key],
          entry.overrides === true,
          entry.hides === true ? below.text : hidden,
          branch || entry.branch === true,
        );
        continue;
      }
      const { route } = entry;
      const path = joinRoute(base, route.path, route.framework.trailingSlash);
      const sure = !branch && entry.branch === undefined;
      if (this.isShadowed(above[0] ?? key, route, path, sure)) continue;
      const below = joinRoute(own, route.path, route.framework.trailingSlash);
      // A test that starts the application mounts everything once more.
      const mark = `${route.framework.id} ${route.method} ${path.text} ${path.unresolved ?? ''} ${placeOf(route)} ${entry.order}`;
      const program = this.programOf(above[0] ?? key);
      const known = this.emitted.get(mark);
      if (known !== undefined) {
        if (!known.includes(program) && known.length < mostPrograms) known.push(program);
        continue;
      }
      const programs = [program];
      this.emitted.set(mark, programs);
      this.routes.push({
        framework: route.framework.id,
        method: route.method,
        path: slashed(path),
        ...(path.text === '' && route.name !== undefined ? { name: route.name } : {}),
        ...(hidden === '' || !path.text.startsWith(hidden)
          ? {}
          : { reportedAs: path.text.slice(hidden.length) || '/' }),
        ...(route.alone === undefined ? {} : { alone: route.alone }),
        ...((route.headRefused ?? route.framework.headRefused) === true
          ? { headRefused: true as const }
          : {}),
        ...(below.unresolved === undefined ? { routerPath: below.text } : {}),
        handler: route.handler,
        file: route.file,
        line: route.line,
        programs,
      });
    }
  }

  private programOf(root: string): number {
    const found = this.programs.get(root) ?? this.programs.size;
    this.programs.set(root, found);
    return found;
  }

  /** A route before it, of the same program, answers all its requests. */
  private isShadowed(
    program: string,
    route: RouteEntry['route'],
    path: Text,
    sure: boolean,
  ): boolean {
    const { framework, method } = route;
    if (framework.firstAnswers === undefined || path.unresolved !== undefined) return false;
    const place = `${route.file.path}:${route.line}`;
    const keyOf = (of: string): string => `${program} ${of} ${path.text}`;
    const own = framework.firstAnswers === 'path' ? '*' : method;
    for (const first of [this.answered.get(keyOf(own)), this.answered.get(keyOf('*'))])
      if (first !== undefined && first !== place) return true;
    if (sure) this.answered.set(keyOf(own), place);
    return false;
  }

  private ownPrefix(key: string, origin: RouterOrigin | undefined): Text {
    const set = this.prefixes.get(key);
    const given = this.givenPrefix(origin);
    if (set === undefined) return given;
    return given.text === '' && given.unresolved === undefined
      ? set
      : joinRoute(given, set, 'same');
  }

  private givenPrefix(origin: RouterOrigin | undefined): Text {
    if (origin?.call === undefined || origin.made === undefined) return known('');
    const { file, scope, call, made } = origin;
    const given = argument(call, made.prefix);
    const named = given === undefined ? argument(call, made.prefixName) : undefined;
    if (named === undefined) return this.evaluator.text(file, scope, given);
    return concat(known('/'), this.evaluator.text(file, scope, named));
  }

  /** Its function hands it out, and somewhere a router is mounted that can't be followed. */
  private maybeMounted(origin: RouterOrigin | undefined): boolean {
    if (origin === undefined) return false;
    const { file, scope, framework } = origin;
    const result = file.facts.results?.[scope];
    if (result === undefined || !this.outOfSight.has(framework?.id ?? '')) return false;
    return /(?:^|[.*])Handler$/.test(result) || this.evaluator.typed.isRouter(file, result);
  }
}

/** Where a route is registered, and what for: distinct handlers of one registration are distinct routes. */
const placeOf = ({ file, line, handler }: RouteEntry['route']): string =>
  `${file.path}:${line} ${handler?.file.path ?? ''}#${handler?.index ?? ''}`;

/** With a slash before it. */
const slashed = ({ text, unresolved, assumed }: Text): Text => ({
  text: text.replace(/^(?!\/)/, '/'),
  ...(unresolved === undefined ? {} : { unresolved }),
  ...(assumed === undefined ? {} : { assumed: assumed.replace(/^(?!\/)/, '/') }),
});
