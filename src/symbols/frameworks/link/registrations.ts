import {
  argument,
  isCall,
  isList,
  receiverOf,
  type Arg,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../routerFramework.ts';
import { allowedMethods, writtenOut } from './allowedMethods.ts';
import { classOf, classRoutes, type ClassTarget } from './classHandlers.ts';
import type { Evaluator } from './evaluator.ts';
import { handlersOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { methodsOf } from './methods.ts';
import { resourceRoutes } from './resources.ts';
import type { RouteEntry } from './routeEmitter.ts';
import { RouteListReader, type ListedRoute } from './routeLists.ts';
import { known, type Text } from './text.ts';
import type { RouterOrigin } from './values/routerOrigin.ts';
import type { RouterValue } from './values/value.ts';

export interface RegistrationSink {
  readonly add: (key: string, entry: RouteEntry) => void;
  readonly mount: (parent: string, child: string, prefix: Text, order: number) => void;
}

/** A handler registered for a list of methods. */
interface Registered {
  readonly path: Arg;
  readonly methods: Expr | undefined;
  readonly otherwise: string;
  readonly target: ClassTarget | undefined;
  /** As written, and where. */
  readonly handler?: Expr | undefined;
}

/** A member that takes a list of routes, a class with several routes, or a class as the handler. */
export const registers = (framework: RouterFramework, member: string): boolean =>
  framework.resources?.[member] !== undefined || framework.lists?.members?.[member] !== undefined;

/** Routes that one call registers several of: lists, classes with a method for each HTTP method, resources. */
export class Registrations {
  private readonly evaluator: Evaluator;
  private readonly sink: RegistrationSink;
  private readonly lists: RouteListReader;
  private readonly created = new Set<string>();

  constructor(evaluator: Evaluator, sink: RegistrationSink) {
    this.evaluator = evaluator;
    this.sink = sink;
    this.lists = new RouteListReader(evaluator, {
      addEntry: (key, listed) => {
        this.addListed(key, listed);
      },
      addMount: sink.mount,
    });
  }

  /** What routers are given where they are made, and the lists that modules have by a name. */
  *readCreations(frameworks: readonly RouterFramework[]): Generator<void, void> {
    for (const framework of frameworks) yield* this.lists.readModules(framework);
    // Reading one may come upon others.
    for (const origin of this.evaluator.routers.values()) {
      yield;
      this.readCreation(origin);
    }
  }

  private readCreation(origin: RouterOrigin): void {
    const { key, file, scope, framework, call, made, ofClass } = origin;
    if (ofClass !== undefined) this.sink.mount(key, ofClass, known(''), 0);
    if (framework === undefined || call === undefined || this.created.has(key)) return;
    this.created.add(key);
    const routes = argument(call, made?.routes);
    if (routes !== undefined) this.lists.read(framework, key, { file, scope, expr: routes });
    const under = argument(call, made?.under);
    const parent = under === undefined ? undefined : this.evaluator.evaluate(file, scope, under);
    if (parent?.kind === 'router') this.sink.mount(parent.key, key, known(''), call.at);
  }

  /** `super().__init__(routes)`: what the base class is given, every instance has. */
  readBase(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const { member, receiver } = receiverOf(call) ?? {};
    const owner = member === '__init__' ? file.classAround(scope) : undefined;
    if (owner === undefined || receiver === undefined) return;
    // `Base.__init__(self, …)` is given the instance first.
    const args = isCall(receiver) ? call.args : call.args.slice(1);
    const key = this.evaluator.routers.ofClass(file, owner, { ...call, args })?.key;
    const origin = key === undefined ? undefined : this.evaluator.routers.get(key);
    if (origin !== undefined) this.readCreation({ ...origin, scope });
  }

  /** An entry, by its library name, that is added to the list of a router. */
  readEntry(
    key: string,
    entry: string,
    at: { readonly file: LinkedFile; readonly scope: Scope; readonly call: CallExpr },
  ): void {
    const { framework } = this.evaluator.routers.get(key) ?? {};
    if (framework !== undefined) this.lists.readNamedEntry(framework, key, entry, at);
  }

  /** Reads a call of a router's member; false where it is no registration of this sort. */
  read(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const routes = argument(call, framework.lists?.members?.[member]);
    if (routes !== undefined) {
      this.lists.read(framework, receiver.key, { file, scope, expr: routes });
      return true;
    }
    const resource = framework.resources?.[member];
    if (resource !== undefined) {
      const creation = this.evaluator.routers.get(receiver.key)?.call;
      const place = { file, scope, call };
      for (const found of resourceRoutes(this.evaluator, resource, place, creation)) {
        const route = { framework, ...found, file, line: call.line };
        this.sink.add(receiver.key, { order: call.at, route });
      }
      return true;
    }
    const list = framework.verbLists?.[member];
    if (list?.handler === undefined || list.handler === 'last') return false;
    if (framework.classes === undefined) return false;
    const handler = argument(call, list.handler);
    for (const target of this.targetsOf(framework, file, scope, handler))
      this.addHandled(framework, file, scope, call, receiver, {
        path: list.path,
        methods:
          argument(call, list.methods) ?? (call.named?.['**'] === undefined ? undefined : null),
        otherwise: list.otherwise,
        handler,
        target,
      });
    return true;
  }

  addHandled(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    receiver: RouterValue,
    { path, methods, otherwise, target, handler }: Registered,
  ): void {
    const rest = path.rest === true ? call.args.slice(path.at) : [];
    const given = rest.length > 0 ? rest : [argument(call, path)];
    const paths =
      receiver.path === undefined
        ? given.flatMap((one) => this.paths(file, scope, one))
        : [receiver.path];
    const written = writtenOut(this.evaluator, file, scope, methods);
    const place = { file, scope, expr: handler };
    for (const one of this.handled(framework, target, written, otherwise, place))
      for (const text of paths) {
        const route = { framework, ...one, path: text, file, line: call.line };
        this.sink.add(receiver.key, { order: call.at, route });
      }
  }

  /** What is registered: one class or function, or all that it may be. */
  private targetsOf(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    handler: Expr | undefined,
  ): readonly (ClassTarget | undefined)[] {
    const { classes } = framework;
    const found =
      classes === undefined ? undefined : classOf(this.evaluator, classes, file, scope, handler);
    if (found !== undefined) return [found];
    const handlers = handlersOf(this.evaluator, file, scope, handler);
    return handlers.length === 0 ? [undefined] : handlers;
  }

  /** Methods with their handlers: a class has one for each, as far as it is registered for them. */
  private handled(
    framework: RouterFramework,
    target: ClassTarget | undefined,
    methods: Expr | undefined,
    otherwise: string,
    registered: {
      readonly file: LinkedFile;
      readonly scope: Scope;
      readonly expr: Expr | undefined;
    },
  ): readonly {
    readonly method: string;
    readonly handler: Found | undefined;
    readonly headRefused?: true;
  }[] {
    const wanted = methodsOf(methods, otherwise);
    const isClass = target?.file.functions[target.index]?.kind === 'class';
    if (target === undefined || !isClass || framework.classes === undefined) {
      const allowed =
        target === undefined
          ? undefined
          : allowedMethods(this.evaluator, framework, target, registered);
      const any = wanted.includes('*');
      const narrowed = allowed?.filter((method) => any || wanted.includes(method)) ?? [];
      // Unlike the framework, such a decorator takes no HEAD for a GET.
      const refused = allowed?.includes('HEAD') === false;
      return (narrowed.length > 0 ? narrowed : wanted).map((method) => ({
        method,
        handler: target,
        ...(refused ? { headRefused: true as const } : {}),
      }));
    }
    const routes = classRoutes(this.evaluator, framework.classes, target);
    const any = methods === undefined || wanted.includes('*');
    return any ? routes : routes.filter((r) => r.method === '*' || wanted.includes(r.method));
  }

  private addListed(key: string, listed: ListedRoute): void {
    const { framework, entry, order } = listed;
    const { file, scope } = listed.source;
    const targets = this.targetsOf(framework, file, scope, listed.handler);
    const { text: name } = this.evaluator.text(file, scope, listed.name);
    const line = listed.line < 0 ? (this.evaluator.routers.get(key)?.call?.line ?? 0) : listed.line;
    const named = name === '' ? {} : { name };
    const methods = writtenOut(this.evaluator, file, scope, listed.methods);
    const place = { file, scope, expr: listed.handler };
    const handled = targets.flatMap((target) =>
      this.handled(framework, target, methods, entry.otherwise ?? '*', place),
    );
    for (const one of handled)
      for (const written of this.paths(file, scope, listed.path)) {
        const path =
          framework.lists?.groups === 'parameters' ? groupsAsParameters(written) : written;
        const route = { framework, ...one, path, file, line, ...named };
        this.sink.add(key, { order, route });
      }
  }

  private paths(file: LinkedFile, scope: Scope, path: Expr | undefined): readonly Text[] {
    const value = this.evaluator.evaluate(file, scope, path);
    if (value?.kind === 'written' && isList(value.expr))
      return value.expr.list.map((item) => this.evaluator.text(value.file, value.scope, item));
    return [this.evaluator.text(file, scope, path)];
  }
}

/** `/users/([0-9]+)` → `/users/{1}`; named groups give their names. Nested groups can't be told apart: they stay as written. */
function groupsAsParameters(path: Text): Text {
  const bare = path.text.replace(/^\^/, '').replace(/\$$/, '');
  let position = 0;
  const text = bare.replace(/\((?:\?P<(\w+)>)?(?!\?)[^()]*\)/g, (_group, name?: string) => {
    position += 1;
    return `{${name ?? position}}`;
  });
  return { ...path, text: text.includes('(') ? bare : text.replace(/\\(\W)/g, '$1') };
}
