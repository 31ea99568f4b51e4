import { isCall, isList, isName, type Expr } from '../expression.ts';
import type { Scope } from '../fileFacts.ts';
import type { LinkedFile } from './linkedFile.ts';

/** A parameter, by the function that declares it. */
export interface Parameter {
  readonly scope: Scope;
  readonly name: string;
}

const deepest = 4;

/**
 * Parameters that an expression is made of as they are given, also through local names, or as elements of a list in a loop. `members`:
 * members of parameters count as well.
 */
export function parametersIn(
  file: LinkedFile,
  scope: Scope,
  expr: Expr | undefined,
  members = false,
  depth = 0,
): readonly Parameter[] {
  if (expr === undefined || expr === null || typeof expr === 'string' || depth > deepest) return [];
  const inner = (part: Expr): readonly Parameter[] =>
    parametersIn(file, scope, part, members, depth + 1);
  if (isName(expr)) return named(file, scope, expr.name, members, depth);
  if ('each' in expr) return inner(expr.each);
  if ('item' in expr) return inner(expr.item);
  if ('join' in expr) return expr.join.flatMap(inner);
  if (isList(expr)) return expr.list.flatMap(inner);
  if (isCall(expr)) return expr.args.flatMap(inner);
  return [];
}

function named(
  file: LinkedFile,
  scope: Scope,
  whole: string,
  members: boolean,
  depth: number,
): readonly Parameter[] {
  const given = /\.-?\d$/.test(whole) ? file.parameterScope(scope, whole) : undefined;
  if (given !== undefined) return [{ scope: given, name: whole }];
  const [name = ''] = whole.split('.', 1);
  if (name !== whole && !members && !isElement(file, scope, name)) return [];
  const declared = file.parameterScope(scope, name);
  const bound = file.binding(scope, name);
  if (bound !== undefined && bound.scope >= Math.max(0, declared ?? 0))
    return parametersIn(file, bound.scope, bound.value, members, depth + 1);
  return declared === undefined ? [] : [{ scope: declared, name }];
}

/** The variable of a loop. */
function isElement(file: LinkedFile, scope: Scope, name: string): boolean {
  const value = file.binding(scope, name)?.value;
  return typeof value === 'object' && value !== null && 'each' in value;
}
