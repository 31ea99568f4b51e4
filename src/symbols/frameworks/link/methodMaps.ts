import { isCall, isObject, type Expr } from '../expression.ts';
import type { Evaluator } from './evaluator.ts';
import { handlerOf, type Found } from './handlers.ts';
import type { LinkedFile } from './linkedFile.ts';
import { sourceOf } from './sources.ts';

const verb = /^(?:get|head|post|put|patch|delete|options)$/i;

/** `apiHandler({ get: list, post: create })`: a handler for each method; nothing, where an argument has other keys. */
export function methodMap(
  evaluator: Evaluator,
  from: LinkedFile,
  exported: Expr,
): readonly { readonly method: string; readonly handler: Found | undefined }[] {
  const source = sourceOf(evaluator, from, -1, exported);
  if (source === undefined || !isCall(source.expr)) return [];
  for (const given of source.expr.args) {
    if (!isObject(given)) continue;
    const entries = Object.entries(given.object);
    if (entries.length === 0 || !entries.every(([key]) => verb.test(key))) continue;
    return entries.map(([key, expr]) => ({
      method: key.toUpperCase(),
      handler: handlerOf(evaluator, source.file, source.scope, expr),
    }));
  }
  return [];
}
