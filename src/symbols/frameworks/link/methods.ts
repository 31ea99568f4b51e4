import { isList, isName, type Expr } from '../expression.ts';

const verb = /^(?:METHOD_?)?(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|QUERY)$/;

/** HTTP methods of a list or one value: texts, or constants that are called like them (`http.MethodGet`). */
export function methodsOf(expr: Expr | undefined, otherwise: string): string[] {
  if (expr === undefined) return [otherwise];
  const methods = (isList(expr) ? expr.list : [expr]).flatMap((item) => {
    if (typeof item === 'string') return [item.toUpperCase()];
    const last = isName(item) ? item.name.slice(item.name.lastIndexOf('.') + 1) : '';
    const named = verb.exec(last.toUpperCase())?.[1];
    return named === undefined ? [] : [named];
  });
  return methods.length === 0 ? ['*'] : methods;
}
