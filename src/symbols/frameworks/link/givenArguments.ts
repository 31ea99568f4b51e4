import { isCall, isList, isName, isObject, type CallExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import type { Source } from './sources.ts';

/** What functions and constructors of the workspace are called with, where the calls are seen. */
export class GivenArguments {
  private readonly calls = new Map<string, { readonly place: Source; readonly call: CallExpr }[]>();

  *gather(evaluator: Evaluator): Generator<void, void> {
    for (const file of evaluator.files.values()) {
      yield;
      if (file.inTest || file.family?.foldersAreModules === true) continue;
      for (const { scope, value } of file.facts.bindings) this.note(evaluator, file, scope, value);
      for (const { value } of file.facts.exports) this.note(evaluator, file, -1, value);
      for (const { scope, call } of file.facts.calls) this.note(evaluator, file, scope, call);
    }
  }

  private note(evaluator: Evaluator, file: LinkedFile, scope: Scope, expr: Expr): void {
    if (isList(expr)) for (const item of expr.list) this.note(evaluator, file, scope, item);
    if (!isCall(expr) || (expr.args.length === 0 && expr.named === undefined)) return;
    for (const arg of expr.args)
      if (isCall(arg) || isList(arg)) this.note(evaluator, file, scope, arg);
    if (!isName(expr.call) && !isModule(expr.call)) return;
    const callee = evaluator.evaluate(file, scope, expr.call);
    if (callee?.kind !== 'function' && callee?.kind !== 'class') return;
    const index =
      callee.kind === 'class' ? callee.file.method(callee.index, 'constructor') : callee.index;
    if (index === undefined || callee.file.paramsFact(index) === undefined) return;
    const key = keyOf(callee.file, index);
    const list = this.calls.get(key) ?? [];
    if (list.some(({ call, place }) => call.at === expr.at && place.file === file)) return;
    this.calls.set(key, [...list.slice(0, 8), { place: { file, scope, expr }, call: expr }]);
  }

  /** The argument for a parameter; undefined where there are several callers, or none in sight. */
  givenTo(file: LinkedFile, scope: Scope, name: string): Source | undefined {
    const [only, second] = this.calls.get(keyOf(file, scope)) ?? [];
    const fact = file.paramsFact(scope);
    if (only === undefined || second !== undefined || fact === undefined) return undefined;
    const place = (expr: Expr | undefined): Source | undefined =>
      expr === undefined ? undefined : { ...only.place, expr };
    const at = fact.names.indexOf(name);
    if (at >= 0) return place(only.call.args[at] ?? only.call.named?.[name]);
    const part = fact.parts?.find((p) => p.name === name);
    const whole = part === undefined ? undefined : only.call.args[part.at];
    if (part === undefined || whole === undefined) return undefined;
    return place(isObject(whole) ? whole.object[part.of] : { of: whole, member: part.of });
  }
}

const keyOf = (file: LinkedFile, index: number): string => `${file.path}#${index}`;

const isModule = (expr: Expr): boolean =>
  typeof expr === 'object' && expr !== null && !isList(expr) && 'module' in expr;
