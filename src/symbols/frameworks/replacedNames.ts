import { isCall, isList, isName, isObject, type Expr } from './expression.ts';

type Replacement = (name: string) => Expr | undefined;

/** The expression with other expressions in place of names; what is called keeps its name. `undefined` leaves a name as it is. */
export function replacedNames(expr: Expr, by: Replacement): Expr {
  const again = (part: Expr): Expr => replacedNames(part, by);
  if (expr === null || typeof expr === 'string') return expr;
  if (isName(expr)) {
    const [first = '', ...rest] = expr.name.split('.');
    const found = by(first);
    if (found === undefined) return expr;
    let value: Expr = found;
    for (const member of rest)
      value = isName(value) ? { name: `${value.name}.${member}` } : { of: value, member };
    return value;
  }
  if ('join' in expr) return { join: expr.join.map(again) };
  if (isList(expr)) return { list: expr.list.map(again) };
  if (isObject(expr)) return { ...expr, object: replacedIn(expr.object, again) };
  if (isCall(expr))
    return {
      ...expr,
      call: again(expr.call),
      args: expr.args.map(again),
      ...(expr.named === undefined ? {} : { named: replacedIn(expr.named, again) }),
    };
  if ('of' in expr) return { of: again(expr.of), member: expr.member };
  if ('item' in expr) return { item: again(expr.item), key: again(expr.key) };
  if ('either' in expr) return { either: again(expr.either), otherwise: again(expr.otherwise) };
  return expr;
}

const replacedIn = (
  object: Readonly<Record<string, Expr>>,
  again: (value: Expr) => Expr,
): Record<string, Expr> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, again(value)]));
