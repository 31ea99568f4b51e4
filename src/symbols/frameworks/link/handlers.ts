import { isCall, isList, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { Evaluator, Value } from './evaluator.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';

export interface Found {
  readonly file: LinkedFile;
  readonly index: number;
}

/**
 * The function that an argument stands for: written in place, named, a method, wrapped (`asyncHandler(fn)`), bound, returned by a
 * factory, or the last of a list.
 */
export function handlerOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
): Found | undefined {
  if (expr === undefined || depth > 6) return undefined;
  if (isList(expr)) return handlerOf(evaluator, file, scope, expr.list.at(-1), depth + 1);
  const value = evaluator.evaluate(file, scope, expr);
  const direct = asFunction(value);
  if (direct !== undefined) return direct;
  if (value?.kind === 'written' && value.expr !== expr)
    return handlerOf(evaluator, value.file, value.scope, value.expr, depth + 1);
  const call = isCall(expr) ? { call: expr, file, scope } : boundCall(evaluator, file, scope, expr);
  if (call === undefined) return undefined;
  for (const argument of [...call.call.args].reverse()) {
    if (argument === null || typeof argument === 'string') continue;
    const found = handlerOf(evaluator, call.file, call.scope, argument, depth + 1);
    if (found !== undefined) return found;
  }
  return asFunction(evaluator.evaluate(call.file, call.scope, call.call.call));
}

const asFunction = (value: Value | undefined): Found | undefined =>
  value?.kind === 'function' ? { file: value.file, index: value.index } : undefined;

/** `const list = asyncHandler(async (req, res) => …)`, here or where it was imported from. */
function boundCall(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr,
): { call: Extract<Expr, { call: Expr }>; file: LinkedFile; scope: Scope } | undefined {
  const bound = sourceOf(evaluator, file, scope, expr);
  return bound !== undefined && isCall(bound.expr)
    ? { call: bound.expr, file: bound.file, scope: bound.scope }
    : undefined;
}
