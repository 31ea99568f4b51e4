import { argument } from '../expression.ts';
import type { RouterFramework } from '../framework.ts';
import type { Evaluator, RouterOrigin } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { concat, joinRoute, known, type Text } from './text.ts';

export interface RouteEntry {
  readonly order: number;
  readonly route: {
    readonly framework: RouterFramework;
    readonly method: string;
    readonly path: Text;
    readonly handler: Found | undefined;
    readonly file: LinkedFile;
    readonly line: number;
  };
}
export interface MountEntry {
  readonly order: number;
  readonly child: string;
  readonly prefix: Text;
  /** The child sees the request's whole path, without what was cut off; the prefix is what is cut off here. */
  readonly whole?: true;
}
type Entry = RouteEntry | MountEntry;

const deepestMount = 16;
const mostRoutes = 20_000;

/** What was registered on each router, and the routes that come of it: every mount's prefix above them, in the framework's order. */
export class RouteEmitter {
  private readonly evaluator: Evaluator;
  private readonly entries = new Map<string, Entry[]>();
  private readonly mounted = new Set<string>();
  private readonly routes: LinkedRoute[] = [];
  private readonly visited = new Set<string>();
  private readonly emitted = new Set<string>();
  /** Frameworks with a mount whose router could not be found. */
  readonly outOfSight = new Set<string>();

  /** Routers that a library serves: roots. */
  readonly served = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  add(key: string, entry: Entry): void {
    const list = this.entries.get(key);
    if (list) list.push(entry);
    else this.entries.set(key, [entry]);
    if (!('child' in entry)) return;
    this.mounted.add(entry.child);
    if (!this.entries.has(entry.child)) this.entries.set(entry.child, []);
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
  private emit(key: string, prefix: Text, cut: Text, above: readonly string[]): void {
    if (above.length > deepestMount || above.includes(key) || this.routes.length > mostRoutes)
      return;
    this.visited.add(key);
    const origin = this.evaluator.routers.get(key);
    const framework = origin?.framework;
    const isRoot =
      this.served.has(key) ||
      (origin?.root ?? (origin?.made?.root === true && !this.maybeMounted(origin)));
    const own =
      origin?.made?.prefix === undefined || origin.call === undefined
        ? known('')
        : this.evaluator.text(origin.file, origin.scope, argument(origin.call, origin.made.prefix));
    const lonely: Text =
      above.length === 0 && !isRoot && prefix.unresolved === undefined
        ? { text: prefix.text, unresolved: 'a router that is mounted out of sight' }
        : prefix;
    const slash = framework?.trailingSlash ?? 'same';
    const base =
      own.text === '' && own.unresolved === undefined
        ? lonely
        : slash === 'differs'
          ? concat(lonely, own)
          : joinRoute(lonely, own, slash);
    for (const entry of this.entries.get(key) ?? []) {
      if ('child' in entry) {
        const childSlash =
          this.evaluator.routers.get(entry.child)?.framework?.trailingSlash ?? slash;
        const from = entry.whole === true ? cut : base;
        const below =
          entry.prefix.text === '' && entry.prefix.unresolved === undefined
            ? from
            : joinRoute(from, entry.prefix, entry.whole === true ? 'same' : childSlash);
        this.emit(entry.child, below, entry.whole === true ? below : cut, [...above, key]);
        continue;
      }
      const { route } = entry;
      const path = joinRoute(base, route.path, route.framework.trailingSlash);
      const below = joinRoute(own, route.path, route.framework.trailingSlash);
      // A test that starts the application mounts everything once more.
      const mark = `${route.framework.id} ${route.method} ${path.text} ${path.unresolved ?? ''} ${placeOf(route)} ${entry.order}`;
      if (this.emitted.has(mark)) continue;
      this.emitted.add(mark);
      this.routes.push({
        framework: route.framework.id,
        method: route.method,
        path,
        ...(below.unresolved === undefined ? { routerPath: below.text } : {}),
        handler: route.handler,
        file: route.file,
        line: route.line,
      });
    }
  }

  /** Its function hands it out, and somewhere a router is mounted that can't be followed. */
  private maybeMounted(origin: RouterOrigin | undefined): boolean {
    if (origin === undefined) return false;
    const { file, scope, framework } = origin;
    const result = file.facts.results?.[scope];
    return result !== undefined && this.outOfSight.has(framework?.id ?? '');
  }
}

/** Where a route is registered, and what for: distinct handlers of one registration are distinct routes. */
const placeOf = ({ file, line, handler }: RouteEntry['route']): string =>
  `${file.path}:${line} ${handler?.file.path ?? ''}#${handler?.index ?? ''}`;
