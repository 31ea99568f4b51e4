import { isCall, isList, renderExpr, type Expr } from '../../expression.ts';
import type { Scope } from '../../fileFacts.ts';
import type { Evaluator } from '../evaluator.ts';
import type { LinkedFile } from '../linkedFile.ts';
import type { Text } from '../text.ts';
import { calleeName } from './linkedEndpoint.ts';

/** Calls that only make a list of what they are given: Java's and Kotlin's. */
const listMakers = /^(?:of|asList|singletonList|singleton|listOf|setOf)$/;
const longest = 200;

/** Topics or queues that an argument names: one, or a list of them. */
export function destinationsOf(
  evaluator: Evaluator,
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  depth = 0,
): readonly Text[] {
  if (expr === undefined || depth > 4) return [];
  const again = (parts: readonly Expr[], at = file, inside = scope): readonly Text[] =>
    parts.slice(0, longest).flatMap((p) => destinationsOf(evaluator, at, inside, p, depth + 1));
  if (isList(expr)) return again(expr.list);
  if (isCall(expr) && listMakers.test(calleeName(expr))) return again(expr.args);
  if (typeof expr === 'object' && expr !== null && 'pattern' in expr)
    return [{ text: '', unresolved: `the pattern ${expr.pattern}` }];
  const value = evaluator.evaluate(file, scope, expr);
  if (value?.kind === 'written' && isList(value.expr))
    return again(value.expr.list, value.file, value.scope);
  const text = evaluator.text(file, scope, expr);
  return text.text === '' && text.unresolved === undefined
    ? [{ text: '', unresolved: renderExpr(expr) }]
    : [text];
}
