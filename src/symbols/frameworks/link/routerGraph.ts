import {
  argument,
  isCall,
  isList,
  isName,
  isObject,
  receiverOf,
  type Arg,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { BindingFact, CallFact, Scope } from '../fileFacts.ts';
import { pathIsGiven, type RouterFramework } from '../framework.ts';
import { attributeRoutes, mountedAttributes, type AttributeRoute } from './attributeRoutes.ts';
import { chainedHandlers } from './chains.ts';
import { parameterKey, type Evaluator, type RouterValue, type Value } from './evaluator.ts';
import { ExtensionMethods } from './extensions.ts';
import { GivenArguments } from './givenArguments.ts';
import { handlersOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { calledMember, turnsOf } from './loops.ts';
import { modulesOf } from '../registry.ts';
import { methodsOf } from './methods.ts';
import { readMount, type Mount } from './mounts.ts';
import { splitPattern } from './patterns.ts';
import { registers, Registrations } from './registrations.ts';
import { RouteEmitter } from './routeEmitter.ts';
import { sourceOf } from './sources.ts';
import { known, type Text } from './text.ts';

interface Call {
  readonly file: LinkedFile;
  readonly fact: CallFact;
}

/** Rounds in which parameters are found to be routers: each goes one function deeper. */
const mostRounds = 12;

/** Routes registered on router values, with the prefixes of every mount above them, in the order the framework tries them. */
export class RouterGraph {
  private readonly evaluator: Evaluator;
  private readonly frameworks: readonly RouterFramework[];
  private readonly emitter: RouteEmitter;
  private readonly registrations: Registrations;
  private readonly extensions: ExtensionMethods;
  /** Calls on parameters of which nothing says yet what they are. */
  private waiting = new Set<Call>();
  /** Functions that were registered to run before handlers. */
  readonly middleware: Found[] = [];
  /** Which router is which parameter. */
  /** Functions with a route of their own that a router is given. */
  private readonly placed = new Set<string>();
  private readonly passed: { readonly from: string; readonly to: string }[] = [];

  constructor(evaluator: Evaluator, frameworks: readonly RouterFramework[]) {
    this.evaluator = evaluator;
    this.frameworks = frameworks;
    this.emitter = new RouteEmitter(evaluator);
    this.registrations = new Registrations(evaluator, {
      add: (key, entry) => {
        this.emitter.add(key, entry);
      },
      mount: (parent, child, prefix, order) => {
        this.mount(parent, child, prefix, order);
      },
    });
    this.extensions = new ExtensionMethods(evaluator.files);
  }

  *build(): Generator<void, readonly LinkedRoute[]> {
    const given = new GivenArguments();
    yield* given.gather(this.evaluator);
    this.evaluator.arguments = given;
    for (const file of this.evaluator.files.values()) {
      yield;
      for (const fact of file.facts.calls) this.readCall({ file, fact });
      for (const binding of file.facts.bindings)
        if (binding.assigned === true) this.readAssigned(file, binding);
      for (const { target, call } of file.facts.decorators) this.readDecorator(file, target, call);
    }
    yield* this.readWaiting();
    yield* this.registrations.readCreations(this.frameworks);
    for (const origin of this.evaluator.routers.values())
      if (origin.parent !== undefined && origin.call !== undefined) {
        const given = argument(
          origin.call,
          origin.framework?.groups?.[receiverOf(origin.call)?.member ?? ''],
        );
        const prefix = origin.prefix ?? this.evaluator.text(origin.file, origin.scope, given);
        this.emitter.add(origin.parent, { order: origin.call.at, child: origin.key, prefix });
      }
    for (const { key, includes } of this.evaluator.routers.values())
      if (includes !== undefined) this.mount(key, includes, known(''), -1, { overrides: true });
    this.addUnmounted();
    return this.emitter.emitAll();
  }

  /** Parameters get the framework of the router they are given; those that nobody visible gives, that of their file's imports. */
  private *readWaiting(): Generator<void, void> {
    for (let round = 0; round < mostRounds && this.waiting.size > 0; round += 1) {
      yield;
      for (const { from, to } of this.passed) {
        const framework = this.evaluator.routers.get(from)?.framework;
        if (framework !== undefined) this.evaluator.adopt(to, framework);
      }
      const before = this.waiting;
      this.waiting = new Set();
      for (const call of before) this.readCall(call);
      if (this.waiting.size === before.size) break;
    }
    const rest = this.waiting;
    this.waiting = new Set();
    for (const call of rest) {
      yield;
      this.readCall(call, true);
    }
  }

  /** A call inside of a loop over a list that is written in the source is one call per element. */
  private readCall(at: Call, last = false): void {
    const { file, fact } = at;
    const turns = turnsOf(this.evaluator, file, fact.scope, fact.call);
    while (turns.next().done !== true) this.readOnce(at, last);
  }

  private readOnce(at: Call, last: boolean): void {
    const { file, fact } = at;
    const { scope, call } = fact;
    const parts = calledMember(this.evaluator, file, scope, call);
    const value =
      parts === undefined ? undefined : this.evaluator.evaluate(file, scope, parts.receiver);
    const receiver = this.evaluator.routerOf(file, value);
    if (receiver === undefined) this.readServe(file, scope, call);
    if (parts !== undefined && receiver !== undefined) {
      // A method of the workspace's own that is called like a member of the router inside it.
      const own = value?.kind === 'object' ? this.evaluator.member(value, parts.member) : undefined;
      if (own?.kind !== 'function') {
        if (this.passToExtension(file, fact, parts.member, receiver)) return;
        const framework = this.evaluator.routers.get(receiver.key)?.framework;
        if (framework === undefined && !last) this.waiting.add(at);
        else this.registerOne(file, fact, parts.member, receiver);
        return;
      }
    }
    this.registrations.readBase(file, scope, call);
    // Also where nothing is done with it, what the call makes may have routes.
    this.evaluator.evaluate(file, scope, call);
    this.passRouters(file, scope, call);
  }

  /** `app.MapUsers()`, where that is a function of the program's own; one by name, or nobody is given the router. */
  private passToExtension(
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const [only, second] = this.extensions.named(file, member);
    if (only === undefined || second !== undefined) return false;
    if (this.candidates(file, receiver, member).some((f) => member in f.verbs)) return false;
    const rest = call.args.map((arg) => routersIn(this.evaluator, file, scope, arg));
    this.pass({ kind: 'function', ...only }, [[{ key: receiver.key }], ...rest], call);
    return true;
  }

  private registerOne(
    file: LinkedFile,
    fact: CallFact,
    member: string,
    receiver: RouterValue,
  ): void {
    // `toString` is in every object, also in the frameworks' tables.
    if (member in Object.prototype) return;
    const known = this.evaluator.routers.get(receiver.key)?.framework !== undefined;
    for (const framework of this.candidates(file, receiver, member))
      if (
        (known || this.mayBeRoute(framework, file, fact, member)) &&
        this.register(framework, file, fact, member, receiver)
      ) {
        this.evaluator.adopt(receiver.key, framework);
        return;
      }
  }

  /** `cache.get('key', load)` looks like a route of something that nobody says to be a router: there the path must be one. */
  private mayBeRoute(
    framework: RouterFramework,
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
  ): boolean {
    if (!(member in framework.verbs) || importsOf(file, framework)) return true;
    return this.evaluator
      .texts(file, scope, argument(call, framework.path))
      .some(({ text }) => /^[/*]/.test(text));
  }

  /** `s.router = chi.NewRouter()`: what is registered on the field is registered on the router. */
  private readAssigned(file: LinkedFile, { scope, name, value }: BindingFact): void {
    const router = this.evaluator.evaluate(file, scope, value);
    if (router?.kind !== 'router') return;
    const target = this.evaluator.routerOf(file, this.evaluator.target(file, scope, name));
    if (target !== undefined) this.mount(router.key, target.key, known(''), 0);
  }

  /** Frameworks that a router may be of; one from out of sight: those that the file imports, else all that know the member. */
  private candidates(
    file: LinkedFile,
    receiver: RouterValue,
    member: string,
  ): readonly RouterFramework[] {
    const own = this.evaluator.routers.get(receiver.key)?.framework;
    if (own !== undefined) return [own];
    const fitting = this.frameworks.filter(
      (f) =>
        f.family === file.family?.id &&
        (member in f.verbs ||
          member in f.mounts ||
          (f.chained !== undefined && member in f.chained.members) ||
          (f.passes !== undefined && member in f.passes) ||
          registers(f, member) ||
          (f.verbLists !== undefined && member in f.verbLists)),
    );
    const imported = fitting.filter((f) => importsOf(file, f));
    return imported.length > 0 ? imported : fitting;
  }

  private register(
    framework: RouterFramework,
    file: LinkedFile,
    fact: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const { scope, call, chained = [] } = fact;
    this.noteMiddleware(framework, file, scope, call, member);
    const pattern = framework.mounts[member];
    if (pattern?.child === 'receiver') {
      const parent = this.evaluator.evaluate(file, scope, argument(call, pattern.parent));
      const prefix = this.evaluator.text(file, scope, argument(call, pattern.prefix));
      if (parent?.kind === 'router') this.mount(parent.key, receiver.key, prefix, call.at);
      return true;
    }
    if (pattern !== undefined) {
      const expr = typeof pattern.child === 'string' ? undefined : argument(call, pattern.child);
      const routes = mountedAttributes(this.evaluator, framework, { file, scope, expr });
      for (const route of routes) this.addAttribute(receiver.key, route, call.at);
      if (routes.length > 0) return true;
      const { mounts, lost } = readMount(this.evaluator, {
        framework,
        pattern,
        file,
        scope,
        call,
        receiver,
      });
      for (const { child, prefix, ...how } of mounts)
        this.mount(receiver.key, child, prefix, call.at, how);
      if (lost === true) this.emitter.outOfSight.add(framework.id);
      return true;
    }
    if (framework.servedBy?.includes(member)) this.emitter.served.add(receiver.key);
    const passed = framework.passes?.[member];
    if (passed !== undefined) {
      const callee = this.evaluator.evaluate(file, scope, argument(call, passed));
      this.pass(callee, [[{ key: receiver.key }]], call);
      return true;
    }
    if (framework.chained?.members[member] !== undefined)
      return this.readChained(framework, file, fact, member, receiver);
    if (this.registrations.read(framework, file, scope, call, member, receiver)) return true;
    const own = framework.prefixes?.[member];
    if (own !== undefined) {
      this.emitter.prefix(receiver.key, this.evaluator.text(file, scope, argument(call, own)));
      return true;
    }
    if (this.readScope(framework, file, fact, member, receiver)) return true;
    if (this.readDescribed(framework, file, fact, member, receiver)) return true;
    const list = framework.verbLists?.[member];
    const verb = framework.verbs[member];
    if (
      framework.handler === 'decorated' ? list?.handler === undefined : (list ?? verb) === undefined
    )
      return false;
    const given = list?.handler ?? framework.handler;
    const written =
      given === 'last' || given === 'decorated' ? call.args.at(-1) : argument(call, given);
    if (this.readBelow(framework, file, scope, call, written, receiver)) return true;
    const pathed = receiver.path === undefined;
    if (pathed && pathIsGiven(framework) && list === undefined && call.args.length < 2)
      return false;
    const path = pathed ? this.pathOf(framework, file, fact, list?.path) : undefined;
    const fixed =
      chainedMethods(framework, chained) ??
      receiver.methods ??
      this.evaluator.routers.get(receiver.key)?.methods;
    const methods =
      fixed ??
      (list === undefined
        ? [verb ?? '*']
        : methodsOf(argument(call, list.methods), list.otherwise));
    const handlers = this.handlers(framework, file, scope, written);
    for (const method of methods)
      for (const handler of handlers.length === 0 ? [undefined] : handlers)
        this.addRoute(framework, file, scope, call, receiver, method, path, handler);
    return true;
  }

  /** Functions that run for requests before their handler, as they are registered: not what is made by a call. */
  private noteMiddleware(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    member: string,
  ): void {
    const given = framework.middleware?.[member];
    if (given === undefined) return;
    for (const arg of given === 'all' ? call.args : [argument(call, given)])
      for (const item of isList(arg) ? arg.list : [arg]) {
        const value = this.evaluator.evaluate(file, scope, item);
        if (value?.kind === 'function') this.middleware.push(value);
      }
  }

  private pathOf(
    framework: RouterFramework,
    file: LinkedFile,
    { scope, call }: CallFact,
    listed: Arg | undefined,
  ): Expr | undefined {
    const [, second, third] = call.args;
    const named =
      framework.namedRoutes === true &&
      third !== undefined &&
      this.evaluator.evaluate(file, scope, second)?.kind === 'text';
    return named ? second : argument(call, listed ?? framework.path);
  }

  /** `app.openapi(createRoute({ method: 'get', path: '/x' }), handler)` */
  private readDescribed(
    framework: RouterFramework,
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const pattern = framework.described?.[member];
    const given = pattern === undefined ? undefined : argument(call, pattern.description);
    if (pattern === undefined || given === undefined || given === null) return false;
    const source = sourceOf(this.evaluator, file, scope, given);
    const [first] = isCall(source?.expr) ? source.expr.args : [source?.expr];
    if (source === undefined || !isObject(first)) return false;
    const method = this.evaluator.text(source.file, source.scope, first.object['method']);
    const path = this.evaluator.text(source.file, source.scope, first.object['path']);
    for (const handler of handlersOf(this.evaluator, file, scope, argument(call, pattern.handler)))
      this.emitter.add(receiver.key, {
        order: call.at,
        route: {
          framework,
          method: method.text.toUpperCase(),
          path,
          handler,
          file,
          line: call.line,
        },
      });
    return true;
  }

  private handlers(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    written: Expr | undefined,
  ): readonly Found[] {
    const option = framework.handlerOption;
    const value = option === undefined ? undefined : this.evaluator.evaluate(file, scope, written);
    if (option !== undefined && value?.kind === 'written' && isObject(value.expr))
      return handlersOf(this.evaluator, value.file, value.scope, value.expr.object[option]);
    return handlersOf(this.evaluator, file, scope, written, framework.handlerMethod);
  }

  /** `.route("/x", get(list).post(create))`. */
  private readChained(
    framework: RouterFramework,
    file: LinkedFile,
    { scope, call }: CallFact,
    member: string,
    receiver: RouterValue,
  ): boolean {
    const chained = framework.chained?.members[member];
    if (chained === undefined) return false;
    const alone = call.args.length === 1 && chained.alone !== undefined;
    const expr = argument(call, alone ? chained.alone : chained.chain);
    const path = alone ? undefined : argument(call, chained.path);
    const found = chainedHandlers(this.evaluator, framework, { file, scope, expr });
    for (const { method, handler } of found)
      this.addRoute(framework, file, scope, call, receiver, method, path, handler);
    // Two frameworks may share the member: the chain tells them apart.
    return found.length > 0;
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
    this.mount(receiver.key, key, prefix, call.at);
    return true;
  }

  /** A router registered where a handler may be: `mux.Handle("/api/", http.StripPrefix("/api", api))`. */
  private readBelow(
    framework: RouterFramework,
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    given: Expr | undefined,
    receiver: RouterValue,
  ): boolean {
    if (file.family?.foldersAreModules !== true) return false;
    const value = this.evaluator.evaluate(file, scope, given);
    const own = framework.handlerMethod;
    const handles =
      value?.kind === 'object' && own !== undefined && this.evaluator.member(value, own);
    const child = handles ? undefined : this.evaluator.routerOf(file, value);
    if (child === undefined) return false;
    this.mount(receiver.key, child.key, child.stripped ?? known(''), call.at, { whole: true });
    return true;
  }

  private readDecorator(file: LinkedFile, target: number, call: CallExpr): void {
    const parts = receiverOf(call);
    if (parts === undefined) return;
    if (parts.member in Object.prototype) return;
    const scope = file.parentOf(target);
    const receiver = this.evaluator.evaluate(file, scope, parts.receiver);
    if (receiver?.kind !== 'router') return;
    for (const framework of this.candidates(file, receiver, parts.member)) {
      const verb = framework.verbs[parts.member];
      const list = framework.verbLists?.[parts.member];
      if (framework.handler !== 'decorated' || (verb === undefined && list === undefined)) continue;
      this.registrations.addHandled(framework, file, scope, call, receiver, {
        path: list?.path ?? framework.path,
        methods: argument(call, list?.methods),
        otherwise: verb ?? list?.otherwise ?? '*',
        target: { file, index: target },
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
    const paths =
      receiver.path === undefined ? this.evaluator.texts(file, scope, path) : [receiver.path];
    for (const text of paths) {
      const split = framework.methodInPath === true ? splitPattern(text, path) : undefined;
      const alone = isAlone(framework, call) ? { alone: true as const } : {};
      const place = { handler, file, line: call.line, ...alone };
      const route = { framework, method, path: text, ...split, ...place };
      this.emitter.add(receiver.key, { order: call.at, route });
    }
  }

  /** `axum::serve(listener, app)`: nothing is above this router. */
  private readServe(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const frameworks = this.frameworks.filter(
      (f) => f.serves !== undefined && f.family === file.family?.id,
    );
    if (frameworks.length === 0) return;
    const callee = this.evaluator.evaluate(file, scope, call.call);
    if (callee?.kind !== 'external') return;
    for (const framework of frameworks) {
      const given = argument(call, framework.serves?.[callee.name]);
      const router = given === undefined ? undefined : this.evaluator.evaluate(file, scope, given);
      if (router?.kind === 'router') this.emitter.served.add(router.key);
    }
  }

  private addAttribute(key: string, route: AttributeRoute, order: number): void {
    this.placed.add(`${route.file.path}#${route.target}`);
    this.emitter.add(key, { order, route });
  }

  /** Routes by attribute that no router in sight is given: their prefix is unknown. */
  private addUnmounted(): void {
    for (const framework of this.frameworks) {
      if (framework.attributes === undefined) continue;
      for (const file of this.evaluator.files.values()) {
        if (file.family?.id !== framework.family) continue;
        for (const { target } of file.facts.decorators) {
          if (this.placed.has(`${file.path}#${target}`)) continue;
          for (const route of attributeRoutes(framework, file, target))
            this.addAttribute(`${file.path}#unmounted`, route, route.line);
        }
      }
    }
  }

  private mount(
    parent: string,
    child: string,
    prefix: Text,
    order: number,
    { whole, overrides, hides }: Pick<Mount, 'whole' | 'overrides' | 'hides'> = {},
  ): void {
    if (parent === child) return;
    this.emitter.add(parent, {
      order,
      child,
      prefix,
      ...(whole === true ? { whole } : {}),
      ...(overrides === true ? { overrides } : {}),
      ...(hides === true ? { hides } : {}),
    });
    this.passed.push({ from: parent, to: child });
  }

  /** `registerUsers(app)`, `new Users({ app })`: the parameter is the caller's router; so is the field of `&Server{router: app}`. */
  private passRouters(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const given = call.args.map((arg) => routersIn(this.evaluator, file, scope, arg));
    const fields = Object.entries(call.named ?? {}).flatMap(([name, arg]) =>
      routersIn(this.evaluator, file, scope, arg).map(({ key }) => ({ name, key })),
    );
    if (fields.length === 0 && given.every((routers) => routers.length === 0)) return;
    const callee = this.evaluator.evaluate(file, scope, call.call);
    if (callee?.kind === 'type')
      for (const { name, key } of fields) {
        const field = this.evaluator.member(callee, name);
        if (field?.kind === 'router') this.mount(key, field.key, known(''), call.at);
      }
    this.pass(callee, given, call, fields);
  }

  /** Hands routers to the parameters of a function. */
  private pass(
    callee: Value | undefined,
    given: readonly (readonly { readonly of?: string; readonly key: string }[])[],
    call: CallExpr,
    fields: readonly { readonly name: string; readonly key: string }[] = [],
  ): void {
    for (const target of calledFunctions(callee)) {
      const fact = target.file.paramsFact(target.index);
      const declared = fact?.names ?? [];
      // A method's own object isn't among the arguments.
      const names = /^(?:self|cls)$/.test(declared[0] ?? '') ? declared.slice(1) : declared;
      const pass = (name: string | undefined, key: string): void => {
        if (name === undefined || name === '') return;
        const to = parameterKey(target.file, target.index, name);
        if (target.file.family?.foldersAreModules !== true)
          this.evaluator.routerParameter(target.file, target.index, name);
        this.mount(key, to, known(''), call.at);
      };
      for (const [i, routers] of given.entries())
        for (const { of, key } of routers)
          pass(
            of === undefined ? names[i] : fact?.parts?.find((p) => p.at === i && p.of === of)?.name,
            key,
          );
      for (const { name, key } of fields) if (names.includes(name)) pass(name, key);
    }
  }
}

/** One function follows the path, and it isn't a list. */
function isAlone({ handler }: RouterFramework, { args }: CallExpr): boolean {
  const [before, last] = args.slice(-2);
  return handler === 'last' && typeof before === 'string' && !isList(last);
}

/** Whether the file is written for the framework. */
function importsOf(file: LinkedFile, framework: RouterFramework): boolean {
  const modules = modulesOf(framework);
  return file.facts.imports.some((i) => modules.has(i.module.replace(/::[^]*$/, '')));
}

/** Functions that a call may run: a class is made by its constructor. */
function calledFunctions(callee: Value | undefined): readonly Found[] {
  if (callee?.kind === 'function') return [callee];
  if (callee?.kind === 'oneOf') return callee.found;
  if (callee?.kind !== 'class') return [];
  const index = callee.file.method(callee.index, 'constructor');
  return index === undefined ? [] : [{ file: callee.file, index }];
}

/** The router that an argument is, or those in its properties. */
function routersIn(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  arg: Expr,
): readonly { readonly of?: string; readonly key: string }[] {
  const read = (expr: Expr): RouterValue | undefined => {
    const value = isName(expr) || isCall(expr) ? evaluator.evaluate(file, scope, expr) : undefined;
    return value?.kind === 'router' ? value : undefined;
  };
  if (isObject(arg))
    return Object.entries(arg.object).flatMap(([of, expr]) => {
      const router = read(expr);
      return router === undefined ? [] : [{ of, key: router.key }];
    });
  const router = read(arg);
  return router === undefined ? [] : [{ key: router.key }];
}

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
