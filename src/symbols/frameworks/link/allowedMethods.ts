import { argument, isCall, isList, type CallExpr, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { RouterFramework } from '../routerFramework.ts';
import { lastNameOf } from './annotations.ts';
import type { Evaluator } from './evaluator.ts';
import type { Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { methodsOf } from './methods.ts';
import { sourceOf } from './sources.ts';

/** The methods that decorators of a handler, or calls around it where it is registered, let through; undefined: all. */
export function allowedMethods(
  evaluator: Evaluator,
  framework: RouterFramework,
  target: Found,
  registered: { readonly file: LinkedFile; readonly scope: Scope; readonly expr: Expr | undefined },
): readonly string[] | undefined {
  const { methodDecorators } = framework;
  if (methodDecorators === undefined) return undefined;
  const { file, scope, expr } = registered;
  const around = isCall(expr) ? [expr, ...(isCall(expr.call) ? [expr.call] : [])] : [];
  for (const call of around) {
    const found = letThrough(evaluator, methodDecorators, file, scope, call);
    if (found !== undefined) return found;
  }
  for (const call of target.file.decoratorsOf(target.index)) {
    const found = letThrough(evaluator, methodDecorators, target.file, -1, call);
    if (found !== undefined) return found;
  }
  return undefined;
}

function letThrough(
  evaluator: Evaluator,
  decorators: NonNullable<RouterFramework['methodDecorators']>,
  file: LinkedFile,
  scope: Scope,
  call: CallExpr,
): readonly string[] | undefined {
  const name = lastNameOf(call);
  const given = Object.hasOwn(decorators, name) ? decorators[name] : undefined;
  // A function of the workspace may have the name of the framework's.
  if (given === undefined || evaluator.evaluate(file, scope, call.call)?.kind === 'function')
    return undefined;
  if (!('from' in given)) return given;
  const methods = argument(call, given.from);
  const found = methodsOf(writtenOut(evaluator, file, scope, methods), given.otherwise);
  return found.includes('*') ? undefined : found;
}

/** Names that stand for lists or texts are replaced by these. */
export function writtenOut(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
): Expr | undefined {
  if (expr === undefined) return undefined;
  const source = sourceOf(evaluator, file, scope, expr);
  const value = evaluator.evaluate(file, scope, expr);
  const list = value?.kind === 'written' ? value : source;
  if (list !== undefined && isList(list.expr))
    return {
      list: list.expr.list.map((item) => textOr(evaluator, list.file, list.scope, item)),
    };
  return textOr(evaluator, file, scope, expr);
}

function textOr(evaluator: Evaluator, file: LinkedFile, scope: Scope, expr: Expr): Expr {
  const value = evaluator.evaluate(file, scope, expr);
  return value?.kind === 'text' && value.text.unresolved === undefined ? value.text.text : expr;
}
