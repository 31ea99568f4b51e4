import {
  argument,
  isCall,
  isList,
  isName,
  receiverOf,
  type Arg,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { BindingFact, CallFact, Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../framework.ts';
import {
  parameterKey,
  type Evaluator,
  type RouterOrigin,
  type RouterValue,
  type Value,
} from './evaluator.ts';
import { handlersOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { methodsOf } from './methods.ts';
import { splitPattern } from './patterns.ts';
import { concat, joinRoute, known, type Text } from './text.ts';

interface RouteEntry {
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
interface MountEntry {
  readonly order: number;
  readonly child: string;
  readonly prefix: Text;
  /** The child sees the request's whole path, without what was cut off; the prefix is what is cut off here. */
  readonly whole?: true;
}
type Entry = RouteEntry | MountEntry;

const deepestMount = 16;
const mostRoutes = 20_000;

/** Routes registered on router values, with the prefixes of every mount above them, in the order the framework tries them. */
export class RouterGraph {
  private readonly evaluator: Evaluator;
  private readonly frameworks: readonly RouterFramework[];
  private readonly entries = new Map<string, Entry[]>();
  private readonly mounted = new Set<string>();
  private readonly routes: LinkedRoute[] = [];
  private readonly visited = new Set<string>();
  /** Frameworks with a mount whose router could not be found. */
  private readonly outOfSight = new Set<string>();

  constructor(evaluator: Evaluator, frameworks: readonly RouterFramework[]) {
    this.evaluator = evaluator;
    this.frameworks = frameworks;
  }

  *build(): Generator<void, readonly LinkedRoute[]> {
    for (const file of this.evaluator.files.values()) {
      yield;
      for (const fact of file.facts.calls) this.readCall(file, fact);
      for (const binding of file.facts.bindings)
        if (binding.assigned === true) this.readAssigned(file, binding);
      for (const { target, call } of file.facts.decorators) this.readDecorator(file, target, call);
    }
    for (const origin of this.evaluator.routers.values())
      if (origin.parent !== undefined && origin.call !== undefined) {
        const given = argument(
          origin.call,
          origin.framework?.groups?.[receiverOf(origin.call)?.member ?? ''],
        );
        const prefix = origin.prefix ?? this.evaluator.text(origin.file, origin.scope, given);
        this.add(origin.parent, { order: origin.call.at, child: origin.key, prefix });
        this.mounted.add(origin.key);
      }
    for (const list of this.entries.values()) list.sort((a, b) => a.order - b.order);
    for (const key of this.entries.keys())
      if (!this.mounted.has(key)) this.emit(key, known(''), known(''), []);
    // Routers that only mount each other in a circle are reached from nowhere.
    for (const key of this.entries.keys())
      if (!this.visited.has(key))
        this.emit(key, { text: '', unresolved: 'a circle of mounts' }, known(''), []);
    return this.routes;
  }

  private readCall(file: LinkedFile, fact: CallFact): void {
    const { scope, call } = fact;
    const parts = receiverOf(call);
    const value =
      parts === undefined ? undefined : this.evaluator.evaluate(file, scope, parts.receiver);
    const receiver = this.evaluator.routerOf(file, value);
    if (parts !== undefined && receiver !== undefined) {
      // A method of the workspace's own that is called like a member of the router inside it.
      const own = value?.kind === 'object' ? this.evaluator.member(value, parts.member) : undefined;
      if (own?.kind !== 'function') {
        for (const framework of this.candidates(file, receiver, parts.member))
          if (this.register(framework, file, fact, parts.member, receiver)) return;
        return;
      }
    }
    this.passRouters(file, scope, call);
  }

  /** `s.router = chi.NewRouter()`: what is registered on the field is registered on the router. */
  private readAssigned(file: LinkedFile, { scope, name, value }: BindingFact): void {
    const router = this.evaluator.evaluate(file, scope, value);
    if (router?.kind !== 'router') return;
    const target = this.evaluator.routerOf(file, this.evaluator.target(file, scope, name));
    if (target !== undefined) this.mount(router, target, known(''), 0);
  }

  private candidates(
    file: LinkedFile,
    receiver: RouterValue,
    member: string,
  ): readonly RouterFramework[] {
    const own = this.evaluator.routers.get(receiver.key)?.framework;
    if (own !== undefined) return [own];
    return this.frameworks.filter(
      (f) =>
        f.family === file.family?.id &&
        (member in f.verbs ||
          member in f.mounts ||
          (f.verbLists !== undefined && member in f.verbLists)),
    );
  }

  private register(
    framework: RouterFramework,
    file: LinkedFile,
    fact: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const { scope, call, chained = [] } = fact;
    const mount = framework.mounts[member];
    if (mount !== undefined) {
      this.readMount(file, scope, call, mount, receiver);
      return true;
    }
    if (this.readScope(framework, file, fact, member, receiver)) return true;
    const list = framework.verbLists?.[member];
    const verb = framework.verbs[member];
    if (
      framework.handler === 'decorated' ? list?.handler === undefined : (list ?? verb) === undefined
    )
      return false;
    const given = list?.handler ?? framework.handler;
    const written =
      given === 'last' || given === 'decorated' ? call.args.at(-1) : argument(call, given);
    if (this.readBelow(file, scope, call, written, receiver)) return true;
    const pathed = receiver.path === undefined;
    if (pathed && list === undefined && call.args.length < 2) return false;
    const path = pathed ? argument(call, list?.path ?? framework.path) : undefined;
    const fixed =
      chainedMethods(framework, chained) ??
      receiver.methods ??
      this.evaluator.routers.get(receiver.key)?.methods;
    const methods =
      fixed ??
      (list === undefined
        ? [verb ?? '*']
        : methodsOf(argument(call, list.methods), list.otherwise));
    const handlers = handlersOf(this.evaluator, file, scope, written, framework.handlerMethod);
    for (const method of methods)
      for (const handler of handlers.length === 0 ? [undefined] : handlers)
        this.addRoute(framework, file, scope, call, receiver, method, path, handler);
    return true;
  }

  /** `r.Route("/x", func(r chi.Router) {…})`: the function's first parameter is a router below. */
  private readScope(
    framework: RouterFramework,
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const inner = framework.scopes?.[member];
    if (inner === undefined) return false;
    const [body] = handlersOf(this.evaluator, file, scope, argument(call, inner.body));
    const name = body?.file.parameters(body.index)[0];
    if (body === undefined || name === undefined) return false;
    const key = parameterKey(body.file, body.index, name);
    const prefix = this.evaluator.text(file, scope, argument(call, inner.prefix));
    this.mount(receiver, { kind: 'router', key }, prefix, call.at);
    return true;
  }

  /** A router registered where a handler may be: `mux.Handle("/api/", http.StripPrefix("/api", api))`. */
  private readBelow(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    given: Expr | undefined,
    receiver: RouterValue,
  ): boolean {
    if (file.family?.foldersAreModules !== true) return false;
    const value = this.evaluator.evaluate(file, scope, given);
    const child = value?.kind === 'object' ? undefined : this.evaluator.routerOf(file, value);
    if (child === undefined) return false;
    this.mount(receiver, child, child.stripped ?? known(''), call.at, true);
    return true;
  }

  private readDecorator(file: LinkedFile, target: number, call: CallExpr): void {
    const parts = receiverOf(call);
    if (parts === undefined) return;
    const scope = file.parentOf(target);
    const receiver = this.evaluator.evaluate(file, scope, parts.receiver);
    if (receiver?.kind !== 'router') return;
    for (const framework of this.candidates(file, receiver, parts.member)) {
      const verb = framework.verbs[parts.member];
      const list = framework.verbLists?.[parts.member];
      if (framework.handler !== 'decorated' || (verb === undefined && list === undefined)) continue;
      const methods =
        verb === undefined && list !== undefined
          ? methodsOf(argument(call, list.methods), list.otherwise)
          : [verb ?? '*'];
      const path = argument(call, list?.path ?? framework.path);
      for (const method of methods)
        this.addRoute(framework, file, scope, call, receiver, method, path, {
          file,
          index: target,
        });
      return;
    }
  }

  private addRoute(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    receiver: RouterValue,
    method: string,
    path: Expr | undefined,
    handler: Found | undefined,
  ): void {
    const paths = receiver.path === undefined ? this.paths(file, scope, path) : [receiver.path];
    for (const text of paths) {
      const split = framework.methodInPath === true ? splitPattern(text, path) : undefined;
      const route = { framework, method, path: text, ...split, handler, file, line: call.line };
      this.add(receiver.key, { order: call.at, route });
    }
  }

  private paths(file: LinkedFile, scope: Scope, path: Expr | undefined): Text[] {
    const value = this.evaluator.evaluate(file, scope, path);
    if (value?.kind === 'written' && isList(value.expr))
      return value.expr.list.map((item) => this.evaluator.text(value.file, value.scope, item));
    return [this.evaluator.text(file, scope, path)];
  }

  private readMount(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    mount: { readonly prefix: Arg; readonly child: 'rest' | Arg },
    receiver: RouterValue,
  ): void {
    if (mount.child !== 'rest') {
      const child = this.evaluator.evaluate(file, scope, argument(call, mount.child));
      const prefix = this.evaluator.text(file, scope, argument(call, mount.prefix));
      if (child?.kind === 'router') {
        const whole =
          file.family?.foldersAreModules === true && !this.sameFramework(receiver, child);
        this.mount(receiver, child, whole ? (child.stripped ?? known('')) : prefix, call.at, whole);
      } else if (child?.kind !== 'external')
        this.outOfSight.add(frameworkId(this.evaluator, receiver));
      return;
    }
    const children = call.args.flatMap((arg) => (isList(arg) ? arg.list : [arg]));
    const [first, ...rest] = call.args;
    const firstValue = this.evaluator.evaluate(file, scope, first);
    const prefixed =
      firstValue?.kind === 'text' ||
      (firstValue?.kind === 'written' && rest.length > 0) ||
      (firstValue === undefined && rest.length > 0 && !isCall(first));
    const prefixes = prefixed ? this.paths(file, scope, first) : [known('')];
    for (const given of children) {
      const child = this.evaluator.evaluate(file, scope, given);
      if (child?.kind === 'router')
        for (const prefix of prefixes) this.mount(receiver, child, prefix, call.at);
    }
  }

  private sameFramework(a: RouterValue, b: RouterValue): boolean {
    return frameworkId(this.evaluator, a) === frameworkId(this.evaluator, b);
  }

  private mount(
    parent: RouterValue,
    child: RouterValue,
    prefix: Text,
    order: number,
    whole = false,
  ): void {
    if (parent.key === child.key) return;
    this.mounted.add(child.key);
    this.add(parent.key, { order, child: child.key, prefix, ...(whole ? { whole } : {}) });
    this.adopt(parent.key, child.key);
  }

  /** `registerUsers(app)`: the parameter is the caller's router; so is the field of `&Server{router: app}`. */
  private passRouters(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const read = (arg: Expr | undefined): Value | undefined =>
      isName(arg) || isCall(arg) ? this.evaluator.evaluate(file, scope, arg) : undefined;
    const given = call.args.map(read);
    const fields = Object.entries(call.named ?? {}).map(([name, arg]) => ({
      name,
      value: read(arg),
    }));
    if (![...given, ...fields.map((f) => f.value)].some((value) => value?.kind === 'router'))
      return;
    const callee = this.evaluator.evaluate(file, scope, call.call);
    if (callee?.kind === 'type')
      for (const { name, value } of fields) {
        const field = this.evaluator.member(callee, name);
        if (value?.kind === 'router' && field?.kind === 'router')
          this.mount(value, field, known(''), call.at);
      }
    const called =
      callee?.kind === 'function' ? [callee] : callee?.kind === 'oneOf' ? callee.found : [];
    for (const target of called) {
      const names = target.file.parameters(target.index);
      for (const [i, value] of given.entries()) {
        const name = names[i];
        if (value?.kind !== 'router' || name === undefined) continue;
        const key = parameterKey(target.file, target.index, name);
        this.mount(value, { kind: 'router', key }, known(''), call.at);
      }
    }
  }

  private adopt(parent: string, child: string): void {
    if (!this.entries.has(child)) this.entries.set(child, []);
    if (!this.entries.has(parent)) this.entries.set(parent, []);
  }

  private add(key: string, entry: Entry): void {
    const list = this.entries.get(key);
    if (list) list.push(entry);
    else this.entries.set(key, [entry]);
  }

  /** `prefix` leads the routes; `cut` is what was taken off the path before the router sees it. */
  private emit(key: string, prefix: Text, cut: Text, above: readonly string[]): void {
    if (above.length > deepestMount || above.includes(key) || this.routes.length > mostRoutes)
      return;
    this.visited.add(key);
    const origin = this.evaluator.routers.get(key);
    const { framework } = origin ?? {};
    const made =
      origin?.call === undefined || framework === undefined
        ? undefined
        : creatorOf(framework, origin.call);
    const isRoot = origin?.root ?? (made?.root === true && !this.maybeMounted(origin));
    const own =
      made?.prefix === undefined || origin?.call === undefined
        ? known('')
        : this.evaluator.text(origin.file, origin.scope, argument(origin.call, made.prefix));
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

const frameworkId = (evaluator: Evaluator, router: RouterValue): string =>
  evaluator.routers.get(router.key)?.framework?.id ?? '';

/** `HandleFunc(path, h).Methods("GET", "PUT")`. */
function chainedMethods(
  framework: RouterFramework,
  chained: readonly CallExpr[],
): readonly string[] | undefined {
  const found = chained.find(
    ({ call }) => isName(call) && framework.modifiers?.[call.name] === 'methods',
  );
  return found === undefined ? undefined : methodsOf({ list: found.args }, '*');
}

const creatorOf = (
  framework: RouterFramework,
  call: CallExpr,
): { readonly root?: true; readonly prefix?: Arg } | undefined => {
  const last = isName(call.call) ? (call.call.name.split('.').at(-1) ?? '') : '';
  const entries = Object.entries(framework.creators);
  const byName = entries.find(
    ([key]) => key.split(':')[1]?.split('.').at(-1) === last && last !== '',
  );
  return (byName ?? entries.find(([key]) => key.endsWith(':')))?.[1];
};
