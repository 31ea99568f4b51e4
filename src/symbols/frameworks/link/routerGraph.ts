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
import type { Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../framework.ts';
import { parameterKey, type Evaluator, type RouterValue } from './evaluator.ts';
import { handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
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

  constructor(evaluator: Evaluator, frameworks: readonly RouterFramework[]) {
    this.evaluator = evaluator;
    this.frameworks = frameworks;
  }

  *build(): Generator<void, readonly LinkedRoute[]> {
    for (const file of this.evaluator.files.values()) {
      yield;
      for (const { scope, call } of file.facts.calls) this.readCall(file, scope, call);
      for (const { target, call } of file.facts.decorators) this.readDecorator(file, target, call);
    }
    for (const origin of this.evaluator.routers.values())
      if (origin.parent !== undefined && origin.call !== undefined) {
        const prefix = this.evaluator.text(
          origin.file,
          origin.scope,
          argument(origin.call, origin.framework?.groups?.[receiverOf(origin.call)?.member ?? '']),
        );
        this.add(origin.parent, { order: origin.call.at, child: origin.key, prefix });
        this.mounted.add(origin.key);
      }
    for (const list of this.entries.values()) list.sort((a, b) => a.order - b.order);
    for (const key of this.entries.keys())
      if (!this.mounted.has(key)) this.emit(key, known(''), 0, []);
    // Routers that only mount each other in a circle are reached from nowhere.
    for (const key of this.entries.keys())
      if (!this.visited.has(key))
        this.emit(key, { text: '', unresolved: 'a circle of mounts' }, 0, []);
    return this.routes;
  }

  private readCall(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const parts = receiverOf(call);
    const receiver =
      parts === undefined ? undefined : this.evaluator.evaluate(file, scope, parts.receiver);
    if (parts !== undefined && receiver?.kind === 'router') {
      for (const framework of this.candidates(file, receiver, parts.member))
        if (this.register(framework, file, scope, call, parts.member, receiver)) return;
      return;
    }
    this.passRouters(file, scope, call);
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
    scope: Scope,
    call: CallExpr,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const mount = framework.mounts[member];
    if (mount !== undefined) {
      this.readMount(file, scope, call, mount, receiver);
      return true;
    }
    const list = framework.verbLists?.[member];
    if (list?.handler !== undefined) {
      const handler = handlerOf(this.evaluator, file, scope, argument(call, list.handler));
      for (const method of methodsOf(argument(call, list.methods), list.otherwise))
        this.addRoute(
          framework,
          file,
          scope,
          call,
          receiver,
          method,
          argument(call, list.path),
          handler,
        );
      return true;
    }
    const method = framework.verbs[member];
    if (method === undefined || framework.handler === 'decorated') return false;
    const given =
      framework.handler === 'last' ? call.args.at(-1) : argument(call, framework.handler);
    const handler = handlerOf(this.evaluator, file, scope, given);
    const path = receiver.path === undefined ? argument(call, framework.path) : undefined;
    if (receiver.path === undefined && call.args.length < 2) return false;
    this.addRoute(framework, file, scope, call, receiver, method, path, handler);
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
    for (const text of paths)
      this.add(receiver.key, {
        order: call.at,
        route: { framework, method, path: text, handler, file, line: call.line },
      });
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
      if (child?.kind === 'router') this.mount(receiver, child, prefix, call.at);
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

  private mount(parent: RouterValue, child: RouterValue, prefix: Text, order: number): void {
    if (parent.key === child.key) return;
    this.mounted.add(child.key);
    this.add(parent.key, { order, child: child.key, prefix });
    this.adopt(parent.key, child.key);
  }

  /** `registerUsers(app)`: the parameter is the caller's router. */
  private passRouters(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const given = call.args.map((arg) =>
      isName(arg) || isCall(arg) ? this.evaluator.evaluate(file, scope, arg) : undefined,
    );
    if (!given.some((value) => value?.kind === 'router')) return;
    const callee = this.evaluator.evaluate(file, scope, call.call);
    if (callee?.kind !== 'function') return;
    const names = callee.file.parameters(callee.index);
    for (const [i, value] of given.entries()) {
      const name = names[i];
      if (value?.kind !== 'router' || name === undefined) continue;
      const key = parameterKey(callee.file, callee.index, name);
      if (key === value.key) continue;
      this.mounted.add(key);
      this.add(value.key, { order: call.at, child: key, prefix: known('') });
      this.adopt(value.key, key);
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

  private emit(key: string, prefix: Text, depth: number, above: readonly string[]): void {
    if (depth > deepestMount || above.includes(key) || this.routes.length > mostRoutes) return;
    this.visited.add(key);
    const origin = this.evaluator.routers.get(key);
    const { framework } = origin ?? {};
    const made =
      origin?.call === undefined || framework === undefined
        ? undefined
        : creatorOf(framework, origin.call);
    const isRoot = made?.root === true;
    const own =
      made?.prefix === undefined || origin?.call === undefined
        ? known('')
        : this.evaluator.text(origin.file, origin.scope, argument(origin.call, made.prefix));
    const lonely: Text =
      depth === 0 && !isRoot && prefix.unresolved === undefined
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
        const below =
          entry.prefix.text === '' && entry.prefix.unresolved === undefined
            ? base
            : joinRoute(base, entry.prefix, childSlash);
        this.emit(entry.child, below, depth + 1, [...above, key]);
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

function methodsOf(expr: Expr | undefined, otherwise: string): string[] {
  if (expr === undefined) return [otherwise];
  const list = isList(expr) ? expr.list : [expr];
  const methods = list
    .filter((m): m is string => typeof m === 'string')
    .map((m) => m.toUpperCase());
  return methods.length === 0 ? ['*'] : methods;
}
