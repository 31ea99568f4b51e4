import { isCall, type Expr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';

/**
 * A dotted name with what its first part was bound to: `proto.shop.v1.Cart.service` → `shop`, `v1`, `Cart`, `service`. Imports give the
 * parts of their module's name; what comes out of a call (`loadPackageDefinition(…)`) gives none.
 */
export function dottedPath(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
): readonly string[] {
  if (expr === undefined || expr === null || depth > 8) return [];
  if (typeof expr === 'string') return expr.split('.');
  if ('of' in expr) return [...dottedPath(evaluator, file, scope, expr.of, depth + 1), expr.member];
  if (isCall(expr) || !('name' in expr)) return [];
  const [first = '', ...rest] = expr.name.split('.');
  const bound = file.binding(scope, first);
  if (bound !== undefined)
    return [...dottedPath(evaluator, file, bound.scope, bound.value, depth + 1), ...rest];
  const imported = file.imports.get(first);
  if (imported === undefined) return [first, ...rest];
  const value = evaluator.evaluate(file, scope, { name: first });
  if (value?.kind === 'written' && value.expr !== expr)
    return [...dottedPath(evaluator, value.file, value.scope, value.expr, depth + 1), ...rest];
  const module = imported.module.split(/[./\\]+/).filter((part) => part !== '');
  const own =
    imported.exported === '*' || imported.exported === 'default' ? [] : [imported.exported];
  return [...module, ...own, ...rest];
}
