import {
  argument,
  isCall,
  isObject,
  receiverOf,
  renderExpr,
  type CallExpr,
  type Expr,
} from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { ProcedureFramework } from '../procedureFramework.ts';
import type { Evaluator } from './evaluator.ts';
import { handlerOf } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { LinkedRoute } from './linkedRoute.ts';
import { sourceOf } from './sources.ts';
import { joinRoute, known, type Text } from './text.ts';

const deepestRouter = 10;
const mostProcedures = 20_000;

/** Procedures of the routers that a program serves, each as a route: the served path, and their names joined. */
export function* procedureRoutes(
  evaluator: Evaluator,
  framework: ProcedureFramework,
  others: readonly LinkedRoute[],
): Generator<void, readonly LinkedRoute[]> {
  const reader = new ProcedureReader(evaluator, framework, others);
  for (const file of evaluator.files.values()) {
    if (file.family?.id !== framework.family) continue;
    if (!file.facts.imports.some((i) => framework.modules.test(i.module))) continue;
    yield;
    reader.readFile(file);
  }
  return [...reader.routes.values()];
}

class ProcedureReader {
  /** By path and function: one router may be served in several ways. */
  readonly routes = new Map<string, LinkedRoute>();
  private readonly evaluator: Evaluator;
  private readonly framework: ProcedureFramework;
  private readonly others: readonly LinkedRoute[];

  constructor(evaluator: Evaluator, framework: ProcedureFramework, others: readonly LinkedRoute[]) {
    this.evaluator = evaluator;
    this.framework = framework;
    this.others = others;
  }

  readFile(file: LinkedFile): void {
    for (const { scope, call } of file.facts.calls) {
      const name = renderExpr(call.call).split('.').at(-1) ?? '';
      const { servers } = this.framework;
      const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
      const router = argument(call, server?.router);
      if (server === undefined || router === undefined) continue;
      const given = argument(call, server.prefix);
      const prefix =
        given === undefined
          ? (this.mountOf(file, call) ??
            this.routeOf(file) ??
            (server.otherwise === undefined ? undefined : known(server.otherwise)))
          : this.evaluator.text(file, scope, given);
      this.readRouter(
        { file, scope, expr: router },
        prefix ?? { text: '', unresolved: `the path that ${name} is mounted at` },
        [],
        0,
      );
    }
  }

  /** `app.use('/trpc', createExpressMiddleware({…}))`. */
  private mountOf(file: LinkedFile, served: CallExpr): Text | undefined {
    for (const { scope, call } of file.facts.calls) {
      const [path, ...rest] = call.args;
      if (rest.some((arg) => isCall(arg) && arg.at === served.at && arg.line === served.line))
        return this.evaluator.text(file, scope, path);
    }
    return undefined;
  }

  /** The route of the file that the call stands in, without the parameter that names the procedure. */
  private routeOf(file: LinkedFile): Text | undefined {
    const own = this.others.find((route) => route.file === file);
    return own === undefined || own.path.unresolved !== undefined
      ? undefined
      : known(own.path.text.replace(/\/[^/]*$/, ''));
  }

  /** `router({ user: router({ byId: procedure.query(fn) }) })`, names followed through files; also objects joined. */
  private readRouter(
    given: { readonly file: LinkedFile; readonly scope: Scope; readonly expr: Expr },
    prefix: Text,
    names: readonly string[],
    depth: number,
  ): void {
    if (depth > deepestRouter) return;
    const { file, scope, expr } =
      sourceOf(this.evaluator, given.file, given.scope, given.expr) ?? given;
    if (isObject(expr)) {
      for (const spread of expr.spread ?? [])
        this.readRouter({ file, scope, expr: spread }, prefix, names, depth + 1);
      for (const [name, member] of Object.entries(expr.object))
        this.readRouter({ file, scope, expr: member }, prefix, [...names, name], depth + 1);
      return;
    }
    if (!isCall(expr)) return;
    const last = receiverOf(expr)?.member ?? '';
    const method = Object.hasOwn(this.framework.procedures, last)
      ? this.framework.procedures[last]
      : undefined;
    if (method === undefined || names.length === 0) {
      for (const argument of expr.args)
        this.readRouter({ file, scope, expr: argument }, prefix, names, depth + 1);
      return;
    }
    this.add(file, scope, expr, method, prefix, names.join(this.framework.separator));
  }

  private add(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
    method: string,
    prefix: Text,
    name: string,
  ): void {
    const path = joinRoute(prefix, known(name), 'same');
    const handler = handlerOf(this.evaluator, file, scope, call.args[0]);
    const key = `${path.text} ${path.unresolved ?? ''} ${method} ${file.path} ${call.at}`;
    if (this.routes.size < mostProcedures)
      this.routes.set(key, {
        framework: this.framework.id,
        method,
        path,
        handler,
        file,
        line: call.line,
        delegated: 'procedure',
      });
  }
}
