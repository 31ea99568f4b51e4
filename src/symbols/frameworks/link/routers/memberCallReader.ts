import { argument, isCall, isList, type CallExpr, type Expr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { RouterFramework } from '../../routerFramework.ts';
import type { Evaluator } from '../evaluator.ts';
import { handlersOf, type Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { readMount } from '../mounts.ts';
import type { Registrations } from '../registrations.ts';
import type { RouteEmitter } from '../routeEmitter.ts';
import type { MemberCall } from './memberCall.ts';
import type { PlacedAttributes } from './placedAttributes.ts';
import type { RouterMounts } from './routerMounts.ts';
import { VerbRoutes } from './verbRoutes.ts';
import { parameterKey } from '../values/routerOrigin.ts';

const deepestList = 4;

/** What the calls of routers' members are collected in. */
export interface RouterParts {
  readonly emitter: RouteEmitter;
  readonly mounts: RouterMounts;
  readonly attributes: PlacedAttributes;
  readonly registrations: Registrations;
}

/** Reads calls of routers' members: which of the framework's patterns each one is. */
export class MemberCallReader {
  private readonly evaluator: Evaluator;
  private readonly parts: RouterParts;
  private readonly verbs: VerbRoutes;
  /** Functions that were registered to run before handlers. */
  readonly middleware: Found[] = [];

  constructor(evaluator: Evaluator, parts: RouterParts) {
    this.evaluator = evaluator;
    this.parts = parts;
    this.verbs = new VerbRoutes(evaluator, parts.emitter, parts.mounts);
  }

  /** False where the call is no pattern of the framework. */
  read(at: MemberCall): boolean {
    const { framework, file, scope, call, member, receiver } = at;
    const { emitter, mounts, registrations } = this.parts;
    this.noteMiddleware(at);
    if (this.readMount(at)) return true;
    if (framework.servedBy?.includes(member)) emitter.served.add(receiver.key);
    const passed = framework.passes?.[member];
    if (passed !== undefined) {
      const callee = this.evaluator.evaluate(file, scope, argument(call, passed));
      mounts.pass(callee, [[{ key: receiver.key }]], call);
      return true;
    }
    if (framework.chained?.members[member] !== undefined) return this.verbs.readChained(at);
    if (registrations.read(framework, file, scope, call, member, receiver)) return true;
    const own = framework.prefixes?.[member];
    if (own !== undefined) {
      emitter.prefix(receiver.key, this.evaluator.text(file, scope, argument(call, own)));
      return true;
    }
    return this.readScope(at) || this.verbs.readDescribed(at) || this.verbs.read(at);
  }

  /** Functions that run for requests before their handler: as registered, in lists, and what is made by a call. */
  private noteMiddleware({ framework, file, scope, call, member }: MemberCall): void {
    const given = framework.middleware?.[member];
    const single = given === undefined || given === 'all' ? [] : [argument(call, given)];
    const args = given === 'all' ? call.args : beforeHandler(framework, call, member);
    for (const arg of args ?? single) this.noteFunctions(file, scope, arg, 0);
  }

  private noteFunctions(
    file: LinkedFile,
    scope: Scope,
    expr: Expr | undefined,
    depth: number,
  ): void {
    if (depth > deepestList) return;
    if (isList(expr)) {
      for (const item of expr.list) this.noteFunctions(file, scope, item, depth + 1);
      return;
    }
    const value = this.evaluator.evaluate(file, scope, expr);
    if (value?.kind === 'function') this.middleware.push(value);
    if (value?.kind === 'written' && isList(value.expr))
      this.noteFunctions(value.file, value.scope, value.expr, depth + 1);
    if (!isCall(expr)) return;
    const maker = this.evaluator.evaluate(file, scope, expr.call);
    if (maker?.kind !== 'function') return;
    // `function limit(options) { return function limiter(req, res, next) {…} }`: at run time it has the inner name.
    for (const { index } of maker.file.methodsOf(maker.index))
      this.middleware.push({ file: maker.file, index });
  }

  /** Routers, or functions with a route of their own, put under the receiver; or the receiver under another. */
  private readMount({ framework, file, scope, call, member, receiver }: MemberCall): boolean {
    const { emitter, mounts, attributes } = this.parts;
    const pattern = framework.mounts[member];
    if (pattern === undefined) return false;
    if (pattern.child === 'receiver') {
      const parent = this.evaluator.evaluate(file, scope, argument(call, pattern.parent));
      const prefix = this.evaluator.text(file, scope, argument(call, pattern.prefix));
      if (parent?.kind === 'router') mounts.mount(parent.key, receiver.key, prefix, call.at);
      return true;
    }
    const expr = typeof pattern.child === 'string' ? undefined : argument(call, pattern.child);
    if (attributes.mount(framework, receiver.key, { file, scope, expr }, call.at)) return true;
    const found = readMount(this.evaluator, { framework, pattern, file, scope, call, receiver });
    for (const { child, prefix, ...how } of found.mounts)
      mounts.mount(receiver.key, child, prefix, call.at, how);
    if (found.lost === true) emitter.outOfSight.add(framework.id);
    return true;
  }

  /** `r.Route("/x", func(r chi.Router) {…})`: the function's first parameter is a router below. */
  private readScope({ framework, file, scope, call, member, receiver }: MemberCall): boolean {
    const inner = framework.scopes?.[member];
    if (inner === undefined) return false;
    const [body] = handlersOf(this.evaluator, file, scope, argument(call, inner.body));
    const name = body?.file.parameters(body.index)[0];
    if (body === undefined || name === undefined) return false;
    const key = parameterKey(body.file, body.index, name);
    const prefix = this.evaluator.text(file, scope, argument(call, inner.prefix));
    this.parts.mounts.mount(receiver.key, key, prefix, call.at);
    return true;
  }
}

/** What a route's call names between its path and its handler. */
function beforeHandler(
  { handler, middleware, verbs }: RouterFramework,
  { args }: CallExpr,
  member: string,
): readonly Expr[] | undefined {
  const layered = middleware !== undefined && handler === 'last' && member in verbs;
  return layered ? args.slice(1, -1) : undefined;
}
