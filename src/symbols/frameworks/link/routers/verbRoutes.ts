import {
  argument,
  isCall,
  isList,
  isName,
  isObject,
  type Arg,
  type CallExpr,
  type Expr,
} from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import { pathIsGiven, type RouterFramework } from '../../routerFramework.ts';
import { chainedHandlers } from '../chains.ts';
import type { Evaluator } from '../evaluator.ts';
import { handlersOf, type Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import { methodsOf } from '../methods.ts';
import { splitPattern } from '../patterns.ts';
import type { RouteEmitter } from '../routeEmitter.ts';
import { sourceOf } from '../sources.ts';
import { known } from '../text.ts';
import type { MemberCall } from './memberCall.ts';
import type { RouterMounts } from './routerMounts.ts';

/** Routes of calls that name a path, one or several methods, and handlers: `app.get('/x', list)`. */
export class VerbRoutes {
  private readonly evaluator: Evaluator;
  private readonly emitter: RouteEmitter;
  private readonly mounts: RouterMounts;

  constructor(evaluator: Evaluator, emitter: RouteEmitter, mounts: RouterMounts) {
    this.evaluator = evaluator;
    this.emitter = emitter;
    this.mounts = mounts;
  }

  /** False where the member is none of the framework's verbs. */
  read(at: MemberCall): boolean {
    const { framework, file, scope, call, member, receiver } = at;
    const list = framework.verbLists?.[member];
    const verb = framework.verbs[member];
    if (
      framework.handler === 'decorated' ? list?.handler === undefined : (list ?? verb) === undefined
    )
      return false;
    const given = list?.handler ?? framework.handler;
    const written =
      given === 'last' || given === 'decorated' ? call.args.at(-1) : argument(call, given);
    if (this.readBelow(at, written)) return true;
    const pathed = receiver.path === undefined;
    if (pathed && pathIsGiven(framework) && list === undefined && call.args.length < 2)
      return false;
    const path = pathed ? this.pathOf(at, list?.path) : undefined;
    const fixed =
      this.chainedMethods(at) ??
      receiver.methods ??
      this.evaluator.routers.get(receiver.key)?.methods;
    const methods =
      fixed ??
      (list === undefined
        ? [verb ?? '*']
        : methodsOf(
            this.evaluator.writtenOut(file, scope, argument(call, list.methods)),
            list.otherwise,
          ));
    const handlers = this.handlers(framework, file, scope, written);
    for (const method of methods)
      for (const handler of handlers.length === 0 ? [undefined] : handlers)
        this.add(at, method, path, handler);
    return true;
  }

  /** `.route("/x", get(list).post(create))`; false also where the chain is of another framework that shares the member. */
  readChained(at: MemberCall): boolean {
    const { framework, file, scope, call, member } = at;
    const chained = framework.chained?.members[member];
    if (chained === undefined) return false;
    const alone = call.args.length === 1 && chained.alone !== undefined;
    const expr = argument(call, alone ? chained.alone : chained.chain);
    const path = alone ? undefined : argument(call, chained.path);
    const found = chainedHandlers(this.evaluator, framework, { file, scope, expr });
    for (const { method, handler } of found) this.add(at, method, path, handler);
    return found.length > 0;
  }

  /** `app.openapi(createRoute({ method: 'get', path: '/x' }), handler)` */
  readDescribed({ framework, file, scope, call, member, receiver }: MemberCall): boolean {
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

  private pathOf(
    { framework, file, scope, call }: MemberCall,
    listed: Arg | undefined,
  ): Expr | undefined {
    const [, second, third] = call.args;
    const named =
      framework.namedRoutes === true &&
      third !== undefined &&
      this.evaluator.evaluate(file, scope, second)?.kind === 'text';
    return named ? second : argument(call, listed ?? framework.path);
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

  /** A router registered where a handler may be: `mux.Handle("/api/", http.StripPrefix("/api", api))`. */
  private readBelow(
    { framework, file, scope, call, receiver }: MemberCall,
    given: Expr | undefined,
  ): boolean {
    if (file.family?.foldersAreModules !== true) return false;
    const value = this.evaluator.evaluate(file, scope, given);
    const own = framework.handlerMethod;
    const handles =
      value?.kind === 'object' && own !== undefined && this.evaluator.member(value, own);
    const child = handles ? undefined : this.evaluator.routers.of(file, value);
    if (child === undefined) return false;
    const cut = child.stripped ?? known('');
    this.mounts.mount(receiver.key, child.key, cut, call.at, { whole: true });
    return true;
  }

  private add(
    { framework, file, scope, call, receiver }: MemberCall,
    method: string,
    path: Expr | undefined,
    handler: Found | undefined,
  ): void {
    const paths =
      receiver.path === undefined ? this.evaluator.texts(file, scope, path) : [receiver.path];
    for (const text of paths) {
      const split = framework.methodInPath === true ? splitPattern(text, path) : undefined;
      const alone = isAlone(framework, call, receiver.path === undefined ? path : null);
      const place = { handler, file, line: call.line, ...alone };
      const route = { framework, method, path: text, ...split, ...place };
      this.emitter.add(receiver.key, { order: call.at, route });
    }
  }

  /** `HandleFunc(path, h).Methods("GET", "PUT")`. */
  private chainedMethods({
    framework,
    file,
    scope,
    chained,
  }: MemberCall): readonly string[] | undefined {
    const found = chained.find(
      ({ call }) => isName(call) && framework.modifiers?.[call.name] === 'methods',
    );
    if (found === undefined) return undefined;
    return methodsOf(this.evaluator.writtenOut(file, scope, { list: found.args }), '*');
  }
}

/** Whether one function follows the path, and it isn't a list; nothing, where functions aren't given in a row. */
function isAlone(
  { handler }: RouterFramework,
  { args }: CallExpr,
  path: Expr | undefined,
): { readonly alone?: boolean } {
  if (handler !== 'last') return {};
  const functions = args.slice(args.indexOf(path ?? null) + 1);
  return { alone: functions.length === 1 && !isList(functions[0]) };
}
