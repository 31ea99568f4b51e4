import { isCall, isName, isObject, type CallExpr, type Expr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Found } from '../handlers.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Mount } from '../mounts.ts';
import type { RouteEmitter } from '../routeEmitter.ts';
import { known, type Text } from '../text.ts';
import { parameterKey } from '../values/routerOrigin.ts';
import type { RouterValue, Value } from '../values/value.ts';

/** A router among the arguments of a call; `of`: in which property of the argument. */
interface GivenRouter {
  readonly of?: string;
  readonly key: string;
}

/** Which router is below which: mounted, or handed to a function whose parameter then stands for it. */
export class RouterMounts {
  private readonly evaluator: Evaluator;
  private readonly emitter: RouteEmitter;
  private readonly passed: { readonly from: string; readonly to: string }[] = [];

  constructor(evaluator: Evaluator, emitter: RouteEmitter) {
    this.evaluator = evaluator;
    this.emitter = emitter;
  }

  mount(
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

  /** Routers of which nothing says the framework get that of the router above. */
  adoptFrameworks(): void {
    for (const { from, to } of this.passed) {
      const framework = this.evaluator.routers.get(from)?.framework;
      if (framework !== undefined) this.evaluator.routers.adopt(to, framework);
    }
  }

  /** `registerUsers(app)`, `new Users({ app })`: the parameter is the caller's router; so is the field of `&Server{router: app}`. */
  passArguments(file: LinkedFile, scope: Scope, call: CallExpr): void {
    const given = this.routersAmong(file, scope, call);
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

  /** The routers in each argument of a call. */
  routersAmong(
    file: LinkedFile,
    scope: Scope,
    call: CallExpr,
  ): readonly (readonly GivenRouter[])[] {
    return call.args.map((arg) => routersIn(this.evaluator, file, scope, arg));
  }

  /** Hands routers to the parameters of a function. */
  pass(
    callee: Value | undefined,
    given: readonly (readonly GivenRouter[])[],
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
          this.evaluator.routers.ofParameter(target.file, target.index, name);
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
): readonly GivenRouter[] {
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
